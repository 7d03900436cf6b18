// Files: names, layouts, encodings, deliveries, what later rows make of earlier ones.
#include <filesystem>

#include "core/archive/test_archive.hpp"
#include "core/io/file.hpp"
#include "core/system/vision/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::vision_test;
using Strings = std::vector<std::string>;

TEST_CASE("vision: zips in a folder, by content and practice, are one delivery") {
    Extract e;
    e.patient().entry({{"CODE", "H33..00"}, {"RUBRIC", "Asthma"}}).deliver();
    io::TestFolder zips;
    for (const auto& [content, tabs] :
         std::map<std::string, std::vector<Tab>>{{"PATIENT", {Tab::patient}},
                                                 {"CLINICAL", {Tab::encounter, Tab::journal, Tab::referral}},
                                                 {"ADMIN", {Tab::practice, Tab::staff}}}) {
        std::vector<archive::TestEntry> members;
        for (const Tab t : tabs)
            members.push_back(
                {Extract::name(t, kMoment), io::read_all(e.folder / Extract::name(t, kMoment))});
        zips.put("INCREMENTAL_" + content + "_" + kOds + "-(Drama Street)-V1.0.0_" + kMoment + ".zip",
                 archive::make_archive("zip", "", members));
    }
    record::SourceOptions o;
    o.place = zips.path;
    o.files = archive::Place::open(zips.path);
    o.mapping = &tables();
    const auto source = vision::system().open(o);
    CHECK(source->census().patients.size() == 1);
    CHECK(source->census().tables.size() == 6);
    CHECK(source->census().as_of == "2026-03-01T00:00:00+00:00");  // midnight at the start of the day
    CHECK(source->census().inputs.size() == 6);
    const auto all = contract::everything(*source, &tables());
    CHECK(all.ledger->balanced());
    CHECK(std::ranges::any_of(all.entities, [](const auto& x) { return x.first.starts_with("Condition/"); }));
}

TEST_CASE("vision: the zips may lie in an archive themselves") {
    const archive::Packing kind = archive::Packing::zip;
    io::TestFolder folder;
    archive::pack(kRoot + "/testdata/vision-deltas", folder / "all.zip", kind);
    const auto files = archive::Place::open(folder / "all.zip");
    CHECK(vision::system().recognise(*files).certainty == 90);
    record::SourceOptions o;
    o.place = folder / "all.zip";
    o.files = files;
    o.mapping = &tables();
    const auto source = vision::system().open(o);
    CHECK(source->census().patients.size() == 3);
    CHECK(contract::everything(*source, &tables()).ledger->balanced());
}

TEST_CASE("vision: a delivery is read however it is packed, and refused when it cannot be") {
    Extract e;
    e.patient().deliver();
    e.without(Tab::patient).entry({{"CODE", "14L1.00"}, {"SUBSET", "L"}}).deliver();
    const std::string name = Extract::name(Tab::journal, "2026-03-02-000500");
    const std::string rows = io::read_all(e.folder / name);
    const auto with = [&](const std::string& file, const std::string& bytes) {
        CAPTURE(file);
        std::filesystem::remove(e.folder / name);
        e.folder.put(file, bytes);
        const std::string refusal = e.refusal();
        const std::size_t found = refusal.empty() ? e.run().of("AllergyIntolerance").size() : 0;
        std::filesystem::remove(e.folder / file);
        CHECK((refusal.empty() || refusal.find(file) != std::string::npos));
        return refusal.empty() ? std::to_string(found) : std::string("refused");
    };
    const std::string zip = archive::make_archive("zip", "", {{name, rows}});
    CHECK(with("deltas.zip", archive::make_archive("zip", "", {{"INCREMENTAL_CLINICAL.zip", zip}})) == "1");
    CHECK(with("deltas.tar", archive::make_archive("tar", "", {{name, rows}})) == "1");
    CHECK(with("deltas.tar.gz", archive::make_archive("tar", "gz", {{name, rows}})) == "1");
    CHECK(with(name + ".gz", archive::compress("gz", rows)) == "1");
    CHECK(with(name + ".xz", archive::compress("xz", rows)) == "1");
    // A format of its own, encrypted, or not called like a file: nobody can say what is lost.
    const std::string stem = name.substr(0, name.size() - 4);
    for (const std::string& file :
         {name + ".bz2", name + ".pgp", name + ".asc", name + ".txt", stem, stem + ".txt", stem + " (1).csv",
          std::string("INCREMENTAL_CLINICAL_Z99998-(x)-V1.0.0_2026-03-02-000500.zip.gpg"),
          Extract::name(Tab::journal, "2026-02-30-000500")})
        CHECK_MESSAGE(with(file, rows) == "refused", file);
}

TEST_CASE("vision: what else lies beside a delivery is told of, a refused member of a zip is an error") {
    Extract e;
    e.patient().deliver();
    const std::string name = Extract::name(Tab::patient, kMoment);
    e.folder.put("README.txt", "x");
    e.folder.put(name + ".asc", "a signature of the file beside it");
    e.folder.put("papers.zip", archive::make_archive("zip", "", {{"letter.txt", "x"}, {"list.csv", "x"}}));
    e.folder.put(
        "INCREMENTAL_CLINICAL_Z99998-(x)-V1.0.0_2026-03-02-000500.zip",
        archive::make_archive("zip", "", {{"../" + Extract::name(Tab::journal, "2026-03-02-000500"), "x"}}));
    const Run r = e.run();
    const auto has = [&](const std::string& code, const std::string& file, Severity severity) {
        return std::ranges::count_if(r.issues, [&](const Issue& i) {
            return i.code == code && i.severity == severity && i.member.find(file) != std::string::npos;
        });
    };
    CHECK(has("VISION-FILE-001", "README.txt", Severity::information) == 1);
    CHECK(has("VISION-FILE-001", name + ".asc", Severity::information) == 1);
    CHECK(has("VISION-FILE-001", "papers.zip", Severity::warning) == 1);
    CHECK(has("PLACE-REFUSED-001", "zip!../INCREMENTAL", Severity::error) == 1);
}

TEST_CASE("vision: line breaks may occur in quotes, and addresses count lines as an editor does") {
    Extract e;
    e.patient().entry({{"ID", "1"}, {"CODE", "R062.00"}, {"TEXT", "first\r\nsecond \"third\""}});
    e.entry({{"ID", "2"}, {"CODE", "R062.00"}, {"DATE", "20260231"}});
    const Run r = e.run();
    CHECK(r.entry("Observation", "1")["note"][0]["text"] == "first\r\nsecond \"third\"");
    REQUIRE(r.found("VISION-VALUE-001") == 1);
    for (const Issue& i : r.issues)
        if (i.code == "VISION-VALUE-001") {
            CHECK(i.line == 3);
            CHECK(i.column == 3);
        }
}

TEST_CASE("vision: unquoted fields and LF alone are read too") {
    Extract e;
    e.patient().entry({{"ID", "1"}, {"CODE", "R062.00"}}).deliver();
    const std::string name = Extract::name(Tab::journal, kMoment);
    std::string text = io::read_all(e.folder / name);
    std::erase(text, '"');
    std::erase(text, '\r');
    e.folder.put(name, text);
    CHECK(e.run().of("Observation").size() == 1);
}

TEST_CASE("vision: one id twice in one delivery: the later row counts, and that is told") {
    Extract e;
    e.patient().entry({{"CODE", "R062.00"}, {"RUBRIC", "a"}}).entry({{"CODE", "R062.00"}, {"RUBRIC", "b"}});
    const Run r = e.run();
    CHECK(r.entry("Observation")["code"]["text"] == "b");
    CHECK(r.found("VISION-KEY-001") == 1);
}

TEST_CASE("vision: FULL files repeat what comes in INCREMENTAL ones, and are left out by name") {
    Extract e;
    e.patient().entry({{"CODE", "H33..00"}}).deliver();
    e.patient().entry({{"CODE", "H33..00"}}).deliver(kMoment, "FULL");
    const Run r = e.run();
    CHECK(r.of("Patient").size() == 1);
    CHECK(r.fate("journal", "1") == Strings{"migrated", "excluded:full-extract-repeats-incremental"});
    // Without the INCREMENTAL one there is nothing to repeat: changes come on top of it.
    Extract bulk;
    bulk.patient().entry({{"CODE", "H33..00"}}).deliver(kMoment, "FULL");
    bulk.patient().entry({{"ID", "2"}, {"CODE", "H33..00"}}).deliver("2026-03-02-000500");
    CHECK(bulk.run().of("Condition").size() == 2);
    Extract alone;
    alone.patient().entry({{"CODE", "H33..00"}}).deliver(kMoment, "FULL");
    CHECK(alone.run().of("Condition").size() == 1);
}

TEST_CASE("vision: files whose columns are not published are counted and left out; others are told of") {
    Extract e;
    e.patient();
    e.folder.put("ADDITIONAL_" + kOds + "_active_user_data_extract-" + kMoment + ".csv", "1,2\r\n3,4\r\n");
    e.folder.put("ADDITIONAL_" + kOds + "_patient_check_sum_data_extract-" + kMoment + ".csv", "1\r\n");
    e.folder.put("INCREMENTAL_" + kOds + "_wonder_data_extract-" + kMoment + ".csv", "1\r\n");
    e.folder.put("notes.csv", "1\r\n");
    const Run r = e.run();
    CHECK(r.fate("active_user", "") == Strings{"excluded:not-a-gp-record", "excluded:not-a-gp-record"});
    CHECK(r.fate("patient_check_sum", "") == Strings{"excluded:not-a-gp-record"});
    CHECK(r.fate("wonder", "") == Strings{"held:VISION-TABLE-002"});
    CHECK(r.found("VISION-TABLE-002") == 1);
    CHECK(r.found("VISION-FILE-001") == 1);
}

TEST_CASE("vision: a file with columns of neither layout is refused by its name") {
    Extract e;
    e.patient().deliver();
    const auto with = [&](const std::string& bytes) {
        e.folder.put(Extract::name(Tab::journal, kMoment), bytes);
        return e.refusal();
    };
    const std::string good = e.line(Tab::journal, {{"PID", "5001"}, {"ID", "1"}, {"ACTION", "I"}});
    CHECK(with(good).empty());
    const std::string what = with("\"x\"," + good);
    CHECK(what.find(Extract::name(Tab::journal, kMoment)) != std::string::npos);
    CHECK(what.find("43 columns") != std::string::npos);
    CHECK(what.find("42 (test pack: 23)") != std::string::npos);
    // A column taken out in the middle and one put in elsewhere: the letter of ACTION shows it.
    const std::string shifted = "\"x\"," + good.substr(0, good.size() - 5) + "\r\n";
    CHECK(with(shifted).find("where ACTION stands") != std::string::npos);
    CHECK(with("").empty());
    CHECK(with("\xFF\xFE\x31").find("UTF-16") != std::string::npos);
}

TEST_CASE(
    "vision: one row of another number of columns is held with its address, and an allergy holds its "
    "patient") {
    const Cells clinical = {{"PID", "5001"}, {"ID", "9"},         {"SUBSET", "C"},
                            {"ACTION", "I"}, {"CODE", "R062.00"}, {"SERVICE_ID", kService}};
    Cells allergy = clinical;
    allergy["SUBSET"] = "L";
    for (const bool grave : {false, true}) {
        CAPTURE(grave);
        Extract e;
        e.patient();
        e.verbatim(
            Tab::journal,
            e.line(Tab::journal,
                   {{"PID", "5001"}, {"ID", "1"}, {"SUBSET", "C"}, {"ACTION", "I"}, {"CODE", "H33..00"}}) +
                "\"5001\",\"more\"," + e.line(Tab::journal, grave ? allergy : clinical).substr(7));
        const Run r = e.run();
        CHECK(r.found("VISION-ROW-001") == 1);
        CHECK(r.found("VISION-ROW-002") == (grave ? 1 : 0));
        CHECK(r.of("Patient").size() == (grave ? 0 : 1));
        for (const Issue& i : r.issues)
            if (i.code == "VISION-ROW-001") {
                CHECK(i.line == 2);
                CHECK(i.member.ends_with(Extract::name(Tab::journal, kMoment)));
            }
    }
}

TEST_CASE("vision: a letter that is none of I, U, D holds the row; any case is good") {
    Extract e;
    e.patient();
    for (const std::string action : {"i", "U", "u", "X"})
        e.entry({{"ID", action}, {"CODE", "R062.00"}, {"ACTION", action}});
    const Run r = e.run();
    CHECK(r.fate("journal", "X") == Strings{"held:unreadable-row"});
    CHECK(r.found("VISION-ROW-001") == 1);
}

TEST_CASE("vision: the test pack is told by its columns, and names people by their national code") {
    Extract e;
    e.test_pack().patient().staff("901", {{"GMP_CODE", "G9999991"}, {"SEX", "M"}});
    e.add(Tab::encounter,
          {{"PID", "5001"}, {"ID", "1"}, {"DATE", "20260203"}, {"HCP_CODE", "G9999991"}, {"SESSION", "G"}});
    e.entry({{"CODE", "246..00"},
             {"VALUE1", "142"},
             {"VALUE2", "88"},
             {"LINKS", "E1"},
             {"HCP_CODE", "G9999991"},
             {"RUBRIC", "BP"}});
    const Run r = e.run();
    CHECK(r.census.version == "test-pack");
    const Json role = r.one("PractitionerRole", "staff", "901");
    const Json o = r.entry("Observation");
    CHECK(o["performer"][0]["reference"] == "PractitionerRole/" + role["id"].get<std::string>());
    CHECK(o["encounter"]["reference"] ==
          "Encounter/" + r.one("Encounter", "encounter", "1")["id"].get<std::string>());
    CHECK(o["component"].size() == 2);
    CHECK(r.one("Practitioner", "staff", "901")["gender"] == "male");
}

TEST_CASE("vision: UTF-8, and Windows-1252 for rows that are not, which is told") {
    Extract e;
    e.patient("5001", {{"SURNAME", "Caf\u00E9"}})
        .patient("5002", {{"SURNAME", "Arr\xE4n"}})
        .patient("5003", {{"SURNAME", "x\x81"}});
    const Run r = e.run();
    CHECK(r.one("Patient", "patient", "5001")["name"][0]["family"] == "Caf\u00E9");
    CHECK(r.one("Patient", "patient", "5002")["name"][0]["family"] == "Arr\u00E4n");
    CHECK(r.found("VISION-BYTE-001") == 1);
    CHECK(r.found("VISION-BYTE-002") == 1);
}

TEST_CASE("vision: deliveries count in the order of the moments in their names") {
    Extract e;
    e.patient().entry({{"CODE", "R062.00"}, {"RUBRIC", "newer"}}).deliver("2026-03-05-000500");
    e.patient().entry({{"CODE", "R062.00"}, {"RUBRIC", "older"}}).deliver("2026-03-01-000500");
    const Run r = e.run();
    CHECK(r.entry("Observation")["code"]["text"] == "newer");
    CHECK(r.fate("journal", "1") == Strings{"superseded:newer-row-of-same-key", "migrated"});
    CHECK(r.census.as_of.substr(0, 10) == "2026-03-05");
    // As of a day: what came later is left out by name.
    const Run before = e.run({}, "2026-03-02");
    CHECK(before.entry("Observation")["code"]["text"] == "older");
    CHECK(before.fate("journal", "1") == Strings{"migrated", "excluded:delivery-after-moment"});
}

TEST_CASE("vision: a row goes by its key whatever its subset, and an update may make it another kind") {
    Extract e;
    e.patient()
        .entry({{"ID", "1"}, {"CODE", "H33..00"}})
        .entry({{"ID", "2"}, {"CODE", "H33..00"}, {"SUBSET", "P"}})
        .deliver();
    e.patient("5001", {{"ACTION", "U"}});
    e.entry({{"ID", "1"}, {"CODE", "H33..00"}, {"SUBSET", "P"}, {"ACTION", "U"}});
    e.add(Tab::journal, {{"PID", "5001"}, {"ID", "2"}, {"ACTION", "d"}, {"SUBSET", "C"}});
    e.add(Tab::journal, {{"PID", "5001"}, {"ID", "3"}, {"ACTION", "D"}});
    const Run r = e.run();
    CHECK(r.of("Condition").size() == 1);
    CHECK(r.entry("Condition")["category"][0]["coding"][0]["code"] == "problem-list-item");
    CHECK(r.fate("journal", "1") == Strings{"superseded:newer-row-of-same-key", "migrated"});
    CHECK(r.fate("journal", "2") == Strings{"deleted:removed-by-later-row", "deleted:removal"});
    CHECK(r.fate("journal", "3") == Strings{"deleted:removal-of-unknown-row"});
    CHECK(r.found("VISION-DEL-001") == 1);
}

TEST_CASE("vision: keys of entries are unique within a patient only") {
    Extract e;
    e.patient("5001").patient("5002");
    e.entry({{"PID", "5001"}, {"CODE", "R062.00"}}).entry({{"PID", "5002"}, {"CODE", "R062.00"}}).deliver();
    e.add(Tab::journal, {{"PID", "5002"}, {"ID", "1"}, {"ACTION", "D"}});
    e.without(Tab::patient);
    const Run r = e.run();
    CHECK(r.of("Observation").size() == 1);
    CHECK(r.of("Observation")[0]["subject"]["reference"] ==
          "Patient/" + r.one("Patient", "patient", "5001")["id"].get<std::string>());
}

TEST_CASE("vision: a deleted patient takes the record along; later rows are left out with a warning") {
    Extract e;
    e.patient("5001").patient("5002").entry({{"PID", "5001"}, {"CODE", "R062.00"}}).deliver();
    e.add(Tab::patient, {{"PID", "5001"}, {"ACTION", "D"}}).deliver();
    e.entry({{"PID", "5001"}, {"ID", "2"}, {"CODE", "R062.00"}}).without(Tab::patient).deliver();
    const Run r = e.run();
    CHECK(r.of("Patient").size() == 1);
    CHECK(r.of("Observation").empty());
    CHECK(r.fate("patient", "5001") == Strings{"deleted:patient-deleted", "deleted:removal"});
    CHECK(r.fate("journal", "1") == Strings{"deleted:patient-deleted"});
    CHECK(r.fate("journal", "2") == Strings{"deleted:row-of-deleted-patient"});
    CHECK(r.found("VISION-DEL-002") == 1);
}

TEST_CASE("vision: a patient who was deleted and comes again begins anew") {
    Extract e;
    e.patient("5001").entry({{"CODE", "R062.00"}}).deliver();
    e.add(Tab::patient, {{"PID", "5001"}, {"ACTION", "D"}}).deliver();
    e.entry({{"ID", "2"}, {"CODE", "R062.00"}}).without(Tab::patient).deliver();
    e.patient("5001").entry({{"ID", "3"}, {"CODE", "R062.00"}}).deliver();
    const Run r = e.run();
    CHECK(r.of("Patient").size() == 1);
    CHECK(r.fate("journal", "1") == Strings{"deleted:patient-deleted"});
    CHECK(r.fate("journal", "2") == Strings{"deleted:row-of-deleted-patient"});
    CHECK(r.fate("journal", "3") == Strings{"migrated"});
}

TEST_CASE("vision: practice and staff are never deleted; a later row takes the place of an earlier one") {
    Extract e;
    e.patient("5001", {{"GP_USUAL", "901"}}).staff("901", {{"SURNAME", "Old"}}).staff("902").deliver();
    e.patient("5001", {{"GP_USUAL", "901"}}).staff("901", {{"SURNAME", "New"}}).deliver();
    const Run r = e.run();
    CHECK(r.one("Practitioner", "staff", "901")["name"][0]["family"] == "New");
    CHECK(r.fate("staff", "901") == Strings{"migrated", "superseded:newer-row-of-same-key"});
    CHECK(r.fate("staff", "902") == Strings{"lookup:nobody-refers-to-it"});
}

TEST_CASE("vision: whether the first delivery is a bulk is a guess that only warns") {
    Extract good;
    good.patient().entry({{"CODE", "R062.00"}});
    const Run g = good.run();
    CHECK(g.found("VISION-BULK-001") == 0);
    CHECK(g.found("VISION-BULK-002") == 1);  // fewer than 1,000 patients
    // Deleted entries do occur in a bulk.
    Extract entry;
    entry.patient().add(Tab::journal, {{"PID", "5001"}, {"ID", "1"}, {"ACTION", "D"}});
    CHECK(entry.run().found("VISION-BULK-001") == 0);
    Extract deletes;
    deletes.patient().add(Tab::patient, {{"PID", "5002"}, {"ACTION", "D"}});
    CHECK(deletes.run().found("VISION-BULK-001") == 1);
    Extract unknown;
    unknown.patient().entry({{"PID", "5009"}, {"CODE", "R062.00"}});
    const Run u = unknown.run();
    CHECK(u.found("VISION-BULK-001") == 1);
    CHECK(u.fate("journal", "1") == Strings{"held:no-such-patient"});
    CHECK(u.found("VISION-PAT-003") == 1);
    Extract late;
    late.without(Tab::journal).patient().deliver();
    late.patient().entry({{"CODE", "R062.00"}});
    CHECK(late.run().found("VISION-BULK-001") == 1);
}

TEST_CASE("vision: files that no delivery has are asked for, unless it is a sample") {
    Extract e;
    e.without(Tab::journal).patient().deliver();
    CHECK(e.refusal().find("journal_data_extract") != std::string::npos);
    const auto source = e.open({}, {}, true);
    CHECK(std::ranges::any_of(source->issues(), [](const Issue& i) { return i.code == "VISION-TABLE-001"; }));
    Extract nobody;
    nobody.without(Tab::patient).entry({{"CODE", "R062.00"}});
    CHECK(nobody.refusal().find("patient_data_extract") != std::string::npos);
}

TEST_CASE("vision: two files of one delivery that differ are refused, copies are left unread") {
    Extract e;
    e.patient().entry({{"CODE", "R062.00"}}).deliver();
    const std::string name = Extract::name(Tab::journal, kMoment);
    e.folder.put("copy/" + name, io::read_all(e.folder / name));
    CHECK(e.run().found("VISION-DELIVERY-001") == 1);
    e.folder.put("copy/" + name, "");
    CHECK(e.refusal().find("differ") != std::string::npos);
}

TEST_CASE(
    "vision: patients of several practices need a choice; SERVICE_ID is the practice's id, not its ODS "
    "code") {
    Extract e;
    e.add(Tab::practice, {{"ID", kService}, {"IDENTIFIER", kOds}})
        .add(Tab::practice, {{"ID", "9002"}, {"IDENTIFIER", "Z99997"}});
    e.patient("5001").patient("5001", {{"SERVICE_ID", "9002"}, {"SURNAME", "Other"}});
    e.entry({{"CODE", "R062.00"}})
        .entry({{"ID", "2"}, {"CODE", "R062.00"}, {"SERVICE_ID", "9002"}})
        .deliver();
    CHECK(e.refusal().find("Z99997 (1 patient); Z99998 (1 patient)") != std::string::npos);
    CHECK(e.refusal("Z00000").find("no patients of practice Z00000") != std::string::npos);
    for (const std::string& ods : {kOds, std::string("Z99997")}) {
        CAPTURE(ods);
        const Run r = e.run(ods);
        CHECK(r.census.ods == ods);
        CHECK(r.of("Patient").size() == 1);
        CHECK(r.of("Observation").size() == 1);
        CHECK(r.fate("journal", ods == kOds ? "2" : "1") == Strings{"excluded:other-practice"});
    }
}

TEST_CASE("vision: a row of a practice that no patient has is held") {
    Extract e;
    e.patient().entry({{"CODE", "R062.00"}, {"SERVICE_ID", "77"}});
    const Run r = e.run();
    CHECK(r.fate("journal", "1") == Strings{"held:VISION-SERVICE-001"});
}

TEST_CASE("vision: two rows of one delivery that claim one patient with different facts hold the patient") {
    Extract e;
    e.patient("5001").patient("5001", {{"SURNAME", "Somebody"}});
    const Run r = e.run();
    CHECK(r.of("Patient").empty());
    CHECK(r.found("VISION-PAT-001") == 1);
    Extract same;
    same.patient("5001").patient("5001");
    CHECK(same.run().fate("patient", "5001") == Strings{"superseded:repeated-row", "migrated"});
}
