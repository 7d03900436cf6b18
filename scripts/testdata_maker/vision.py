"""Vision: a first delivery of one practice as plain files; deliveries of changes as zips, with a FULL copy beside them; faults; a test pack.

"Trap 3.2" names a section of the notes on the format and the fact in it.
"""
import csv
import io
import pathlib
import zipfile

from .common import csv_line, nhs_number, sctid, write_bytes

ODS, SERVICE = "Z99998", "9001"
TABLES = pathlib.Path(__file__).resolve().parents[2] / "mappings" / "vision" / "1.0.0" / "tables.csv"
TEST_PACK = {
    "staff": "ID SURNAME FORENAME TITLE SEX GMP_CODE HCP_TYPE SERVICE_ID",
    "patient": "PID REFERENCE DATE_OF_BIRTH SEX POSTCODE MARITAL_STATUS GP GP_USUAL ACTIVE REGISTERED_DATE REMOVED_DATE HA PCG SURGERY MILEAGE "
               "DISPENSING ETHNIC DATE_OF_DEATH PRACTICE SURNAME FORENAME TITLE NHS_NUMBER ADDRESS ADDRESS_1 ADDRESS_2 ADDRESS_3 ADDRESS_4 ADDRESS_5 "
               "PRACT_NUMBER SERVICE_ID ACTION",
    "encounter": "PID ID DATE HCP_CODE HCP_TYPE SESSION LOCATION TIME DURATION TRAVEL LINKS PRACT_NUMBER SERVICE_ID ACTION",
    "journal": "PID ID DATE RECORDED_DATE CODE BNF_CODE HCP_CODE HCP_TYPE GMS EPISODE TEXT RUBRIC VALUE1 VALUE2 END_DATE TIME CONTEXT CERTAINTY "
               "SEVERITY LINKS SERVICE_ID SUBSET ACTION"}
CONTENT = {"practice": "ADMIN", "staff": "ADMIN", "patient": "PATIENT", "encounter": "CLINICAL", "journal": "CLINICAL", "referral": "CLINICAL"}
AMOXICILLIN, SALBUTAMOL, OLD_DRUG = sctid(3991, "00", "1000001"), sctid(3992, "00", "1000001"), sctid(3993, "00", "1000001")


class Delivery:
    """Rows by table, in the live layout or in that of the test pack."""

    def __init__(self, service=SERVICE, ods=ODS, test_pack=False):
        self.service, self.ods, self.test_pack, self.rows, self.next = service, ods, test_pack, {}, {}
        self.columns = {}
        with open(TABLES, encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f):
                if row["column"] != "HCP_CODE":
                    self.columns.setdefault(row["table"], []).append(row["column"])
        if test_pack:
            self.columns.update({t: c.split() for t, c in TEST_PACK.items()})
            del self.columns["referral"]

    def add(self, table, **cells):
        columns = self.columns[table]
        unknown = set(cells) - set(columns)
        assert not unknown, (table, unknown)
        if "SERVICE_ID" in columns:
            cells.setdefault("SERVICE_ID", self.service)
        if "ACTION" in columns:
            cells.setdefault("ACTION", "I")
        self.rows.setdefault(table, []).append([cells.get(c, "") for c in columns])

    def entry(self, pid, day, **cells):
        """A row of the journal; its id is the next one of the practice."""
        self.next["journal"] = self.next.get("journal", 100) + 1
        key = cells.pop("ID", str(self.next["journal"]))
        common = {"PID": pid, "ID": key, "DATE": day, "RECORDED_DATE": day, "EPISODE": "O", "CONTEXT": "A", "SUBSET": "C"}
        if not self.test_pack:
            common.update(HCP="90:STAFF:1", HCP_TYPE="A")
        self.add("journal", **{**common, **cells})
        return key

    def drug(self, subset, pid, day, name, dmd, amount="28", unit="tablet", dose="One a day", **cells):
        letters = {"A": ("A", "ACUTE"), "R": ("R", "REPEATS"), "S": ("I", "REPEAT ISSUE")}[subset]
        return self.entry(pid, day, **{"SUBSET": subset, "EPISODE": letters[0], "ENTITY": letters[1], "RUBRIC": name, "DMD_CODE": dmd,
                                       "VALUE1_NAME": "QUANTITY", "VALUE1": amount, "DRUG_PACKSIZE": unit, "TEXT": dose, **cells})

    def bytes(self, table, encoding="utf-8"):
        return "".join(csv_line(row) for row in self.rows.get(table, [])).encode(encoding)

    def file_name(self, table, moment, extract="INCREMENTAL"):
        return f"{extract}_{self.ods}_{table}_data_extract-{moment}.csv"

    def write(self, folder, moment, tables=None, extract="INCREMENTAL"):
        for table in tables or self.columns:
            write_bytes(folder / self.file_name(table, moment, extract), self.bytes(table))

    def write_zips(self, folder, moment, tables=None, extract="INCREMENTAL"):
        members = {}
        for table in tables or self.columns:
            members.setdefault(CONTENT[table], []).append((self.file_name(table, moment, extract), self.bytes(table)))
        for content, files in members.items():
            write_zip(folder / f"{extract}_{content}_{self.ods}-(Drama Street Surgery)-V1.0.0_{moment}.zip", files)


def write_zip(path, files):
    """The same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in sorted(files):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            z.writestr(info, data)
    write_bytes(path, out.getvalue())


def practice(d):
    d.add("practice", ID=d.service, NAME="Drama Street Surgery", IDENTIFIER=d.ods, ADDRESS="|1 Drama Street||Anytown|Anyshire",
          ADDRESS_2="1 Drama Street", ADDRESS_4="Anytown", ADDRESS_5="Anyshire", POSTCODE="ZZ99 3VZ", PHONE="01632 960001", FAX="01632 960002",
          EMAIL="reception@example.org")
    for key, kind, code, family, given, title, sex in (
            ("901", "A", "G9999991", "Drama", "Ada", "Dr", "F"), ("902", "D06", "", "Stage", "Bea", "Sister", "F"),
            ("903", "B", "LOC7", "", "Dr Cal Curtain", "", "M"),  # trap 6: all in FORENAME, a local code
            ("904", "D19", "", "Prompt", "Dee", "", "U")):
        d.add("staff", ID=key, HCP_TYPE=kind, GMP_CODE=code, SURNAME=family, FORENAME=given, TITLE=title, SEX=sex)


def person(d, n, given, family, sex, born, **more):
    pid = str(5000 + n)
    lines = {"ADDRESS_1": "", "ADDRESS_2": f"{n} Drama Street", "ADDRESS_3": "", "ADDRESS_4": "Anytown", "ADDRESS_5": "Anyshire"}
    cells = {"PID": pid, "REFERENCE": f"R{n}", "DATE_OF_BIRTH": born, "SEX": sex, "POSTCODE": "ZZ99 3VZ", "GP": "901", "GP_USUAL": "901",
             "ACTIVE": "R", "REGISTERED_DATE": "20150401", "SURNAME": family, "FORENAME": given, "TITLE": "Ms" if sex == "F" else "Mr",
             "NHS_NUMBER": nhs_number(700 + n), "ADDRESS": "|".join(lines.values()), "PRACT_NUMBER": str(n), **lines}
    cells.update(more)
    if d.test_pack:
        cells = {k: v for k, v in cells.items() if k in d.columns["patient"]}
    d.add("patient", **cells)
    return pid


def patients(d):
    one = person(d, 1, "Anna Beth", "Arran", "F", "19600517", MARITAL_STATUS="M", ETHNIC="White Brit", PHONE_NUMBER="01632 960011",
                 MOBILE_NUMBER="07700 900001", EMAIL="anna@example.org", SURGERY="Village", MILEAGE="3")
    clinical(d, one)
    medicines(d, one)
    vaccinations(d, one)
    strange_codes(d, one)
    two = person(d, 2, "Bob", "Barra", "M", "19550102", ACTIVE="D", DATE_OF_DEATH="20251224", REMOVED_DATE="20251224", MARITAL_STATUS="W")
    d.entry(two, "20200102", CODE="G20..00", SNOMED_CODE="38341003", RUBRIC="Essential hypertension", SUBSET="P", EPISODE="F")
    d.entry(two, "20251224", CODE="G30..00", RUBRIC="Acute myocardial infarction", EPISODE="D")  # trap 9: cause of death
    # Trap 5: a removal still to come; a partial date of birth; U clears.
    three = person(d, 3, "Caf\u00e9", "Coll", "I", "20200300", ACTIVE="T", REGISTERED_DATE="20200401", REMOVED_DATE="20270101", MARITAL_STATUS="U", NHS_NUMBER="")
    d.entry(three, "20260105", CODE="2469.00", RUBRIC="O/E - Systolic BP reading", VALUE1="100", VALUE1_UNITS="mmHg", ENTITY="BP")
    person(d, 4, "Dan", "Danna", "M", "19990909", ACTIVE="L", REMOVED_DATE="20240601", NHS_NUMBER="9990000000")  # trap 5: left, the type is lost
    five = person(d, 5, "Eve", "Eigg", "U", "19750707", ACTIVE="P", ADDRESS="12 Another Road|Anytown", GP="903", GP_USUAL="")
    d.entry(five, "20260110", CODE="9S...00", RUBRIC="Ethnic groups (census)")
    d.entry(five, "20260110", CODE="9S1..00", RUBRIC="White")  # trap 5: of one day the one that maps
    person(d, 6, "Fay", "Fair", "F", "19880808", ACTIVE="S", GP_USUAL="999")  # a GP who is in no file


def clinical(d, one):
    d.add("encounter", PID=one, ID="11", DATE="20260203", HCP="90:STAFF:1", HCP_TYPE="A", SESSION="G", LOCATION="S", TIME="0910", LINKS="E|201|E11",
          PRACT_NUMBER="1")
    d.add("encounter", PID=one, ID="12", DATE="20260210", HCP="90:EXT_STAFF:2,Sister Stage", HCP_TYPE="D06", SESSION="V", LOCATION="O", TIME="9999",
          DURATION="10", PRACT_NUMBER="1")
    asthma = d.entry(one, "20120601", ID="201", CODE="H33..00", SNOMED_CODE="195967001", RUBRIC="Asthma", SUBSET="P", EPISODE="F", TIME="0000",
                     TEXT="Since childhood")
    d.entry(one, "20130000", ID="202", CODE="H06z011", RUBRIC="Chest infection", SUBSET="P", EPISODE="N", END_DATE="20130200", LINKS="201")
    d.entry(one, "20140110", CODE="7L0..00", RUBRIC="Removal of suture", SUBSET="P", END_DATE="20270101")  # trap 9: a problem and a procedure
    d.entry(one, "20260203", CODE="246..00", SNOMED_CODE="75367002", RUBRIC="O/E - blood pressure reading", VALUE1="142", VALUE2="88", ENTITY="BP",
            TIME="0912", LINKS="E11|" + asthma, EPISODE="F")
    d.entry(one, "20260203", CODE="22A..00", RUBRIC="O/E - weight", VALUE1="71.50", VALUE2="26.3", ENTITY="WEIGHT", TIME="0913", LINKS="E11")
    d.entry(one, "20260203", CODE="137..00", RUBRIC="Tobacco consumption", VALUE1="10", VALUE2="1", ENTITY="SMOKING", LINKS="E11|E12")
    d.entry(one, "20260203", CODE="136..00", RUBRIC="Alcohol consumption", ENTITY="ALCOHOL", LINKS="E11")  # empty: never
    d.entry(one, "20260203", CODE="152..00", RUBRIC="Parity", VALUE1="2", VALUE2="1")
    d.entry(one, "20260203", CODE="8I3..00", RUBRIC="Chlamydia screening declined", LINKS="E11")
    d.entry(one, "20260203", CODE="6896.00", RUBRIC="Depression screening", LINKS="E11")
    d.entry(one, "20260203", CODE="12C1.00", RUBRIC="FH: Ischaemic heart disease", TEXT="Father at 60")
    d.entry(one, "20260203", CODE="A53..11", RUBRIC="Shingles")  # a diagnosis that is no problem
    d.entry(one, "20260203", CODE="44P..00", RUBRIC="Serum cholesterol", SUBSET="T", VALUE1="5.1", VALUE1_UNITS="mmol/L", TIME="2360")
    d.entry(one, "20260203", CODE="451E.00", RUBRIC="GFR", SUBSET="T", VALUE1="> 90", VALUE1_UNITS="mL/min")  # no number: text
    d.entry(one, "20260203", CODE="8B3V.00", RUBRIC="Medication review", VALUE1_NAME="REVIEW_DAT", VALUE1="in six months")
    d.entry(one, "20010501", CODE="14L1.00", RUBRIC="H/O: penicillin allergy", SUBSET="L", CERTAINTY="255545003", SEVERITY="442452003", EPISODE="F",
            TEXT="Rash at once", BNF_CODE="05.01.01")
    d.entry(one, "20020501", CODE="SN52.00", RUBRIC="Allergy to latex", SUBSET="L", ENTITY="WEIGHT", VALUE1="70", CERTAINTY="385434005")  # trap 9: corrupt
    d.entry(one, "20180301", CODE="9bJ4.00", SNOMED_CODE="196461000000101", RUBRIC="Transfer-degraded drug allergy", TEXT="Trimethoprim")
    d.entry(one, "20180301", CODE="9bJ0.00", RUBRIC="Transfer-degraded medication entry", TEXT="Aspirin 75mg daily")
    d.entry(one, "20260211", CODE="9N36.00", RUBRIC="Letter from specialist", ENTITY="LETTERS", DOCUMENT_ID="7|6E3B2F10-0000-4000-8000-000000000001",
            LINKS="E12", HCP="902", HCP_TYPE="D06")
    d.entry(one, "20160101", CODE="9i0..00", RUBRIC="British or mixed British")
    d.entry(one, "20170101", CODE="9S4..00", RUBRIC="Black African", CONTEXT="B", HCP="55:EXT_STAFF:8")  # the latest counts; no comma
    d.add("referral", PID=one, ID="31", DATE="20260203", HCP="90:STAFF:1", HCP_TYPE="A", TO_HCP="903", SPECIALTY="340", TYPE="O", LINKS="E11|201")
    d.add("referral", PID=one, ID="32", DATE="20250101", HCP="902", HCP_TYPE="A", SPECIALTY="999", TYPE="V", UNIT="U1", LINKS="E77|777")


def medicines(d, one):
    d.drug("A", one, "20260203", "Amoxicillin 500mg capsules", AMOXICILLIN, "21", "capsule", "One three times a day", CODE="e311.00", LINKS="E11",
           END_DATE="20260210", DRUG_FORM="capsule", DRUG_STRENGTH="500mg")
    d.drug("A", one, "20260220", "Paracetamol 500mg tablets", "", "100", CODE="di21.00", LINKS="E12")
    d.drug("R", one, "20200101", "Salbutamol 100micrograms/dose inhaler", SALBUTAMOL, "1", "inhaler", "Two puffs", CODE="c13v.00", LINKS="201")
    d.drug("R", one, "20150101", "Old drug 5mg tablets", OLD_DRUG, "56", END_DATE="20191231")
    for day in ("20251201", "20260101", "20260201"):
        d.drug("S", one, day, "Salbutamol 100micrograms/dose inhaler", SALBUTAMOL, "1", "inhaler", "Two puffs", CODE="c13v.00", LINKS="201")
    d.drug("S", one, "20260115", "Nobody's drug 1mg tablets", "29993973518322896898")  # no master; an id of 20 digits
    d.drug("R", one, "20260101", "Vitamin D drops", "", "as needed", "ml", END_DATE="20270101")  # a quantity that is no number


def vaccinations(d, one):
    given = dict(SUBSET="I", EPISODE="F")
    d.entry(one, "20251001", CODE="65E..00", RUBRIC="Influenza vaccination", IMMS_STATUS="Given", IMMS_SOURCE="In practice", IMMS_BATCH="B123",
            IMMS_METHOD="Intramuscular", IMMS_SITE="Left arm", IMMS_COMPOUND="Influenza", IMMS_REASON="Over 65", **given)
    d.entry(one, "20241001", CODE="65E..00", RUBRIC="Influenza vaccination", IMMS_STATUS="REFUSAL TO START OR COMPLETE COURSE", **given)
    d.entry(one, "20231001", CODE="65E..00", RUBRIC="Influenza vaccination", IMMS_STATUS="advised", **given)
    d.entry(one, "20221001", CODE="68NV.00", RUBRIC="Consent given for vaccination", IMMS_STATUS="Given", **given)
    d.entry(one, "20211001", SNOMED_CODE="86198006", RUBRIC="Influenza vaccination", IMMS_SOURCE="School nurse", VALUE1_NAME="NUM_RESULT", VALUE1="1", **given)
    d.entry(one, "20201001", CODE="65M1.00", RUBRIC="MMR vaccination", ENTITY="BP", VALUE1="120", VALUE2="80", **given)


def strange_codes(d, one):
    for code, rubric in (("DNA", "Did not attend"), ("9344.", "Notes summary"), ("9V0.00", "Six characters"), ("asthma", "Asthma"),
                         ("13m1.0", "Lives alone"), ("#9V0..", "A hash"), ("9T1B.00", "Upper case"), ("9t1B.00", "Lower case"),
                         ("YM01.01", "Practice's own template"), ("VX1..00", "")):
        d.entry(one, "20190101", CODE=code, RUBRIC=rubric)
    d.entry(one, "20190102", CODE="H33..00", SNOMED_CODE="39217345555177672708", RUBRIC="Asthma again")
    d.entry(one, "20190103", RUBRIC="Words alone", SUBSET="X")
    d.entry(one, "20190231", CODE="1BA..00", RUBRIC="Headache", LINKS_EXT="4", GMS="Y")


def first(**more):
    d = Delivery(**more)
    practice(d)
    patients(d)
    return d


def write(folder):
    d = first()
    d.write(folder, "2026-03-01-000500")
    # Trap 1: delivered, and skipped by everybody; the columns are not published.
    for table in ("active_user", "patient_check_sum"):
        write_bytes(folder / d.file_name(table, "2026-03-01-000500", "ADDITIONAL"), csv_line([d.service, "5001", "1"]).encode())


def small():
    d = Delivery()
    practice(d)
    one = person(d, 1, "Anna", "Arran", "F", "19600517")
    two = person(d, 2, "Bob", "Barra", "M", "19550102", REGISTERED_DATE="20100101")
    three = person(d, 3, "Cal", "Coll", "M", "19700303")
    person(d, 4, "Dan", "Danna", "M", "19800404")
    d.add("encounter", PID=one, ID="1", DATE="20260203", HCP="901", HCP_TYPE="A", SESSION="G", LOCATION="S", TIME="0910")
    d.add("encounter", PID=two, ID="1", DATE="20260203", HCP="902", HCP_TYPE="D06", SESSION="O", LOCATION="H", TIME="1310")  # trap 3: unique in a PID only
    for pid in (one, two, three):
        d.entry(pid, "20260203", ID="1", CODE="R062.00", RUBRIC="Cough", LINKS="" if pid == three else "E1")
        d.entry(pid, "20260203", ID="2", CODE="H33..00", RUBRIC="Asthma", SUBSET="C")
        d.entry(pid, "20260203", ID="3", CODE="14L1.00", RUBRIC="H/O: penicillin allergy", SUBSET="L")
    return d


def write_deltas(folder):
    small().write_zips(folder, "2026-03-01-000500")
    small().write_zips(folder, "2026-03-01-000500", tables=["patient", "journal"], extract="FULL")  # trap 1: FULL ones are ignored
    d = Delivery()  # the day after: no practice, no staff
    d.add("patient", PID="5001", REFERENCE="R1", DATE_OF_BIRTH="19600517", SEX="F", ACTIVE="R", REGISTERED_DATE="20150401", SURNAME="Arran", FORENAME="Anna",
          NHS_NUMBER=nhs_number(701), GP_USUAL="901", POSTCODE="ZZ99 3WZ", ACTION="U")
    # Trap 5: removed and registered again on one day; the end of the first registration is never sent.
    d.add("patient", PID="5002", REFERENCE="R2", DATE_OF_BIRTH="19550102", SEX="M", ACTIVE="R", REGISTERED_DATE="20260302", SURNAME="Barra", FORENAME="Bob",
          NHS_NUMBER=nhs_number(702), GP_USUAL="901", ACTION="u")
    d.add("patient", PID="5003", ACTION="D")  # a deletion need not carry anything
    d.add("patient", PID="5004", REFERENCE="R4", DATE_OF_BIRTH="19800404", SEX="M", ACTIVE="L", REGISTERED_DATE="20150401", REMOVED_DATE="20260301",
          SURNAME="Danna", FORENAME="Dan", NHS_NUMBER=nhs_number(704), ACTION="U")
    d.add("journal", PID="5001", ID="1", ACTION="D", SUBSET="P")  # trap 9: not the subset that it had
    d.entry("5001", "20260203", ID="2", CODE="H33..00", RUBRIC="Asthma", SUBSET="P", EPISODE="F", ACTION="U", LINKS="E1")  # a clinical row made a problem
    d.add("journal", PID="5001", ID="99", ACTION="D")  # nobody ever sent it
    d.write_zips(folder, "2026-03-02-000500", tables=["patient", "encounter", "journal", "referral"])
    d = Delivery()
    d.entry("5003", "20260302", ID="9", CODE="R062.00", RUBRIC="Cough")  # trap 5: of a patient already deleted
    d.entry("5009", "20260302", ID="1", CODE="R062.00", RUBRIC="Cough")  # of a patient who is in none of them
    d.add("staff", ID="902", HCP_TYPE="D06", SURNAME="Stage-Door", FORENAME="Bea", TITLE="Sister", SEX="F")
    d.write_zips(folder, "2026-03-03-000500", tables=["staff", "journal"])


def write_test_pack(folder):
    d = Delivery(test_pack=True)
    practice(d)
    one = person(d, 1, "Anna", "Arran", "F", "19600517")
    d.add("encounter", PID=one, ID="1", DATE="20260203", HCP_CODE="G9999991", HCP_TYPE="A", SESSION="G", LOCATION="S", TIME="0910")
    d.entry(one, "20260203", CODE="246..00", RUBRIC="O/E - blood pressure reading", VALUE1="142", VALUE2="88", LINKS="E1", HCP_CODE="G9999991")
    d.entry(one, "20260203", CODE="H33..00", RUBRIC="Asthma", SUBSET="P", EPISODE="F", HCP_CODE="G0000000")  # nobody has this code
    d.entry(one, "20260203", CODE="e311.00", RUBRIC="Amoxicillin 500mg capsules", SUBSET="A", EPISODE="A", VALUE1="21", TEXT="One a day")
    d.write(folder, "2026-03-01-000500")


FAULTS = {
    "short-row": "an allergy that lacks its last cell",
    "long-row": "a clinical journal row with a cell too many",
    "column-added": "a journal of 43 columns: refused",
    "column-shifted": "a journal of 42 columns, of which two stand elsewhere: refused",
    "windows-1252": "patients whose names are Windows-1252",
    "stray-quote": "a journal row with a quote that is not closed",
    "no-journal": "no journal in any delivery: refused",
}


def write_faults(folder):
    moment = "2026-03-01-000500"
    for name in FAULTS:
        d = small()
        if name == "windows-1252":
            d.rows["patient"][0][d.columns["patient"].index("SURNAME")] = "Arr\u00e4n"
        d.write(folder / name, moment, tables=[t for t in d.columns if not (name == "no-journal" and t == "journal")])
        path = folder / name / d.file_name("journal", moment)
        rows = [list(r) for r in d.rows["journal"]]
        if name == "short-row":
            rows[2] = rows[2][:-1]
        if name == "long-row":
            rows[0] = rows[0][:5] + ["more"] + rows[0][5:]
        if name == "column-added":
            rows = [r[:20] + ["x"] + r[20:] for r in rows]
        if name == "column-shifted":
            rows = [r[:5] + r[6:] + ["x"] for r in rows]
        if name in ("short-row", "long-row", "column-added", "column-shifted"):
            write_bytes(path, "".join(csv_line(r) for r in rows).encode())
        if name == "stray-quote":
            write_bytes(path, d.bytes("journal").replace(b'"Cough"', b'"Cough', 1))
        if name == "windows-1252":
            write_bytes(folder / name / d.file_name("patient", moment), d.bytes("patient", "cp1252"))


def listing():
    return "".join(f"- `{name}`: {what}\n" for name, what in FAULTS.items())
