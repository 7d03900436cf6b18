"""The demo extract: one small practice, every trap, no fault in the files themselves."""
from .common import guid
from .emis_clinical import add_clinical, code, record
from .emis_codes import DRUGS, NOT_YET_SENT_DRUG
from .emis_extract import Extract
from .emis_people import OTHER_PRACTICE, add_patients, add_practice, patient, place, user


def add_medication(x):
    def drug(n, key, name, date, kind="Repeat", active="true", **c):
        g = record("drug", n, key)
        x.add("Prescribing_DrugRecord", **({
            "DrugRecordGuid": g, "PatientGuid": patient(n), "CodeId": DRUGS[name][0], "EffectiveDate": date, "PrescriptionType": kind,
            "IsActive": active, "Dosage": "ONE TO BE TAKEN EACH DAY", "Quantity": "28.000", "QuantityUnit": "tablet",
            "NumberOfIssues": "2", "NumberOfIssuesAuthorised": "6" if kind != "Acute" else "1"} | c))
        return g

    def issue(n, key, name, date, drug_guid, **c):
        x.add("Prescribing_IssueRecord", **({
            "IssueRecordGuid": record("issue", n, key), "PatientGuid": patient(n), "DrugRecordGuid": drug_guid,
            "CodeId": DRUGS[name][0], "EffectiveDate": date, "Dosage": "ONE TO BE TAKEN EACH DAY", "Quantity": "28.000",
            "QuantityUnit": "tablet", "CourseDurationInDays": "28", "EstimatedNhsCost": "2.1500",
            "IssueMethodDescription": "Electronic"} | c))

    # Everyday repeats with two issues each.
    for i, n in enumerate([1, 2, 3, 6, 9, 11, 14, 15, 21, 22, 26, 27, 36, 42, 47, 49]):
        name = ("metformin", "ramipril", "levothyroxine", "amlodipine", "citalopram")[i % 5]
        g = drug(n, "repeat", name, f"20{16 + i % 8}-0{1 + i % 9}-15", active="false" if n in (21, 22) else "true",
                 CancellationDate="2025-06-30" if n in (21, 22) else "", ExpiryDate="2026-12-31 00:00:00")
        for m in (11, 12):
            # Quirk 78: the expiry date is on the drug, IssueRecord.ExpiryDate stays empty.
            issue(n, f"repeat {m}", name, f"2025-{m}-{10 + i}", g, ConsultationGuid=record("consultation", n, "review") if m == 11 else "")

    # The four prescription types.
    drug(16, "acute", "amoxicillin", "2025-12-01", "Acute", "false", CancellationDate="2025-12-08", Quantity="21.000",
         QuantityUnit="capsule", Dosage="One to be taken three times a day")
    issue(16, "acute", "amoxicillin", "2025-12-01", record("drug", 16, "acute"), Quantity="21.000", QuantityUnit="capsule",
          CourseDurationInDays="7", Dosage="One to be taken three times a day")
    # Quirk 79: no number of issues authorised: no limit stated.
    g = drug(16, "repeat", "salbutamol", "2019-03-03", "Repeat", NumberOfIssuesAuthorised="", Dosage="Two puffs when needed", Quantity="1.000",
             QuantityUnit="inhaler")
    issue(16, "repeat", "salbutamol", "2026-01-05", g, Quantity="1.000", QuantityUnit="inhaler", Dosage="Two puffs when needed")
    g = drug(16, "dispensing", "levothyroxine", "2025-09-01", "Repeat Dispensing", ExpiryDate="2026-08-31 00:00:00")
    # Post-dated issues: dated after the extract.
    for month in ("02", "03", "04"):
        issue(16, f"dispensing {month}", "levothyroxine", f"2026-{month}-20", g, EnteredDate="2025-09-01",
              ReviewDate="2026-08-01 00:00:00", IssueMethodDescription="Repeat Dispensing")
    drug(16, "automatic", "amlodipine", "2024-01-01", "Automatic")
    drug(16, "new kind", "ramipril", "2024-01-01", "Telepathic")  # a type nobody has seen

    # Quirk 73: active, with a cancellation date, and issues after it.
    g = drug(17, "active cancelled", "warfarin", "2020-02-02", CancellationDate="2024-01-01",
             ProblemObservationGuid=record("observation", 17, "no such problem"))  # Quirk 54
    issue(17, "after cancellation", "warfarin", "2025-05-05", g)
    # Quirk 74: inactive, no cancellation date; the end is inferred from the last issue and its course, or from the start.
    g = drug(17, "ended by issue", "citalopram", "2021-01-10", active="false")
    issue(17, "early", "citalopram", "2021-01-10", g)
    issue(17, "last", "citalopram", "2021-03-10", g, CourseDurationInDays="56")
    drug(17, "ended by start", "metformin", "2022-02-02", active="false", NumberOfIssues="0")
    # Quirk 75: issues without a drug record. Quirk 76: with one that was not sent.
    issue(17, "alone", "amoxicillin", "2023-03-03", "")
    issue(17, "not sent", "ramipril", "2023-04-03", record("drug", 17, "never sent"))
    # Quirk 77: a drug without a dm+d id. Quirk 17: a drug code that is not in the table.
    g = drug(17, "special", "cream", "2023-05-05", Dosage="Apply thinly \"as directed\"", Quantity="1.000", QuantityUnit="x 100 gram")
    issue(17, "special", "cream", "2023-05-05", g, Quantity="1.000", QuantityUnit="x 100 gram")
    drug(17, "late code", "cream", "2023-06-05", CodeId=NOT_YET_SENT_DRUG)
    # Problem given and known.
    g = drug(1, "inhaler", "salbutamol", "2016-02-11", ProblemObservationGuid=record("observation", 1, "asthma"), Quantity="1.000",
             QuantityUnit="inhaler")
    # Quirk 81: no consultation on the drug record; it comes through its first issue.
    issue(1, "inhaler 1", "salbutamol", "2016-02-11", g, ProblemObservationGuid=record("observation", 1, "asthma"),
          ConsultationGuid=record("consultation", 1, "first"), Quantity="1.000", QuantityUnit="inhaler")
    issue(1, "inhaler 2", "salbutamol", "2016-05-11", g, ConsultationGuid=record("consultation", 1, "later"), Quantity="1.000",
          QuantityUnit="inhaler")

    # Quirk 80: exponents in the compliance columns. Everything an issue can say.
    g = drug(18, "full", "warfarin", "2024-04-04", Quantity="84.000", Dosage="As per yellow book, " * 12)
    issue(18, "full", "warfarin", "2024-04-04", g, Compliance="7.250000238E-1", AverageCompliance="9.100000262E-1", Quantity="84.000",
          EmisCode="WATA0000EX", PatientMessage="Please book a blood test.\r\nThank you.", ScriptPharmacyStamp="Mill Rise Pharmacy",
          IsPrescribedAsContraceptive="true", IsPrivatelyPrescribed="true", PharmacyMessage="Weekly tray", PharmacyText="No child-proof caps",
          ReviewDate="2024-10-04 00:00:00", EstimatedNhsCost="0.0375")
    for i, how in enumerate(("Print", "Handwritten", "Outside Hospital", "Over the counter", "Issue Without Script", "Owl post")):
        issue(18, f"method {i}", "warfarin", f"2024-0{i + 1}-09", g, IssueMethodDescription=how, Compliance=f"{i}E0")
    # Partial and unknown dates; nothing but the drug; fractions of a tablet.
    drug(18, "year", "metformin", "2001-01-01", active="false", EffectiveDatePrecision="Y", EnteredTime="00:00:00")
    drug(18, "bare", "ramipril", "", EffectiveDatePrecision="U", EnteredDate="2010-10-10", Dosage="", Quantity="", QuantityUnit="",
         PrescriptionType="", NumberOfIssues="", NumberOfIssuesAuthorised="")
    drug(18, "fraction", "levothyroxine", "2024-06-06", Quantity="0.500", NumberOfIssuesAuthorised="0", NumberOfIssues="255")
    issue(18, "other drug", "metformin", "2024-06-06", record("drug", 18, "fraction"))  # not the drug of its drug record
    # Quirk 71: confidential rows.
    g = drug(20, "confidential", "citalopram", "2022-02-02", IsConfidential="true")
    issue(20, "confidential", "citalopram", "2022-02-02", g, IsConfidential="true", ConsultationGuid=record("consultation", 20, "confidential"))
    x.deleted("Prescribing_DrugRecord", DrugRecordGuid=record("drug", 20, "deleted"), PatientGuid=patient(20))
    x.deleted("Prescribing_IssueRecord", IssueRecordGuid=record("issue", 20, "deleted"), PatientGuid=patient(20))
    # A deleted drug record with a live issue.
    issue(20, "orphan", "metformin", "2022-03-03", record("drug", 20, "deleted"))


def add_appointments(x):
    def session(key, date, who=(), **c):
        g = guid("session", key)
        x.add("Appointment_Session", **({
            "AppointmentSessionGuid": g, "Description": f"Morning surgery {date}", "LocationGuid": place("main"),
            "SessionTypeDescription": "Timed appointments", "SessionCategoryDisplayName": "Routine", "StartDate": date,
            "StartTime": "09:00:00", "EndDate": date, "EndTime": "12:30:00"} | c))
        for u in who:
            x.add("Appointment_SessionUser", SessionGuid=g, UserInRoleGuid=user(u))
        return g

    def slot(key, s, date, start, n=None, **c):
        x.add("Appointment_Slot", **({
            "SlotGuid": guid("slot", key), "AppointmentDate": date, "AppointmentStartTime": start, "PlannedDurationInMinutes": "10",
            "SessionGuid": s, "SlotType": "Face to face", "SlotStatus": "Slot Available"}
            | ({"PatientGuid": patient(n), "BookedDate": "2025-12-20", "BookedTime": "08:01:00", "SlotStatus": "Slot Booked",
                "BookingMethod": "Practice", "DidNotAttend": "false"} if n else {}) | c))

    past = session("past", "2025-01-20", ("marlow", "nurse"))
    # Quirk 12: session staff come twice.
    x.add("Appointment_SessionUser", SessionGuid=past, UserInRoleGuid=user("marlow"))
    coming = session("coming", "2026-03-16", ("tansy",), LocationGuid=place("branch"), Private="true", StartTime="13:00:00",
                     EndTime="17:00:00", Description="", SessionTypeDescription="Untimed appointments")
    # Quirk 45: a session without staff (a cancellation list); staff of a deleted session.
    nobody = session("nobody", "2026-03-17", (), Description="Cancellation list", LocationGuid="")
    x.deleted("Appointment_Session", AppointmentSessionGuid=guid("session", "deleted"))
    x.add("Appointment_SessionUser", SessionGuid=guid("session", "deleted"), UserInRoleGuid=user("nurse"))
    x.deleted("Appointment_SessionUser", SessionGuid=past, UserInRoleGuid=user("reception"))
    # Quirk 41: a place, and staff, that were never sent.
    lost = session("lost", "2026-03-18", ("never sent",), LocationGuid=place("never sent"))

    slot("attended", past, "2025-01-20", "09:00:00", 1, SendInTime="09:04:00", LeftTime="09:15:00", PatientWaitInMin="2",
         AppointmentDelayInMin="4", ActualDurationInMinutes="11", SlotStatus="Patient Left", ModeOfContact="Telephone",
         ContextType="Care Related Encounter", ServiceSetting="General Practice", NationalSlotCategoryName="General Consultation Routine",
         NationalSlotCategoryDescription="Synthetic description, with a comma")
    slot("arrived", past, "2025-01-20", "09:10:00", 2, SendInTime="09:12:00", SlotStatus="Patient Sent In")
    # Quirk 47: did not attend, with the leaving time empty and filled: DNA wins.
    slot("dna", past, "2025-01-20", "09:20:00", 3, DidNotAttend="true", SlotStatus="Patient DNA", DnaReasonCodeId=code("unwell"))
    slot("dna left", past, "2025-01-20", "09:30:00", 4, DidNotAttend="true", LeftTime="09:40:00", SendInTime="09:31:00")
    # 24 hours: noon is not midnight.
    slot("noon", past, "2025-01-20", "12:00:00", 5, SendInTime="12:05:00", LeftTime="12:09:00")
    slot("midnight", past, "2025-01-20", "00:00:00", 6, PlannedDurationInMinutes="0")
    slot("booked", coming, "2026-03-16", "13:00:00", 1, IsBookableOnline="true", BookingMethod="EMIS Access")
    slot("no booking date", coming, "2026-03-16", "13:10:00", 9, BookedDate="", BookedTime="", SlotStatus="Half booked")
    # Quirk 42: free slots outnumber booked ones. Quirk 43: a slot freed by a cancellation looks just like these.
    for i in range(14):
        slot(f"free {i}", coming, "2026-03-16", f"{14 + i // 6}:{i % 6}0:00", IsBookableOnline="true" if i % 2 else "false")
    slot("blocked", coming, "2026-03-16", "16:50:00", IsBlocked="true")
    slot("nobody", nobody, "2026-03-17", "09:00:00", 10)
    slot("lost", lost, "2026-03-18", "09:00:00", 11)
    slot("no session", guid("session", "never sent"), "2026-03-19", "09:00:00", 12)
    # Quirk 44: patients who are not in Admin_Patient.
    slot("stranger", past, "2025-01-20", "10:00:00", 900)
    slot("stranger 2", past, "2025-01-20", "10:10:00", 901, LeftTime="10:20:00")
    # Quirk 26: appointments of a patient who is out of scope.
    slot("out of scope", past, "2025-01-20", "10:20:00", 47)
    # Booked for another practice's patient.
    slot("external", coming, "2026-03-16", "16:40:00", ExternalPatientGuid=guid("patient", "elsewhere"),
         ExternalPatientOrganisation=OTHER_PRACTICE, SlotStatus="Slot Booked")
    x.deleted("Appointment_Slot", SlotGuid=guid("slot", "deleted"))
    # Deleted with the patient still in it.
    slot("deleted booked", coming, "2026-03-16", "16:30:00", 13, Deleted="true")
    x.add("CareRecord_Consultation", ConsultationGuid=record("consultation", 4, "slot nowhere"), PatientGuid=patient(4),
          EffectiveDate="2025-01-20", AppointmentSlotGuid=guid("slot", "never sent"), Complete="true",
          ConsultationSourceCodeId=code("surgery"))


def add_audit(x):
    def audit(n, item, kind, mode="Insert", **c):
        x.add("Audit_PatientAudit", **({"ItemGuid": item, "PatientGuid": patient(n), "ModifiedDate": "2025-01-20",
                                        "ModifiedTime": "10:31:07", "UserInRoleGuid": user("marlow"), "ItemType": kind,
                                        "ModeType": mode} | c))

    audit(1, record("consultation", 1, "later"), "Consultation")
    audit(1, record("consultation", 1, "later"), "Consultation", "Update", ModifiedTime="10:45:00")
    audit(1, record("observation", 1, "asthma"), "Observation", "Edit")
    audit(1, record("diary", 1, "asthma"), "Diary")
    audit(1, record("drug", 1, "inhaler"), "Drug")
    audit(1, record("issue", 1, "inhaler 1"), "Drug Issue", UserInRoleGuid=user("nurse"))
    audit(1, guid("session", "past"), "Session", "Update")
    audit(1, guid("slot", "attended"), "Slot", "Update")
    audit(20, record("observation", 20, "deleted"), "Observation", "Delete")
    # Quirk 85: items that were never sent, and a kind and a mode nobody has seen.
    audit(1, guid("observation", "never sent at all"), "Observation", "Delete")
    audit(2, guid("hologram", "1"), "Hologram", "Projected", UserInRoleGuid="")
    # Quirk 12: no key in this table; the same event twice.
    audit(2, record("consultation", 2, "review"), "Consultation")
    audit(2, record("consultation", 2, "review"), "Consultation")
    # Quirk 48: the shared GUID belongs to this patient's row.
    audit(18, guid("observation", "shared by two patients"), "Observation", "Update")


def practice():
    x = Extract("demo")
    add_practice(x)
    x.add_code_tables()
    add_patients(x)
    add_clinical(x)
    add_medication(x)
    add_appointments(x)
    add_audit(x)
    return x
