"""The few codes the synthetic practice uses. National ids are real; ids in EMIS's own namespaces are made up (item numbers
from 900001), with valid check digits."""
from .common import sctid

CLINICAL = "1000006"
DRUG = "1000033"


def local_code(n):
    return sctid(900000 + n, "11", CLINICAL)


def local_concept(n):
    return sctid(900000 + n, "10", CLINICAL)


def drug_code(n):
    return sctid(900000 + n, "11", DRUG)


CONDITION = "Conditions, operations and procedures"
ALLERGY = "Allergy and adverse drug reactions"
ALLERGY_2 = "Allergy and adverse reactions"
VALUES = "Biological values"
HEALTH = "Health management, screening and monitoring"
IMMS = "Immunisations"
ADMIN = "Administration, documents and attachments"

# key: (code id, term, Read or EMIS code, SNOMED concept, SNOMED description, category, parents by key)
# A code id that is a plain number below 900 becomes a made-up EMIS id; concept "own" is a made-up EMIS concept.
_ROWS = {
    # disorders, operations
    "asthma": ("301485011", "Asthma", "H33", "195967001", "301485011", CONDITION, ["respiratory"]),
    "respiratory": (1, "Respiratory system diseases", "H", "50043002", "", CONDITION, []),
    # Quirk 60: unpadded Read code with a synonym suffix.
    "diabetes": ("121589010", "Diabetes mellitus", "C10-1", "73211009", "121589010", CONDITION, ["endocrine"]),
    "endocrine": (2, "Endocrine, nutritional and metabolic diseases", "C", "362969004", "", CONDITION, []),
    # Quirk 18: one CodeId, several rows, one for each parent.
    "diabetes2": ("197761014", "Type 2 diabetes mellitus", "C10F", "44054006", "197761014", CONDITION,
                  ["diabetes", "endocrine", "register"]),
    "register": (3, "Long term condition register", "EMISNQLO9", "own", "", CONDITION, []),
    "hypertension": ("99042012", "Essential hypertension", "G20", "59621000", "99042012", CONDITION, []),
    "ckd3": ("2773184015", "Chronic kidney disease stage 3", "1Z12", "433144002", "2773184015", CONDITION, []),
    "depression": ("486184015", "Depression", "E2B", "35489007", "486184015", CONDITION, []),
    "anxiety": ("346979010", "Mixed anxiety and depressive disorder", "E2003", "231504006", "346979010", CONDITION, []),
    "arthritis": ("116082011", "Rheumatoid arthritis", "N040", "69896004", "116082011", CONDITION, []),
    "low_bp": ("406863012", "Low blood pressure reading", "", "271870002", "406863012", "Symptoms and Findings", []),
    "appendicectomy": (4, "Appendicectomy", "7700", "80146002", "", CONDITION, []),
    # Quirk 60: a hyphen that belongs to an EMIS code is not a synonym suffix.
    "tired": (5, "Tired all the time", "EGTON-168", "own", "", "Symptoms and Findings", []),
    "cough": (6, "Cough", "171", "49727002", "", "Symptoms and Findings", []),
    "toe": ("35860018", "Fracture of phalanx of foot", "S36", "21351003", "35860018", CONDITION, []),
    # values
    "bp": ("254063019", "O/E - blood pressure reading", "246", "163020007", "254063019", VALUES, []),
    "systolic": (7, "O/E - Systolic blood pressure reading", "2469", "163030003", "", VALUES, ["bp"]),
    "diastolic": (8, "O/E - Diastolic blood pressure reading", "246A", "163031004", "", VALUES, ["bp"]),
    "weight": (9, "O/E - weight", "22A", "162763007", "", VALUES, []),
    "height": (10, "O/E - height", "229", "162755006", "", VALUES, []),
    "bmi": ("100716012", "Body mass index", "22K", "60621009", "100716012", VALUES, []),
    "smoker": (11, "Smoker", "137R", "77176002", "", "Personal Health and Social", []),
    "ex_smoker": ("15047015", "Ex-smoker", "137S", "8517006", "15047015", "Personal Health and Social", []),
    "never_smoked": (12, "Never smoked tobacco", "1371", "266919005", "", "Personal Health and Social", []),
    # reports and results
    "fbc": ("2566641000000111", "FBC - full blood count", "424", "1022441000000101", "2566641000000111", "Haematology", []),
    "hb": ("2553471000000116", "Haemoglobin estimation", "423", "1022431000000105", "2553471000000116", "Haematology", []),
    "mch": ("2583921000000119", "MCH - Mean corpuscular haemoglobin", "428", "1022471000000107", "2583921000000119",
            "Haematology", []),
    "cholesterol": ("2551271000000118", "Serum cholesterol level", "44P", "1005671000000105", "2551271000000118",
                    "Biochemistry", []),
    "hdl": ("2577901000000110", "Serum high density lipoprotein cholesterol level", "44P5", "1005681000000107",
            "2577901000000110", "Biochemistry", []),
    # Quirk 63: an EMIS code with no parent, no Read and no national id: only the category tells what it is.
    "lipids": (13, "Lipid screening report", "EMISR4QLI1", "own", "", "Biochemistry", []),
    "urine": (14, "Urine microbiology report", "EMISR4QUR1", "own", "", "Microbiology", []),
    "culture": (15, "Urine culture", "EMISR4QUC1", "own", "", "Microbiology", []),
    "organism": (16, "Organism isolated", "EMISR4QOR1", "own", "", "Microbiology", []),
    "xray": (17, "Plain chest X-ray report", "EMISR4QXR1", "own", "", "Radiology", []),
    "smear": (18, "Cervical cytology report", "EMISR4QCC1", "own", "", "Cytology/Histology", []),
    "antibodies": (19, "Autoantibody screen", "EMISR4QAB1", "own", "", "Immunology", []),
    "asthma_check": ("405055018", "Asthma monitoring check done", "9OJA", "270442000", "405055018", HEALTH, []),
    "health_check": (20, "Health check template", "EMISNQHE7", "own", "", HEALTH, []),
    "specimen": (21, "Blood specimen", "", "119297000", "", "Pathology specimen", []),
    # Quirk 60: EMISREQ holds the Read code of the test asked for, and is a request, not that test.
    "request_fbc": (22, "Full blood count requested", "EMISREQ424", "own", "", "Investigation requests", []),
    "request_xray": (23, "Chest X-ray requested", "EMISREQ535", "own", "", "Investigation requests", []),
    # allergies
    "penicillin": ("152307010", "Allergy to penicillin", "14L1", "91936005", "152307010", ALLERGY, []),
    "aspirin": ("433808014", "Allergy to aspirin", "14L5", "293586001", "433808014", ALLERGY, []),
    "egg": ("152299016", "Allergy to edible egg", "SN582", "91930004", "152299016", ALLERGY_2, []),
    "latex": ("3750096014", "Allergy to latex", "14LJ", "300916003", "3750096014", ALLERGY_2, []),
    "amoxicillin_al": ("3749800014", "Allergy to amoxicillin", "ALLERGY112", "294505008", "3749800014", ALLERGY, []),
    # An allergy by ObservationType only: its category is not an allergy category.
    "strawberry": ("3743522015", "Allergy to strawberry", "ESCTST91938", "91938006", "3743522015", "Symptoms and Findings", []),
    "no_allergy": ("3304950010", "No known allergy", "1151", "716186003", "3304950010", ALLERGY_2, []),
    # Quirk 62: ids in EMIS's own namespace look like SNOMED CT and pass the check digit.
    "allergy_own": (24, "Allergy to scented candles", "ESCTAL900024", "own", "self", ALLERGY_2, []),
    # family history
    "fh_diabetes": ("249794016", "Family history of diabetes mellitus", "1252", "160303001", "249794016", "Family history", []),
    "fh_asthma": ("249995012", "Family history of asthma", "12D2", "160377001", "249995012", "Family history", []),
    # immunisations: given
    "flu": ("2505331000000118", "Administration of first inactivated seasonal influenza vaccination", "65ED1",
            "985151000000100", "2505331000000118", IMMS, []),
    "mmr": ("65004017", "Administration of measles and mumps and rubella vaccine", "65M1", "38598009", "65004017", IMMS, []),
    "rota": ("2244981000000119", "First rotavirus vaccination", "65d0", "868631000000102", "2244981000000119", IMMS, []),
    "covid": ("2837371000000119",
              "Administration of first dose of SARS-CoV-2 (severe acute respiratory syndrome coronavirus 2) vaccine",
              "^ESCTAD1324681", "1324681000000101", "2837371000000119", IMMS, []),
    # immunisations: these are never a given immunisation
    "covid_declined": ("2837541000000115",
                       "SARS-CoV-2 (severe acute respiratory syndrome coronavirus 2) vaccination first dose declined",
                       "^ESCT1324741", "1324741000000101", "2837541000000115", IMMS, []),
    "covid_not_given": ("2837711000000111",
                        "SARS-CoV-2 (severe acute respiratory syndrome coronavirus 2) vaccination second dose not given",
                        "^ESCT1324791", "1324791000000106", "2837711000000111", IMMS, []),
    "flu_consent": ("2142381000000114", "Consent given for seasonal influenza vaccination", "68NV", "822991000000104",
                    "2142381000000114", IMMS, []),
    "mmr_consent": ("2533546010", "Consent given for measles mumps and rubella vaccine", "68Nb", "413908002", "2533546010",
                    IMMS, []),
    "flu_invited": (25, "Seasonal influenza vaccination invitation letter sent", "EMISNQIN23", "own", "", IMMS, []),
    "flu_contra": ("2142301000000116", "Seasonal influenza vaccination contraindicated", "8I2F0", "822951000000107",
                   "2142301000000116", IMMS, []),
    "flu_elsewhere": ("2437091000000112", "Seasonal influenza vaccination given by other healthcare provider", "65E20",
                      "955651000000100", "2437091000000112", IMMS, []),
    # referrals
    "ref_derm": ("283599016", "Referral to dermatology service", "8H43", "183518005", "283599016", "Referral", []),
    "ref_ortho": ("283646018", "Referral to orthopaedic service", "8H54", "183545006", "283646018", "Referral", []),
    "ref_counsel": ("451782016", "Referral to counsellor", "8H75", "308448008", "451782016", "Referral", []),
    "ref_rejected": (26, "Referral rejected", "EMISNQRE61", "own", "", "Referral rejected", []),
    # people
    # Quirk 61: 9T1B. and 9t1B. are two different codes.
    "eth_upper": (27, "Other Asian ethnic group", "9T1B", "own", "", "Ethnicity", []),
    "eth_lower": (28, "African - ethnic category", "9t1B", "own", "", "Ethnicity", []),
    "eth_irish": ("1064041000000111", "White Irish - ethnic category 2001 census", "9i1", "494161000000100",
                  "1064041000000111", "Ethnicity", []),
    "eth_refused": (29, "Ethnic category not stated", "9iG", "own", "", "Ethnicity", []),
    "single": (30, "Single person", "1331", "125681006", "", "Marital status", []),
    "married": (31, "Married", "1332", "87915002", "", "Marital status", []),
    "widowed": (32, "Widowed", "1335", "33553000", "", "Marital status", []),
    # administration, diary, consultation places, DNA reason
    "letter": (33, "Letter from specialist", "9N36", "own", "", ADMIN, []),
    "scan": (34, "Scanned document", "EGTONSC1", "own", "", ADMIN, []),
    "recall_bp": (35, "Blood pressure recall", "EMISNQBP3", "own", "", HEALTH, []),
    "recall_asthma": (36, "Asthma annual review due", "EMISNQAS5", "own", "", HEALTH, []),
    "surgery": (37, "GP Surgery", "9N11", "own", "", "EMIS Qualifier", []),
    "phone": (38, "Telephone consultation", "9N31", "own", "", "EMIS Qualifier", []),
    "home": (39, "Home visit", "9N1C", "own", "", "EMIS Qualifier", []),
    "unwell": (40, "Forgot the appointment", "EMISNQFO2", "own", "", ADMIN, []),
    "sharing": ("2533543019", "Consent status for record sharing", "93C", "413909005", "2533543019", ADMIN, []),
    # used by nothing: a code table row nobody refers to
    "unused": (41, "Unused local code", "EMISNQUN1", "own", "", "Unset", []),
}

CLINICAL_CODES = {}
for _key, (_id, _term, _read, _concept, _description, _category, _parents) in _ROWS.items():
    _code = local_code(_id) if isinstance(_id, int) else _id
    CLINICAL_CODES[_key] = {
        "CodeId": _code, "Term": _term, "ReadTermId": _read, "EmisCodeCategoryDescription": _category, "parents": _parents,
        "SnomedCTConceptId": local_concept(_id) if _concept == "own" else _concept,
        "SnomedCTDescriptionId": _code if _description == "self" else _description,
    }
# National codes of the NHS Data Dictionary, where mapped.
CLINICAL_CODES["eth_irish"].update(NationalCode="B", NationalCodeCategory="ETHNIC CATEGORY CODE", NationalDescription="White - Irish")
CLINICAL_CODES["married"].update(NationalCode="M", NationalCodeCategory="PERSON MARITAL STATUS", NationalDescription="Married")
# Quirk 17: used by rows, but not (yet) in the code table.
CLINICAL_CODES["not_yet_sent"] = {"CodeId": local_code(800)}

DRUGS = {
    "metformin": (drug_code(1), "Metformin 500mg tablets", "42084911000001109"),
    "salbutamol": (drug_code(2), "Salbutamol 100micrograms/dose inhaler CFC free", "39113611000001102"),
    "ramipril": (drug_code(3), "Ramipril 5mg capsules", "42381611000001104"),
    "amoxicillin": (drug_code(4), "Amoxicillin 500mg capsules", "39732411000001106"),
    "levothyroxine": (drug_code(5), "Levothyroxine sodium 100microgram tablets", "39697911000001101"),
    "warfarin": (drug_code(6), "Warfarin 1mg tablets", "42217511000001103"),
    "amlodipine": (drug_code(7), "Amlodipine 10mg tablets", "39731911000001109"),
    "citalopram": (drug_code(8), "Citalopram 20mg tablets", "42269411000001107"),
    # Quirk 77: a drug without a dm+d id.
    "cream": (drug_code(9), "Dr Marlow's soothing cream (special)", ""),
    # Quirk 77: an old code-table row with only a name.
    "unused": (drug_code(10), "Discontinued bath additive", ""),
}
NOT_YET_SENT_DRUG = drug_code(800)  # Quirk 17: used by a drug record, but not in Coding_DrugCode
