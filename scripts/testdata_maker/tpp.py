"""TPP SystmOne: a full extract of one practice, all core tables, as files beside their manifest; and two deliveries of changes after it.

"Trap 33" is the number in the notes on the format.
"""
import csv
import pathlib

from .common import nhs_number, write_bytes

HERE = "Y12345"  # the practice
ELSEWHERE, COMMUNITY = "Y54321", "RX999"
COLUMNS = pathlib.Path(__file__).resolve().parents[2] / "mappings" / "tpp" / "1.0.0" / "tables.csv"
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
SECONDARY = {"SRPatientInformation", "SRFreeText", "SRStaff"}  # not in a standard extract of today


def moment(text, seconds=True):
    """"2026-02-03 10:20" as SystmOne writes it; a day without a time is midnight."""
    if not text:
        return ""
    day, _, time = text.partition(" ")
    y, m, d = day.split("-")
    time = (time or "00:00") + (":00" if seconds and len(time) < 8 else "")
    return f"{d} {MONTHS[int(m) - 1]} {y} {time}"


class Extract:
    """Rows by table; written with every column of the last fully known version, RemovedData left out of full files."""

    def __init__(self):
        self.columns, self.rows, self.next = {}, {}, {}
        with open(COLUMNS, encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f):
                self.columns.setdefault(row["table"], []).append(row["column"])
        self.columns = {t: c for t, c in self.columns.items() if t not in SECONDARY}

    def add(self, table, **cells):
        row = dict(cells)
        unknown = set(row) - set(self.columns[table])
        assert not unknown, (table, unknown)
        self.next[table] = self.next.get(table, 0) + 1
        row.setdefault("RowIdentifier", str(self.next[table]))
        if "IDOrganisationVisibleTo" in self.columns[table]:
            row.setdefault("IDOrganisationVisibleTo", HERE)
        if "IDPatient" in row and not row.get("RemovedData"):
            for column in ("IDOrganisation", "IDOrganisationRegisteredAt", "IDOrganisationDoneAt"):
                if column in self.columns[table]:
                    row.setdefault(column, HERE)
        self.rows.setdefault(table, []).append(row)
        return row["RowIdentifier"]

    def clinical(self, table, patient, when, recorded=None, by="11", **cells):
        """A row of a clinical table: who, when, by whom."""
        have = self.columns[table]
        common = {"IDPatient": str(patient), "DateEvent": moment(when), "DateEventRecorded": moment(recorded or when),
                  "IDProfileEnteredBy": "21", "IDDoneBy": by}
        return self.add(table, **{**{k: v for k, v in common.items() if k in have}, **cells})

    def write(self, folder, to, since=None, only=None):
        manifest = ["FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo"]
        for table, columns in self.columns.items():
            if only is not None and table not in only:
                continue
            header = [c for c in columns if c != "RemovedData" or since]
            lines = [",".join(f'"{c}"' for c in header)]
            for row in self.rows.get(table, []):
                cells = [row.get(c, "0" if c == "RemovedData" else "") for c in header]
                lines.append(",".join('"' + str(c).replace('"', '""') + '"' for c in cells))
            write_bytes(folder / f"{table}.csv", ("\r\n".join(lines) + "\r\n").encode("cp1252"))
            if table not in ("SRMapping", "SRMappingGroup"):  # trap 4
                manifest.append(f"{table},{'Y' if since else 'N'},N,{since or ''},{to}")
        write_bytes(folder / "SRManifest.csv", ("\r\n".join(manifest) + "\r\n").encode("cp1252"))


WORDS = {"55831": "Home", "55832": "Temporary", "55833": "Correspondence only", "60001": "Home", "60002": "Mobile", "60003": "Work",
         "60004": "Emergency Contact", "2001": "Requested", "2002": "Finished", "2003": "No Access Visit", "16001": "Pending", "16002": "Seen",
         "16003": "Suspended", "61": "Major", "62": "Minor", "71": "New", "81": "Booked", "82": "Finished", "83": "Did Not Attend",
         "84": "Cancelled by Unit", "85": "Arrived", "86": "Blocked", "87": "Under Review", "88": "Patient Walked Out", "91": "1", "92": "Booster",
         "93": "Left deltoid", "94": "Intramuscular", "101": "Needs a ground-floor room", "102": "Interpreter booked", "111": "Yes", "121": "Alert",
         "175137": "Unspecified", "131": "Cardiology", "141": "Organisation ID"}
OPTIONS = {"1": "Face to face", "2": "Telephone", "3": "Surgery", "4": "Two Week Wait", "5": "Non-urgent", "6": "Urgent", "7": "Advice",
           "8": "Sent", "9": "Accepted", "10": "Surgery"}
TERMS = {"H33..": "Asthma", "XE2aA": "Hypertensive disease", "2469.": "O/E - Systolic BP reading", "246A.": "O/E - Diastolic BP reading",
         "7L0..": "Removal of suture", "SN53.": "Allergic reaction", "12C1.": "FH: Ischaemic heart disease", "1151.": "No known allergies",
         "9S1..": "White British", "1332.": "Married", "XE0oZ": "Single", "22A..": "O/E - weight", "Y1234": "Local screening offered",
         "44P..": "Serum cholesterol", "XaBVJ": "Clinical findings"}


def reference(e):
    for i, group in enumerate(("Address type", "Visit status", "Recall status"), 1):
        e.add("SRMappingGroup", RowIdentifier=str((17, 2005, 15777)[i - 1]), MappingGroup=group)
    for key, words in WORDS.items():
        e.add("SRMapping", RowIdentifier=key, IdMappingGroup="17", Mapping=words)
    for key, words in OPTIONS.items():
        e.add("SRConfiguredListOption", RowIdentifier=key, ConfiguredList="1", ConfiguredListOption=words)
    for code, term in TERMS.items():
        e.add("SRCtv3", Ctv3Code=code, Ctv3Text=term)
    # Closed: every ancestor of a code has a row.
    for parent, children in (("X0003", ("H33..", "XE2aA", "SN53.")), ("X0001", ("7L0..", "2469.", "22A..")), ("Xa1pQ", ("SN53.",)),
                             ("Xa1px", ("12C1.",))):
        for child in children:
            e.add("SRCtv3Hierarchy", Ctv3CodeParent=parent, Ctv3CodeChild=child, ChildLevel="1")
    e.add("SRCtv3ToSnomed", Ctv3Code="H33..", SnomedCode="195967001")
    e.add("SRMedicationReadCodeDetails", IDMultiLexProduct="4001", DrugReadCode="x00aa", DrugReadCodeDesc="Amoxicillin")
    e.add("SRImmunisationContent", RowIdentifier="301", Name="Influvac", Content="INFLUENZA")
    e.add("SRTemplate", TemplateName="Asthma review", TemplateVersion="2", IDOrganisation=HERE)


def practice(e):
    e.add("SRCcg", RowIdentifier="5", Name="Anytown Commissioners", OdsCode="ZZ9")
    e.add("SRTrust", RowIdentifier="6", Name="Former Anytown Trust", OdsCode="ZZ6")
    e.add("SROrganisation", Name="Drama Street Surgery", ID=HERE, HouseNumber="1", NameOfRoad="Drama Street", NameOfTown="Anytown",
          FullPostCode="ZZ99 3VZ", Telephone="01632 960001", MadeObsolete="FALSE", IDTrust="6", IDCcg="5")
    e.add("SROrganisation", Name="Other Surgery", ID=ELSEWHERE, MadeObsolete="TRUE", IDTrust="6", IDCcg="-1")  # trap 27: closed, kept
    e.add("SROrganisation", Name="Community Unit", ID=COMMUNITY, MadeObsolete="FALSE")
    e.add("SROrganisation", Name="Nameless", MadeObsolete="FALSE")  # trap 26: no ODS code
    # Trap 25: a branch is named by its row, an organisation by its code.
    e.add("SROrganisationBranch", RowIdentifier="77", ID="B1", BranchName="Village Branch", Town="Village", BranchObsolete="FALSE", IDOrganisation=HERE)
    for person, name, kind, number in (("11", "Dr Ada Drama", "GMC", "9999991"), ("12", "Bea Stage", "NMC", "99A9999Z"), ("13", "Locum", "", "")):
        e.add("SRStaffMember", RowIdentifier=person, StaffName=name, NationalIdType=kind, IDNational=number, Obsolete="FALSE")
    profile = lambda key, person, org, start, end="", **more: e.add(  # noqa: E731
        "SRStaffMemberProfile", RowIdentifier=key, IDStaffMember=person, IDOrganisation=org, DateEmploymentStart=moment(start),
        DateEmploymentEnd=moment(end), **more)
    profile("20", "11", HERE, "2010-01-01", "2015-12-31", StaffRole="Registrar", GmpID="Invalid Id")  # trap 31
    profile("21", "11", HERE, "2016-01-01", StaffRole="General Medical Practitioner", GmpID="G9999991")  # trap 32: the latest counts
    profile("22", "12", HERE, "2018-01-01", StaffRole="Practice Nurse")
    profile("23", "11", ELSEWHERE, "2005-01-01", "2009-12-31", StaffRole="Registrar")
    profile("24", "", HERE, "2018-01-01", StaffRole="Nobody")  # trap 30: a role of nobody
    e.add("SRRota", RowIdentifier="501", Name="Morning surgery", RotaType="GP", Location="10", IDProfileOwner="22", DateStart=moment("2026-02-03 09:00"), IDBranch="77")


def person(e, n, given, family, gender, born, start="2015-04-01", end="", status="GMS", address=True, **more):
    key = str(1000 + n)
    cells = dict(Title="Ms" if gender == "F" else "Mr", FirstName=given, Surname=family, NHSNumber=nhs_number(800 + n), Gender=gender,
                 DateBirth=moment(born, False), TestPatient="FALSE", SpineMatched="TRUE")
    cells.update(more)
    e.add("SRPatient", RowIdentifier=key, **cells)
    if start:
        e.add("SRPatientRegistration", IDPatient=key, DateEventRecorded=moment(start), IDProfileEnteredBy="21", DateRegistration=moment(start),
              DateDeRegistration=moment(end), RegistrationStatus=status)
    if address:
        e.clinical("SRPatientAddressHistory", key, start or "2015-04-01", NumberOfBuilding=str(n), NameOfRoad="Drama Street", NameOfTown="Anytown",
                   FullPostCode="ZZ99 3VZ", AddressType="55831")
    return key


def patients(e):
    one = person(e, 1, "Anna", "Arran", "F", "1960-05-17", PreviousSurname="Bute", EmailAddress="anna@example.org", SpeaksEnglish="111")
    e.clinical("SRPatientAddressHistory", one, "2010-01-01", NumberOfBuilding="5 Tree Road", NameOfTown="Oldtown", FullPostCode="ZZ99 3WZ",
               AddressType="55831", DateTo=moment("2015-03-31"))  # trap 42: a whole line for a number
    e.clinical("SRPatientAddressHistory", one, "2016-01-01", NameOfBuilding="PO Box 9", NameOfTown="Anytown", AddressType="55833")
    e.clinical("SRPatientContactDetails", one, "2015-04-01", ContactType="60002", ContactNumber="07700 900001")
    e.clinical("SRPatientContactDetails", one, "2015-04-01", ContactType="60004", ContactNumber="01632 960011")
    e.clinical("SRPatientContactDetails", one, "2015-04-01", ContactType="60001")  # trap 43: no number
    # Trap 44: mobile and work number each on their own. Trap 33: an NHS number in a column for staff codes.
    e.clinical("SRPatientRelationship", one, "2016-05-01", RelationshipType="Daughter", NextOfKin="TRUE", RelationshipWithName="Cora Arran",
               RelationshipWithMobileTelephone="07700 900002", CodeRelationshipWithUser=nhs_number(950), RelationshipWithDateOfBirth=moment("1988-02-03"))
    # Trap 36: a registration elsewhere, before.
    e.add("SRPatientRegistration", IDPatient=one, DateRegistration=moment("2005-01-01"), DateDeRegistration=moment("2015-03-31"),
          RegistrationStatus="GMS", IDOrganisation=ELSEWHERE)
    e.add("SRGPPracticeHistory", IDPractice=HERE, IDProfileRegisteredGP="21", DateFrom=moment("2016-01-01"), IDPatient=one)
    e.clinical("SRRecordStatus", one, "2015-04-01", MedicalRecordStatus="1")
    e.clinical("SRRecordStatus", one, "2015-05-01", MedicalRecordStatus="2")
    clinical(e, one)
    medicines(e, one)
    bookings(e, one)
    secondary(e, one)

    two = person(e, 2, "Bob", "Barra", "M", "1955-01-02", DateDeath=moment("2025-12-24"), end="2025-12-24")
    e.clinical("SRCode", two, "2020-01-02", CTV3Code="XE2aA", CTV3Text="Hypertension", SNOMEDCode="38341003", SNOMEDText="Hypertensive disorder",
               IDEvent="-1")
    three = person(e, 3, "Caf\u00e9 \u00a3", "Coll", "F", "2020-03-04 04:30", start="2020-04-01", SpineMatched="FALSE")  # traps 16, 46, 40
    e.clinical("SRImmunisation", three, "2020-05-04 10:00", IDImmunisationContent="301", VaccPart="91", VaccBatchNumber="B123", Location="93",
               Method="94", ImmsReadCode="65E..", DateExpiry=moment("2021-01-01"))
    e.clinical("SRImmunisation", three, "2021-05-04 10:00", VaccPart="92", ImmsReadCode="Y1c2d", IDImmunisationContent="999")  # traps 48, 70, 71
    e.clinical("SRPersonAtRisk", three, "", DateAdded=moment("2024-01-01"), ReasonForPlan="Neglect")  # an empty plan counts as active
    e.clinical("SRChildAtRisk", three, "", DateAdded=moment("2021-01-01"), ChildProtectionPlan="TRUE", DateRemoved=moment("2021-06-01"))  # trap 79
    person(e, 4, "Test", "Dummy", "U", "1990-01-01", TestPatient="TRUE")  # trap 41
    person(e, 5, "Dan", "Danna", "M", "1999-09-09", start="2026-03-20", status="Applied")  # trap 39
    person(e, 6, "Eve", "Eigg", "F", "1975-07-07", status="Temporary Resident < 16 days", start="2026-02-20", end="2026-04-01")  # trap 38: ends later
    person(e, 7, "Fay", "Fair", "I", "1988-08-08", status="GMS,Contraception", NHSNumber="")  # trap 37
    person(e, 8, "Gus", "Gigha", "M", "1966-06-06", NHSNumber="9990000000")
    e.clinical("SRPatientAddressHistory", "1008", "1900-01-01", NumberOfBuilding="3", NameOfRoad="Old Road", AddressType="55831")  # trap 43: stands for none


def clinical(e, one):
    surgery = e.clinical("SREvent", one, "2026-02-03 09:10", ContactMethod="1", ContactEventLocation="3", ClinicalEvent="TRUE",
                         EventIncomplete="FALSE", IDBranch="77", IDProfileAuthorisedBy="21")
    letter = e.clinical("SREvent", one, "2026-02-10", ContactMethod="99999", ClinicalEvent="FALSE", by="99", TextualEventDoneBy="Sister Moor")  # traps 22, 56
    code = lambda when, ctv3, **more: e.clinical("SRCode", one, when, **{  # noqa: E731
        "CTV3Code": ctv3, "CTV3Text": TERMS.get(ctv3, ""), "SNOMEDCode": "-1", "IsNumeric": "FALSE", "NumericValue": "0", "IDEvent": surgery,
        "IDReferralIn": "-1", **more})
    asthma = code("2012-06-01", "H33..", EpisodeType="71")  # trap 49: SNOMED CT by SRCtv3ToSnomed
    # Trap 53: two problems of one code; the first counts. Trap 55: the code's date wins.
    e.clinical("SRProblem", one, "2013-01-01", CTV3Code="H33..", Severity="61", IDCode=asthma)
    e.clinical("SRProblem", one, "2014-01-01", CTV3Code="H33..", Severity="62", IDCode=asthma, DateEnd=moment("2014-02-01"))
    number = dict(IsNumeric="TRUE", SNOMEDCode="271649006", SNOMEDText="Systolic blood pressure")
    code("2026-02-03 09:10", "2469.", **{**number, "NumericValue": "142", "NumericUnit": "mmHg"})  # trap 51
    code("2026-02-03 09:10", "246A.", IsNumeric="TRUE", NumericValue="88", NumericUnit="mmHg", SNOMEDCode="271650006")
    code("2026-02-03 09:10", "22A..", IsNumeric="TRUE", NumericValue="71.50", NumericUnit="kg", NumericComparator="~")
    code("2026-02-03 09:10", "44P..", IsNumeric="TRUE", NumericValue="5.1", NumericUnit="mmol/L", NumericComparator="<")
    code("2026-02-03 09:12", "7L0..")  # a procedure, and no value: trap 50
    allergy = code("2001-05-01", "SN53.")  # an allergic disorder: an allergy, and a disorder
    e.clinical("SRProblem", one, "2001-05-01", CTV3Code="SN53.", Severity="61", IDCode=allergy, DateEnd=moment("2030-01-01"))
    code("2010-01-01", "12C1.", IDEvent=letter)
    code("2011-01-01", "XaBVJ")  # trap 47: not Xabvj
    code("2011-01-02", "Y1234")  # trap 48
    code("2012-01-01", "9S1..")
    code("2013-01-01", "1332.")
    code("2014-01-01", "", CTV3Text="Typed words only")
    # Trap 73: a class of drugs, and no product.
    e.clinical("SRDrugSensitivity", one, "2000-01-01", DateStarted=moment("1999-12-01"), IDDrugCode="4001", IDMultiLexAction="-1", FormulationSpecific="FALSE")
    e.clinical("SRDrugSensitivity", one, "2003-01-01", DateStarted=moment("2003-01-01"), IDDrugCode="0", IDMultiLexAction="812")
    e.clinical("SRDrugSensitivity", one, "2004-01-01", DateStarted=moment("2004-01-01"), DateEnded=moment("2005-01-01"), IDDrugCode="4001")
    referral = e.clinical("SRReferralOut", one, "2026-02-03", TypeOfReferral="131", Reason="7", ServiceOffered="175137", Urgency="5", PrimaryDiagnosis="H33..",
                          RecipientID="Anytown Hospital", RecipientIDType="141", IDProfileReferrer="21", IDEvent=surgery)  # traps 74, 75, 76
    e.clinical("SRReferralOut", one, "2026-02-04", Urgency="4", RecipientID="Anytown Hospital")
    e.clinical("SRReferralOutStatusDetails", one, "2026-02-05", StatusOfReferralOut="8", IDReferralOut=referral)
    e.clinical("SRReferralOutStatusDetails", one, "", StatusOfReferralOut="9", IDReferralOut=referral)  # trap 77: undated
    e.clinical("SRReferralOutStatusDetails", one, "2026-02-06", StatusOfReferralOut="9", IDReferralOut="424242")
    e.clinical("SRRecall", one, "2026-02-03", DateRecall=moment("2027-02-01"), RecallType="Asthma review", RecallStatus="16001", RecallStatusDate=moment("2026-02-03"))
    note = "First line\r\nsecond line, with a \"quote\"; 5 \u00b5g, na\u00efve\u2026"  # traps 16, 17
    e.add("SRSpecialNotes", DateEventRecorded=moment("2026-01-01"), IDProfileEnteredBy="21", DateStart=moment("2026-01-01"), Type="121", Note=note, IDPatient=one)
    e.add("SRSpecialNotes", DateEventRecorded=moment("2025-01-01"), DateStart=moment("2025-01-01"), Type="121", Note="Gone", IDPatient=one,
          DateDeleted=moment("2025-02-01"))
    e.clinical("SRMedia", one, "2026-02-10", DocumentUID="D-1", FileName="scan.tif", FileSize="1200", Direction="Incoming", CommunicationType="Letter", IDEvent=letter)
    e.clinical("SRLetter", one, "2026-02-11", Direction="Outgoing", RecipientOrganisation="Anytown Hospital", IDEvent=letter)
    # The shared record: a community unit's row, and one made while registered elsewhere for GMS, which stays.
    e.clinical("SRCode", one, "2012-01-01", CTV3Code="H33..", SNOMEDCode="-1", IDOrganisationRegisteredAt=COMMUNITY)
    e.clinical("SRCode", one, "2012-01-01", CTV3Code="22A..", IsNumeric="TRUE", NumericValue="70", NumericUnit="kg", SNOMEDCode="-1",
               IDOrganisationRegisteredAt=ELSEWHERE, IDOrganisationDoneAt=ELSEWHERE)


def medicines(e, one):
    repeat = e.clinical("SRRepeatTemplate", one, "2025-01-10", IDMultiLexProduct="4001", IDMultiLexPack="1", IDMultiLexDMD="322236009",
                        NameOfMedication="Paracetamol 500mg tablets", DateMedicationTemplateStart=moment("2025-01-10"),
                        DateMedicationTemplateReview=moment("2026-07-01"), MedicationDosage="two four times a day", MedicationQuantity="100 tablets",
                        MaxIssues="6", CourseLengthPerIssue="28")
    e.clinical("SRRepeatTemplate", one, "2020-01-10", NameOfMedication="Ointment as made by the pharmacy", DateMedicationTemplateStart=moment("2020-01-10"),
               DateMedicationTemplateEnd=moment("2021-01-10"), MedicationQuantity="one jar", MaxIssues="0")  # trap 67
    drug = lambda when, **more: e.clinical("SRPrimaryCareMedication", one, when, **{  # noqa: E731
        "NameOfMedication": "Paracetamol 500mg tablets", "IDMultiLexDMD": "322236009", "IDMultiLexProduct": "4001", "DateMedicationStart": moment(when),
        "MedicationDosage": "one daily", "MedicationQuantity": "28 tablets", "IsRepeatMedication": "FALSE", "IsOtherMedication": "FALSE",
        "IsDentalMedication": "FALSE", "IsHospitalMedication": "FALSE", **more})
    drug("2025-01-10", IsRepeatMedication="TRUE", IDRepeatTemplate=repeat)
    drug("2025-02-10", IsRepeatMedication="TRUE", IDRepeatTemplate=repeat)
    drug("2026-02-20", IsRepeatMedication="TRUE", IDRepeatTemplate=repeat, DateMedicationStart=moment("2026-03-10"))  # trap 64: post-dated
    drug("2024-02-10", IsRepeatMedication="TRUE", IDRepeatTemplate="888")  # its template was never sent
    drug("2024-05-01", DateMedicationEnd=moment("2024-05-08"), MedicationQuantity="2.5 ml")  # traps 65, 66: over, though no update says so
    drug("2026-02-25", DateMedicationEnd=moment("2026-03-25"))
    drug("2026-02-26", DateMedicationStart=moment("2026-03-15"), DateMedicationEnd=moment("2026-03-25"))  # trap 64
    for day, flag in enumerate(("IsOtherMedication", "IsDentalMedication", "IsHospitalMedication"), 1):
        drug(f"2023-03-0{day}", **{flag: "TRUE"})  # trap 68: never an order


def secondary(e, one):
    """Tables beside the core that have an entity of their own, and one that has none."""
    e.clinical("SRSmsConsent", one, "2018-01-01", SmsConsent="Yes")
    e.clinical("SRSmsConsent", one, "2020-01-01", SmsConsent="No")
    e.clinical("SROnlineServices", one, "2021-01-01", ViewRecord="TRUE", Appointments="TRUE", Prescriptions="FALSE")
    e.clinical("SRSystmOnline", one, "2019-01-01", ViewRecord="FALSE", DateDeleted=moment("2021-01-01"))
    e.clinical("SRImmunisationConsent", one, "2025-10-01", ConsentedToVacc="TRUE", RefusalOrConsentCurrent="TRUE", VaccName="Influvac")
    e.clinical("SRImmunisationConsent", one, "2025-10-02", ConsentedToVacc="FALSE", RefusalOrConsentCurrent="TRUE", VaccName="Pneumovax")
    e.clinical("SRPatientGroups", one, "2020-01-01", Name="The Manse", GroupType="Home", Members="12")
    e.clinical("SRAnsweredQuestionnaire", one, "2026-02-03 09:15", IDQuestionnaire="33", IDEvent="1")
    referral = e.clinical("SRReferralIn", one, "2026-01-05", DateReferral=moment("2026-01-04"), PrimaryReason="Wound care", IDEvent="-1")
    e.clinical("SRReferralInStatusDetails", one, "2026-01-06", StatusOfReferralIn="Accepted", IDReferralIn=referral)
    e.clinical("SRWaitingList", one, "", WaitingListName="Physiotherapy", DateAdded=moment("2026-01-10"), DateDue=moment("2026-06-01"), Notes="Mornings only")
    e.clinical("SRCarePlan", one, "2026-01-10", NameOfCarePlanUsed="Falls", DateStart=moment("2026-01-10"))


def bookings(e, one):
    slot = lambda when, end, status, **more: e.add("SRAppointment", **{  # noqa: E731
        "DateStart": moment(when), "DateEnd": moment(end), "AppointmentStatus": status, "IDRota": "501", "RotaName": "Morning surgery", "RotaType": "GP",
        "TelephoneAppointment": "FALSE", "IDPatient": one, "IDOrganisation": HERE, "IDOrganisationRegisteredAt": HERE, "IDProfileClinician": "21",
        "IDReferralIn": "-1", **more})
    done = slot("2026-02-03 09:00", "2026-02-03 09:10", "82", DateAppointmentBooked=moment("2026-01-20 08:00"), DatePatientArrival=moment("2026-02-03 08:55"),
                DatePatientSeen=moment("2026-02-03 09:02"), RowIdentifier="9001")
    for status in ("83", "84", "85", "87", "88"):
        slot("2026-02-04 09:00", "2026-02-04 09:10", status)
    slot("2026-04-01 09:00", "2026-04-01 09:10", "81", RowIdentifier="9007")
    slot("2026-04-01 09:00", "2026-04-01 09:10", "81", RowIdentifier="9007")  # trap 61: the same appointment twice
    for status in ("81", "86"):
        slot("2026-04-02 09:00", "2026-04-02 09:10", status, IDPatient="-1", IDProfileClinician="-1")  # trap 62
    for flag in ("101", "102"):
        e.add("SRAppointmentFlags", IDAppointment=done, Flag=flag)
    # Trap 24: the visit has the id of an appointment.
    visit = e.add("SRVisit", RowIdentifier="9001", DateBooked=moment("2026-02-01 12:00"), DateRequested=moment("2026-02-02 14:00"), CurrentStatus="2002",
                  IDProfileAssigned="22", Duration="20", IDPatient=one, IDOrganisation=HERE, IDOrganisationRegisteredAt=HERE)
    link = lambda event, **more: e.clinical("SREventLink", one, "2026-02-03", IDEvent=event, **{"IDAppointment": "-1", "IDVisit": "-1", **more})  # noqa: E731
    link("1", IDAppointment=done)
    link("2", IDVisit=visit)
    link("2", IDAppointment="777777")  # trap 57: another practice's


def full():
    e = Extract()
    reference(e)
    practice(e)
    patients(e)
    return e


def write(folder):
    full().write(folder, "20260301_0200")


def write_deltas(folder):
    """The same delivery again, and two of changes."""
    full().write(folder / "20260301_0200", "20260301_0200")
    e = Extract()
    # Trap 34: a row of a patient whom no SRPatient has. A problem active again (trap 54), a code removed without a patient (trap 35), an appointment's flag removed (trap 78),
    # a removal of what nobody brought, a new entry.
    e.clinical("SRProblem", "1001", "2013-01-01", CTV3Code="H33..", Severity="61", IDCode="1", RowIdentifier="1")
    e.clinical("SRCode", "4242", "2020-01-01", CTV3Code="H33..", SNOMEDCode="-1", RowIdentifier="601")
    e.add("SRCode", RowIdentifier="5", RemovedData="1")
    e.add("SRCode", RowIdentifier="434343", RemovedData="1")
    e.add("SRAppointmentFlags", RowIdentifier="1", RemovedData="1")
    e.clinical("SRCode", "1002", "2025-11-01", CTV3Code="22A..", IsNumeric="TRUE", NumericValue="80", NumericUnit="kg", SNOMEDCode="-1", RowIdentifier="600")
    e.write(folder / "20260302_0200", "20260302_0200", "20260301_0200",
            only={"SRPatient", "SRCode", "SRProblem", "SRAppointmentFlags", "SRMapping"})
    e = Extract()
    e.add("SRPatient", RowIdentifier="1004", RemovedData="1")  # a patient goes as a whole
    e.write(folder / "20260303_0200", "20260303_0200", "20260301_0200", only={"SRPatient", "SRCode"})  # trap 7: begins earlier
