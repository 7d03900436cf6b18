"""An EMIS bulk extract being put together: rows by table, written as the supplier delivers it."""
from .common import csv_line, plain_guid, write_bytes
from .emis_codes import CLINICAL_CODES, DRUGS
from .emis_columns import COLUMNS

STAMP = "20260301000000"
DATED = ("CareRecord_Consultation", "CareRecord_Observation", "CareRecord_Diary", "Prescribing_DrugRecord",
         "Prescribing_IssueRecord")


class Extract:
    def __init__(self, name, number=1):
        self.name, self.number = name, number
        self.kind, self.stamp = "bulk", STAMP
        self.tables = {table: [] for table in COLUMNS}
        self.organisation = ""
        self.clinician = self.typist = ""

    def add(self, table, **cells):
        """Adds a row; what is not given gets the commonplace value, and an unknown column name is a mistake."""
        columns = COLUMNS[table]
        unknown = set(cells) - set(columns)
        if unknown:
            raise KeyError(f"{table} has no {sorted(unknown)}")
        common = {"OrganisationGuid": self.organisation, "Deleted": "false", "IsConfidential": "false", "ProcessingId": self.number,
                  "DummyType": "false", "SpineSensitive": "false", "Abnormal": "false", "Episode": "None", "IsBlocked": "false",
                  "IsBookableOnline": "false", "IsPrescribedAsContraceptive": "false", "IsPrivatelyPrescribed": "false",
                  "Private": "false"}
        if table in DATED:
            common |= {"EffectiveDatePrecision": "YMD", "EnteredDate": cells.get("EffectiveDate", ""), "EnteredTime": "09:30:00",
                       "ClinicianUserInRoleGuid": self.clinician, "EnteredByUserInRoleGuid": self.typist}
        row = {c: cells.get(c, common.get(c, "")) for c in columns}
        self.tables[table].append(row)
        return row

    def deleted(self, table, **keys):
        """A delete row: keys, Deleted=true, ProcessingId, and nothing else."""
        row = dict.fromkeys(COLUMNS[table], "")
        row |= {"OrganisationGuid": self.organisation} if "OrganisationGuid" in row else {}
        row |= {"Deleted": "true", "ProcessingId": self.number} | keys
        self.tables[table].append({c: row[c] for c in COLUMNS[table]})

    def add_code_tables(self, clinical=None, drugs=None):
        """Writes the code tables; a code with several parents is several rows (quirk 18)."""
        for key, code in CLINICAL_CODES.items():
            if "Term" not in code or (clinical is not None and key not in clinical):
                continue
            cells = {k: v for k, v in code.items() if k != "parents"}
            for parent in code["parents"] or [None]:
                self.add("Coding_ClinicalCode", **cells, ParentCodeId=CLINICAL_CODES[parent]["CodeId"] if parent else "")
        for key, (code, term, dmd) in DRUGS.items():
            if drugs is None or key in drugs:
                self.add("Coding_DrugCode", CodeId=code, Term=term, DmdProductCodeId=dmd)  # Quirk 78: BNFChapterRef is empty

    def file_name(self, table):
        # Quirk 10: the file name's GUID has no braces.
        return f"{self.kind}_{self.number}_{table}_{self.stamp}_{plain_guid('agreement', self.name)}.csv"

    def texts(self):
        """File name -> text, header first."""
        return {self.file_name(table): csv_line(COLUMNS[table]) + "".join(csv_line(row.values()) for row in rows)
                for table, rows in self.tables.items()}

    def write(self, folder):
        for name, text in self.texts().items():
            write_bytes(folder / name, text.encode("utf-8"))
