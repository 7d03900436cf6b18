"""A GP Connect Structured bundle (STU3) being put together, in the shape EMIS or SystmOne gives it."""
from .common import plain_guid, spread

NHS_EXT = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-"
UK_EXT = "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-"
PROFILE = "https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-{}-1"
PROFILES = {"Condition": PROFILE.format("ProblemHeader-Condition"),
            "HealthcareService": "https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-HealthcareService-1",
            "QuestionnaireResponse": "https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-QuestionnaireResponse-1"}
SNOMED = "http://snomed.info/sct"
SECONDARY = "https://fhir.hl7.org.uk/STU3/CodeSystem/GPConnect-SecondaryListValues-1"
PRIMARY = {
    "allergies": ("886921000000105", "Allergies and adverse reactions"), "ended": ("1103671000000101", "Ended allergies"),
    "medications": ("933361000000108", "Medications and medical devices"), "problems": ("717711000000103", "Problems"),
    "consultations": ("1149501000000101", "List of consultations"), "investigations": ("887191000000108", "Investigations and results"),
    "immunisations": ("1102181000000102", "Immunisations"), "uncategorised": ("826501000000100", "Miscellaneous record"),
    "diary": ("714311000000108", "Patient recall administration"), "referrals": ("792931000000107", "Outbound referral"),
}


def decimal(text):
    """A number to be written exactly so: 28.0 is not 28 (trap 15)."""
    return f"@number@{text}@"


def concept(code, display, **more):
    return {"coding": [{"system": SNOMED, "code": code, "display": display}]} | more


def ref(resource):
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


class Bundle:
    def __init__(self, supplier, key, ods):
        self.supplier, self.key, self.ods, self.entries = supplier, key, ods, []
        self.emis = supplier == "emis"
        self.patient = None

    def id(self, name):
        """EMIS: an upper-case UUID. SystmOne: two hexadecimal numbers and an underscore, which is no legal FHIR id."""
        if self.emis:
            return plain_guid("gpconnect", f"{self.key}/{name}")
        return f"{spread(('page', name.split()[0]), 16 ** 10):010x}000000_{spread((self.key, name), 16 ** 10):010x}000000"

    def identifier(self, id, system=None):
        if self.emis:
            return [{"system": f"https://EMISWeb/{self.ods}",
                     "value": (self.patient["id"] + id).replace("-", "") if self.patient else id}]
        return [{"system": system or "https://tpp-uk.com/Id/ccs-id", "value": id}]

    def add(self, kind, name, suffix="", /, *, with_identifier=True, **fields):
        id = self.id(name) + suffix
        resource = {"resourceType": kind, "id": id, "meta": {"profile": [PROFILES.get(kind, PROFILE.format(kind))]}}
        if not self.emis and kind in ("Patient", "Practitioner", "PractitionerRole", "Organization", "Location"):
            resource["meta"] |= {"versionId": plain_guid("version", id).replace("-", ""), "lastUpdated": "2026-02-28T09:00:00+00:00"}
        if with_identifier and "identifier" not in fields:
            resource["identifier"] = self.identifier(id)
        resource |= fields
        self.entries.append(resource)
        return resource

    def clinical(self, kind, name, suffix="", /, **fields):
        """A resource about the patient."""
        who = "patient" if kind in ("AllergyIntolerance", "Immunization") else "subject"
        return self.add(kind, name, suffix, **{who: ref(self.patient)}, **fields)

    def code(self, code, display, description="", text="", local=None, misspelt=False):
        """EMIS: the user's own code first, then SNOMED CT, the extension on fhir.nhs.uk. SystmOne: SNOMED CT alone, on fhir.hl7.org.uk."""
        coding = {"system": SNOMED, "code": code, "display": display}
        if description:
            # Trap 1: other hosts, and the spellings DescriptionID and sctdecsid: match on the tail, and loosely.
            url = (NHS_EXT if self.emis else UK_EXT) + ("coding-sctdecsid" if misspelt else "coding-sctdescid")
            parts = [{"url": "DescriptionID" if misspelt else "descriptionId", "valueId": description}]
            if self.emis:
                parts.append({"url": "DescriptionDisplay" if misspelt else "descriptionDisplay", "valueString": text or display})
            coding = {"extension": [{"url": url, "extension": parts}]} | coding
        value = {"coding": [coding]}
        if local:
            system, c, d = local
            value["coding"].insert(0, {"system": system, "code": c, "display": d, "userSelected": True})
        if text and (not self.emis or local):
            value["text"] = text
        return value

    def list(self, primary, items, title=None, display=None, empty_system=None, **fields):
        """Trap 4: a primary list has no id."""
        code, name = PRIMARY[primary]
        resource = {"resourceType": "List", "meta": {"profile": [PROFILE.format("List")]}, "extension": [
            {"url": NHS_EXT + "CareConnect-GPC-ClinicalSetting-1", "valueCodeableConcept": concept("1060971000000108", "General practice service")}],
            "status": "current", "mode": "snapshot", "title": title or name, "code": concept(code, display or name),
            "subject": ref(self.patient)}
        if self.emis:
            resource |= {"date": "2026-02-28T09:00:00.123+00:00",
                         "orderedBy": {"coding": [{"system": "http://hl7.org/fhir/list-order", "code": "event-date",
                                                   "display": "Sorted by Event Date"}]}}
        extension = fields.pop("extension", [])
        resource["extension"] += extension
        resource |= fields
        entries = [{"item": ref(i) if "resourceType" in i else i} for i in items]
        if entries:
            resource["entry"] = entries
        elif "emptyReason" not in resource and empty_system is not False:
            # Trap 25: the reason comes from one of two systems. Trap 22: an empty list says that nothing is recorded, not that there is none.
            system = empty_system or "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1"
            code = "nocontentrecorded" if "special-values" in system else "no-content-recorded"
            resource["note"] = resource.get("note", []) + [{"text": "Information not available"}]
            resource["emptyReason"] = {"coding": [{"system": system, "code": code, "display": "No Content Recorded"}]}
        self.entries.append(resource)
        return resource

    def secondary(self, code, title, items):
        resource = {"resourceType": "List", "meta": {"profile": [PROFILE.format("List")]}, "status": "current", "mode": "snapshot",
                    "title": title, "code": {"coding": [{"system": SECONDARY, "code": code, "display": title}]},
                    "subject": ref(self.patient), "entry": [{"item": ref(i)} for i in items]}
        self.entries.append(resource)

    def consultation(self, encounter, topics):
        """topics: [(title, problem or None, [(heading or None, items), ...]), ...]. Items: resources, or {"display": ...}."""
        base = lambda id, title, code, name, entries: {
            "resourceType": "List", "id": id, "meta": {"profile": [PROFILE.format("List")]}, "status": "current", "mode": "snapshot",
            **({"title": title} if title else {}), "code": concept(code, name), "subject": ref(self.patient), "encounter": ref(encounter),
            "date": encounter["period"]["start"],
            "orderedBy": {"coding": [{"system": "http://hl7.org/fhir/list-order", "code": "system", "display": "Sorted by System"}]},
            "entry": [{"item": ref(e) if "resourceType" in e else e} for e in entries]}
        lists, made = [], []
        for t, (title, problem, headings) in enumerate(topics):
            id = encounter["id"] + (f"-PG{t}" if self.emis else "_NoTopic")
            inside = []
            for h, (heading, items) in enumerate(headings):
                if heading:
                    category = base(f"{id}-HD{h}" if self.emis else f"{encounter['id']}_T_{t}_Cat_{heading[0]}", heading,
                                    "24781000000107", "Category", items)
                    made.append(category)
                    inside.append(category)
                else:
                    inside += items
            topic = base(id, title, "25851000000105", "Topic", inside)
            if problem:
                topic["extension"] = [{"url": NHS_EXT + "CareConnect-GPC-RelatedProblemHeader-1",
                                       "extension": [{"url": "target", "valueReference": ref(problem)}]}]
            made.append(topic)
            lists.append(topic)
        made.append(base(encounter["id"] + ("-LST" if self.emis else "_Consultation"), encounter["type"][0]["text"], "325851000000107",
                         "Consultation", lists))
        self.entries += reversed(made)

    def value(self):
        return {"resourceType": "Bundle", "id": plain_guid("bundle", self.key).lower(),
                "meta": {"profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-StructuredRecord-Bundle-1"]},
                "type": "collection", "entry": [{"resource": r} for r in self.entries]}
