// Folders and archives of bundles: what is wrong with one file is that file's affair.
#include <algorithm>

#include "core/mapping/mapping.hpp"
#include "core/record/address.hpp"
#include "core/record/exporter.hpp"
#include "core/system/gpconnect/gpconnect.hpp"
#include "core/system/gpconnect/test_bundle.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::gpconnect;
using namespace gpswitch::gpconnect::test;

namespace {

std::string record_of(const std::string& patient_id, const std::string& more = {}) {
    return R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":")" +
           patient_id + "\"}}" + more + "]}";
}
std::string deep(int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']');
}
/// Every row of the place with its fate, rows of patients and leftovers; all of them settled once.
struct All {
    std::vector<std::pair<std::string, std::string>> held;  ///< key, rule
    std::uint64_t rows = 0;
    std::vector<Issue> issues;
    explicit All(record::Source& source) {
        std::vector<std::uint32_t> patients(source.census().patients.size());
        for (std::uint32_t i = 0; i < patients.size(); ++i) patients[i] = i;
        record::Record record;
        for (const auto& cursor : {source.read(patients), source.leftovers()})
            while (cursor->next(record)) {
                rows += record.rows.size();
                for (const auto& s : record.settlements)
                    if (s.fate == record::Fate::held) held.emplace_back(record.rows[s.row].key, s.rule);
                issues.insert(issues.end(), record.issues.begin(), record.issues.end());
            }
    }
    const Issue* issue(std::string_view code) const {
        const auto i =
            std::find_if(issues.begin(), issues.end(), [&](const Issue& x) { return x.code == code; });
        return i == issues.end() ? nullptr : &*i;
    }
};
std::uint64_t registered(const record::Source& source) {
    std::uint64_t n = 0;
    for (const auto& t : source.census().tables) n += t.rows;
    return n;
}

}  // namespace

TEST_CASE("gpconnect: a file that cannot be read is held with its address, the others go on") {
    struct Row {
        std::string text;
        const char* where;
        const char* why;
    };
    const std::string good = record_of("P2");
    const Row rows[] = {
        {"\n" + good.substr(0, good.size() - 4), ":2:", "cut short"},
        {"", ":1:1", "empty"},
        {"  \n", ":1:1", "spaces"},
        {"not JSON", ":1:1", "words in a file called .json"},
        {"{\"a\":\n\"caf\xE9\"}", ":2:1", "CP1252"},
        {std::string("\xFF\xFE{\0}\0", 6), ":1:1", "UTF-16, little end first"},
        {std::string("\xFE\xFF\0{\0}", 6), ":1:1", "UTF-16, big end first"},
        {std::string("{\0\"\0a\0", 6), ":1:1", "UTF-16 without a mark"},
        {"{\"a\":1,\n \"a\":2}", ":2:2", "a key twice"},
        {"{\"a\":" + deep(300) + "}", ":1:", "deep"},
        {"{\"a\":\"\\ud83d\"}", ":1:", "half a surrogate pair"},
        {"{\"a\":\"x\\ude00y\"}", ":1:", "the other half"},
        {std::string("{\"a\":\"x\0y\"}", 11), ":1:", "a NUL byte"},
        {good + "\n" + good, ":", "two documents"},
        {R"({"resourceType":"Bundle","entry":{"resource":{"resourceType":"Patient","id":"P2"}}})", ":1:1",
         "entry is no list"},
        {"{\"payload\":\"{\\\"resourceType\\\":\\\"Bundle\\\",\"}", ":1:", "a text that is half a bundle"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        const Read r(Read::Files{{"a.json", record_of("P1")}, {"b.json", row.text}});
        REQUIRE(r.source->census().patients.size() == 1);
        const All all(*r.source);
        if (std::string_view(row.why) == "a text that is half a bundle")
            continue;  // recognised as none: a finding
        REQUIRE(all.held.size() == 1);
        CHECK(all.held[0].first == "b.json");
        CHECK(all.held[0].second == "unreadable-file");
        CHECK(all.rows == registered(*r.source));
        const Issue* issue = all.issue("GPC-MEM-003");
        REQUIRE(issue != nullptr);
        CHECK(issue->severity == Severity::error);
        CHECK(issue->text().starts_with("box/b.json" + std::string(row.where)));
        CHECK(!issue->hint.empty());
    }
}

TEST_CASE("gpconnect: a held file is kept byte for byte") {
    const std::string bad = "{\"a\":\n\"caf\xE9\"}";
    const Read r(Read::Files{{"a.json", record_of("P1")}, {"b.json", bad}});
    const auto rest = r.source->leftovers();
    record::Record record;
    REQUIRE(rest->next(record));
    CHECK(record.rows[0].raw == bad);
    CHECK(r.source->census().tables[record.rows[0].table].name == "(file)");
}

TEST_CASE("gpconnect: resources that stand in no bundle are held; other JSON is left out with a finding") {
    for (const char* text :
         {R"({"resourceType":"AllergyIntolerance","id":"A"})", R"([{"resourceType":"Patient"}])",
          R"({"resourceType":"Parameters","parameter":[{"resource":{"resourceType":"Condition"}}]})"}) {
        const Read r(Read::Files{{"a.json", record_of("P1")}, {"b.json", text}});
        const All all(*r.source);
        REQUIRE(all.held.size() == 1);
        CHECK(all.held[0].second == "no-bundle");
        CHECK(all.issue("GPC-MEM-002")->severity == Severity::error);
    }
    const Read r(Read::Files{{"a.json", record_of("P1")}, {"package.json", R"({"name":"x"})"}});
    CHECK(All(*r.source).held.empty());
    REQUIRE(r.source->issues().size() == 1);
    CHECK(r.source->issues()[0].code == "GPC-MEM-002");
}

TEST_CASE("gpconnect: an archive within the place is a finding, never passed over") {
    for (const std::string& bytes :
         {std::string("PK\3\4 zip"), std::string("\x1f\x8b\x08 gz"), std::string("7z\xBC\xAF\x27\x1C x")}) {
        const Read r(Read::Files{{"a.json", record_of("P1")}, {"more.bin", bytes}});
        REQUIRE(r.source->issues().size() == 1);
        CHECK(r.source->issues()[0].code == "GPC-MEM-004");
        CHECK(r.source->issues()[0].severity == Severity::error);
    }
}

TEST_CASE("gpconnect: an empty bundle is a bundle without a Patient") {
    for (const char* text : {R"({"resourceType":"Bundle"})", R"({"resourceType":"Bundle","entry":[]})"}) {
        const Read r(Read::Files{{"a.json", text}});
        CHECK(r.source->census().patients.empty());
        const All all(*r.source);
        CHECK(all.rows == 0);
        REQUIRE(all.issue("GPC-PAT-001") != nullptr);
    }
}

TEST_CASE("gpconnect: an entry without a resource is a row, and held") {
    const Read envelope(Read::Files{{"a.json", record_of("P1", R"(,{"fullUrl":"urn:uuid:x"},null)")}});
    CHECK(registered(*envelope.source) == 3);
    CHECK(envelope.record.incomplete);
    CHECK(envelope.issues("GPC-RES-003") == 1);
    CHECK(envelope.issues("GPC-RES-002") == 1);  // null says nothing of what it was
    const Read fine(Read::Files{{"a.json", record_of("P1", R"(,{"fullUrl":"urn:uuid:x"})")}});
    CHECK(fine.record.held.empty());
    CHECK(fine.record.settlements[0].rule == "no-resource");
    CHECK(fine.balanced());
    // Misspelt: it may be an allergy.
    const Read misspelt(
        Read::Files{{"a.json", record_of("P1", R"(,{"Resource":{"resourceType":"AllergyIntolerance"}})")}});
    CHECK(misspelt.record.held == "GPC-RES-002");
    CHECK(misspelt.record.rows[1].raw == R"({"Resource":{"resourceType":"AllergyIntolerance"}})");
}

TEST_CASE("gpconnect: bundles in a bundle's entries are records of their own") {
    const std::string text = R"({"resourceType":"Bundle","type":"searchset","entry":[{"resource":)" +
                             record_of("P1") + R"(},{"resource":)" + record_of("P2") + "}]}";
    const Read r(Read::Files{{"a.json", text}});
    REQUIRE(r.source->census().patients.size() == 2);
    CHECK(registered(*r.source) == 2);
    const std::string with_more = text.substr(0, text.size() - 2) +
                                  R"(,{"resource":{"resourceType":"AllergyIntolerance","id":"A1"}}]})";
    const Read more(Read::Files{{"a.json", with_more}});
    CHECK(more.source->census().patients.size() == 2);
    const All all(*more.source);
    CHECK(all.rows == 3);
    REQUIRE(all.held.size() == 1);  // the outer bundle has no Patient of its own
    CHECK(all.held[0].second == "no-patient");
}

TEST_CASE("gpconnect: one practice of several; the others' rows are excluded by name") {
    const auto of = [](const std::string& p, const std::string& org, const std::string& ods) {
        return R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":")" + p +
               R"(","managingOrganization":{"reference":"Organization/)" + org +
               R"("}}},{"resource":{"resourceType":"Organization","id":")" + org +
               R"(","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":")" + ods +
               R"("}]}}]})";
    };
    const Read::Files files{{"a.json", of("P1", "G1", "A1")}, {"b.json", of("P2", "G2", "B2")}};
    for (const char* practice : {"B2", "G2"}) {
        const auto source = open_source(std::make_shared<MemoryPlace>(files), tables(), practice);
        REQUIRE(source->census().patients.size() == 1);
        CHECK(source->census().patients[0].key == "P2");
        CHECK(source->census().ods == "B2");
        record::Record record;
        const auto rest = source->leftovers();
        std::vector<record::Settlement> excluded;
        while (rest->next(record))
            excluded.insert(excluded.end(), record.settlements.begin(), record.settlements.end());
        REQUIRE(excluded.size() == 2);
        for (const auto& s : excluded) CHECK(s.fate == record::Fate::excluded);
        for (const auto& s : excluded) CHECK(s.rule == "other-practice");
    }
    CHECK_THROWS_AS(open_source(std::make_shared<MemoryPlace>(files), tables(), "C3"), InputError);
}

TEST_CASE("gpconnect: the moment of the data is the newest that a bundle gives") {
    const auto at = [](const std::string& id, const std::string& more) {
        return R"({"resourceType":"Bundle",)" + more +
               R"("entry":[{"resource":{"resourceType":"Patient","id":")" + id + R"("}}]})";
    };
    const Read r(Read::Files{{"a.json", at("P1", R"("timestamp":"2024-05-01T10:00:00+01:00",)")},
                             {"b.json", at("P2", R"("meta":{"lastUpdated":"2024-06-01T10:00:00+01:00"},)")},
                             {"c.json", at("P3", R"("timestamp":"soon",)")}});
    CHECK(r.source->census().as_of == "2024-06-01T10:00:00+01:00");
    CHECK(has(r.json("Patient"), "Bundle.timestamp"));
}

TEST_CASE("gpconnect: FHIR in XML is a record that is not read, and held") {
    const std::string xml =
        "\xEF\xBB\xBF\n<?xml version=\"1.0\"?>\n<Bundle xmlns=\"http://hl7.org/fhir\"><id "
        "value=\"1\"/></Bundle>";
    for (const char* name : {"b.xml", "b.json", "b"}) {
        const Read r(Read::Files{{"a.json", record_of("P1")}, {name, xml}});
        const All all(*r.source);
        REQUIRE(all.held.size() == 1);
        CHECK(all.held[0].second == "unreadable-file");
        CHECK(all.issue("GPC-MEM-003")->severity == Severity::error);
    }
    const Read page(Read::Files{{"a.json", record_of("P1")}, {"b.html", "<html>http://example.org</html>"}});
    CHECK(All(*page.source).held.empty());
}

TEST_CASE("gpconnect: however deep a record lies, it is found") {
    std::string in_envelopes = record_of("P2"), in_bundles = record_of("P3");
    for (int i = 0; i < 20; ++i) {
        in_envelopes = "{\"body\":[" + in_envelopes + "]}";
        in_bundles = R"({"resourceType":"Bundle","entry":[{"resource":)" + in_bundles + "}]}";
    }
    const Read r(Read::Files{{"a.json", record_of("P1")}, {"b.json", in_envelopes}, {"c.json", in_bundles}});
    REQUIRE(r.source->census().patients.size() == 3);
    CHECK(r.source->issues().empty());
    const Read lone(Read::Files{
        {"a.json", record_of("P1")},
        {"b.json", R"({"a":{"b":{"c":{"d":{"e":{"resourceType":"AllergyIntolerance","id":"A"}}}}}})"}});
    CHECK(All(*lone.source).held.size() == 1);
}

TEST_CASE("gpconnect: a record in an envelope that stands in quotes is held, not taken for an empty one") {
    std::string quoted;
    json::append_string(quoted, "{\"data\":" + record_of("P2") + "}");
    const Read r(Read::Files{{"a.json", record_of("P1")}, {"b.json", "{\"body\":" + quoted + "}"}});
    CHECK(r.source->census().patients.size() == 1);
    const All all(*r.source);
    REQUIRE(all.held.size() == 1);
    CHECK(all.held[0].first == "b.json");
    CHECK(all.held[0].second == "no-bundle");
    CHECK(all.issue("GPC-MEM-002")->severity == Severity::error);
    CHECK(all.rows == registered(*r.source));
}

TEST_CASE("gpconnect: a resource where none belongs holds the patient; other words stay with the patient") {
    const std::string allergy = R"({"resourceType":"AllergyIntolerance","id":"A"})";
    const std::string plain = record_of("P1");
    const auto beside_entry = [&](const std::string& member) {
        return plain.substr(0, plain.size() - 1) + "," + member + "}";
    };
    for (const std::string& text :
         {beside_entry("\"contained\":[" + allergy + "]"),
          beside_entry("\"Entry\":[{\"resource\":" + allergy + "}]"),
          record_of("P1", R"(,{"resource":{"resourceType":"List","id":"L"},"more":)" + allergy + "}")}) {
        CAPTURE(text);
        const Read r(Read::Files{{"a.json", text}});
        CHECK(r.record.held == "GPC-RES-002");
        CHECK(r.issues("GPC-RES-002") == 1);
    }
    const Read note(Read::Files{{"a.json", beside_entry(R"("vendorNote":"x")")}});
    CHECK(note.record.held.empty());
    CHECK(has(note.json("Patient"), "Bundle.vendorNote"));
    const Read answered(Read::Files{
        {"a.json",
         record_of(
             "P1",
             R"(,{"resource":{"resourceType":"List","id":"L"},"response":{"outcome":{"resourceType":"OperationOutcome"}}})")}});
    CHECK(answered.record.held.empty());
    CHECK(has(answered.json("Patient"), "Bundle.entry[1].response"));
}

TEST_CASE("gpconnect: a row says in which of several files it stands") {
    const Read r(Read::Files{{"a.json", record_of("P1")}, {"sub/b.json", record_of("P2")}});
    const auto& table = r.source->census().tables[0];
    const auto cursor = r.source->read(std::vector<std::uint32_t>{0, 1});
    record::Record record;
    for (const char* name : {"box/a.json", "box/sub/b.json"}) {
        REQUIRE(cursor->next(record));
        CHECK(record::member_of(table, record.rows[0]) == name);
    }
    const Read one(Read::Files{{"a.json", record_of("P1")}});
    CHECK(record::member_of(one.source->census().tables[0], one.record.rows[0]) == "box/a.json");
}

TEST_CASE("gpconnect: an export of one practice has its files alone, the others' rows excluded by name") {
    const auto of = [](const std::string& p, const std::string& org) {
        return R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":")" + p +
               R"(","managingOrganization":{"reference":"Organization/)" + org +
               R"("}}},{"resource":{"resourceType":"Organization","id":")" + org + R"("}}]})";
    };
    struct Copy : record::ExportWriter {
        std::vector<std::string> names;
        std::uint64_t written = 0, excluded = 0;
        void member(const std::string& name, std::size_t) override { names.push_back(name); }
        void write(std::string_view, std::uint64_t rows) override { written += rows; }
        void settle(std::size_t, record::Fate fate, std::string_view rule, std::uint64_t rows) override {
            CHECK(fate == record::Fate::excluded);
            CHECK(rule == "other-practice");
            excluded += rows;
        }
        void hold(std::size_t, std::uint64_t, std::string_view, std::string_view, std::string_view) override {
            FAIL("held");
        }
    };
    const std::string a = of("P1", "G1"), b = of("P2", "G2");
    const auto mapping = mapping::MappingSet::load(GPSWITCH_SOURCE_DIR "/mappings/gpconnect/1.0.0");
    const auto exporter = [&](const Read::Files& files) {
        record::SourceOptions options;
        options.files = std::make_shared<MemoryPlace>(files);
        options.mapping = mapping.get();
        options.practice = "G2";
        return system().exporter(options);
    };
    Copy copy;
    exporter(Read::Files{{"a.json", a}, {"b.json", b}})->write(copy);
    CHECK(copy.names == std::vector<std::string>{"b.json"});
    CHECK(copy.written == 1);
    CHECK(copy.excluded == 1);
    CHECK_THROWS_AS(exporter(Read::Files{{"ab.json", "[" + a + "," + b + "]"}}), InputError);
}
