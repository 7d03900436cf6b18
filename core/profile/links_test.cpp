#include "core/profile/stream.hpp"
#include "core/profile/test_table.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

namespace {

struct File {
    std::string name, text;
};

/// "code line:column path" of the FHIR-LINK findings, a line each.
std::string linked(const std::vector<File>& files, Scope scope, unsigned jobs = 1,
                   NotChecked* not_checked = nullptr) {
    StreamOptions options;
    options.check.use_defaults = false;
    options.scope = scope;
    options.jobs = jobs;
    Stream stream(shipped(), options);
    IssueList list;
    for (const File& f : files) stream.check(f.text, f.name, list);
    stream.finish(list);
    if (not_checked != nullptr) *not_checked = stream.totals().not_checked;
    std::string out;
    for (const Issue& i : list.issues)
        if (i.code.starts_with("FHIR-LINK"))
            out += i.code +
                   (i.severity == Severity::error ? " " : " (" + std::string(to_text(i.severity)) + ") ") +
                   i.member + ":" + std::to_string(i.line) + ":" + std::to_string(i.column) + " " +
                   i.resource + " " + i.path + "\n";
    return out;
}

std::string patient(const std::string& id) { return R"({"resourceType":"Patient","id":")" + id + "\"}\n"; }

/// An encounter of a patient, and a condition of one that names an encounter.
std::string encounter(const std::string& id, const std::string& of) {
    return R"({"resourceType":"Encounter","id":")" + id +
           R"(","status":"finished","class":{"code":"AMB"},"subject":{"reference":")" + of + "\"}}\n";
}
std::string condition(const std::string& id, const std::string& of, const std::string& in) {
    return R"({"resourceType":"Condition","id":")" + id + R"(","subject":{"reference":")" + of +
           R"("},"encounter":{"reference":")" + in + "\"}}\n";
}

std::string bundle(const std::string& type, const std::string& entries) {
    return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entries + "]}";
}

}  // namespace

TEST_CASE("profile links: what leads to nothing is an error in a whole scope, and said once in an open one") {
    const std::vector<File> files = {{"Patient.ndjson", patient("a")},
                                     {"Encounter.ndjson", encounter("e", "Patient/a")},
                                     {"Condition.ndjson", condition("c", "Patient/a", "Encounter/e") +
                                                              condition("d", "Patient/a", "Encounter/gone")}};
    CHECK(linked(files, Scope::whole) ==
          "FHIR-LINK-003 Condition.ndjson:2:100 Condition/d Condition.encounter.reference\n");
    CHECK(linked(files, Scope::listed) == linked(files, Scope::whole));
    NotChecked not_checked;
    CHECK(linked(files, Scope::open, 1, &not_checked).empty());
    CHECK(not_checked.at("references to Encounter that is in none of the files") == 1);
}

TEST_CASE("profile links: an export without a type's file says nothing of references to it") {
    const std::vector<File> files = {{"Condition.ndjson", condition("c", "Patient/a", "Encounter/e")},
                                     {"Patient.ndjson", patient("a")}};
    NotChecked not_checked;
    CHECK(linked(files, Scope::listed, 1, &not_checked).empty());
    CHECK(not_checked.at("references to Encounter that is in none of the files") == 1);
    CHECK(linked(files, Scope::whole) ==
          "FHIR-LINK-003 Condition.ndjson:1:100 Condition/c Condition.encounter.reference\n");
}

TEST_CASE("profile links: a version in a reference is no other resource") {
    const std::vector<File> files = {{"Patient.ndjson", patient("a")},
                                     {"Encounter.ndjson", encounter("e", "Patient/a/_history/2")}};
    CHECK(linked(files, Scope::whole).empty());
}

TEST_CASE("profile links: into another patient's record") {
    const std::vector<File> files = {
        {"Patient.ndjson",
         patient("a") + patient("b") +
             R"({"resourceType":"Patient","id":"c","link":[{"other":{"reference":"Patient/a"},"type":"seealso"}]})"},
        {"Encounter.ndjson", encounter("e", "Patient/a")},
        {"Condition.ndjson",
         condition("c", "Patient/a", "Encounter/e") + condition("d", "Patient/b", "Encounter/e")},
        {"Observation.ndjson",
         R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/b"},"focus":[{"reference":"Patient/a"}],"performer":[{"reference":"Patient/a"}]})"}};
    CHECK(linked(files, Scope::open) ==
          "FHIR-LINK-005 Condition.ndjson:2:100 Condition/d Condition.encounter.reference\n"
          "FHIR-LINK-005 Observation.ndjson:1:176 Observation/o Observation.performer[0].reference\n");
}

TEST_CASE("profile links: one id twice, in one file or two") {
    const std::vector<File> files = {{"a.ndjson", patient("a") + "\n" + patient("a")},
                                     {"b.ndjson", patient("b") + patient("a") + encounter("a", "Patient/b")}};
    CHECK(linked(files, Scope::listed) ==
          "FHIR-LINK-004 a.ndjson:3:33 Patient/a Patient.id\n"
          "FHIR-LINK-004 b.ndjson:2:33 Patient/a Patient.id\n");
    CHECK(linked(files, Scope::open) ==
          "FHIR-LINK-004 (warning) a.ndjson:3:33 Patient/a Patient.id\n"
          "FHIR-LINK-004 (warning) b.ndjson:2:33 Patient/a Patient.id\n");
    // A package's reader says it itself.
    CHECK(linked(files, Scope::whole).empty());
}

TEST_CASE("profile links: forms of references") {
    const auto of = [](const std::string& url) {
        return linked(
            {{"x.json",
              R"({"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":")" +
                  url + "\"}}"}},
            Scope::open);
    };
    const std::string bad = "FHIR-LINK-006 (warning) x.json:1:105 Encounter/e Encounter.subject.reference\n";
    CHECK(of("Patient/a").empty());
    CHECK(of("Patient/a/_history/1").empty());
    CHECK(of("https://example.org/fhir/Patient/a").empty());
    CHECK(of("https://example.org/what/ever").empty());
    CHECK(of("urn:uuid:6f3e1b38-3c1d-4c8a-9a43-0f6f2a4b5c6d").empty());
    CHECK(of("Patient?identifier=a|b").empty());
    CHECK(of("patient/a") == bad);
    CHECK(of("Patient/") == bad);
    CHECK(of("Patient/a_b") == bad);
    CHECK(of("a") == bad);
    CHECK(of("/Patient/a") == bad);
}

TEST_CASE("profile links: what is not followed is said") {
    NotChecked n;
    linked(
        {{"x.ndjson",
          R"({"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":"https://example.org/Patient/a"},"serviceProvider":{"identifier":{"value":"x"}},"partOf":{"reference":"urn:uuid:6f3e1b38-3c1d-4c8a-9a43-0f6f2a4b5c6d"}})"
          "\n"}},
        Scope::open, 1, &n);
    CHECK(n.at("references to addresses outside what is checked") == 1);
    CHECK(n.at("references by identifier alone") == 1);
    CHECK(n.at("references by urn: outside a Bundle") == 1);
}

TEST_CASE("profile links: a Bundle is resolved in itself") {
    const std::string uuid = "urn:uuid:6f3e1b38-3c1d-4c8a-9a43-0f6f2a4b5c6d";
    const auto of = [&](const std::string& type, const std::string& url) {
        return linked(
            {{"b.json",
              bundle(
                  type,
                  R"({"fullUrl":")" + uuid +
                      R"(","resource":{"resourceType":"Patient","id":"a"}},{"fullUrl":"http://example.org/fhir/Patient/b","resource":{"resourceType":"Patient","id":"b"}},{"fullUrl":"http://example.org/fhir/Encounter/e","resource":)" +
                      encounter("e", url) + "}")}},
            Scope::open);
    };
    const std::string bad =
        "FHIR-LINK-003 b.json:1:409 Encounter/e Bundle.entry[2].resource.subject.reference\n";
    for (const char* type : {"collection", "transaction"}) {
        CAPTURE(type);
        CHECK(of(type, uuid).empty());
        CHECK(of(type, "Patient/b").empty());
        CHECK(of(type, "http://example.org/fhir/Patient/b/_history/1").empty());
        CHECK(of(type, "Patient/elsewhere").empty());
        CHECK(
            of(type, "urn:uuid:00000000-0000-4000-8000-000000000000").starts_with("FHIR-LINK-003 b.json:1:"));
    }
    CHECK(of("batch", "urn:uuid:00000000-0000-4000-8000-000000000000").empty());
}

TEST_CASE("profile links: of a urn the type is that of the entry") {
    const std::string uuid = "urn:uuid:6f3e1b38-3c1d-4c8a-9a43-0f6f2a4b5c6d";
    CHECK(linked({{"b.json",
                   bundle("collection",
                          R"({"fullUrl":")" + uuid +
                              R"(","resource":{"resourceType":"Organization","name":"x"}},{"resource":)" +
                              encounter("e", uuid) + "}")}},
                 Scope::open)
              .starts_with("FHIR-LINK-001 b.json:1:"));
}

TEST_CASE("profile links: the same resource twice in a Bundle without fullUrls") {
    const std::string twice =
        R"({"resource":{"resourceType":"Patient","id":"a"}},{"resource":{"resourceType":"Patient","id":"a"}})";
    CHECK(linked({{"b.json", bundle("collection", twice)}}, Scope::open) ==
          "FHIR-LINK-004 (warning) b.json:1:148 Bundle Bundle.entry[1].resource.id\n");
    const std::string other =
        R"({"resource":{"resourceType":"Patient","id":"a"}},{"resource":{"resourceType":"Patient","id":"a","gender":"male"}})";
    CHECK(linked({{"b.json", bundle("collection", other)}}, Scope::open) ==
          "FHIR-LINK-004 b.json:1:148 Bundle Bundle.entry[1].resource.id\n");
    CHECK(linked({{"b.json", bundle("history", twice)}}, Scope::open).empty());
    // Two Bundles are two scopes.
    const std::string once = R"({"resource":{"resourceType":"Patient","id":"a"}})";
    CHECK(linked({{"a.json", bundle("collection", once)}, {"b.json", bundle("collection", once)}},
                 Scope::listed)
              .empty());
}

TEST_CASE("profile links: the same order whatever the number of jobs") {
    std::string conditions;
    for (int i = 0; i < 30000; ++i)
        conditions +=
            condition("c" + std::to_string(i), "Patient/a", i % 1000 == 7 ? "Encounter/none" : "Encounter/e");
    const std::vector<File> files = {{"Condition.ndjson", conditions},
                                     {"Encounter.ndjson", encounter("e", "Patient/a")},
                                     {"Patient.ndjson", patient("a")}};
    const std::string one = linked(files, Scope::listed, 1);
    CHECK(std::count(one.begin(), one.end(), '\n') == 30);
    CHECK(one == linked(files, Scope::listed, 3));
}

TEST_CASE("profile links: what does not fit in memory is sorted on disk") {
    SpoolSort<int, std::less<int>> sort("/tmp", 1000);
    for (int i = 0; i < 10500; ++i) sort.add(i * 7919 % 10007);
    int last = -1, count = 0;
    bool sorted = true;
    sort.drain([&](int v) {
        sorted = sorted && last <= v;
        last = v;
        ++count;
    });
    CHECK(sorted);
    CHECK(count == 10500);
}
