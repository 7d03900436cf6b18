"""The resources of a synthetic GP Connect record, each in the shape its supplier gives it. Trap numbers are those of the format notes."""
from .common import nhs_number
from .gpconnect_bundle import NHS_EXT, SNOMED, UK_EXT, decimal, ref

READ = "http://read.info/readv2"
EGTON = "https://fhir.hl7.org.uk/Id/egton-codes"
EMIS_DRUG = "https://fhir.hl7.org.uk/Id/emis-drug-codes"
DAY = {"unit": "day", "system": "http://unitsofmeasure.org", "code": "d"}
MIDNIGHT = "T00:00:00+00:00"  # what SystmOne writes for a date-only fact
COMMENT_NOTE = ("37331000000100", "Comment note")


def practice(b, name):
    """Organization, Location, two Practitioners; one PractitionerRole."""
    b.surgery = b.add("Organization", "surgery", with_identifier=False, identifier=[
        {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": b.ods}], name=name,
        telecom=[{"system": "phone", "use": "work", "value": "01632 960500"}],
        address=[{"line": ["1 Larch Lane"], "city": "Copperfell", "postalCode": "ZZ99 1AA"}])
    b.place = b.add("Location", "surgery", with_identifier=False, identifier=[
        {"system": "https://fhir.nhs.uk/Id/ods-site-code", "value": b.ods}], status="active", name=name,
        address={"line": ["1 Larch Lane"], "city": "Copperfell", "postalCode": "ZZ99 1AA"}, managingOrganization=ref(b.surgery))
    person = lambda key, prefix, given, family, gender, sds: b.add(
        "Practitioner", key, with_identifier=False, identifier=[{"system": "https://fhir.nhs.uk/Id/sds-user-id", "value": sds}],
        name=[{"use": "official", "family": family, "given": [given], "prefix": [prefix]}], gender=gender)
    b.gp = person("gp", "Dr", "Isolde", "Farthing", "female", "999000000001")
    b.nurse = person("nurse", "Mr", "Linus", "Pepperell", "male", "999000000002")
    role = b.add("PractitionerRole", "gp role", with_identifier=False, practitioner=ref(b.gp), organization=ref(b.surgery),
                 code=[{"coding": [{"system": "https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-SDSJobRoleName-1", "code": "R0260",
                                    "display": "General Medical Practitioner"}]}])
    if b.emis:  # two UUIDs without dashes: 64 characters, the most FHIR allows
        role["id"] = (b.gp["id"] + b.surgery["id"]).replace("-", "")
    # Trap 30: the nurse holds two roles, and so no PractitionerRole is sent at all.


def patient(b, serial, given, family, prefix, gender, born, **more):
    verified = {"url": NHS_EXT + "CareConnect-GPC-NHSNumberVerificationStatus-1", "valueCodeableConcept": {"coding": [
        {"system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-NHSNumberVerificationStatus-1", "code": "01",
         "display": "Number present and verified"}]}}
    identifiers = [{"extension": [verified], "system": "https://fhir.nhs.uk/Id/nhs-number", "value": nhs_number(serial)}]
    p = b.add("Patient", "patient", with_identifier=False, identifier=identifiers, active=True,
              name=[{"use": "official", "family": family, "given": given, "prefix": [prefix]}], gender=gender, birthDate=born,
              address=[{"use": "home", "type": "physical", "line": [f"{serial % 90} Orchard Close"], "city": "Copperfell",
                        "postalCode": "ZZ99 2BB"}],
              telecom=[{"system": "phone", "use": "home", "value": f"01632 960{serial % 900:03d}"}],
              generalPractitioner=[ref(b.gp)], managingOrganization=ref(b.surgery), **more)
    b.patient = p


def encounter(b, name, start, kind, status="finished", who=True, **more):
    participants = []
    pprf = {"type": [{"coding": [{"system": "http://hl7.org/fhir/v3/ParticipationType", "code": "PPRF",
            "display": "primary performer"}]}]}
    rec = {"type": [{"coding": [{"system": "https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-ParticipantType-1", "code": "REC",
                                 "display": "recorder"}]}]}
    if b.emis:
        participants = [pprf | {"individual": ref(b.gp)}, rec | {"individual": ref(b.nurse)}]
    else:
        # Trap 3: a person by display only.
        participants = ([pprf | {"individual": {"display": "Farthing, Isolde (Dr)"}}] if who else []) + [
            rec | {"individual": {"display": "Pepperell, Linus (Mr)"}}]
    return b.clinical("Encounter", "encounter " + name, status=status, type=[{"text": kind}], participant=participants,
                      period={"start": start}, location=[{"location": ref(b.place) if b.emis else {"display": "Copperfell Surgery"}}],
                      serviceProvider=ref(b.surgery), **more)


def observation(b, name, code, when=None, context=None, status="final", **more):
    fields = {"status": status, "code": code}
    if context:
        fields["context"] = ref(context) if "resourceType" in context else context
    if when:
        fields["effectiveDateTime"] = when
    if "issued" not in more:
        fields["issued"] = "2024-03-04T10:11:12.345+00:00" if b.emis else "2024-03-04T10:11:12+00:00"
    if "performer" not in more:
        fields["performer"] = [ref(b.gp)] if b.emis else [{"display": "Farthing, Isolde (Dr)"}]
    return b.clinical("Observation", "observation " + name, **(fields | more))


def quantity(value, unit=None, **more):
    return {"value": decimal(value)} | ({"unit": unit} if unit else {}) | more


def problem(b, name, code, actual, onset, status="active", significance="major", related=(), headers=(), **more):
    # Trap 1: the same extension with and without GPC, on either host.
    host = NHS_EXT + "CareConnect-GPC-ActualProblem-1" if b.emis else UK_EXT + "CareConnect-ActualProblem-1"
    extension = [{"url": host, "valueReference": ref(actual)}] if actual else []  # SystmOne often gives none
    extension.append({"url": UK_EXT + "CareConnect-ProblemSignificance-1", "valueCode": significance})
    extension += [{"url": UK_EXT + "CareConnect-RelatedClinicalContent-1", "valueReference": ref(r) if "resourceType" in r else r}
                  for r in related]
    extension += [{"url": UK_EXT + "CareConnect-RelatedProblemHeader-1",
                   "extension": [{"url": "type", "valueCode": kind}, {"url": "target", "valueReference": target}]} for kind,
                   target in headers]
    return b.clinical("Condition", "observation " + name if b.emis else "condition " + name, "-PROB" if b.emis else "",
            extension=extension,
                      clinicalStatus=status, category=[{"coding": [
                          {"system": "https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-ConditionCategory-1",
                          "code": "problem-list-item",
                           "display": "Problem List Item"}]}], code=code, **({"onsetDateTime": onset} if onset else {}),
                      assertedDate="2024-03-04T10:11:12+00:00", **more)


def drug(b, name, code, display, emis_code=None):
    coding = [{"system": SNOMED, "code": code, "display": display}] if code else []
    if b.emis and emis_code:
        coding.insert(0, {"system": EMIS_DRUG, "code": emis_code, "display": display, "userSelected": True})
    return b.add("Medication", "medication " + name, with_identifier=False, code={"coding": coding} if coding else {"text": display})


def prescription_type(code, display=None):
    return {"url": NHS_EXT + "CareConnect-GPC-PrescriptionType-1", "valueCodeableConcept": {"coding": [
        {"system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescriptionType-1", "code": code,
        "display": display or code.title()}]}}


def repeats(allowed=None, issued=None, expiry=None, positive=False):
    # Trap 26: both are unsignedInt and 0 is legal; one supplier writes valuePositiveInt; allowed may be absent when there is a date.
    parts = []
    if allowed is not None:
        parts.append({"url": "numberOfRepeatPrescriptionsAllowed", "valuePositiveInt" if positive else "valueUnsignedInt": allowed})
    if issued is not None:
        parts.append({"url": "numberOfRepeatPrescriptionsIssued", "valueUnsignedInt": issued})
    if expiry:
        parts.append({"url": "authorisationExpiryDate", "valueDateTime": expiry})
    return {"url": NHS_EXT + "CareConnect-GPC-MedicationRepeatInformation-1", "extension": parts}


def supply(b, start, amount, unit, days="28", end=None):
    # Trap 15: a quantity is a decimal as written. EMIS: unit; SystmOne: no unit, a text extension.
    q = quantity(amount, unit) if b.emis else {
        "extension": [{"url": NHS_EXT + "CareConnect-GPC-MedicationQuantityText-1", "valueString": unit}], "value": decimal(amount)}
    return {"validityPeriod": {"start": start} | ({"end": end} if end else {}), "quantity": q,
            "expectedSupplyDuration": {"value": decimal(days)} | DAY}


def medicine(b, name, medication, start, kind, amount="28", unit="tablet", dose="One to be taken each day", status="active", orders=(),
             repeat=None, context=None, taken="unk", agency="prescribed-at-gp-practice", end=None, plan=None, **more):
    """A statement, its plan and its orders. orders: [(start, status), ...]. Returns the statement."""
    extension = ([repeat] if repeat else []) + ([kind] if kind else [])
    who = {"recorder": ref(b.gp) if b.emis else {"display": "Farthing, Isolde (Dr)"}}
    if b.emis:
        who["requester"] = {"agent": ref(b.gp), "onBehalfOf": ref(b.surgery)}
    # Trap 8: a context may be a bare reference to an encounter that is not in the bundle.
    common = {"medicationReference": ref(medication), "context": (ref(context) if "resourceType" in context else context) if context else None,
              "authoredOn": start + ("T09:10:11.123+00:00" if b.emis else MIDNIGHT), "dosageInstruction": [{"text": dose}]} | who
    common = {k: v for k, v in common.items() if v}
    the_plan = b.clinical("MedicationRequest", "plan " + name, "" if b.emis else "_plan",
            **({"extension": extension} if extension else {}), status=status, intent="plan",
                          **({"dispenseRequest": supply(b, start, amount, unit, end=end)} | common | (plan or {})))
    for i, (issued, order_status) in enumerate(orders):
        b.clinical("MedicationRequest", f"order {name} {i}", "" if b.emis else "_order", **({"extension": [kind]} if kind else {}),
                   basedOn=[ref(the_plan)], status=order_status, intent="order", dispenseRequest=supply(b, issued, amount, unit),
                   # Trap 29: authoredOn is the plan's; the issue date is validityPeriod.start.
                   **common)
    last = [{"url": NHS_EXT + "CareConnect-GPC-MedicationStatementLastIssueDate-1", "valueDateTime": orders[-1][0]}] if orders else []
    return b.clinical("MedicationStatement", "plan " + name if b.emis else "statement " + name, "-MS" if b.emis else "",
            extension=last + [
        {"url": NHS_EXT + "CareConnect-GPC-PrescribingAgency-1", "valueCodeableConcept": {"coding": [
            {"system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescribingAgency-1", "code": agency,
             "display": agency.replace("-", " ").capitalize()}]}}],
        basedOn=[ref(the_plan)], status=status, medicationReference=ref(medication),
        effectivePeriod={"start": start} | ({"end": end} if end else {}),
        dateAsserted=start + MIDNIGHT, taken=taken, dosage=[{"text": dose}], **more)


def allergy(b, name, code, when, context=None, status="active", category="medication", **more):
    extension = [{"url": "http://hl7.org/fhir/StructureDefinition/encounter-associatedEncounter",
            "valueReference": ref(context)}] if context else []
    return b.clinical("AllergyIntolerance", "allergy " + name, **({"extension": extension} if extension else {}), clinicalStatus=status,
                      verificationStatus="unconfirmed", category=[category], code=code, **({"assertedDate": when} if when else {}),
                      **more)
