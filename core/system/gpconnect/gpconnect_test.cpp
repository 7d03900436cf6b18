#include "core/system/gpconnect/gpconnect.hpp"

#include <algorithm>

#include "core/mapping/mapping.hpp"
#include "core/system/gpconnect/bundle.hpp"
#include "core/system/gpconnect/test_bundle.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::gpconnect;
using namespace gpswitch::gpconnect::test;

namespace {

const std::string kFolder = GPSWITCH_SOURCE_DIR "/mappings/gpconnect/1.0.0";

std::string observation(const std::string& id, const std::string& more = {}) {
    return R"({"resourceType":"Observation","id":")" + id +
           R"(","status":"final","subject":{"reference":"Patient/P1"})" + more + "}";
}
std::string quoted(const std::string& text) {
    std::string out;
    json::append_string(out, text);
    return out;
}
int found(const record::Source& source, std::string_view code) {
    return static_cast<int>(std::count_if(source.issues().begin(), source.issues().end(),
                                          [&](const Issue& i) { return i.code == code; }));
}

}  // namespace

TEST_CASE("gpconnect: the shared loader takes the mapping set") {
    const auto set = mapping::MappingSet::load(kFolder);
    CHECK(set->id() == "gpconnect");
    for (const auto& p : mapping::MappingSet::check(kFolder))
        FAIL_CHECK(p.file << ":" << p.line << ": " << p.message);
    record::SourceOptions options;
    options.files = std::make_shared<MemoryPlace>(Read::Files{{"a.json", bundle({observation("O1")})}});
    options.mapping = set.get();
    CHECK(system().open(options)->census().patients.size() == 1);
}

TEST_CASE("gpconnect: tail of an extension's URL") {
    CHECK(tail_of("https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ActualProblem-1") ==
          "ActualProblem");
    CHECK(tail_of("https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-coding-sctdescid") ==
          "coding-sctdescid");
    CHECK(tail_of("http://hl7.org/fhir/StructureDefinition/encounter-associatedEncounter") ==
          "encounter-associatedEncounter");
    CHECK(tail_of("endDate") == "endDate");
}

TEST_CASE("gpconnect: wrapped bundles are found") {
    const std::string b = bundle({observation("O1", R"(,"comment":"a \"q\" \u00e9")")});
    struct Row {
        std::string text;
        const char* why;
    };
    const Row rows[] = {
        {b, "as it is"},
        {"\xEF\xBB\xBF" + b, "with a byte order mark"},
        {R"({"resourceType":"Parameters","parameter":[{"name":"x","resource":)" + b + "}]}", "Parameters"},
        {R"({"bundle":)" + b + "}", "envelope"},
        {R"({"meta":1,"payload":)" + quoted(b) + "}", "envelope with a text"},
        {quoted(b), "a JSON string"},
        {"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nX: {1}\r\n\r\n" + b, "HTTP dump"},
        {"GET /x HTTP/1.1\nHost: h\n\nHTTP/1.1 200 OK\nA: b\n\n\n" + b, "HTTP dump with its request"},
    };
    const Read plain(Read::Files{{"a.json", b}});
    for (const Row& row : rows) {
        CAPTURE(row.why);
        const Read r(Read::Files{{"a.json", row.text}});
        REQUIRE(r.get<record::Observation>() != nullptr);
        CHECK(r.get<record::Observation>()->note[0].text == "a \"q\" é");
        CHECK(r.json("Observation") == plain.json("Observation"));
        CHECK(r.record.rows[1].raw.starts_with("{\"resourceType\":\"Observation\""));
        CHECK(r.record.rows[1].raw.ends_with("}"));
        CHECK(r.balanced());
    }
}

TEST_CASE("gpconnect: a place in which nothing can be read ends the run, with the first fault's place") {
    const std::string b = bundle({observation("O1")});
    const auto message = [](Read::Files files) -> std::string {
        try {
            Read r(std::move(files));
        } catch (const InputError& e) { return e.what(); }
        return "no error";
    };
    CHECK(message({{"a.json", "\n" + b.substr(0, b.size() - 10)}}).starts_with("box/a.json:2:"));
    CHECK(message({{"a.json", "{\"x\":1}"}}).find("no GP Connect bundle found") != std::string::npos);
    CHECK(message({{"a.txt", "words"}}).find("no GP Connect bundle found") != std::string::npos);
    CHECK(message({{"a.json", R"({"resourceType":"Bundle","resourceType":"Bundle"})"}})
              .find("same key twice") != std::string::npos);
    CHECK(message({{"a.json", ""}}).find("is empty") != std::string::npos);
    CHECK(message({{"a.bin", std::string("\xFF\xFE{\0\"\0", 6)}}).find("UTF-16") != std::string::npos);
    const Read r(Read::Files{{"a.json", b}, {"b.txt", "words"}, {"c.json", "{}"}, {"d.md", "[a link](x)"}});
    CHECK(found(*r.source, "GPC-MEM-001") == 2);
    CHECK(r.source->census().inputs.size() == 2);
    CHECK(found(*r.source, "GPC-MEM-002") == 1);
}

TEST_CASE("gpconnect: two patients in one bundle hold all of it") {
    const Read r({R"({"resourceType":"Patient","id":"P2"})", observation("O1"),
                  R"({"resourceType":"Organization","id":"G"})"});
    CHECK(r.record.held == "GPC-PAT-002");
    CHECK(r.record.items.empty());
    CHECK(r.record.rows.size() == 3);  // the organisation is handed out on its own
    CHECK(r.issues("GPC-PAT-002") == 1);
    CHECK(r.balanced());
    const auto rest = r.source->leftovers();
    record::Record record;
    CHECK(rest->next(record));
    CHECK(record.items.size() == 1);
    CHECK(!rest->next(record));
}

TEST_CASE("gpconnect: rows of no patient are leftovers, held") {
    const Read r(Read::Files{{"a.json", bundle({observation("O1"), observation("O2")}, false)}});
    CHECK(r.source->census().patients.empty());
    const auto rest = r.source->leftovers();
    record::Record record;
    REQUIRE(rest->next(record));
    CHECK(record.rows.size() == 2);
    CHECK(record.settlements[1].fate == record::Fate::held);
    CHECK(record.settlements[1].rule == "no-patient");
    CHECK(record.issues[0].code == "GPC-PAT-001");
    CHECK(!rest->next(record));
}

TEST_CASE("gpconnect: a resource of another patient is held") {
    const Read r({observation("O1"),
                  R"({"resourceType":"Observation","id":"O2","subject":{"reference":"Patient/P9"}})"});
    CHECK(r.get<record::Observation>(1) == nullptr);
    CHECK(r.issues("GPC-PAT-003") == 1);
    CHECK(r.record.incomplete);
    CHECK(r.record.held.empty());
    CHECK(r.balanced());
}

TEST_CASE("gpconnect: a patient is their own, whatever a member that patients do not have says") {
    const std::string odd = patient(R"(,"subject":{"reference":"Patient/P9"})");
    const Read r(Read::Files{{"odd.json", bundle({odd, observation("O1")}, false)}});
    CHECK(r.issues("GPC-PAT-003") == 0);
    REQUIRE(r.get<record::Patient>() != nullptr);
    REQUIRE(r.get<record::Patient>()->rest.size == 1);
    CHECK(r.get<record::Patient>()->rest[0].path == "subject");
    CHECK(r.get<record::Observation>() != nullptr);
    CHECK(r.balanced());
}

TEST_CASE("gpconnect: an allergy, medicine or patient that cannot be understood holds the patient") {
    const char* rows[] = {
        R"({"resourceType":"AllergyIntolerance","id":"A1","clinicalStatus":5,"patient":{"reference":"Patient/P1"}})",
        R"({"resourceType":"AllergyIntolerance","id":"A1","code":"penicillin","patient":{"reference":"Patient/P1"}})",
        R"({"resourceType":"MedicationRequest","id":"M1","status":["active"],"subject":{"reference":"Patient/P1"}})",
        R"({"resourceType":"MedicationStatement","id":"S1","medicationReference":"x","subject":{"reference":"Patient/P1"}})",
    };
    for (const char* row : rows) {
        CAPTURE(row);
        const Read r({row});
        CHECK(r.record.held == "GPC-JSON-001");
        CHECK(r.record.needs.empty());
        CHECK(r.issues("GPC-JSON-001") >= 1);
    }
    const Read p(Read::Files{
        {"a.json",
         R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"P1","birthDate":1980}}]})"}});
    CHECK(p.record.held == "GPC-JSON-001");
    const Read object(
        {R"({"resourceType":"MedicationRequest","id":"M1","status":{"coding":[{"code":"x"}]}})"});
    CHECK(object.record.held == "GPC-JSON-001");
    const Read inner({observation("O1", R"(,"code":{"coding":[{"system":{"x":1},"code":"y"}]})")});
    CHECK(inner.get<record::Observation>()->rest[0].path == "code.coding[0].system");
    const Read fine({observation("O1", R"(,"code":"x")")});
    CHECK(fine.record.held.empty());
    CHECK(fine.get<record::Observation>()->rest[0].value == "\"x\"");
}

TEST_CASE("gpconnect: unknown resource types and elements") {
    const Read r(
        {R"({"resourceType":"Basic","id":"B"})", R"({"id":"no type"})",
         observation(
             "O1",
             R"(,"shoeSize":{"value":44},"extension":[{"url":"https://x/y","valueReference":{"reference":"Patient/P1"}}])")});
    CHECK(r.issues("GPC-RES-001") == 1);
    CHECK(r.issues("GPC-RES-002") == 1);
    CHECK(r.record.held == "GPC-RES-002");  // what has no type may be an allergy
    CHECK(r.record.settlements[0].rule == "unknown-resource");
    const auto* o = r.get<record::Observation>();
    CHECK(o->rest[0].path == "shoeSize");
    CHECK(o->rest[0].value == R"({"value":44})");
    REQUIRE(o->extensions.size == 1);
    CHECK(has(std::string(o->extensions[0]), std::string(r.record.patient_id)));
    CHECK(r.degraded("element-unknown") == 2);
    CHECK(r.issues("GPC-ELEM-001") == 2);
    CHECK(r.balanced());
}

TEST_CASE("gpconnect: what the source says is missing: codes in findings, its words in the record") {
    const Read r(
        {R"({"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"not-supported","details":{"coding":[{"code":"NOT_IMPLEMENTED","display":"Jane Doe"}],"text":"about Jane Doe, 9990000018"},"diagnostics":"Jane"}]})"});
    CHECK(r.record.settlements.empty());
    CHECK(r.balanced());
    REQUIRE(r.record.claims.size() == 2);
    CHECK(r.record.claims[1].role == record::Role::part);
    CHECK(r.record.claims[1].item == 0);
    CHECK(r.issues("GPC-WARN-001") == 1);
    for (const Issue& i : r.record.issues) CHECK(i.text().find("Jane") == std::string::npos);
    CHECK(r.source->census().warnings ==
          std::vector<std::string>{
              "warning not-supported NOT_IMPLEMENTED: the source says so once, in an OperationOutcome"});
    CHECK(has(r.json("Patient"), "about Jane Doe, 9990000018"));
    CHECK(!r.source->census().absent.empty());
}

TEST_CASE("gpconnect: warnings of lists, by code or by the words of a note, each once a list") {
    const auto list = [](const std::string& more) {
        return R"({"resourceType":"List","status":"current","mode":"snapshot","subject":{"reference":"Patient/P1"})" +
               more + "}";
    };
    const std::string transit =
        R"({"text":"Patient record transfer from previous GP practice not yet complete; information recorded before 01-Jan-2020 may be missing."})";
    const std::string code =
        R"("extension":[{"url":"https://x/Extension-CareConnect-GPC-ListWarningCode-1","valueCode":")";
    const Read r({list(R"(,"note":[)" + transit + "]"),
                  list("," + code + R"(data-in-transit"}],"note":)" + transit),
                  list("," + code + R"(confidential-items "}])"), list("," + code + R"(Jane-Doe"}])")});
    CHECK(r.source->census().warnings ==
          std::vector<std::string>{"confidential-items: 1 list says that items are missing for this reason",
                                   "data-in-transit: 2 lists say that items are missing for this reason",
                                   "other: 1 list says that items are missing for this reason"});
    CHECK(r.issues("GPC-WARN-002") == 3);
    for (const Issue& i : r.record.issues) CHECK(i.text().find("Jane") == std::string::npos);
    CHECK(has(r.json("List", 3), "Jane-Doe"));
}

TEST_CASE("gpconnect: practice-wide resources of several bundles") {
    const auto one = [](const std::string& patient_id, const std::string& name) {
        return R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":")" +
               patient_id +
               R"(","managingOrganization":{"reference":"Organization/G"},"generalPractitioner":[{"reference":"Practitioner/D"}]}},)"
               R"({"resource":{"resourceType":"Organization","id":"G","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"A1"}]}},)"
               R"({"resource":{"resourceType":"Practitioner","id":"D","meta":{"versionId":")" +
               patient_id + R"("},"name":[{"family":")" + name + R"("}]}}]})";
    };
    Read a(Read::Files{{"a.json", one("P2", "X")}, {"b.json", one("P1", "X")}, {"c.json", one("P3", "Y")}});
    CHECK(a.source->census().ods == "A1");
    REQUIRE(a.source->census().patients.size() == 3);
    CHECK(a.source->census().patients[0].key == "P1");
    CHECK(found(*a.source, "GPC-DUP-002") == 1);
    std::vector<std::string> doctors;
    int superseded = 0;
    std::uint64_t rows = 0;
    for (std::uint32_t i = 0; i < 3; ++i) {
        record::Record r;
        REQUIRE(a.source->read(std::vector<std::uint32_t>{i})->next(r));
        doctors.emplace_back(
            static_cast<const record::Patient*>(r.items[0].entity)->general_practitioner[0].reference);
        superseded += static_cast<int>(r.settlements.size());
        for (std::size_t n = 0; n < r.needs.size(); ++n) CHECK(a.source->find(r.needs[n], r));
        rows += r.rows.size();
    }
    CHECK(doctors[0] == doctors[1]);  // equal but for meta
    CHECK(doctors[0] != doctors[2]);
    CHECK(superseded == 3);
    CHECK(rows == 9);
}

TEST_CASE("gpconnect: one patient in two bundles") {
    const Read::Files files{{"a.json", bundle({observation("O1")})},
                            {"b.json", bundle({observation("O1"), observation("O2")})}};
    const Read two(files, 1);
    CHECK(found(*two.source, "GPC-PAT-004") == 1);
    CHECK(two.source->census().patients[1].key == "P1 in b.json#0");
    const Read first(files, 0);
    CHECK(first.get<record::Observation>()->id != two.get<record::Observation>()->id);
    // Stores keep patients by their source key: the second has one of its own, and its id beside it.
    CHECK(first.get<record::Patient>()->identifier[1].value == "P1");
    CHECK(two.get<record::Patient>()->identifier[1].value == "P1 in b.json#0");
    CHECK(two.get<record::Patient>()->rest[0].value == "\"P1\"");
    CHECK(two.get<record::Patient>()->source[0].key == "P1 in b.json#0");
    for (std::uint32_t i = 0; i < 2; ++i) {
        const Read r(
            Read::Files{
                {"a.json", bundle({}, true)},
                {"b.json",
                 R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"P1","birthDate":"1999-01-01"}}]})"}},
            i);
        CHECK(r.record.held == "GPC-PAT-005");
        CHECK(r.balanced());
    }
}

TEST_CASE("gpconnect: a copy of a bundle is superseded, row by row") {
    const std::string same = bundle({observation("O1"), R"({"resourceType":"Organization","id":"G"})"});
    const Read r(Read::Files{{"a.json", same}, {"copy/a.json", same}});
    CHECK(r.source->census().patients.size() == 1);
    CHECK(found(*r.source, "GPC-DUP-003") == 1);
    CHECK(found(*r.source, "GPC-PAT-004") == 0);
    const auto rest = r.source->leftovers();
    record::Record record;
    REQUIRE(rest->next(record));  // the organisation nobody refers to
    REQUIRE(rest->next(record));
    CHECK(record.key.empty());
    CHECK(record.rows.size() == 3);
    for (const auto& s : record.settlements) CHECK(s.rule == "same-bundle");
    CHECK(record.settlements.size() == 3);
    CHECK(!rest->next(record));
}

TEST_CASE("gpconnect: the same id twice in a bundle") {
    const Read r({observation("O1", R"(,"comment":"a")"), observation("O1", R"(,"comment":"a")"),
                  observation("O1", R"(,"comment":"b")")});
    CHECK(r.get<record::Observation>(1) != nullptr);
    CHECK(r.get<record::Observation>(2) == nullptr);
    CHECK(r.get<record::Observation>(0)->id != r.get<record::Observation>(1)->id);
    CHECK(r.issues("GPC-DUP-002") == 1);
    CHECK(r.balanced());
}

TEST_CASE("gpconnect: ids are the same whatever else the bundle holds; illegal ones are rewritten") {
    const Read a({observation("5000_1"), observation("O2")}), b({observation("O2"), observation("5000_1")});
    CHECK(a.get<record::Observation>(0)->id == b.get<record::Observation>(1)->id);
    CHECK(a.get<record::Observation>(0)->identifier[0].system ==
          "https://gpswitch.org/Id/gpconnect/Observation");
    CHECK(a.get<record::Observation>(0)->identifier[0].value == "5000_1");
    CHECK(a.get<record::Observation>(0)->id.size() == 36);
}

TEST_CASE("gpconnect: NHS numbers") {
    const auto read = [](const std::string& number) {
        return Read(Read::Files{
            {"a.json",
             R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"P1","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":")" +
                 number + R"("}]}}]})"}});
    };
    CHECK(read("9990000018").issues("GPC-NHS-001") == 0);
    const Read wrong = read("9990000019");
    CHECK(wrong.get<record::Patient>()->identifier[0].system ==
          "https://gpswitch.org/Id/unverified-nhs-number");
    CHECK(wrong.issues("GPC-NHS-001") == 1);
    CHECK(wrong.record.held.empty());
}

TEST_CASE("gpconnect: moments are completed, never invented in silence") {
    struct Row {
        const char *written, *becomes;
        bool noted;
    };
    const Row rows[] = {
        {"2010-01-13T10:00:00.5+00:00", "2010-01-13T10:00:00.5+00:00", false},
        {"2010-07-13", "2010-07-13T00:00:00+01:00", true},
        {"2010-07-13T10:00:00", "2010-07-13T10:00:00+01:00", true},
        {"2010-07", "", false},
        {"2010-02-30T10:00:00+00:00", "", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.written);
        const Read r({observation("O1", R"(,"issued":")" + std::string(row.written) + "\"")});
        CHECK(r.get<record::Observation>()->issued == row.becomes);
        CHECK(r.get<record::Observation>()->inferred.size == (row.noted ? 1 : 0));
        CHECK((r.get<record::Observation>()->rest.size == 1) == (std::string(row.written) != row.becomes));
    }
}

TEST_CASE("gpconnect: elements that moved") {
    const std::string mine = R"("subject":{"reference":"Patient/P1"})",
                      my = R"("patient":{"reference":"Patient/P1"})";
    const Read r(
        {R"({"resourceType":"Immunization","id":"I1","status":"completed","notGiven":true,"date":"2020-01-01",)" +
             my +
             R"(,"practitioner":[{"role":{"coding":[{"system":"http://hl7.org/fhir/v2/0443","code":"AP"}]},"actor":{"display":"x"}}],"explanation":{"reasonNotGiven":[{"text":"no"}]}})",
         R"({"resourceType":"DocumentReference","id":"D1","status":"current",)" + mine +
             R"(,"created":"2019-01-01","content":[{"attachment":{"url":"http://h/Binary/1"}}],"context":{"encounter":{"display":"e"},"related":[{"ref":{"display":"r"}}]}})",
         R"({"resourceType":"AllergyIntolerance","id":"A1","clinicalStatus":"resolved","assertedDate":"2001",)" +
             my +
             R"(,"extension":[{"url":"https://x/Extension-CareConnect-GPC-AllergyIntoleranceEnd-1","extension":[{"url":"endDate","valueDateTime":"2002"}]}]})",
         R"({"resourceType":"ReferralRequest","id":"R1","status":"cancelled",)" + mine +
             R"(,"serviceRequested":[{"text":"a"},{"text":"b"}],"description":"d","recipient":[{"display":"x"}]})",
         R"({"resourceType":"Condition","id":"C1","clinicalStatus":"active","verificationStatus":"entered-in-error",)" +
             mine + "}",
         R"({"resourceType":"Specimen","id":"S1",)" + mine + R"(,"note":{"text":"n"}})",
         R"({"resourceType":"MedicationStatement","id":"T1","status":"active",)" + mine +
             R"(,"dosage":[{"text":"one","doseQuantity":{"value":1.0}}]})"});
    const auto* i = r.get<record::Immunization>();
    CHECK(i->status == "not-done");
    CHECK(i->rest[0].value == "\"completed\"");
    CHECK(i->status_reason.text == "no");
    CHECK(i->performer[0].function.coding[0].system == "http://terminology.hl7.org/CodeSystem/v2-0443");
    CHECK(i->performer[0].actor.display == "x");
    CHECK(i->occurrence_date_time == "2020-01-01");
    CHECK(i->occurrence_string.empty());
    const auto* d = r.get<record::DocumentReference>();
    REQUIRE(d->content.size == 1);
    CHECK(d->content[0].attachment.creation == "2019-01-01");
    CHECK(d->context.encounter[0].display == "e");
    CHECK(d->context.related[0].display == "r");
    const auto* a = r.get<record::AllergyIntolerance>();
    CHECK(a->clinical_status.coding.size == 1);
    CHECK(a->clinical_status.end.end_date == "2002");
    CHECK(a->recorded_date == "2001");
    const auto* s = r.get<record::ServiceRequest>();
    CHECK(s->status == "revoked");
    CHECK(s->code.text == "a");
    CHECK(s->order_detail[0].text == "b");
    CHECK(s->note[0].text == "d");
    CHECK(r.get<record::Condition>()->clinical_status.coding.empty());
    CHECK(r.get<record::Condition>()->rest.size == 1);
    CHECK(r.get<record::Specimen>()->note[0].text == "n");
    CHECK(r.get<record::MedicationStatement>()->dosage[0].dose_and_rate[0] ==
          R"({"doseQuantity":{"value":1.0}})");
}

TEST_CASE("gpconnect: recognised by profile, not by name") {
    const auto certainty = [](const std::string& text) {
        return system().recognise(MemoryPlace({{"x.bin", text}})).certainty;
    };
    CHECK(certainty(bundle({observation("O1")})) >= 90);
    CHECK(certainty(quoted(bundle({observation("O1")}))) >= 90);
    CHECK(certainty(R"({"resourceType":"Bundle","entry":[]})") == 0);
    CHECK(certainty(R"({"resourceType":"Patient","meta":{"profile":["https://fhir.nhs.uk/STU3/x"]}})") == 0);
    CHECK(certainty("") == 0);
}
