// Input that is damaged, hostile or strange: nothing is lost in silence, and one bad thing costs no more than
// itself.
#include <filesystem>

#include "core/system/emis/series_test.hpp"

using namespace gpswitch;
using namespace gpswitch::emis_test;

namespace {
const char* const kObs = "CareRecord_Observation";

/// Changes the bytes of a table's file after it was written.
void spoil(Series& s, const std::string& table, const std::function<std::string(std::string)>& change) {
    const std::string name = s.bulk.file_name(table);
    s.place.put(name, change(s.place.get(name)));
}
std::string replaced(std::string text, const std::string& a, const std::string& b) {
    for (std::size_t at = 0; (at = text.find(a, at)) != std::string::npos; at += b.size())
        text.replace(at, a.size(), b);
    return text;
}
}  // namespace

TEST_CASE("emis: CP1252 bytes in a UTF-8 file: the row is held as it is, the rows after it are read") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("bad", "cough", {{"AssociatedText", "Caf\xe9 \x96 \x93quoted\x94"}});
    s.bulk.obs("good", "cough");
    const Run r = s.run();
    CHECK(r.all_fates(kObs, "bad") == Fates{"held:unreadable-row"});
    CHECK(r.made("Observation", "good").size() == 1);
    CHECK(r.found("EMIS-ROW-001") == 1);
}

TEST_CASE("emis: a delivery that is packed once more is never passed by") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("a", "cough");
    s.bulk.write(s.place);
    const auto refusal = [&](const std::string& name, const std::string& bytes) -> std::string {
        s.place.put(name, bytes);
        std::string what;
        try {
            static_cast<void>(emis_test::run(s.place.path));
        } catch (const InputError& e) { what = e.what(); }
        std::filesystem::remove(s.place / name);
        return what;
    };
    const std::string table = s.bulk.file_name(kObs), rows = s.place.get(table);
    io::TestFolder inside, outside;
    inside.put(table, rows);
    archive::pack(inside.path, outside / "in.zip", archive::Packing::zip);
    archive::pack(outside.path, inside / "out.zip", archive::Packing::zip);
    CHECK(refusal("delta.zip", outside.get("in.zip")).find("delta.zip!") != std::string::npos);
    CHECK(refusal("deltas", inside.get("out.zip")).find("deltas!in.zip!") != std::string::npos);
    CHECK(refusal("delta.zip.gpg", "secret").find("delta.zip.gpg") != std::string::npos);
    // Notes, packed or not, are none of ours.
    io::TestFolder notes;
    notes.put("note.txt", "x");
    archive::pack(notes.path, outside / "notes.zip", archive::Packing::zip);
    CHECK(refusal("notes.zip", outside.get("notes.zip")).empty());
    CHECK(refusal("note.txt", "x").empty());
}

TEST_CASE("emis: lone CR, lone LF and no line end at the end of the file are line ends too") {
    for (const char* end : {"\r", "\n"}) {
        Series s;
        s.bulk.code("cough", kFinding, "Cough");
        s.bulk.obs("a", "cough");
        s.bulk.obs("b", "cough", {{"AssociatedText", "one\rtwo\nthree"}});
        s.bulk.write(s.place);
        for (const auto& [table, columns] : s.bulk.headers)
            spoil(s, table, [&](std::string text) {
                text = replaced(text, "\"\r\n\"", std::string("\"") + end + "\"");
                while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.pop_back();
                return text;
            });
        const Run r = emis_test::run(s.place.path);
        CHECK(r.made("Observation", "a").size() == 1);
        CHECK(r.one("Observation", "b")["note"][0]["text"] == "one\rtwo\nthree");
    }
}

TEST_CASE("emis quirk 10: GUIDs in lower case, with braces or without, are one and the same") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("a", "cough",
               {{"PatientGuid", lower(bare("p"))}, {"ClinicianUserInRoleGuid", lower(guid("doctor"))}});
    s.bulk.obs("b", "cough", {{"ObservationGuid", lower(bare("b"))}, {"ParentObservationGuid", bare("a")}});
    s.delta(2).obs("b", "cough",
                   {{"ObservationGuid", bare("b")}, {"ParentObservationGuid", lower(guid("a"))}});
    const Run r = s.run();
    CHECK(reference(r.one("Observation", "a")["performer"][0]) == link(r.one("PractitionerRole", "doctor")));
    CHECK(r.made("Observation", "b").size() == 1);
    CHECK(r.found("EMIS-REF-001") == 0);
    CHECK(r.found("EMIS-REF-002") == 0);
    CHECK(r.found("EMIS-REF-004") == 0);
}

TEST_CASE(
    "emis: equal keys with equal rows are one, with different rows the later is it, and both have a fate") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    for (int i = 0; i < 2; ++i) s.bulk.obs("equal", "cough");
    s.bulk.obs("different", "cough", {{"AssociatedText", "first"}});
    s.bulk.obs("different", "cough", {{"AssociatedText", "second"}});
    const Run r = s.run();
    CHECK(r.all_fates(kObs, "equal") == Fates{"migrated", "superseded:repeated-row"});
    CHECK(r.all_fates(kObs, "different") == Fates{"migrated", "superseded:newer-row-of-same-key"});
    CHECK(r.one("Observation", "different")["note"][0]["text"] == "second");
    CHECK(r.found("EMIS-KEY-001") == 1);
}

TEST_CASE("emis quirk 49: an ObservationType that nobody knows changes nothing") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("o", "cough", {{"ObservationType", "Horoscope"}});
    const Run r = s.run();
    CHECK(r.raw.at(link(r.one("Observation", "o"))).find("Horoscope") != std::string::npos);
}

TEST_CASE("emis: days that cannot be are kept verbatim and said; strange but possible days are days") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    for (const char* day : {"0000-00-00", "2023-02-31", "0000-01-01"})
        s.bulk.obs(std::string("no ") + day, "cough", {{"EffectiveDate", day}});
    for (const char* day : {"1900-01-01", "2107-01-01"})
        s.bulk.obs(std::string("yes ") + day, "cough", {{"EffectiveDate", day}});
    const Run r = s.run();
    for (const char* day : {"0000-00-00", "2023-02-31", "0000-01-01"}) {
        CAPTURE(day);
        const Json o = r.one("Observation", std::string("no ") + day);
        CHECK(!o.contains("effectiveDateTime"));
        CHECK(rest(o, "CareRecord_Observation.EffectiveDate") == std::vector<std::string>{day});
    }
    for (const char* day : {"1900-01-01", "2107-01-01"})
        CHECK(r.one("Observation", std::string("yes ") + day)["effectiveDateTime"] == day);
    CHECK(r.found("EMIS-VALUE-001") == 3);
}

// 1e400 stands in testdata/emis-faults/impossible-dates-and-numbers: a number that JSON allows and no double
// holds.
TEST_CASE("emis: numbers that are none are kept as they are written") {
    Series s;
    s.bulk.code("weight", kValue, "Weight");
    s.bulk.obs("comma", "weight", {{"Value", "1,5"}, {"NumericUnit", "kg"}});
    const Run r = s.run();
    CHECK(rest(r.one("Observation", "comma"), "CareRecord_Observation.Value") ==
          std::vector<std::string>{"1,5"});
    CHECK(r.found("EMIS-VALUE-001") == 1);
}

TEST_CASE("emis: a CodeId that went through floating point is no code we know: never one near it") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.rows["Coding_ClinicalCode"][0]["CodeId"] = "1222340000000000";
    s.bulk.obs("o", "", {{"CodeId", "1.22234E+15"}});
    const Run r = s.run();
    CHECK(r.one("Observation", "o")["code"]["text"] == "1.22234E+15");
    CHECK(r.found("EMIS-CODE-001") == 1);
}

TEST_CASE("emis: a field of many megabytes comes through whole") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    std::string big(std::size_t{4} << 20, 'x');
    big += "end";
    s.bulk.obs("big", "cough", {{"AssociatedText", big}});
    s.bulk.obs("after", "cough");
    const Run r = s.run();
    CHECK(r.one("Observation", "big")["note"][0]["text"].get<std::string>().size() == big.size());
    CHECK(r.made("Observation", "after").size() == 1);
}

TEST_CASE("emis: a file that changes while it is read ends the run") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    // Small files are copied when they are opened; a large one is read where it lies.
    s.bulk.obs("big", "cough", {{"AssociatedText", std::string(100000, 'x')}});
    s.bulk.write(s.place);
    record::SourceOptions o;
    o.place = s.place.path;
    o.files = archive::Place::open(s.place.path);
    o.mapping = &tables();
    const auto source = emis::system().open(o);
    const std::string name = s.bulk.file_name(kObs);
    std::ofstream(s.place / name, std::ios::binary | std::ios::app) << "one more\r\n";
    const auto rest = source->leftovers();
    record::Record record;
    CHECK_THROWS_AS(while (rest->next(record)){}, InputError);
}

TEST_CASE(
    "emis: side files: the status history replaces itself, and original terms win over the code's words") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("o", "cough");
    s.bulk.obs("other", "cough");
    const std::string p = lower(bare("p")), org = lower(bare("practice"));
    s.place.put("a_RegistrationStatusHistory_1.txt", org + "\t" + p + "\t01/01/1999 00:00:00\t4\t4\t2\r\n");
    s.place.put("a_RegistrationStatusHistory_2.txt", org + "\t" + p + "\t05/06/2001 09:30:00\t4\t4\t1\r\n" +
                                                         org + "\t" + p +
                                                         "\t05/06/2001 09:30:00\t20\t4\t2\r\n" + org + "\t" +
                                                         p + "\t01/02/2000 00:00:00\t4\t5\t3\r\n");
    s.place.put("b_OriginalTerm.txt",
                "1234\tZ99999\t" + p + "\t" + lower(bare("o")) + "\tTickly \"cough\"\r\n");
    const Run r = s.run();
    const Json h = r.one("EpisodeOfCare", "p")["statusHistory"];
    REQUIRE(h.size() == 3);
    CHECK(h[0]["period"]["start"] == "2000-02-01");
    CHECK(h[1]["period"]["start"] == "2001-06-05T09:30:00+01:00");
    CHECK(r.one("Observation", "o")["code"]["text"] == "Tickly \"cough\"");
    CHECK(r.one("Observation", "other")["code"]["text"] == "Cough");
    CHECK(r.fates.find("\"table\":\"Side_RegistrationStatus\"") != std::string::npos);
    CHECK(r.ledger->rows(record::Fate::superseded) == 1);
}
