"""Small faulty extracts, one folder for each fault, all made from the same three-patient base."""
from .common import csv_line, guid, nhs_number, write_bytes
from .emis_clinical import Clinical, code, record
from .emis_codes import DRUGS, NOT_YET_SENT_DRUG
from .emis_columns import COLUMNS
from .emis_extract import Extract
from .emis_people import patient, user

PEOPLE = {101: ("Fern", "Amberley", "F", "1971-04-05"), 102: ("Otto", "Bramble", "M", "1985-10-11"),
          103: ("Willow", "Carraway", "F", "2003-12-25")}
OBSERVATION, PATIENT, DRUG = "CareRecord_Observation", "Admin_Patient", "Prescribing_DrugRecord"


def base():
    """Three patients. Tables that are not needed have a header only (quirk 11: a table with no rows is a header-only file)."""
    x = Extract("faults", number=7)
    x.organisation, x.clinician, x.typist = guid("organisation", "tiny"), user("amber"), user("amber")
    x.add("Agreements_SharingOrganisation", IsActivated="true", LastModifiedDate="2025-01-01 12:00:00", Disabled="false",
          Deleted="false")
    x.add("Admin_Organisation", OrganisationName="Tiny Surgery", ODSCode="Z99009", OrganisationType="GP Practice", OpenDate="2001-01-01")
    x.add("Admin_UserInRole", UserInRoleGuid=user("amber"), Title="Dr", GivenName="Juno", Surname="Amber", JobCategoryCode="R0260",
          JobCategoryName="General Medical Practitioner", ContractStartDate="2010-01-01")
    x.add_code_tables({"cough", "penicillin", "asthma", "respiratory", "weight"}, {"metformin"})
    for n, (given, surname, sex, born) in PEOPLE.items():
        x.add(PATIENT, PatientGuid=patient(n), UsualGpUserInRoleGuid=user("amber"), Sex=sex, DateOfBirth=born, GivenName=given,
              Surname=surname, DateOfRegistration="2010-01-01", NhsNumber=nhs_number(7000 + n), PatientNumber=n,
              PatientTypeDescription="Regular", Postcode="ZZ991AA", PersonGuid=guid("person", n))
    k = Clinical(x)
    k.consultation(101, "one", "2024-01-01", ConsultationSourceCodeId="", ConsultationSourceTerm="GP Surgery")
    k.obs(101, "cough", "cough", "2024-01-01", ConsultationGuid=record("consultation", 101, "one"))
    k.obs(101, "penicillin", "penicillin", "2012-01-01")
    k.problem(101, k.obs(101, "asthma", "asthma", "1999-01-01"))
    k.obs(102, "weight", "weight", "2024-01-02", "81.500", "kg")
    k.obs(102, "penicillin", "penicillin", "2013-01-01")
    k.obs(103, "cough", "cough", "2024-01-03", AssociatedText="Since Friday")
    for n in (101, 103):
        x.add(DRUG, DrugRecordGuid=record("drug", n, "metformin"), PatientGuid=patient(n), CodeId=DRUGS["metformin"][0],
              EffectiveDate="2024-01-01", Dosage="One twice a day", Quantity="56.000", QuantityUnit="tablet", PrescriptionType="Repeat",
              IsActive="true")
    x.add("Prescribing_IssueRecord", IssueRecordGuid=record("issue", 101, "metformin"), PatientGuid=patient(101),
          DrugRecordGuid=record("drug", 101, "metformin"), CodeId=DRUGS["metformin"][0], EffectiveDate="2024-01-01",
          Dosage="One twice a day", Quantity="56.000", QuantityUnit="tablet")
    return x


class Files:
    """The files of an extract, to be spoilt."""

    def __init__(self, x):
        self.x, self.lines = x, {}
        for table, rows in x.tables.items():
            self.lines[table] = [csv_line(COLUMNS[table])] + [csv_line(r.values()) for r in rows]
        self.head, self.encoding = {}, {}

    def row(self, table, i, change):
        """Replaces the text of row i, 1 being the first under the header."""
        self.lines[table][i] = change(self.lines[table][i])

    def columns(self, table, change):
        """Changes the list of cells of the header and of every row: change(cells, is_header)."""
        self.lines[table] = [csv_line(change(list(COLUMNS[table]), True))] + [
            csv_line(change([str(v) for v in r.values()], False)) for r in self.x.tables[table]]

    def write(self, folder):
        for table, lines in self.lines.items():
            data = "".join(lines).encode(self.encoding.get(table, "utf-8"), "surrogateescape" if table not in self.encoding else "strict")
            write_bytes(folder / self.x.file_name(table), self.head.get(table, b"") + data)


def at(cells, table, column, value):
    cells[COLUMNS[table].index(column)] = value
    return cells


def clean(f):
    """No fault at all: what the others are compared with."""


def missing_table(f):
    """CareRecord_Consultation is not there."""
    del f.lines["CareRecord_Consultation"]


def empty_file(f):
    """CareRecord_Diary has no bytes: not even a header."""
    f.lines["CareRecord_Diary"] = []


def wrong_header(f):
    """Observation: EffectivDate instead of EffectiveDate."""
    f.columns(OBSERVATION, lambda c, head: at(c, OBSERVATION, "EffectiveDate", "EffectivDate") if head else c)


def missing_column(f):
    """DrugRecord has no Dosage column."""
    f.columns(DRUG, lambda c, head: [v for n, v in zip(COLUMNS[DRUG], c) if n != "Dosage"])


def extra_column(f):
    """Quirk 2: Admin_Patient has a column nobody announced; its text must reach the report."""
    f.columns(PATIENT, lambda c, head: c[:-1] + ["FavouriteColour" if head else "Green"] + c[-1:])


def doubled_column(f):
    """Observation has two columns called Value, which do not agree."""
    f.columns(OBSERVATION, lambda c, head: c[:-1] + ["Value" if head else "82.500"] + c[-1:])


def bom(f):
    """Every file starts with a byte order mark: reads like the clean one."""
    f.head = dict.fromkeys(f.lines, b"\xef\xbb\xbf")


def unterminated_quote_at_eof(f):
    """The last observation's last quote is missing, and so is its line end."""
    f.row(OBSERVATION, -1, lambda s: s[:-3])


def stray_quote_mid_file(f):
    """A quote in the middle of the fourth observation's row; the rows after it are good."""
    f.row(OBSERVATION, 4, lambda s: s.replace('"2024-01-02","YMD"', '"2024-01-02","Y"MD"', 1))


def short_row(f):
    """The fourth observation ends after ten cells."""
    f.row(OBSERVATION, 4, lambda s: ",".join(s.split(",")[:10]) + "\r\n")


def long_row(f):
    """The fourth observation has two cells too many."""
    f.row(OBSERVATION, 4, lambda s: s[:-2] + ',"",""\r\n')


def nul_in_field(f):
    """A NUL byte in the last observation's text."""
    f.row(OBSERVATION, -1, lambda s: s.replace("Since Friday", "Since\0Friday"))


def not_utf8(f):
    """The last observation's text is Latin-1."""
    f.row(OBSERVATION, -1, lambda s: s.replace("Since Friday", "Caf\udce9 au lait"))


def duplicate_key_equal_row(f):
    """Quirk 12: an observation, an agreement and a patient come twice, cell for cell."""
    for table in (OBSERVATION, PATIENT, "Agreements_SharingOrganisation"):
        f.lines[table].append(f.lines[table][1])


def duplicate_key_different_row(f):
    """An observation comes twice under one key with different values: the last one wins."""
    f.lines[OBSERVATION].append(f.lines[OBSERVATION][4].replace("81.500", "18.500"))


def two_patients_same_guid_different_facts(f):
    """Two patient rows with one GUID and another name, birth date and NHS number: nobody can say who that is."""
    f.lines[PATIENT].append(f.lines[PATIENT][1].replace("Fern", "Bracken").replace("1971-04-05", "1944-09-09")
                            .replace(nhs_number(7101), nhs_number(7999)))


def patient_row_unreadable(f):
    """The second patient's row cannot be split: the whole of that patient is held."""
    f.row(PATIENT, 2, lambda s: s.replace('"Otto"', '"Ot"to"'))


def allergy_row_unreadable(f):
    """The second patient's only allergy cannot be split: nobody may say that he has none."""
    f.row(OBSERVATION, 5, lambda s: s.replace('"2013-01-01","YMD"', '"2013-01-01"x,"YMD"', 1))


def medication_row_unreadable(f):
    """The third patient's only drug record is cut short: the whole of that patient is held."""
    f.row(DRUG, 2, lambda s: ",".join(s.split(",")[:12]) + "\r\n")


def orphan_patient(f):
    """An observation, a drug record and a consultation of a patient who is in no patient row."""
    x = base()
    k = Clinical(x)
    k.consultation(999, "lost", "2024-02-02", ConsultationSourceCodeId="")
    k.obs(999, "lost", "cough", "2024-02-02", ConsultationGuid=record("consultation", 999, "lost"))
    x.add(DRUG, DrugRecordGuid=record("drug", 999, "lost"), PatientGuid=patient(999), CodeId=DRUGS["metformin"][0],
          EffectiveDate="2024-02-02", PrescriptionType="Acute", IsActive="true")
    f.__init__(x)


def orphan_of_every_kind(f):
    """Links that lead nowhere: parent, problem, consultation, staff, organisation, code, drug code, drug record, session, slot,
    location, document."""
    x = base()
    k = Clinical(x)
    nowhere = lambda kind: guid(kind, "nowhere")
    k.obs(101, "parent", "cough", "2024-03-01", ParentObservationGuid=nowhere("observation"))
    k.obs(101, "problem", "cough", "2024-03-02", ProblemGuid=nowhere("observation"))
    k.obs(101, "consultation", "cough", "2024-03-03", ConsultationGuid=nowhere("consultation"))
    k.obs(101, "staff", "cough", "2024-03-04", ClinicianUserInRoleGuid=nowhere("user"), EnteredByUserInRoleGuid=nowhere("user"))
    k.obs(101, "organisation", "cough", "2024-03-05", OrganisationGuid=nowhere("organisation"))
    k.obs(101, "code", "not_yet_sent", "2024-03-06")
    k.obs(101, "document", "cough", "2024-03-07", DocumentGuid=nowhere("document"))
    k.problem(101, k.obs(101, "parent problem", "asthma", "2024-03-08"), ParentProblemObservationGuid=nowhere("observation"),
              ParentProblemRelationship="Evolved", LastReviewUserInRoleGuid=nowhere("user"))
    k.problem(101, nowhere("observation"))
    k.referral(101, nowhere("observation"), ReferralTargetOrganisationGuid=nowhere("organisation"))
    k.consultation(101, "slot", "2024-03-09", AppointmentSlotGuid=nowhere("slot"), ConsultationSourceCodeId=code("not_yet_sent"))
    k.diary(101, "diary", "not_yet_sent", "2027-03-09", OriginalTerm="Recall", ConsultationGuid=nowhere("consultation"))
    x.add(DRUG, DrugRecordGuid=guid("drug", "orphan code"), PatientGuid=patient(101), CodeId=NOT_YET_SENT_DRUG,
          EffectiveDate="2024-03-10", PrescriptionType="Acute", IsActive="true", ProblemObservationGuid=nowhere("observation"))
    x.add("Prescribing_IssueRecord", IssueRecordGuid=guid("issue", "orphan drug"), PatientGuid=patient(101),
          DrugRecordGuid=nowhere("drug"), CodeId=DRUGS["metformin"][0], EffectiveDate="2024-03-11", ConsultationGuid=nowhere("consultation"))
    x.add("Appointment_Session", AppointmentSessionGuid=guid("session", "orphan place"), LocationGuid=nowhere("location"),
          StartDate="2024-03-12", StartTime="09:00:00", EndDate="2024-03-12", EndTime="10:00:00")
    x.add("Appointment_SessionUser", SessionGuid=nowhere("session"), UserInRoleGuid=nowhere("user"))
    x.add("Appointment_Slot", SlotGuid=guid("slot", "orphan session"), AppointmentDate="2024-03-12", AppointmentStartTime="09:00:00",
          PlannedDurationInMinutes="10", PatientGuid=patient(101), SessionGuid=nowhere("session"))
    x.add("Admin_OrganisationLocation", OrganisationGuid=nowhere("organisation"), LocationGuid=nowhere("location"), IsMainLocation="true")
    x.add("Admin_PatientHistory", PatientGuid=nowhere("patient"), HistoryDate="2024-03-13", HistoryTime="00:00:00",
          StatusDescription="Registered")
    x.add("Audit_PatientAudit", ItemGuid=nowhere("item"), PatientGuid=patient(101), ModifiedDate="2024-03-14", ModifiedTime="09:00:00",
          UserInRoleGuid=nowhere("user"), ItemType="Observation", ModeType="Insert")
    x.add("Audit_RegistrationAudit", PatientGuid=nowhere("patient"), ModifiedDate="2024-03-14", ModifiedTime="09:00:00", ModeType="Insert")
    f.__init__(x)


def impossible_dates_and_numbers(f):
    """Values that cannot be: each stays as it is, with an issue, and the row goes on."""
    x = base()
    k = Clinical(x)
    for i, date in enumerate(("2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "29/02/2024", "0000-00-00", "20240229",
                              "2024-2-9", "2024-02-29 10:00:00", "yesterday", "99999-01-01", "-2024-01-01")):
        k.obs(102, f"date {i}", "cough", date, EnteredDate="2024-03-01")
    for i, time in enumerate(("24:00:00", "12:60:00", "9:30", "noon")):
        k.obs(102, f"time {i}", "cough", "2024-03-01", EnteredTime=time)
    for i, value in enumerate(("12,5", "1.2.3", "high", "NaN", "1e400", "0x1F", "--5", "  7.000 ", ".5", "5.")):
        k.obs(102, f"value {i}", "weight", "2024-03-02", value, "kg")
    k.obs(102, "range", "weight", "2024-03-03", "5.000", "kg", NumericRangeLow="9.000", NumericRangeHigh="1.000")
    k.obs(102, "precision", "cough", "2024-03-04", EffectiveDatePrecision="YMDQ")
    k.obs(102, "boolean", "cough", "2024-03-04", IsConfidential="perhaps")
    k.obs(102, "code", "cough", "2024-03-04", CodeId="1.22234E+15")
    k.obs(102, "guid", "cough", "2024-03-04", ObservationGuid="{NOT-A-GUID}")
    x.add(DRUG, DrugRecordGuid=record("drug", 102, "odd"), PatientGuid=patient(102), CodeId=DRUGS["metformin"][0],
          EffectiveDate="2024-03-05", Quantity="lots", NumberOfIssues="-1", NumberOfIssuesAuthorised="2.5", PrescriptionType="Repeat",
          IsActive="maybe", CancellationDate="2024-04-31")
    x.add("Appointment_Session", AppointmentSessionGuid=guid("session", "odd"), StartDate="2024-03-06", StartTime="17:00:00",
          EndDate="2024-03-05", EndTime="09:00:00")
    x.add("Appointment_Slot", SlotGuid=guid("slot", "odd"), AppointmentDate="2024-03-06", AppointmentStartTime="25:00:00",
          PlannedDurationInMinutes="ten", PatientGuid=patient(102), SessionGuid=guid("session", "odd"))
    f.__init__(x)
    f.row(PATIENT, 3, lambda s: s.replace("2003-12-25", "2003-12-32"))


def agreement_disabled(f):
    """Disabled: stop, load nothing, delete nothing."""
    f.columns("Agreements_SharingOrganisation", lambda c, head: c if head else at(c, "Agreements_SharingOrganisation", "Disabled", "true"))


def agreement_deleted(f):
    """Deleted: the practice has left the agreement."""
    f.columns("Agreements_SharingOrganisation", lambda c, head: c if head else at(c, "Agreements_SharingOrganisation", "Deleted", "true"))


def utf_16(f):
    """CareRecord_Diary is UTF-16 with its mark: refused, with what to do."""
    f.encoding["CareRecord_Diary"] = "utf-16"


def lone_cr(f):
    """Every line of every file ends with a lone CR: reads like the clean one."""
    for table, lines in f.lines.items():
        f.lines[table] = [s.replace("\r\n", "\r") for s in lines]


def guid_spellings(f):
    """GUIDs of CareRecord_Observation are in lower case without braces: reads like the clean one."""
    f.columns(OBSERVATION, lambda c, head: c if head else [v.strip("{}").lower() if v.startswith("{") else v for v in c])


def two_practices(f):
    """The third patient is another practice's: nobody said which practice is meant."""
    other = guid("organisation", "second")
    f.columns(PATIENT, lambda c, head: c if head or c[0] != patient(103) else at(c, PATIENT, "OrganisationGuid", other))


FAULTS = [clean, missing_table, empty_file, wrong_header, missing_column, extra_column, doubled_column, bom, unterminated_quote_at_eof,
          stray_quote_mid_file, short_row, long_row, nul_in_field, not_utf8, duplicate_key_equal_row, duplicate_key_different_row,
          orphan_patient, orphan_of_every_kind, impossible_dates_and_numbers, patient_row_unreadable, allergy_row_unreadable,
          medication_row_unreadable, two_patients_same_guid_different_facts, agreement_disabled, agreement_deleted, utf_16, lone_cr, guid_spellings, two_practices]


def write(folder):
    for fault in FAULTS:
        files = Files(base())
        fault(files)
        files.write(folder / fault.__name__.replace("_", "-"))


def listing():
    """One line for each fault, for the README."""
    return "".join(f"- `{f.__name__.replace('_', '-')}`: {' '.join(f.__doc__.split())}\n" for f in FAULTS)
