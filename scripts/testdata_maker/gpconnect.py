"""Synthetic GP Connect records: three as EMIS would serve them, two as SystmOne would. Trap numbers are those of the format notes."""
from .common import json_text, write_bytes
from .gpconnect_bundle import NHS_EXT, SNOMED, UK_EXT, Bundle, concept, decimal, ref
from .gpconnect_parts import (COMMENT_NOTE, EGTON, MIDNIGHT, READ, allergy, drug, encounter, medicine, observation, patient,
                              practice, prescription_type, problem, quantity, repeats)


def emis_full():
    """A long-standing EMIS patient: consultations in three levels, problems, repeats, results, a referral, a document, a diary entry."""
    b = Bundle("emis", "emis full", "Z99011")
    practice(b, "Copperfell Surgery")
    patient(b, 8501, ["Rosalind", "May"], "Thistlewood", "Mrs", "female", "1956-09-14")
    first = encounter(b, "first", "2016-02-11T09:05:00.25+00:00", "GP Surgery")
    later = encounter(b, "later", "2024-07-04T10:11:12.345+01:00", "GP Surgery")
    # Trap 9: status unknown is valid.
    outside = encounter(b, "outside", "2020-05-01", "Externally Entered", status="unknown")
    asthma_code = b.code("195967001", "Asthma", "301485011", "Asthma", (READ, "H33..00", "Asthma"))
    bp = {"component": [
        {"code": b.code("163030003", "O/E - Systolic blood pressure reading", text="Systolic"), "valueQuantity": quantity("138", "mmHg")},
        {"code": b.code("163031004", "O/E - Diastolic blood pressure reading", text="Diastolic"), "valueQuantity": quantity("84.0",
        "mmHg")}]}
    # Trap 21: the first consultation of a problem names the problem header only; its observation is in the secondary list, with the
    # encounter in context. Later consultations are the other way round.
    actual = observation(b, "asthma", asthma_code, "2016-02-11", first, comment="Significance : Major\nEpisodicity : First")
    asthma = problem(b, "asthma", asthma_code, actual, "2016-02-11", context=ref(first), asserter=ref(b.gp), headers=[
        # Trap 28: only the first step of a chain comes: this parent is not in the bundle.
        ("parent", {"reference": "Condition/" + b.id("grandparent") + "-PROB"})])
    review = observation(b, "asthma review", asthma_code, "2024-07-04", later, comment="Episodicity : Review")
    pressure = observation(b, "bp", b.code("163020007", "O/E - blood pressure reading", "254063019", "O/E - blood pressure reading",
                                           (READ, "246..00", "O/E - blood pressure reading")), "2024-07-04", later, **bp)
    # Trap 8: the encounter in context is not in the bundle.
    lost = observation(b, "lost", b.code("8517006", "Ex-smoker", "15047015"), "2019-03", {"reference": "Encounter/" + b.id("not sent")})
    # Trap 19: no performer, no date, no comment.
    bare = observation(b, "bare", b.code("27113001", "Body weight", "45352010"), performer=[], valueQuantity=quantity("71.50", "kg"))
    del bare["performer"]
    # Trap 10: a day that no calendar has: that element is rejected with its path, the rest stays.
    bad_day = observation(b, "bad day", b.code("271870002", "Low blood pressure reading", "406863012"), "2021-02-30", later)
    note = observation(b, "note", concept(*COMMENT_NOTE), "2024-07-04", later, comment="Reviewed inhaler technique.\nWill ring if worse.")
    # Trap 17: a questionnaire in a consultation, hanging from its header observation.
    header = observation(b, "template", b.code("270442000", "Asthma monitoring check done", "405055018",
                                               local=(EGTON, "EMISNQAS1", "Asthma review template")), "2024-07-04", later,
                                               status="unknown")
    answers = b.clinical("QuestionnaireResponse", "observation template", "-QRSP", status="completed", parent=[ref(header)],
            context=ref(later),
                         authored="2024-07-04T10:11:12.345+01:00", item=[
                             {"linkId": "1", "text": "Woken at night?", "answer": [{"valueString": "Never"}]},
                             {"linkId": "2", "text": "Puffs a week", "answer": [{"valueDecimal": decimal("2.50")}]}])
    # Trap 7: has-member on the parent alone, derived-from on the child alone.
    child = observation(b, "child", b.code("170636007", "Asthma never disturbs sleep", "264545011"), "2024-07-04", later)
    header["related"] = [{"type": "has-member", "target": ref(child)}]
    other_child = observation(b, "other child", b.code("170656008", "Asthma sometimes restricts exercise", "264567012"),
            "2024-07-04", later,
                              related=[{"type": "derived-from", "target": ref(header)}])
    # A second problem, child of the first; ended.
    toe_code = b.code("21351003", "Fracture of phalanx of foot", "35860018", "Broken toe", (READ, "S36..00", "Broken toe"))
    toe_actual = observation(b, "toe", toe_code, "2018", outside)
    toe = problem(b, "toe", toe_code, toe_actual, "2018", "inactive", "minor", abatementDateTime="2018-06", headers=[("child",
            ref(asthma))],
                  context=ref(outside))

    # Results. Trap 2: EMIS gives category as an object, as STU3 has it.
    specimen = b.clinical("Specimen", "report", "-SPEC-0", type={"text": "Blood"}, receivedTime="2024-07-05",
                          accessionIdentifier={"value": "EX-1"}, collection={"collectedDateTime": "2024-07-04"},
                          note=[{"text": "Fasting"}])
    result = lambda name, code, display, description, value, **more: observation(
        b, name, b.code(code, display, description), "2024-07-04", later, specimen=ref(specimen), category=[{"coding": [
            {"system": "http://hl7.org/fhir/observation-category", "code": "laboratory", "display": "Laboratory"}]}],
            valueQuantity=value, **more)
    hb = result("hb", "1022431000000105", "Haemoglobin estimation", "2553471000000116", quantity("98", "g/L"),
                referenceRange=[{"low": {"value": decimal("115.0")}, "high": {"value": decimal("160.0")}}],
                interpretation={"coding": [{"system": "http://hl7.org/fhir/v2/0078", "code": "L", "display": "Low"}]})
    hdl = result("hdl", "1005681000000107", "Serum high density lipoprotein cholesterol level", "2577901000000110",
                 quantity("0.4", "mmol/L", comparator="<"))
    group = observation(b, "group", b.code("1022441000000101", "FBC - full blood count", "2566641000000111"), "2024-07-04", later,
                        status="unknown", specimen=ref(specimen), related=[{"type": "has-member", "target": ref(hb)}])
    filing = observation(b, "filing", concept(*COMMENT_NOTE), "2024-07-05", later, comment="Filing comment: repeat in two weeks")
    report = b.clinical("DiagnosticReport", "report", status="unknown", code=concept("721981007", "Diagnostic studies report"),
                        identifier=[{"system": "2.16.840.1.113883.2.1.4.5.5", "value": "EXREPORT1"}] + b.identifier(b.id("report")),
                        category={"coding": [{"system": "http://hl7.org/fhir/v2/0074", "code": "HM", "display": "Hematology"}]},
                        context=ref(later), issued="2024-07-05T16:00:00+01:00", specimen=[ref(specimen)],
                        result=[ref(group), ref(hb), ref(hdl), ref(filing)], conclusion="Anaemia; repeat.",
                        performer=[{"actor": ref(b.surgery)}])

    # Medicines.
    salbutamol = drug(b, "salbutamol", "39113611000001102", "Salbutamol 100micrograms/dose inhaler CFC free", "SAIN4321EX")
    metformin = drug(b, "metformin", "42084911000001109", "Metformin 500mg tablets", "META123EX")
    own = drug(b, "own", None, "Dr Farthing's soothing cream (special)")
    inhaler = medicine(b, "inhaler", salbutamol, "2016-02-11", prescription_type("repeat"), "1", "inhaler", "2 puffs when needed",
                       # Trap 14: allowed is the number of issues, not the repeats after the first. Trap 13: a stopped order is no issue.
                       repeat=repeats(6, 2), context=later, orders=[("2024-05-01", "completed"), ("2024-06-01", "stopped")],
                       reasonReference=[ref(asthma)], plan={"priorPrescription": {"reference": "MedicationRequest/" + b.id("earlier plan")}})
    # Trap 12: taken unk says nothing; the status does. Trap 15: 28.0 stays 28.0.
    tablets = medicine(b, "tablets", metformin, "2023-01-09", prescription_type("repeat"), "28.0", "tablet", taken="unk",
                       repeat=repeats(None, 0, "2026-12-31"), orders=[("2024-07-01", "active")])  # trap 26
    # Trap 20: no prescription type at all; and the text "No information available".
    cream = medicine(b, "cream", own, "2024-01-02", None, "0.5", "x 100 gram", "Apply thinly", status="stopped", end="2024-02-02",
            context=later)
    elsewhere = medicine(b, "elsewhere", metformin, "2015-01-02", {
        "url": NHS_EXT + "CareConnect-GPC-PrescriptionType-1", "valueCodeableConcept": {"text": "No information available"}},
        status="completed",
        agency="prescribed-by-previous-practice", end="2015-03-01")

    jab = b.clinical("Immunization", "flu", status="completed", notGiven=False, extension=[
        {"url": UK_EXT + "CareConnect-VaccinationProcedure-1",
         "valueCodeableConcept": b.code("985151000000100", "Administration of first inactivated seasonal influenza vaccination",
         "2505331000000118")},
        {"url": UK_EXT + "CareConnect-DateRecorded-1", "valueDateTime": "2023-10-09T11:00:00+01:00"}],
        vaccineCode={"coding": [{"system": "http://hl7.org/fhir/v3/NullFlavor", "code": "UNK", "display": "unk"}]}, date="2023-10-09",
        primarySource=True, manufacturer={"display": "Example Vaccines"}, lotNumber="EX0001", expirationDate="2024-05-31",
        encounter=ref(later), practitioner=[{"role": {"coding": [{"system": "http://hl7.org/fhir/v2/0443", "code": "AP"}]},
        "actor": ref(b.nurse)}])
    egg = allergy(b, "egg", b.code("91930004", "Allergy to edible egg", "152299016", "Egg allergy", (READ, "SN58200", "Egg allergy")),
                  "2010-05-05", first, category="environment", note=[{"text": "Swollen lips at a wedding"}])
    service = b.add("HealthcareService", "dermatology", "-HCS", providedBy=ref(b.surgery), name="Dermatology, Copperfell General")
    # Trap 11: asap is the two-week wait, and stays asap.
    referral = b.clinical("ReferralRequest", "derm", status="unknown", intent="order", priority="asap",
            authoredOn="2024-07-04T10:11:12.345+01:00",
                          identifier=[{"system": "https://fhir.nhs.uk/Id/ubr-number",
                          "value": "000123450042"}] + b.identifier(b.id("derm")),
                          context=ref(later), requester={"agent": ref(b.gp), "onBehalfOf": ref(b.surgery)}, recipient=[ref(service)],
                          reasonCode=[b.code("183518005", "Referral to dermatology service", "283599016")],
                          note=[{"text": "Mode: NHS e-Referral"}, {"text": "Transport: None Required"}])
    recall = b.clinical("ProcedureRequest", "recall", status="active", intent="plan", occurrenceDateTime="2025-07-04",
            authoredOn="2024-07-04",
                        context=ref(later), requester={"agent": ref(b.gp)},
                        code=b.code("270442000", "Asthma monitoring check done", "405055018", "Asthma review due", (EGTON,
                        "EMISNQAS5", "Asthma review due")))
    letter = b.clinical("DocumentReference", "letter", status="current", created="2024-08-01", indexed="2024-08-01T10:42:22.797+01:00",
                        type={"text": "Inbound document"}, custodian=ref(b.surgery), author=[ref(b.gp)], description="Clinic letter",
                        content=[{"attachment": {"contentType": "application/pdf", "size": 983,
                                                 "url": f"https://gpconnect.example.org/{b.ods}/Binary/" + b.id("letter")}}],
                        context={"encounter": ref(later), "related": [{"ref": ref(referral)}]})
    missing = b.clinical("DocumentReference", "absent", status="current", indexed="2024-08-02T10:00:00+01:00",
            type={"text": "Inbound document"},
                         content=[{"attachment": {"title": "The file is too large to be sent."}}])

    b.consultation(first, [("Asthma", asthma, [("Problem", [asthma]), ("History",
            [{"display": "Family history items are not supported by the provider system"}])])])
    b.consultation(later, [
        ("Asthma", asthma, [("Problem", [review]), ("Examination", [pressure, header, child, other_child]), ("Questionnaire", [answers]),
                            ("Medication", [inhaler]), ("Comment", [note])]),
        ("Other", None, [("Result", [report]), ("Referral", [referral]), ("Follow up", [recall])])])
    b.consultation(outside, [("Broken toe", toe, [(None, [toe_actual])])])
    b.list("allergies", [egg])
    # Trap 23: the list of ended allergies is known by its code, whatever its display. Trap 25: the older empty reason.
    b.list("ended", [], display="Resolved Allergies", title="Resolved Allergies",
           empty_system="http://hl7.org/fhir/special-values")
    b.list("medications", [inhaler, tablets, cream, elsewhere])
    b.list("problems", [asthma, toe])
    b.list("consultations", [later, outside, first])
    b.list("investigations", [report])
    b.list("immunisations", [jab])
    b.list("uncategorised", [lost, bare, bad_day], note=[{"text": "Data in transit"}], extension=[
        {"url": NHS_EXT + "CareConnect-GPC-ListWarningCode-1", "valueCode": "data-in-transit"}])
    b.list("diary", [recall])
    b.list("referrals", [referral])
    # Trap 18: the review and the inhaler belong to a problem and to a consultation: one resource each, two links.
    b.secondary("consultations-uncategorised-data-contained-in-consultations",
                "Consultations - uncategorised data contained in consultations",
                [actual, review, pressure, note, header, child, other_child, answers, bad_day])
    b.secondary("consultations-medications-contained-in-consultations", "Consultations - medications contained in consultations",
            [inhaler])
    b.secondary("consultations-documents-contained-in-consultations", "Consultations - documents contained in consultations",
            [letter, missing])
    b.secondary("problems-uncategorised-data-related-to-problems", "Problems - uncategorised data related to problems", [actual,
            review, toe_actual])
    b.secondary("problems-medications-related-to-problems", "Problems - medications related to problems", [inhaler])
    asthma["extension"] += [{"url": UK_EXT + "CareConnect-RelatedClinicalContent-1", "valueReference": ref(r)} for r in (review,
    inhaler, later)]
    return b.value()


def emis_allergies():
    """Allergies: ended ones contained in their list in both ways of naming them, a code without SNOMED CT, and a text-only one."""
    b = Bundle("emis", "emis allergies", "Z99011")
    practice(b, "Copperfell Surgery")
    patient(b, 8502, ["Barnaby"], "Quillfeather", "Mr", "male", "1988-01-30")
    visit = encounter(b, "one", "2022-03-27T02:30:00+01:00", "Other")
    penicillin = allergy(b, "penicillin", b.code("91936005", "Allergy to penicillin", "152307010", "Penicillin allergy", (READ,
            "14L1.00", "Penicillin allergy")),
                         "2001-05", visit, recorder=ref(b.gp), reaction=[{"manifestation": [concept("271807003",
                         "Eruption of skin")], "severity": "severe"}])
    own = allergy(b, "own", {"coding": [{"system": EGTON, "code": "EMISNQAL7", "display": "Allergy to scented candles",
            "userSelected": True}],
                             "text": "Allergy to scented candles"}, None, category="environment")
    words = allergy(b, "words", {"text": "Something in the blue ointment"}, "2011", category="environment")
    # Traps 5 and 24: ended allergies are not entries of the bundle but contained in the list, and named "#..." or "List/x#...".
    ended = lambda name, code, display: {
        "resourceType": "AllergyIntolerance", "id": name, "meta": {"profile": [
            "https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-AllergyIntolerance-1"]},
        "extension": [{"url": UK_EXT + "CareConnect-AllergyIntoleranceEnd-1", "extension": [
            {"url": "endDate", "valueDateTime": "2019-09-09"}, {"url": "reasonEnded", "valueString": "Tolerated on challenge"}]}],
        "identifier": b.identifier(b.id("allergy " + name)), "clinicalStatus": "resolved", "verificationStatus": "unconfirmed",
        "category": ["medication"], "code": concept(code, display), "patient": ref(b.patient), "assertedDate": "2009-09-09",
        "note": [{"text": "Childhood rash"}]}
    b.list("allergies", [penicillin, own, words])
    list_id = b.id("ended list")
    l = b.list("ended", [{"reference": "#ended-1"}, {"reference": f"List/{list_id}#ended-2"}],
            display="Ended allergies (record artifact)",  # trap 23
               contained=[ended("ended-1", "294505008", "Allergy to amoxicillin"), ended("ended-2", "293586001", "Allergy to aspirin")])
    l["id"] = list_id
    for name in ("medications", "problems", "immunisations", "uncategorised", "diary", "referrals", "investigations"):
        b.list(name, [])
    b.list("consultations", [visit])
    b.secondary("consultations-allergies-contained-in-consultations", "Consultations - allergies contained in consultations",
            [penicillin])
    return b.value()


def emis_repeat_dispensing():
    """A patient who has died: repeat dispensing, an asserted "no known allergies", text in every script."""
    b = Bundle("emis", "emis dispensing", "Z99011")
    practice(b, "Copperfell Surgery")
    patient(b, 8503, ["Zoë"], "Ní Bhriain", "Dr", "other", "1979-12-31", deceasedDateTime="2025-12-01")
    levothyroxine = drug(b, "levothyroxine", "39697911000001101", "Levothyroxine sodium 100microgram tablets", "LETA55EX")
    warfarin = drug(b, "warfarin", "42217511000001103", "Warfarin 1mg tablets")
    # Trap 27: repeat information for repeat dispensing. Trap 29: all orders bear the plan's authoredOn; their dates are in validityPeriod.
    thyroid = medicine(b, "thyroid", levothyroxine, "2025-09-01", prescription_type("repeat-dispensing", "Repeat dispensing"),
            repeat=repeats(12, 3, "2026-08-31"),
                       orders=[("2025-09-01", "completed"), ("2025-10-01", "completed"), ("2025-11-01", "active")])
    # Trap 26: nothing allowed, nothing issued.
    zero = medicine(b, "zero", warfarin, "2025-01-01", prescription_type("repeat"), "1e2", "tablet", repeat=repeats(0, 0))
    delayed = medicine(b, "delayed", levothyroxine, "2025-02-01", prescription_type("delayed-prescribing", "Delayed prescribing"),
            "12345678901234567.125",
                       status="completed", context={"reference": "Encounter/" + b.id("never sent")})
    # Trap 22: an asserted negation is an entry.
    none = allergy(b, "none", b.code("716186003", "No known allergy", "3304950010", "No known allergies"), "2022-01-01",
            category="environment")
    weight = observation(b, "weight", b.code("27113001", "Body weight", "45352010"), "2025-03-30T01:30:00+00:00", valueQuantity={
        "extension": [{"url": UK_EXT + "CareConnect-ValueApproximation-1", "valueBoolean": True}], "value": decimal("70"), "unit": "kg",
        "system": "http://unitsofmeasure.org", "code": "kg"})
    # Trap 16: beyond Latin-1 and beyond the BMP, in every place text can be.
    text = observation(b, "text", b.code("37331000000100", "Comment note"), "2025-03-30", comment=(
        "Привет. “Typographic” – dash, non‐breaking‑hyphens, figure\u2007space, \U0001F468\u200D\U0001F469\u200D\U0001F467, e\u0301, \U0001D11E"))
    b.list("allergies", [none])
    b.list("ended", [])
    b.list("medications", [thyroid, zero, delayed])
    b.list("uncategorised", [weight, text])
    for name in ("problems", "consultations", "immunisations", "diary", "referrals", "investigations"):
        b.list(name, [], empty_system="http://hl7.org/fhir/special-values")
    return b.value()


def systmone_full():
    """A SystmOne patient: underscored ids, people by display, one unnamed topic to a consultation."""
    b = Bundle("systmone", "systmone full", "Z99021")
    practice(b, "Mill Rise Surgery")
    patient(b, 8601, ["Edmund"], "Kettlewick", "Mr", "male", "1949-03-03", contact=[
        {"relationship": [{"text": "Next Of Kin"}, {"text": "Daughter"}], "name": {"family": "Larkspur", "given": ["Greta"]}}])
    visit = encounter(b, "visit", "2023-11-14T09:00:00+00:00", "Clinical - Surgery Consultation Note")
    # Trap 9; and only a recorder, nobody who performed it.
    admin = encounter(b, "admin", "2021-06-01" + MIDNIGHT, "Admin", status="unknown", who=False)
    bp_code = b.code("163020007", "O/E - blood pressure reading", "254063019")
    pressure = observation(b, "bp", bp_code, "2023-11-14T09:00:00+00:00", visit, component=[
        {"code": b.code("163030003", "O/E - Systolic blood pressure reading"), "valueQuantity": quantity("151", "mmHg")},
        {"code": b.code("163031004", "O/E - Diastolic blood pressure reading"), "valueQuantity": quantity("92", "mmHg")}])
    hypertension = b.code("59621000", "Essential hypertension", "99042012")
    actual = observation(b, "hypertension", hypertension, "2011-10", visit)
    # Trap 1: hl7.org.uk and no GPC in the name. Related content by display only.
    main = problem(b, "hypertension", hypertension, actual, "2011-10", context=ref(visit), asserter={"display": "Farthing, Isolde (Dr)"},
                   related=[pressure, {"display": "Letter about blood pressure"}])
    # No actual problem at all. Trap 28: a sibling outside the bundle. Trap 10: a month that does not exist.
    ckd = problem(b, "ckd", b.code("433144002", "Chronic kidney disease stage 3", "2773184015"), None, "2015-13", "inactive", "minor",
                  context=ref(admin), headers=[("sibling", {"reference": "Condition/" + b.id("elsewhere")})])
    # Trap 1: the misspelt extension of published stubs.
    smoking = observation(b, "smoking", b.code("8517006", "Ex-smoker", "15047015", text="Gave up in 1990", misspelt=True),
            "2023-11-14", visit)
    narrative = observation(b, "visit history", concept("37331000000100", "Comment note"), "2023-11-14", visit,
                            comment="Dizzy on standing; ring back \U0001F4DE after tests")  # trap 16: written as a \\u surrogate pair in this file
    narrative["id"] = visit["id"] + "_T_0_Cat_H_Nar"
    narrative["identifier"][0]["value"] = narrative["id"]
    # Trap 3: no Practitioner behind the display; trap 19: no issued, no effective.
    bare = observation(b, "bare", b.code("27113001", "Body weight", "45352010"), None, None, issued=None,
                       valueQuantity=quantity("80.25", "kg"))
    del bare["issued"]
    result = observation(b, "egfr", b.code("1022431000000105", "Haemoglobin estimation", "2553471000000116"), "2023-11-15", admin,
                         valueQuantity=quantity("131", "g/L"), referenceRange=[{"text": "130 - 170"}, {"low": {"value": decimal("130")}}])
    text_range = observation(b, "hdl", b.code("1005681000000107", "Serum high density lipoprotein cholesterol level", "2577901000000110"),
                             "2023-11-15", admin, valueQuantity=quantity("4", "mmol/L", comparator=">="),
                             referenceRange=[{"text": "< 4"}])
    specimen = b.clinical("Specimen", "specimen", status="available", accessionIdentifier={"value": "EX-2"}, type={"text": "Blood"},
                          note={"text": "One object where an array belongs"})
    # Trap 2: category is an array here.
    report = b.clinical("DiagnosticReport", "report", status="final", code=concept("721981007", "Diagnostic studies report"),
            context=ref(admin),
                        category=[{"coding": [{"system": "http://hl7.org/fhir/diagnostic-service-sections", "code": "HM",
                        "display": "Hematology"}]}],
                        issued="2023-11-15T00:00:00+00:00", specimen=[ref(specimen)], result=[ref(result), ref(text_range)])

    amlodipine = drug(b, "amlodipine", "39731911000001109", "Amlodipine 10mg tablets")
    amoxicillin = drug(b, "amoxicillin", "39732411000001106", "Amoxicillin 500mg capsules")
    # Trap 26: valuePositiveInt for the number allowed.
    repeat = medicine(b, "amlodipine", amlodipine, "2021-06-01", prescription_type("repeat"), repeat=repeats(6, 1, positive=True),
            context=visit,
                      orders=[("2023-11-14", "active")], plan={"groupIdentifier": {"value": "EX-GROUP-1"}})
    acute = medicine(b, "amoxicillin", amoxicillin, "2020-02-02", prescription_type("acute"), "21", "capsule",
            "One three times a day", status="completed",
                     end="2020-02-09", orders=[("2020-02-02", "completed")],
                     context={"reference": "Encounter/" + b.id("never sent")})  # trap 8
    # Trap 20.
    unknown = medicine(b, "unknown", amoxicillin, "2019-02-02", {"url": NHS_EXT + "CareConnect-GPC-PrescriptionType-1",
            "valueCodeableConcept": {
        "text": "No information available"}}, "21.00", "capsule", status="stopped", end="2019-03-01",
        agency="prescribed-by-another-organisation",
                       # SystmOne: now and then there is a text only, and no number.
                       plan={"dispenseRequest": {"quantity": {"extension": [
                           {"url": NHS_EXT + "CareConnect-GPC-MedicationQuantityText-1", "valueString": "one box"}]}}})
    penicillin = allergy(b, "penicillin", b.code("91936005", "Allergy to penicillin", "152307010", text="PENICILLIN"),
            "2020-02-02T12:00:00+00:00", visit,
                         onsetDateTime="2010", note=[{"text": "collapse", "authorReference": {"display": "Farthing, Isolde (Dr)"},
                                                      "time": "2020-02-02T12:00:00+00:00"}],
                                                      recorder={"display": "Farthing, Isolde (Dr)"})
    jab = b.clinical("Immunization", "covid", status="completed", notGiven=False, date="2021-03-03" + MIDNIGHT, primarySource=True,
            encounter=ref(visit),
                     vaccineCode={"text": "COVID-19 vaccine (made up)"}, location={"display": "Village hall"}, site={"text": "Left arm"},
                     route={"text": "Intramuscular"}, note=[{"text": "Dose: 0.3ml"}],
                     explanation={"reason": [{"text": "National programme"}]}, extension=[
                         {"url": UK_EXT + "CareConnect-ParentPresent-1", "valueBoolean": False},
                         {"url": UK_EXT + "CareConnect-VaccinationProcedure-1", "valueCodeableConcept": b.code(
                             "1324681000000101", "Administration of first dose of SARS-CoV-2 (severe acute respiratory syndrome coronavirus 2) vaccine",
                             "2837371000000119")}])
    declined = b.clinical("Immunization", "flu declined", status="completed", notGiven=True, date="2022-10-01", primarySource=True,
            encounter=ref(admin),
                          vaccineCode={"text": "Influenza vaccine"}, explanation={"reasonNotGiven": [{"text": "Patient declined"}]})
    referral = b.clinical("ReferralRequest", "referral", status="unknown", intent="order", authoredOn="2023-11-14T09:05:00+00:00",
            context=ref(visit),
                          serviceRequested=[{"text": "Cardiology"}], description="Please see and advise",
                          requester={"agent": {"display": "Farthing, Isolde (Dr)"}},
                          reasonCode=[b.code("308448008", "Referral to counsellor", "451782016")],
                          note=[{"text": "Status: still open\n"}])
    diary = b.clinical("ProcedureRequest", "recall", status="active", intent="plan", occurrencePeriod={"start": "2024-11-14",
            "end": "2024-12-14"},
                       code={"text": "Blood pressure check"}, context=ref(visit))
    letter = b.clinical("DocumentReference", "letter", status="current", created="2023-12-01", indexed="2023-12-01T11:23:37.000+00:00",
                        identifier=b.identifier(b.id("letter"), "https://tpp-uk.com/Id/document-identifier"),
                        masterIdentifier={"system": "https://tpp-uk.com/Id/document-master-identifier", "value": b.id("letter master")},
                        type={"text": "Attachment - heart clinic letter"}, author=[{"display": "Copperfell General"}],
                        custodian=ref(b.surgery), context={"encounter": ref(visit)},
                        content=[{"attachment": {"contentType": "application/rtf",
                        "url": f"https://gpconnect.example.org/{b.ods}/Binary/" + b.id("letter")}}])
    b.consultation(visit, [(None, main, [("History", [narrative]), ("Examination", [pressure]), (None, [
        actual, smoking, repeat, referral, {"display": "Vaccination items are not supported by the provider system"}])])])
    confidential = {"extension": [{"url": NHS_EXT + "CareConnect-GPC-ListWarningCode-1", "valueCode": "confidential-items"}],
                    "note": [{"text": "Some items were left out at the patient's wish."}]}
    b.list("allergies", [penicillin], **confidential)
    # Trap 22: this patient's ended allergies: nothing recorded, which is not "none".
    b.list("ended", [], title="Ended allergies", display="Ended allergies")
    b.list("medications", [repeat, acute, unknown])
    b.list("problems", [main, ckd])
    b.list("consultations", [visit, admin])
    b.list("investigations", [report])
    b.list("immunisations", [jab, declined])
    b.list("uncategorised", [bare, smoking], **confidential)
    b.list("diary", [diary])
    b.list("referrals", [referral])
    # Trap 6: the code ends with a space.
    b.secondary("consultations-allergies-contained-in-consultations ", "Consultations - allergies contained in consultations",
            [penicillin])
    b.secondary("consultations-uncategorised-data-contained-in-consultations",
            "Consultations - uncategorised data contained in consultations",
                [pressure, smoking, narrative, actual])
    # Trap 18: the blood pressure is in a consultation and under a problem.
    b.secondary("problems-uncategorised-data-related-to-problems", "Problems - uncategorised data related to problems", [pressure,
            actual])
    b.secondary("consultations-documents-contained-in-consultations", "Consultations - documents contained in consultations", [letter])
    b.entries.append({"resourceType": "OperationOutcome", "meta": {"profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-OperationOutcome-1"]},
                      "issue": [{"severity": "warning", "code": "not-supported",
                      "diagnostics": "includeExample is not a recognised parameter"}]})
    return b.value()


def systmone_bare():
    """A SystmOne patient with next to nothing: every list empty, no consultation, no person named."""
    b = Bundle("systmone", "systmone bare", "Z99021")
    practice(b, "Mill Rise Surgery")
    patient(b, 8602, [], "Nightingale", "", "unknown", "2025-12-24")
    del b.patient["name"][0]["given"], b.patient["name"][0]["prefix"], b.patient["telecom"], b.patient["generalPractitioner"]  # trap 19
    for name in ("allergies", "ended", "medications", "problems", "consultations", "investigations", "immunisations", "diary",
    "referrals"):
        b.list(name, [])
    b.list("uncategorised", [observation(b, "birth", b.code("27113001", "Body weight", "45352010", text="Birth weight"), "2025-12",
                                         valueQuantity=quantity("3.410", "kg"), performer=[{"display": "Health visitor (unknown)"}])])
    return b.value()


RECORDS = {"emis-full": emis_full, "emis-allergies": emis_allergies, "emis-repeat-dispensing": emis_repeat_dispensing,
           "systmone-full": systmone_full, "systmone-bare": systmone_bare}


def write(folder):
    for name, make in RECORDS.items():
        # SystmOne files are written in ASCII, so that characters come as \\u escapes and surrogate pairs (trap 16).
        write_bytes(folder / f"{name}.json", json_text(make(), escaped=name.startswith("systmone")).encode("utf-8"))
