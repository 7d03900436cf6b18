"""GP Connect files that are wrong, one fault each, made from one tiny record."""
import json

from .common import json_text, nhs_number, write_bytes
from .gpconnect_bundle import Bundle
from .gpconnect_parts import observation, patient, practice, quantity


def tiny(serial=8701, key="tiny", given="Hazel"):
    b = Bundle("emis", key, "Z99011")
    practice(b, "Copperfell Surgery")
    patient(b, serial, [given], "Dunnock", "Ms", "female", "1990-02-28")
    weight = observation(b, "weight", b.code("27113001", "Body weight", "45352010"), "2024-01-01", valueQuantity=quantity("70.5", "kg"))
    note = observation(b, "note", b.code("37331000000100", "Comment note"), "2024-01-02", comment="Café")
    b.list("uncategorised", [weight, note])
    b.list("allergies", [])
    return b.value()


def find(bundle, kind, n=0):
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind][n]


def clean():
    """No fault: what the others are compared with."""
    return json_text(tiny())


def cut_short():
    """The file ends in the middle of an observation."""
    text = json_text(tiny())
    return text[:text.index("Body weight") + 4]


def wrong_types():
    """A number, a string or an object where FHIR has something else; each element is reported with its path; a resource without a type is among them, so the patient is held."""
    b = tiny()
    find(b, "Patient")["active"] = "yes"
    find(b, "Patient")["name"] = {"family": "Dunnock"}
    find(b, "Observation")["status"] = 7
    find(b, "Observation")["valueQuantity"]["value"] = "seventy"
    find(b, "Observation", 1)["code"] = "note"
    find(b, "Observation", 1)["comment"] = ["Café"]
    find(b, "List")["entry"] = "Observation"
    b["entry"] += [{"resource": "Observation"}, 42, {"resource": {"resourceType": 5}}, {"resource": {"id": "nameless"}}, {}]
    return json_text(b)


def reference_to_nowhere():
    """A context, a subject, a performer and a list entry that lead nowhere; one that leads to the wrong type; one malformed."""
    b = tiny()
    find(b, "Observation")["context"] = {"reference": "Encounter/00000000-0000-4000-8000-000000000000"}
    find(b, "Observation")["performer"] = [{"reference": "Patient/" + find(b, "Practitioner")["id"]}, {"reference": "no slash"}]
    find(b, "Observation", 1)["subject"] = {"reference": "Patient/00000000-0000-4000-8000-000000000001"}
    find(b, "List")["entry"] += [{"item": {"reference": "Observation/00000000-0000-4000-8000-000000000002"}}, {"item": {"reference": "#nothing"}}]
    return json_text(b)


def two_patients():
    """Two patients in one bundle, each with a record."""
    b, other = tiny(), tiny(8702, "tiny two", "Linnet")
    b["entry"] += other["entry"]
    return json_text(b)


def duplicate_keys():
    """JSON objects with a name twice: the birth date and a value."""
    text = json_text(tiny())
    text = text.replace('"birthDate": "1990-02-28"', '"birthDate": "1990-02-28",\n        "birthDate": "1909-09-09"')
    return text.replace('"value": 70.5,', '"value": 70.5,\n          "value": 75.0,')


def duplicate_resources():
    """One observation twice, cell for cell, and one twice with different values under one id."""
    b = tiny()
    same, other = json.loads(json.dumps(find(b, "Observation", 1))), json.loads(json.dumps(find(b, "Observation")))
    other["valueQuantity"]["value"] = "@number@75.0@"
    b["entry"] += [{"resource": same}, {"resource": other}]
    return json_text(b)


def no_patient():
    """A bundle without a Patient."""
    b = tiny()
    b["entry"] = [e for e in b["entry"] if e["resource"]["resourceType"] != "Patient"]
    return json_text(b)


def not_a_bundle():
    """A Patient by itself."""
    return json_text(find(tiny(), "Patient"))


def impossible_birthdate():
    """Trap 10: born on 31 February."""
    return json_text(tiny()).replace('"birthDate": "1990-02-28"', '"birthDate": "1990-02-31"')


def deep():
    """Arrays nested two thousand deep: refused in good order."""
    return json_text(tiny()).replace('"comment": "Café"', '"comment": ' + "[" * 2000 + "]" * 2000)


def bad_utf8():
    """Latin-1 in a comment."""
    return json_text(tiny()).replace("Café", "Caf\udce9")


def invalid_nhs_number():
    """The NHS number's check digit is wrong: a finding, not a reason to hold the patient."""
    return json_text(tiny()).replace(nhs_number(8701), nhs_number(8701, valid=False))


FAULTS = [clean, cut_short, wrong_types, reference_to_nowhere, two_patients, duplicate_keys, duplicate_resources, no_patient, not_a_bundle,
          impossible_birthdate, deep, bad_utf8, invalid_nhs_number]


def write(folder):
    for fault in FAULTS:
        write_bytes(folder / (fault.__name__.replace("_", "-") + ".json"), fault().encode("utf-8", "surrogateescape"))


def listing():
    return "".join(f"- `{f.__name__.replace('_', '-')}.json`: {' '.join(f.__doc__.split())}\n" for f in FAULTS)
