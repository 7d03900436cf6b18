"""Who is in the synthetic practice: organisations, places, staff, fifty patients and their registrations."""
from .common import guid, nhs_number, spread

PRACTICE = guid("organisation", "practice")
TRUST = guid("organisation", "trust")
ICB = guid("organisation", "icb")
OTHER_PRACTICE = guid("organisation", "other practice")

GIVEN_F = "Agnes Bryony Clara Delphine Edith Flora Greta Harriet Imogen Juno Keziah Lettice Marnie Nerys Odette".split()
GIVEN_M = "Alban Barnaby Cuthbert Dunstan Edmund Fergus Giles Hector Ivo Jago Kit Lorcan Merrick Ned Osric".split()
SURNAMES = ("Thornbury Ashwell Blackmoor Copperfell Dunnock Eastwater Fennimore Goldcrest Hazelrigg Ivythorn Juniper Kettlewick "
            "Larkspur Millbrook Nightingale Oakhanger Plumridge Quillfeather Rookwood Sedgewick Tanglewood Underhill Vinterbrook "
            "Wrenfield Yarrowby").split()
STREETS = "Larch Lane;Mill Rise;Station Approach;Castle Hill;Orchard Close;Kiln Yard;Beacon Road;Ferry Street".split(";")


def patient(n):
    return guid("patient", n)


def user(key):
    return guid("user", key)


def place(key):
    return guid("location", key)


def add_practice(x):
    x.organisation, x.clinician, x.typist = PRACTICE, user("marlow"), user("reception")
    x.add("Agreements_SharingOrganisation", OrganisationGuid=PRACTICE, IsActivated="true",
          LastModifiedDate="2024-05-01 08:15:30", Disabled="false", Deleted="false")

    org = lambda key, name, **c: x.add("Admin_Organisation", OrganisationGuid=guid("organisation", key), OrganisationName=name,
                                       **({"OpenDate": "2000-04-01"} | c))
    org("practice", "Copperfell Surgery", CDB="999001", ODSCode="Z99001", ParentOrganisationGuid=ICB, CCGOrganisationGuid=ICB,
        OrganisationType="GP Practice", MainLocationGuid=place("main"))
    # Quirk 40: a commissioner that points at itself, and no main location.
    org("icb", "NHS Copperfell Vale ICB", ODSCode="QZ9", CCGOrganisationGuid=ICB, OrganisationType="CCG")
    org("trust", "Copperfell General Hospital", ODSCode="RZ9", OrganisationType="Hospital", MainLocationGuid=place("hospital"))
    # Quirk 40: the parent is an organisation nobody has sent.
    org("other practice", "Larkspur Health Centre", CDB="999002", ODSCode="Z99002",
        ParentOrganisationGuid=guid("organisation", "never sent"), OrganisationType="GP Practice")
    # Quirk 21: two organisations share one ODS code.
    org("old practice", "Copperfell Surgery (closed branch)", CDB="999003", ODSCode="Z99001", OpenDate="1990-01-01",
        CloseDate="2012-03-31", OrganisationType="General Practice")
    # Quirk 40: the main location named here was never sent; and an individual can appear as an organisation.
    org("individual", "Mx Rowan Tansley", OpenDate="2010-06-07", CloseDate="2010-06-08", OrganisationType="Elsewhere other",
        MainLocationGuid=place("never sent"))
    org("pharmacy", "Mill Rise Pharmacy", ODSCode="FZ999", OrganisationType="Pharmacy")
    # An organisation type nobody has seen before stays text.
    org("balloon", "Copperfell Balloon Clinic", OrganisationType="Airborne Clinic")

    loc = lambda key, name, kind, **c: x.add("Admin_Location", LocationGuid=place(key), LocationName=name,
                                             LocationTypeDescription=kind, **({"OpenDate": "2000-04-01"} | c))
    loc("main", "Copperfell Surgery", "Main Surgery", MainContactName="Practice Manager", FaxNumber="01632 960001",
        EmailAddress="surgery@example.org", PhoneNumber="01632 960000", HouseNameFlatNumber="Copperfell House",
        NumberAndStreet="1 Larch Lane", Village="Upper Copperfell", Town="Copperfell", County="Exampleshire", Postcode="ZZ991AA")
    loc("branch", "Mill Rise Branch", "Branch Surgery", ParentLocationGuid=place("main"), PhoneNumber="01632 960002",
        NumberAndStreet="12 Mill Rise", Town="Copperfell", Postcode="ZZ99 1AB")  # eight characters, though the limit is seven
    loc("closed", "Ferry Street Branch", "Branch Surgery", ParentLocationGuid=place("main"), CloseDate="2012-03-31", Postcode="ZZ99")
    loc("hospital", "Copperfell General Hospital", "Hospital", Town="Copperfell", Postcode="ZZ991ZZ")
    # Quirk 40: the parent location was never sent.
    loc("balloon", "Balloon landing field", "Other Location", ParentLocationGuid=place("never sent"))
    x.deleted("Admin_Location", LocationGuid=place("demolished"))

    link = lambda o, l, main, **c: x.add("Admin_OrganisationLocation", OrganisationGuid=guid("organisation", o),
                                         LocationGuid=place(l), IsMainLocation=main, **c)
    link("practice", "main", "true")
    link("practice", "branch", "false")
    link("trust", "hospital", "true")
    link("old practice", "closed", "true")
    link("practice", "demolished", "", Deleted="true")
    # Quirk 41: both ends unknown.
    link("never sent", "never sent", "false")

    staff = lambda key, title, given, surname, code, job, **c: x.add(
        "Admin_UserInRole", UserInRoleGuid=user(key), Title=title, GivenName=given, Surname=surname, JobCategoryCode=code,
        JobCategoryName=job, **({"ContractStartDate": "2015-09-01"} | c))
    gp = ("R0260", "General Medical Practitioner")
    staff("marlow", "Dr", "Philippa", "Marlow", *gp, RegistrationNumber="9990001")
    staff("tansy", "Dr", "Osric", "Tansy", *gp, RegistrationNumber="9990002", ContractEndDate="2022-06-30")
    staff("nurse", "Ms", "Keziah", "Rushford", "R0600", "Practice Nurse", RegistrationNumber="99A0001E")
    staff("reception", "Mrs", "Nerys", "Holloway", "R1720", "Receptionist")
    # Quirk 39: leading spaces in a name, and a contract that starts in 1899.
    staff("spaces", "Mr", "  J  Ivo", " Quarrington", "R0050", "Consultant", ContractStartDate="1899-12-31")
    # Quirk 39: a department as a person.
    staff("department", "Dermatology", "", "Department", "R0050", "Consultant", OrganisationGuid=TRUST,
          ContractStartDate="1899-01-01")
    # Quirk 39: a given name only; and no name at all.
    staff("given only", "", "Imogen Featherstone", "", "R0260", "General Medical Practitioner")
    staff("nameless", "", "", "", "R9999", "Other")
    staff("external gp", "Dr", "Hector", "Underhill", *gp, OrganisationGuid=OTHER_PRACTICE)
    # Quirk 16: staff nobody refers to; one person appears twice, with nothing that says so.
    for i in range(8):
        staff(f"unused {i}", "Dr", GIVEN_F[i], SURNAMES[24 - i], *gp, ContractStartDate="2001-01-01")
    staff("marlow elsewhere", "Dr", "Philippa", "Marlow", *gp, OrganisationGuid=OTHER_PRACTICE, RegistrationNumber="9990001")
    # Quirk 41: the organisation of this one was never sent.
    staff("lost", "Mr", "Ned", "Wayward", "R1720", "Receptionist", OrganisationGuid=guid("organisation", "never sent"))


def base_cells(n):
    """Everyday values for patient n; the traps overwrite them."""
    sex = "FM"[n % 2 == 0]
    given = (GIVEN_F if sex == "F" else GIVEN_M)[n % 15]
    year = 1938 + (n * 17) % 75
    return {
        "PatientGuid": patient(n), "UsualGpUserInRoleGuid": user("marlow" if n % 3 else "tansy"), "Sex": sex,
        "DateOfBirth": f"{year}-{1 + n % 12:02d}-{1 + (n * 7) % 28:02d}", "Title": {"F": "Ms", "M": "Mr"}[sex], "GivenName": given,
        "MiddleNames": "" if n % 4 else "Robin Sage", "Surname": SURNAMES[n % 25],
        "DateOfRegistration": f"{max(year + 1, 1985 + n % 30)}-04-01", "NhsNumber": nhs_number(4200 + n), "PatientNumber": 1000 + n,
        "PatientTypeDescription": "Regular", "HouseNameFlatNumber": "" if n % 5 else f"Flat {n}",
        "NumberAndStreet": f"{n} {STREETS[n % 8]}", "Village": "" if n % 3 else "Upper Copperfell", "Town": "Copperfell",
        "County": "Exampleshire", "Postcode": f"ZZ99{n % 9 + 1}{'ABDEF'[n % 5]}{'GHJLN'[n % 5]}", "PersonGuid": guid("person", n),
        "EmailAddress": "" if n % 2 else f"patient{n}@example.org", "HomePhone": f"01632 960{100 + n}",
        "MobilePhone": "" if n % 3 == 0 else f"07700 900{100 + n}",
    }


def special_cells():
    return {
        3: {"Sex": "I"},
        4: {"DateOfBirth": "1966-05-01", "DateOfRegistration": "1989-04-01"},
        5: {"Sex": "U"},
        12: {"DateOfBirth": "2009-12-20", "DateOfRegistration": "2010-01-15"},
        # Left: deactivated, with no Deleted flag.
        21: {"DateOfRegistration": "2003-04-01", "DateOfDeactivation": "2025-06-30"},
        22: {"DateOfDeath": "2025-11-02", "DateOfDeactivation": "2025-11-05", "DateOfBirth": "1938-02-11",
             "DateOfRegistration": "1990-04-01"},
        # Quirk 34: the address of a temporary patient is the temporary one.
        23: {"PatientTypeDescription": "Temporary", "HouseNameFlatNumber": "Caravan 7", "NumberAndStreet": "Beacon Road Holiday Park",
             "DateOfRegistration": "2026-02-10", "DateOfDeactivation": "2026-05-10"},  # an end in the future: still active
        # Quirk 33: dummy patients, by flag and by type.
        24: {"DummyType": "true", "GivenName": "Testing", "Surname": "Xxtest"},
        25: {"PatientTypeDescription": "Dummy", "Surname": "Zztraining"},
        # Quirk 71: the whole patient is confidential.
        26: {"IsConfidential": "true"},
        27: {"SpineSensitive": "true"},
        # Quirk 35: no NHS number; the two placeholders; a wrong check digit.
        28: {"NhsNumber": ""},
        29: {"NhsNumber": "0000000000"},
        30: {"NhsNumber": "9999999999"},
        31: {"NhsNumber": nhs_number(4231, valid=False)},
        # Quirk 35: one NHS number, two different people.
        32: {"NhsNumber": nhs_number(4299)},
        33: {"NhsNumber": nhs_number(4299)},
        # Quirk 38: no name parts at all; and a surname only.
        34: {"Title": "", "GivenName": "", "MiddleNames": "", "Surname": ""},
        35: {"Title": "", "GivenName": "", "MiddleNames": ""},
        # Text that has to survive quoting and encoding.
        38: {"DateOfBirth": "1961-10-02", "DateOfRegistration": "1990-04-01"},
        40: {"GivenName": 'Kit "Kit"', "Surname": "O'Plumridge, Jr"},
        41: {"GivenName": "Zoë", "MiddleNames": "Łucja Ångström", "Surname": "Ní Bhriain\u2011Þórsdóttir"},
        42: {"PatientTypeDescription": "Private", "UsualGpUserInRoleGuid": "", "ExternalUsualGPGuid": user("external gp"),
             "ExternalUsualGP": "Underhill, Hector (Dr)", "ExternalUsualGPOrganisation": OTHER_PRACTICE},
        43: {"PatientTypeDescription": "Pre Registration", "DateOfRegistration": "2026-02-27"},
        # Quirk 31: no registration date.
        44: {"DateOfRegistration": ""},
        # Quirk 32: leading spaces, and a patient type nobody has seen.
        45: {"PatientTypeDescription": "  Community Registered"},
        46: {"PatientTypeDescription": "Lunar Resident"},
        # Quirk 27: left and came back: only the latest registration is in this table.
        48: {"DateOfRegistration": "2019-05-13"},
        49: {"ResidentialInstituteCode": "Q7", "CarerName": "Mrs Flora Goldcrest", "CarerRelation": "Neighbour, twice a week",
             "ContactComments": "Ring twice; the first ring is for the dog. \"Rex\" bites."},
        50: {"UsualGpUserInRoleGuid": user("never sent")},  # Quirk 15: staff may have come with an earlier practice's delivery
    }


def add_patients(x):
    cells = lambda n: base_cells(n) | special.get(n, {})
    special = special_cells()
    for n in range(1, 51):
        if n == 47:
            # Quirk 24: out of the extract's scope, not a clinical delete. Quirk 25: the clinical rows stay without deletes.
            x.deleted("Admin_Patient", PatientGuid=patient(47))
            continue
        x.add("Admin_Patient", **cells(n))  # Quirk 36: NHSNumberStatus is always empty

    history = lambda n, date, status, time="00:00:00": x.add("Admin_PatientHistory", PatientGuid=patient(n), HistoryDate=date,
                                                             HistoryTime=time, StatusDescription=status)
    # Quirk 28: the text says nothing of the registration type, and names no practice.
    for n in list(range(1, 21)) + [26, 27, 36, 49]:
        history(n, cells(n)["DateOfRegistration"], "Registered", "00:00:00" if n % 2 else "11:20:00")
    history(21, "2003-04-01", "Registered")
    history(21, "2025-06-30", "Deducted at patient request", "14:05:00")
    history(22, "1990-04-01", "Registered")
    history(22, "2025-11-02", "Death")
    history(23, "2026-02-10", "Temporary short stay", "10:00:00")
    history(43, "2026-02-27", "Pre-registered, presented", "16:45:00")
    # Quirk 27: an earlier registration that the patient row no longer shows.
    history(48, "2008-04-01", "Registered")
    history(48, "2014-08-30", "Removal to new HA")
    history(48, "2019-05-13", "Deducted at GP request", "09:00:00")
    # Quirk 29: deducted and registered again on one day.
    history(48, "2019-05-13", "Registered", "09:10:00")
    history(46, "2020-01-01", "Registered by moonlight")  # a status nobody has seen

    audit = lambda n, date, time, mode, who: x.add("Audit_RegistrationAudit", PatientGuid=patient(n), ModifiedDate=date,
                                                   ModifiedTime=time, UserInRoleGuid=who, ModeType=mode)
    # Quirk 86: who, when and how, but not what.
    for n in range(1, 51, 3):
        audit(n, f"2024-{1 + spread(n, 12):02d}-{1 + spread((n, 1), 28):02d}", f"1{spread((n, 2), 10)}:15:00",
              ("Insert", "Update", "Edit")[n % 3], user("reception"))
    audit(1, "2024-09-09", "09:09:09", "Update", user("reception"))
    audit(1, "2024-09-09", "09:09:09", "Update", user("reception"))  # Quirk 12: the same event twice
    audit(2, "2023-02-02", "08:00:00", "Delete", "")  # nobody named
