"""The clinical record of the synthetic practice: consultations, observations, problems, referrals, diary."""
from .common import guid, plain_guid, spread
from .emis_codes import CLINICAL_CODES
from .emis_people import TRUST, patient, user

ALL_TYPES = {"Allergy": "Allergy", "Immunisations": "Immunisation", "Family history": "Family history", "Referral": "Referral",
             "Investigation requests": "Test Request"}


def record(kind, n, key):
    return guid(kind, f"{n}/{key}")


def code(key):
    return CLINICAL_CODES[key]["CodeId"]


class Clinical:
    """Short forms for adding rows; each returns the GUID of its row."""

    def __init__(self, x):
        self.x = x

    def consultation(self, n, key, date, source="surgery", **c):
        g = record("consultation", n, key)
        self.x.add("CareRecord_Consultation", **({
            "ConsultationGuid": g, "PatientGuid": patient(n), "EffectiveDate": date, "ConsultationSourceCodeId": code(source),
            "ConsultationSourceTerm": CLINICAL_CODES[source]["Term"], "Complete": "true", "ConsultationType": "Consultation"} | c))
        return g

    def obs(self, n, key, code_key, date, value=None, unit="", **c):
        g = c.pop("ObservationGuid", None) or record("observation", n, key)
        category = CLINICAL_CODES[code_key].get("EmisCodeCategoryDescription", "")
        kind = next((t for name, t in ALL_TYPES.items() if category.startswith(name)), "Value" if value else "Observation")
        self.x.add("CareRecord_Observation", **({
            "ObservationGuid": g, "PatientGuid": patient(n), "CodeId": code(code_key), "EffectiveDate": date, "ObservationType": kind}
            | ({"Value": value, "NumericUnit": unit} if value else {}) | c))
        return g

    def problem(self, n, g, status="Active Problem", significance="Significant Problem", **c):
        self.x.add("CareRecord_Problem", ObservationGuid=g, PatientGuid=patient(n), ProblemStatusDescription=status,
                   SignificanceDescription=significance, **c)
        return g

    def bp(self, n, key, date, systolic, diastolic, first="systolic", **c):
        parent = self.obs(n, f"bp {key}", "bp", date, **c)
        both = [("systolic", systolic), ("diastolic", diastolic)]
        for name, value in both if first == "systolic" else reversed(both):
            self.obs(n, f"bp {key} {name}", name, date, value, "mmHg", ParentObservationGuid=parent, **c)
        return parent

    def panel(self, n, key, header, date, results, **c):
        parent = self.obs(n, key, header, date, ObservationType="Investigation", **c)
        for name, value, unit, *more in results:
            self.obs(n, f"{key} {name}", name, date, value, unit, ParentObservationGuid=parent, **(c | (more[0] if more else {})))
        return parent

    def diary(self, n, key, code_key, date, active="true", complete="false", **c):
        self.x.add("CareRecord_Diary", **({
            "DiaryGuid": record("diary", n, key), "PatientGuid": patient(n), "CodeId": code(code_key), "EffectiveDate": date,
            "EnteredDate": "2025-03-01", "IsActive": active, "IsComplete": complete, "DurationTerm": "12 months",
            "OriginalTerm": CLINICAL_CODES[code_key].get("Term", "")} | c))

    def referral(self, n, g, **c):
        self.x.add("CareRecord_ObservationReferral", **({
            "ObservationGuid": g, "PatientGuid": patient(n), "ReferralTargetOrganisationGuid": TRUST, "ReferralUrgency": "Routine",
            "ReferralServiceType": "Outpatient", "ReferralMode": "NHS e-Referral", "TransportRequired": "None Required"} | c))


def add_everyday(k):
    """Nothing odd: what most of a practice looks like."""
    for n in [*range(1, 32), 36, 42, 45, 46, 47, 48, 49]:
        if n in (7, 24):
            continue
        day = f"2024-{1 + spread(n, 12):02d}-{1 + spread((n, 'd'), 28):02d}"
        c = k.consultation(n, "review", day, ("surgery", "phone", "home")[n % 3],
                           ClinicianUserInRoleGuid=user(("marlow", "nurse", "tansy")[n % 3]))
        k.bp(n, "review", day, f"{112 + n}.000", f"{64 + n % 20}.000", first="systolic" if n % 4 else "diastolic", ConsultationGuid=c)
        k.obs(n, "smoking", ("smoker", "ex_smoker", "never_smoked")[n % 3], day, ConsultationGuid=c)
        if n % 2:
            k.obs(n, "weight", "weight", day, f"{58 + n}.{n % 10}00", "kg", ConsultationGuid=c)
            k.obs(n, "height", "height", day, f"{152 + n % 31}.000", "cm", ConsultationGuid=c)
            k.obs(n, "bmi", "bmi", day, f"2{n % 9}.{n % 10}00", "kg/m2", ConsultationGuid=c)
        if n % 3 == 0:
            k.obs(n, "flu", "flu", "2025-10-09", ClinicianUserInRoleGuid=user("nurse"))
        if n % 5 == 0:
            k.obs(n, "note", "cough", day, ConsultationGuid=c, AssociatedText="Dry cough for a week; chest clear. Safety-netted.")
        if n % 7 == 0:
            k.problem(n, k.obs(n, "hypertension", "hypertension", day, ConsultationGuid=c, Episode="First"),
                      LastReviewDate="2025-02-03", LastReviewDatePrecision="YMD", LastReviewUserInRoleGuid=user("marlow"))


def add_patient_one(k):
    """A whole, ordinary record: three problems, reviews under them, a panel, a booked follow-up."""
    first = k.consultation(1, "first", "2016-02-11")
    asthma = k.problem(1, k.obs(1, "asthma", "asthma", "2016-02-11", ConsultationGuid=first, Episode="First",
                                AssociatedText="Wheeze at night since the autumn."))
    diabetes = k.problem(1, k.obs(1, "diabetes", "diabetes2", "2018-07-03", ConsultationGuid=first))
    later = k.consultation(1, "later", "2025-01-20", "phone", AppointmentSlotGuid=guid("slot", "attended"))
    # A row with the problem's own code under the problem is a review of it.
    k.obs(1, "asthma review", "asthma", "2025-01-20", ProblemGuid=asthma, ConsultationGuid=later, Episode="Review")
    k.obs(1, "asthma check", "asthma_check", "2025-01-20", ProblemGuid=asthma, ConsultationGuid=later)
    k.panel(1, "fbc", "fbc", "2025-01-22", [
        ("hb", "98.000", "g/L", {"NumericRangeLow": "115.000", "NumericRangeHigh": "160.000", "Abnormal": "true",
                                 "AbnormalReason": "LO", "AssociatedText": "Repeat in two weeks"}),
        ("mch", "27.500", "pg", {"NumericRangeLow": "27.000", "NumericRangeHigh": "33.000"})], ProblemGuid=diabetes)
    k.obs(1, "cholesterol", "cholesterol", "2025-01-22", "5.100", "mmol/L", NumericRangeHigh="5.000", ProblemGuid=diabetes)
    k.obs(1, "hdl", "hdl", "2025-01-22", "0.400", "mmol/L", NumericOperator="<", NumericRangeLow="1.000")
    k.diary(1, "asthma", "recall_asthma", "2026-01-20", ConsultationGuid=later, AssociatedText="Bring the inhaler")


def add_values(k):
    # Quirk 59: diastolic first; and children that come before their parent.
    k.bp(2, "backwards", "2023-05-05", "151.000", "92.000", first="diastolic")
    early = record("observation", 2, "bp late parent")
    k.obs(2, "early systolic", "systolic", "2023-06-05", "143.000", "mm Hg", ParentObservationGuid=early)
    k.obs(2, "early diastolic", "diastolic", "2023-06-05", "85.000", "mm Hg", ParentObservationGuid=early)
    k.obs(2, "bp late parent", "bp", "2023-06-05")
    # Half a blood pressure, and a parent with no children.
    k.obs(2, "half", "systolic", "2023-07-05", "139.000", "mmHg")
    k.obs(2, "childless", "bp", "2023-08-05")
    # More digits than a double holds: decimals stay decimals.
    k.obs(2, "long", "weight", "2023-09-05", "71.125", "kg")
    k.obs(2, "longer", "mch", "2023-09-05", "12345678901234567.125", "pg")
    for i, sign in enumerate(("<", "<=", ">", ">=", "approximately")):
        k.obs(2, f"operator {i}", "hdl", "2023-09-06", f"{i}.500", "mmol/L", NumericOperator=sign)
    k.obs(2, "zero", "hdl", "2023-09-07", "0.000", "mmol/L")
    k.obs(2, "negative", "hdl", "2023-09-07", "-1.500", "")


def add_reports(k):
    k.panel(3, "lipids", "lipids", "2024-03-04", [("cholesterol", "4.900", "mmol/L"), ("hdl", "1.200", "mmol/L")])
    # Quirk 51: a header without a value but with range numbers.
    k.panel(22, "header ranges", "lipids", "2024-03-05", [("cholesterol", "6.100", "mmol/L")], NumericRangeLow="40.000",
            NumericRangeHigh="75.000")
    # Several levels: report, culture, organism; and a specimen under the report.
    report = k.obs(3, "urine", "urine", "2024-04-04", ObservationType="Investigation")
    k.obs(3, "urine specimen", "specimen", "2024-04-04", ParentObservationGuid=report)
    culture = k.obs(3, "culture", "culture", "2024-04-04", ParentObservationGuid=report, ObservationType="Investigation")
    k.obs(3, "organism", "organism", "2024-04-04", ParentObservationGuid=culture, AssociatedText="Moderate growth of E. coli")
    # A report category with no children and no value is no report.
    k.obs(3, "xray", "xray", "2024-05-04", ObservationType="Investigation", AssociatedText="Lungs clear.")
    k.obs(3, "smear", "smear", "2024-05-05", ObservationType="Investigation", AssociatedText="No abnormal cells seen.")
    k.panel(3, "antibodies", "antibodies", "2024-05-06", [("organism", None, "", {"AssociatedText": "ANA negative"})])
    # Health management: with children a panel, without children a plain observation.
    k.panel(3, "template", "health_check", "2024-06-04", [("weight", "70.000", "kg"), ("never_smoked", None, "")])
    k.obs(3, "no template", "health_check", "2024-06-05")
    # Quirk 53: the parent was never sent.
    k.obs(3, "dangling child", "hb", "2024-07-04", "121.000", "g/L", ParentObservationGuid=guid("observation", "never sent"))
    # Investigation requests, alone and under a specimen.
    k.obs(13, "fbc wanted", "request_fbc", "2024-08-04", AssociatedText="Tired for a month")
    specimen = k.obs(13, "specimen", "specimen", "2024-08-05")
    k.obs(13, "xray wanted", "request_xray", "2024-08-05", ParentObservationGuid=specimen)
    # A value in a request category.
    k.obs(13, "request value", "request_fbc", "2024-08-06", "1.000", "")


def add_allergies(k):
    # By category, with no value: a drug and something that is no drug; each of the two allergy categories.
    k.obs(4, "penicillin", "penicillin", "2001-05-05", AssociatedText="Rash all over, 1999")
    k.obs(4, "egg", "egg", "2010-05-05")
    k.obs(4, "latex", "latex", "2012-05-05", ClinicianUserInRoleGuid=user("nurse"))
    # Quirk 62: an EMIS-namespace id that looks like SNOMED CT.
    k.obs(4, "candles", "allergy_own", "2013-05-05")
    # Quirk 50: an allergy with a value is still an allergy.
    k.obs(5, "aspirin", "aspirin", "2015-05-05", "2.000", "episodes", ObservationType="Value")
    # Quirk 49: an allergy category with ObservationType Observation; and the type alone with another category.
    k.obs(5, "amoxicillin", "amoxicillin_al", "2016-05-05", ObservationType="Observation")
    k.obs(5, "strawberry", "strawberry", "2017-05-05", ObservationType="Allergy")
    # Severity and certainty travel as XML (quirk 65: there are no columns for them).
    k.obs(5, "severe", "latex", "2018-05-05",
          Qualifiers='<Qualifiers><Qualifier key="Severity" codeId="" value="Severe"/><Qualifier key="Certainty" value="Likely"/></Qualifiers>')
    # Asserted: no known allergies. Patient 7 has nothing recorded, which is something else.
    k.obs(6, "none", "no_allergy", "2022-01-01")
    # Asserted none beside an active allergy: an error for the validator.
    k.obs(8, "none", "no_allergy", "2022-01-01")
    k.obs(8, "penicillin", "penicillin", "2023-01-01")


def add_problems(k):
    root = k.problem(9, k.obs(9, "depression", "depression", "2005-03-03"), "Past Problem", EndDate="2009-01-01", EndDatePrecision="Y",
                     ExpectedDuration="28", Comment='Comment with "quotes"; reviewed 2008')
    evolved = k.problem(9, k.obs(9, "anxiety", "anxiety", "2009-01-01"), ParentProblemObservationGuid=root,
                        ParentProblemRelationship="Evolved")
    k.problem(9, k.obs(9, "tired", "tired", "2011-01-01"), significance="Minor Problem", ParentProblemObservationGuid=evolved,
              ParentProblemRelationship="Combined")
    k.problem(9, k.obs(9, "arthritis", "arthritis", "2012-01-01"), ParentProblemObservationGuid=evolved,
              ParentProblemRelationship="Replaced")
    k.problem(9, k.obs(9, "ckd", "ckd3", "2013-01-01"), ParentProblemObservationGuid=evolved, ParentProblemRelationship="Grouped",
              LastReviewDate="2020-06-01", LastReviewDatePrecision="YM", LastReviewUserInRoleGuid=user("tansy"))
    # Two problems that name each other as parent.
    a, b = record("observation", 9, "ring a"), record("observation", 9, "ring b")
    k.problem(9, k.obs(9, "ring a", "asthma", "2014-01-01"), ParentProblemObservationGuid=b, ParentProblemRelationship="Grouped")
    k.problem(9, k.obs(9, "ring b", "toe", "2014-02-01"), ParentProblemObservationGuid=a, ParentProblemRelationship="Grouped")

    # Quirk 58: past, with no end date.
    k.problem(10, k.obs(10, "past", "asthma", "1999-09-09"), "Past Problem", "Minor Problem")
    # Active, with an end date: the status decides.
    k.problem(10, k.obs(10, "active ended", "low_bp", "2001-09-09"), EndDate="2003-01-01", EndDatePrecision="YMD")
    # Quirk 56: a problem row without its observation row.
    k.problem(10, record("observation", 10, "no row"))
    # A disorder without a problem row is an encounter diagnosis.
    k.obs(10, "diagnosis", "toe", "2020-09-09", ConsultationGuid=k.consultation(10, "toe", "2020-09-09"))
    # Quirk 57: no longer a problem, the observation lives.
    k.obs(10, "downgraded", "depression", "2008-08-08")
    k.x.deleted("CareRecord_Problem", ObservationGuid=record("observation", 10, "downgraded"), PatientGuid=patient(10))
    # Quirk 55: a problem on a family history, on an allergy, and on a value.
    k.problem(10, k.obs(10, "fh", "fh_diabetes", "2012-12-12"))
    k.problem(10, k.obs(10, "allergy", "penicillin", "2013-12-12"), significance="Minor Problem")
    k.problem(10, k.obs(10, "value", "hb", "2014-12-12", "88.000", "g/L"))
    # Quirk 54: links to problems that exist nowhere, or are no problem.
    k.obs(10, "nowhere", "cough", "2021-01-01", ProblemGuid=guid("observation", "no such problem"))
    k.obs(10, "not a problem", "cough", "2021-01-02", ProblemGuid=record("observation", 10, "diagnosis"))
    # The parent problem was never sent; a status, a significance and a relationship nobody has seen.
    k.problem(10, k.obs(10, "lost parent", "appendicectomy", "1988-04-04"), "Dormant Problem", "Curious Problem",
              ParentProblemObservationGuid=guid("observation", "no such problem"), ParentProblemRelationship="Befriended")
    # Family history; quirk 50: with a value.
    k.obs(9, "fh", "fh_asthma", "2003-03-03", AssociatedText="Mother and one sister")
    k.obs(9, "fh value", "fh_diabetes", "2003-03-04", "52.000", "years", ObservationType="Value")


def add_immunisations(k):
    k.obs(11, "covid", "covid", "2021-03-03", Qualifiers='<Qualifiers><Qualifier key="BatchNumber" value="EX0001"/>'
          '<Qualifier key="Manufacturer" value="Example Vaccines &amp; Sons"/><Qualifier key="Site" value="Left deltoid"/></Qualifiers>')
    # Quirk 64: no batch, site or product: leave them empty.
    k.obs(11, "flu 2019", "flu", "2019-10-10")
    # Category Immunisations, and yet nobody was immunised: declined, not given, consent, invited, contraindicated.
    for i, name in enumerate(("covid_declined", "covid_not_given", "flu_consent", "flu_invited", "flu_contra", "mmr_consent")):
        k.obs(11, name, name, f"2021-0{i + 4}-01")
    # Given, but elsewhere.
    k.obs(11, "elsewhere", "flu_elsewhere", "2020-10-10")
    k.obs(12, "rota", "rota", "2010-02-02", ObservationType="Observation")  # Quirk 49
    k.obs(12, "mmr", "mmr", "2011-03-03", ObservationType="Immunisation", Qualifiers="<Qualifiers><Qualifier key=")  # cut-off XML
    k.obs(12, "mmr value", "mmr", "2013-03-03", "0.500", "ml")  # Quirk 50


def add_referrals(k):
    # Quirk 83: leading zeros in a UBRN. Quirk 6: TransportRequired as text and as a boolean.
    k.referral(14, k.obs(14, "derm", "ref_derm", "2024-02-02", AssociatedText="Changing mole"), ReferralUrgency="2 Week Wait",
               ReferralUBRN="000123450007")
    # Quirk 82: no target organisation.
    k.referral(14, k.obs(14, "ortho", "ref_ortho", "2024-03-02"), ReferralTargetOrganisationGuid="", ReferralUrgency="Soon",
               TransportRequired="false", ReferralMode="Written")
    k.referral(14, k.obs(14, "counsel", "ref_counsel", "2024-04-02"), ReferralUrgency="Dated", ReferralServiceType="Self Referral",
               ReferralMode="Carrier pigeon", TransportRequired="true")
    # Inbound: this practice is the target.
    k.referral(14, k.obs(14, "inbound", "ref_counsel", "2024-05-02"), ReferralTargetOrganisationGuid=k.x.organisation,
               ReferralServiceType="Inbound", TransportRequired="Stretcher")
    # A referral code without a referral row; a referral row whose observation was never sent.
    k.obs(14, "no row", "ref_derm", "2024-06-02")
    k.referral(14, record("observation", 14, "never sent"))
    # Quirk 84: the referral row has no Deleted flag; its observation is deleted.
    gone = record("observation", 14, "gone")
    k.referral(14, gone)
    k.x.deleted("CareRecord_Observation", ObservationGuid=gone, PatientGuid=patient(14))
    # A referral row on a code that is no referral; quirk 50: a referral with a value; a rejected one.
    k.referral(14, k.obs(14, "no referral code", "cough", "2024-07-02"))
    k.obs(14, "value", "ref_ortho", "2024-08-02", "3.000", "weeks")
    k.obs(14, "rejected", "ref_rejected", "2024-08-03", ObservationType="Referral")


def add_diary(k):
    k.diary(15, "due", "recall_bp", "2026-06-01", LocationTypeDescription="Main Surgery")
    k.diary(15, "overdue", "recall_asthma", "2024-06-01")
    k.diary(15, "done", "recall_bp", "2024-01-01", active="false", complete="true")
    k.diary(15, "cancelled", "recall_asthma", "2025-01-01", active="false", complete="false")
    k.diary(15, "done but active", "recall_bp", "2023-01-01", active="true", complete="true")
    k.diary(15, "own words", "recall_bp", "2026-09-01", OriginalTerm="BP check with Nurse Rushford, please", DurationTerm="",
            ClinicianUserInRoleGuid=user("nurse"))
    k.diary(15, "no date", "recall_bp", "", EffectiveDatePrecision="U")
    k.diary(15, "consultation nowhere", "recall_bp", "2026-10-01", ConsultationGuid=guid("consultation", "never sent"))
    k.diary(15, "confidential", "recall_bp", "2026-11-01", IsConfidential="true")  # Quirk 71
    k.x.deleted("CareRecord_Diary", DiaryGuid=record("diary", 15, "deleted"), PatientGuid=patient(15))


def add_dates(k):
    # Every precision; a partial date is filled to its first day.
    k.obs(38, "ymdt", "cough", "2019-05-17", EffectiveDatePrecision="YMDT")
    k.obs(38, "ymd", "cough", "2019-05-17", EffectiveDatePrecision="YMD")
    k.obs(38, "ym", "cough", "2019-05-01", EffectiveDatePrecision="YM")
    k.obs(38, "y", "cough", "2019-01-01", EffectiveDatePrecision="Y")
    k.obs(38, "u", "cough", "1900-01-01", EffectiveDatePrecision="U")  # the date means nothing
    k.obs(38, "u empty", "cough", "", EffectiveDatePrecision="U", EnteredDate="2019-06-01")
    k.obs(38, "empty with precision", "cough", "", EffectiveDatePrecision="YMD", EnteredDate="2019-06-01")
    k.obs(38, "lower", "cough", "2019-05-01", EffectiveDatePrecision=" ym ")  # lists match trimmed and in any case
    k.consultation(38, "year only", "1978-01-01", EffectiveDatePrecision="Y", EnteredDate="2009-02-02")
    # Quirk 67: midnight means that the time is unknown. Quirk 68: entered years after the event.
    k.obs(38, "old paper", "appendicectomy", "1978-01-01", EffectiveDatePrecision="Y", EnteredDate="2009-02-02",
          EnteredTime="00:00:00")
    # Quirk 69: before birth, and in the future.
    k.obs(39, "before birth", "cough", "1899-12-31")
    k.obs(39, "future", "cough", "2031-01-01")
    # Around the change of the clocks: this hour happens twice, and that one never.
    k.obs(39, "twice", "cough", "2024-10-27", EnteredTime="01:30:00")
    k.obs(39, "never", "cough", "2024-03-31", EnteredTime="01:30:00")
    k.obs(39, "leap day", "cough", "2024-02-29")
    k.obs(39, "noon", "cough", "2024-02-28", EnteredTime="12:00:00")


def add_texts(k):
    say = lambda n, key, text: k.obs(n, key, "cough", "2024-01-01", AssociatedText=text)
    say(40, "quotes", 'Says "it hurts", then """ again, and ends with a quote"')
    say(40, "commas", ",leading, and trailing,")
    say(40, "crlf", "first line\r\nsecond line\r\n\r\nfourth line")
    say(40, "lf", "unix\nlines\n")
    say(40, "cr", "old\rmac")
    say(40, "row like", 'looks like a row:\r\n"{00000000-0000-0000-0000-000000000000}","x"\r\nend')
    say(40, "formula", "=1+1")
    say(40, "spaces", "  kept  as typed \t")
    say(40, "xml", "<b>not & markup</b> &amp; ]]>")
    say(40, "null word", "NULL")
    say(40, "long", "All work and no play. " * 60)
    say(41, "beyond bmp", "Mood \U0001F600, key \U0001D11E, family \U0001F468\u200D\U0001F469\u200D\U0001F467")
    say(41, "combining", "e\u0301 is not \u00e9; figure\u2007space; non\u2011breaking; \u201cquotes\u201d \u2013 dash; \u00b5g and \u03bcg")
    say(41, "other scripts", "Привет, 你好, שלום, مرحبا")
    k.consultation(41, "own term", "2024-01-01", ConsultationSourceTerm="Café consultation – 30′", ConsultationSourceCodeId="")


def add_oddities(k):
    # Quirk 37: ethnicity and marital status are observations; the latest wins.
    k.obs(36, "eth old", "eth_lower", "2001-01-01")
    k.obs(36, "eth new", "eth_irish", "2012-01-01")
    k.obs(36, "single", "single", "1999-01-01")
    k.obs(36, "married", "married", "2006-06-06")
    k.obs(36, "widowed", "widowed", "2020-02-02")
    k.obs(37, "eth", "eth_irish", "2004-01-01")
    k.obs(37, "refused", "eth_refused", "2015-01-01")  # clears the field
    # Quirk 61: two codes that differ by case alone.
    k.obs(16, "eth", "eth_upper", "2010-01-01")
    k.obs(17, "eth", "eth_lower", "2010-01-01")

    # Quirk 48: one clinical GUID in two patients' records, as different rows.
    shared = guid("observation", "shared by two patients")
    k.obs(18, "shared", "cough", "2018-01-01", ObservationGuid=shared)
    k.obs(19, "shared", "weight", "2019-01-01", "80.000", "kg", ObservationGuid=shared)
    # Quirk 49: ObservationType disagrees with the code's category.
    k.obs(18, "typed referral", "weight", "2018-02-01", "81.000", "kg", ObservationType="Referral")
    k.obs(18, "typed value", "cough", "2018-02-02", ObservationType="Value")
    k.obs(18, "typed new", "cough", "2018-02-03", ObservationType="Hologram")
    # Quirk 52: no CodeId on a row.
    k.obs(18, "no code", "cough", "2018-03-01", CodeId="", AssociatedText="Text is all there is")
    # Quirk 17: a code that the code table does not hold.
    k.obs(18, "late code", "not_yet_sent", "2018-04-01", AssociatedText="Code to follow")
    # Quirk 63: an EMIS code without any parent.
    k.obs(18, "no parent", "lipids", "2018-05-01", "1.000", "")
    # A consultation that was never sent; staff never sent; nobody named.
    k.obs(18, "no consultation", "cough", "2018-06-01", ConsultationGuid=guid("consultation", "never sent"))
    k.obs(18, "no staff", "cough", "2018-06-02", ClinicianUserInRoleGuid=user("never sent"))  # Quirk 15
    k.obs(18, "nobody", "cough", "2018-06-03", ClinicianUserInRoleGuid="", EnteredByUserInRoleGuid="")
    k.obs(18, "spaces", "cough", "2018-06-04", ClinicianUserInRoleGuid=user("spaces"), EnteredByUserInRoleGuid=user("department"))
    k.obs(18, "given only", "cough", "2018-06-05", ClinicianUserInRoleGuid=user("given only"), EnteredByUserInRoleGuid=user("nameless"))
    # GUIDs in lower case, and without braces.
    k.obs(18, "lower", "cough", "2018-07-01", PatientGuid=patient(18).lower(), ObservationGuid=record("observation", 18, "lower").lower())
    k.obs(18, "braceless", "cough", "2018-07-02", PatientGuid=patient(18).strip("{}"), ConsultationGuid=plain_guid("consultation", "18/review"),
          ObservationGuid=plain_guid("observation", "18/braceless"))
    k.obs(18, "episode", "cough", "2018-08-01", Episode="Flare Up", AbnormalReason="??")
    k.obs(18, "screening", "sharing", "2018-08-02")

    # Documents (quirk 72: the GUID is all there is): with a code, with a value, one GUID twice, on a confidential row.
    letter = guid("document", "letter")
    k.obs(19, "letter", "letter", "2023-03-03", DocumentGuid=letter, ObservationType="Document", AssociatedText="Dermatology clinic")
    k.obs(19, "scan", "scan", "2023-03-04", DocumentGuid=guid("document", "scan"), ObservationType="Annotated Image")
    k.obs(19, "result scan", "hb", "2023-03-05", "133.000", "g/L", DocumentGuid=guid("document", "result"))
    k.obs(19, "letter again", "letter", "2023-03-06", DocumentGuid=letter, ObservationType="Document")

    # Quirk 71: confidential rows of each kind (diary, drug and issue elsewhere).
    hidden = k.consultation(20, "confidential", "2022-02-02", IsConfidential="true")
    k.obs(20, "confidential", "depression", "2022-02-02", ConsultationGuid=hidden, IsConfidential="true")
    k.obs(20, "confidential allergy", "egg", "2022-02-03", IsConfidential="true")
    k.problem(20, k.obs(20, "confidential problem", "anxiety", "2022-02-04", IsConfidential="true"))
    k.referral(20, k.obs(20, "confidential referral", "ref_counsel", "2022-02-05", IsConfidential="true"))
    k.obs(20, "confidential letter", "letter", "2022-02-06", IsConfidential="true", DocumentGuid=guid("document", "confidential"))
    k.bp(20, "confidential", "2022-02-07", "120.000", "70.000", IsConfidential="true")
    k.obs(20, "open in confidential", "cough", "2022-02-02", ConsultationGuid=hidden)
    # Unfinished consultation; one with nothing in it.
    k.consultation(20, "open", "2026-02-28", Complete="false")
    k.consultation(20, "empty", "2022-03-03", ConsultationType="")
    # Deleted rows in a bulk.
    k.x.deleted("CareRecord_Consultation", ConsultationGuid=record("consultation", 20, "deleted"), PatientGuid=patient(20))
    k.x.deleted("CareRecord_Observation", ObservationGuid=record("observation", 20, "deleted"), PatientGuid=patient(20))
    # The row, and later the delete of that row: the last one for a key wins.
    k.obs(20, "sent then deleted", "cough", "2022-04-04")
    k.x.deleted("CareRecord_Observation", ObservationGuid=record("observation", 20, "sent then deleted"), PatientGuid=patient(20))
    # Quirk 12: the same row twice.
    k.obs(20, "twice", "cough", "2022-05-05")
    k.obs(20, "twice", "cough", "2022-05-05")


def add_clinical(x):
    k = Clinical(x)
    for part in (add_everyday, add_patient_one, add_values, add_reports, add_allergies, add_problems, add_immunisations,
                 add_referrals, add_diary, add_dates, add_texts, add_oddities):
        part(k)
