"""A bulk extract of three patients and two deltas after it, a folder for each day."""
from .common import guid
from .emis_clinical import Clinical, record
from .emis_extract import Extract
from .emis_faults import DRUG, OBSERVATION, PATIENT, base
from .emis_people import patient


def delta(bulk, number, day):
    """A delta of that day: nothing in it yet but the sharing agreement, which comes every time."""
    x = Extract("faults", number)
    x.kind, x.stamp = "delta", f"202603{day:02}040000"
    x.organisation, x.clinician, x.typist = bulk.organisation, bulk.clinician, bulk.typist
    x.add("Agreements_SharingOrganisation", IsActivated="true", LastModifiedDate="2025-01-01 12:00:00", Disabled="false",
          Deleted="false")
    return x


def deliveries():
    bulk = base()
    left = bulk.tables[PATIENT][1]
    left["DateOfDeactivation"] = "2025-11-30"
    bulk.add("Appointment_Session", AppointmentSessionGuid=guid("session", "deltas"), StartDate="2026-03-05", StartTime="09:00:00",
             EndDate="2026-03-05", EndTime="12:00:00", Description="Morning")
    for name, n in (("booked", 101), ("moved", 103)):
        bulk.add("Appointment_Slot", SlotGuid=guid("slot", name), AppointmentDate="2026-03-05", AppointmentStartTime="09:10:00",
                 PlannedDurationInMinutes="10", PatientGuid=patient(n), SessionGuid=guid("session", "deltas"))

    second = delta(bulk, 8, 2)
    k = Clinical(second)
    # A row again, whole, with another value; a new one; one deleted; one deleted that was never sent.
    k.obs(102, "weight", "weight", "2024-01-02", "79.000", "kg")
    k.obs(101, "cough again", "cough", "2026-03-01", AssociatedText="Worse at night")
    second.deleted(OBSERVATION, ObservationGuid=record("observation", 103, "cough"), PatientGuid=patient(103))
    second.deleted(OBSERVATION, ObservationGuid=guid("nowhere", "never sent"), PatientGuid=patient(103))
    # Quirk 56: the problem row without its observation row.
    k.problem(101, record("observation", 101, "asthma"), status="Past Problem", EndDate="2026-03-01", EndDatePrecision="YMD")
    # Quirk 76: an issue without its drug row.
    second.add("Prescribing_IssueRecord", IssueRecordGuid=record("issue", 101, "metformin 2"), PatientGuid=patient(101),
               DrugRecordGuid=record("drug", 101, "metformin"), CodeId=bulk.tables[DRUG][0]["CodeId"], EffectiveDate="2026-03-01",
               Dosage="One twice a day", Quantity="56.000", QuantityUnit="tablet")
    # Quirk 24: out of scope, because he left: no deletion.
    second.deleted(PATIENT, PatientGuid=patient(102))
    # Quirk 43: another patient's appointment taken away; quirk 46: without the session's staff.
    second.add("Appointment_Slot", SlotGuid=guid("slot", "moved"), AppointmentDate="2026-03-05", AppointmentStartTime="09:10:00",
               PlannedDurationInMinutes="10", SessionGuid=guid("session", "deltas"))

    third = delta(bulk, 9, 3)
    # Quirk 25: an active patient deleted, without deletes for her rows.
    third.deleted(PATIENT, PatientGuid=patient(103))
    third.add("Admin_UserInRole", **({"UserInRoleGuid": bulk.tables["Admin_UserInRole"][0]["UserInRoleGuid"], "Title": "Dr",
                                      "GivenName": "Juno", "Surname": "Amber-Beech", "JobCategoryCode": "R0260",
                                      "JobCategoryName": "General Medical Practitioner", "ContractStartDate": "2010-01-01"}))
    return {"2026-03-01": bulk, "2026-03-02": second, "2026-03-03": third}


def write(folder):
    for day, x in deliveries().items():
        x.write(folder / day)
