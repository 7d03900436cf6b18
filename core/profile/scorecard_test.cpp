#include "core/profile/scorecard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "core/profile/rules.hpp"
#include "core/profile/test_table.hpp"
#include "core/report/writer.hpp"
#include "core/util/text.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

namespace {

struct Run {
    std::vector<Issue> issues;
    StreamTotals totals;
};

Run run(const std::string& text, const std::string& name = "Patient.ndjson", unsigned jobs = 1,
        bool show_values = false) {
    StreamOptions options;
    options.jobs = jobs;
    options.check.tally = true;
    options.check.show_values = show_values;
    Stream stream(shipped(), options);
    IssueList list;
    stream.check(text, name, list);
    return {list.issues, stream.totals()};
}

Scorecard card_of(const Run& r, const std::string& title = {}) {
    Scorecard card(shipped(), {.title = title, .version = "0.1.0", .describe = find_rule});
    for (const Issue& i : r.issues) card.add(i);
    card.count(r.totals);
    return card;
}

const nlohmann::json& with(const nlohmann::json& list, const char* key, const std::string& value) {
    static const nlohmann::json none;
    for (const auto& j : list)
        if (j.value(key, "") == value) return j;
    return none;
}

// Made-up words, numbers and text in every place where a document has room for them.
const std::vector<std::string> kCanaries = {"zebulon",     "quaxley",     "9990009990", "9990007772",
                                            "01632960999", "sore throat", "zz99 3cz"};
const std::string kCanaryText =
    // values, ids, codes, narrative, references, identifiers
    R"({"resourceType":"Patient","id":"Zebulon-Quaxley","language":"quaxley","meta":{"profile":["https://quaxley.example/Zebulon"],"tag":[{"code":"zebulon"}]},"text":{"status":"quaxley","div":"<div>Zebulon</div>"},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990009990"}],"name":[{"family":"Quaxley","given":["Zebulon",7]}],"telecom":[{"system":"quaxley","value":"01632960999"}],"gender":"zebulon","birthDate":"quaxley","address":[{"postalCode":"ZZ99 3CZ"}],"managingOrganization":{"reference":"Zebulon/quaxley"}})"
    "\n"
    // names of properties, at the top and below; with a form of an element's name and without
    R"({"resourceType":"Patient","id":"9990007772","quaxley":"sore throat","Zebulon Quaxley":1,"name":[{"zebulonQuaxley":true,"9990009990":{"zebulon":1}}]})"
    "\n"
    // types
    R"({"resourceType":"Zebulon Quaxley","id":"quaxley"})"
    "\n"
    R"({"resourceType":"Quaxley"})"
    "\n"
    R"({"zebulon":"quaxley"})"
    "\n"
    // extensions, known and not, at every depth; modifiers
    R"({"resourceType":"Patient","extension":[{"url":"https://quaxley.example/zebulon","valueString":"sore throat"},{"url":"Zebulon Quaxley"},{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-BirthSex","valueCodeableConcept":{"coding":[{"system":"https://zebulon.example","code":"quaxley"}]}}],"modifierExtension":[{"url":"urn:quaxley:01632960999","valueBoolean":true}],"_birthDate":{"extension":[{"url":"https://quaxley.example/9990009990","valueDateTime":"zebulon"}]}})"
    "\n"
    // contained, coded, sliced
    R"({"resourceType":"Observation","id":"sore.throat","contained":[{"resourceType":"Quaxley","id":"zebulon"},{"resourceType":"Patient","id":"quaxley","name":[{"family":"Zebulon"}]}],"status":"quaxley","code":{"coding":[{"system":"http://snomed.info/sct","code":"9990009990","display":"Quaxley"}],"text":"sore throat"},"subject":{"reference":"#zebulon","display":"Zebulon Quaxley"},"valueString":"sore throat","valueQuaxley":1,"category":[{"coding":[{"code":"zebulon"}]}]})"
    "\n"
    R"({"resourceType":"Bundle","type":"quaxley","entry":[{"fullUrl":"urn:uuid:zebulon","resource":{"resourceType":"Quaxley","id":"zebulon"}},{"resource":{"resourceType":"Condition","quaxley":{"zebulon":1},"code":{"text":"sore throat"}}}]})"
    "\n"
    // no JSON
    "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Quaxley\n"
    "Zebulon Quaxley, 01632960999, ZZ99 3CZ\n";

}  // namespace

TEST_CASE("scorecard: what is counted") {
    const std::string text =
        // without error
        R"({"resourceType":"Patient","id":"a","name":[{"family":"A","given":["B"]}],"gender":"female","birthDate":"1970-01-02"})"
        "\n"
        // an error of its own and one in what it contains, which is its error too
        R"({"resourceType":"Patient","id":"b","gender":"woman","contained":[{"resourceType":"Organization","id":"o","name":"O","active":"yes"}],"managingOrganization":{"reference":"#o"}})"
        "\n"
        R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:3f0f1bd0-54ac-4f8b-9f51-1f1ac8c0a001","resource":{"resourceType":"Patient","id":"c","birthDate":"1970-02-30"}}]})"
        "\n{\n";
    const Run r = run(text);
    const Scorecard card = card_of(r, "System <X>");
    const auto j = nlohmann::json::parse(card.json());
    CHECK(j["gpswitch-scorecard"] == 1);
    CHECK(j["title"] == "System <X>");
    CHECK(j["tables"][0]["name"] == "hl7.fhir.r4.core");
    CHECK(j["tablesSha256"] == shipped().sha256());
    // Three patients and a bundle, and a line that is no JSON.
    CHECK(j["resources"] ==
          nlohmann::json{{"read", 5}, {"checked", 5}, {"withoutError", 2}, {"unreadable", 1}});
    CHECK(j["findings"] == nlohmann::json{{"fatal", 1}, {"error", 3}, {"warning", 0}, {"information", 0}});
    CHECK(with(j["types"], "type", "Patient") ==
          nlohmann::json{
              {"type", "Patient"}, {"resources", 3}, {"withoutError", 1}, {"errors", 2}, {"warnings", 0}});
    CHECK(with(j["types"], "type", "Bundle")["withoutError"] == 1);
    CHECK(!with(j["types"], "type", "Organization")
               .contains("withoutError"));  // contained ones are not counted
    const auto& day = with(j["rules"], "code", "FHIR-PRIM-003");
    CHECK(day["findings"] == 1);
    CHECK(day["types"] == nlohmann::json::array({{{"type", "Patient"}, {"findings", 1}}}));
    // By the patient, not by the bundle that holds it.
    CHECK(day["elements"] == nlohmann::json::array({{{"element", "Patient.birthDate"}, {"findings", 1}}}));
    CHECK(card.html().find("System &lt;X&gt;") != std::string::npos);
    CHECK(card.html().find("2 of 5 resources are without error (40.0 %).") != std::string::npos);
}

TEST_CASE("scorecard: elements that must be supported") {
    const ProfileInfo* p = shipped().profile("https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient");
    REQUIRE(p != nullptr);
    const auto list = must_support(shipped(), *p);
    REQUIRE(!list.empty());
    for (const MustSupport& m : list) CHECK(m.path.starts_with("Patient."));
    const std::string text =
        R"({"resourceType":"Patient","name":[{"family":"A"},{"family":"B"}],"birthDate":"1970-01-02"})"
        "\n"
        R"({"resourceType":"Patient","name":[{"family":"A"}],"_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},"contained":[{"resourceType":"Patient","id":"x","gender":"male"}]})"
        "\n";
    const auto j = nlohmann::json::parse(card_of(run(text)).json());
    const auto& patient = with(j["mustSupport"], "profile", std::string(p->url));
    CHECK(patient["resources"] == 2);
    CHECK(patient["version"] == p->version);
    // Two names are one resource with a name; a birth date of which only the reason of absence is there is
    // none.
    CHECK(with(patient["elements"], "element", "Patient.name")["filled"] == 2);
    CHECK(with(patient["elements"], "element", "Patient.birthDate")["filled"] == 1);
    CHECK(with(patient["elements"], "element", "Patient.gender")["filled"] == 0);
    CHECK(with(patient["elements"], "element", "Patient.address")["filled"] == 0);
    CHECK(j["extensions"]["inTables"].size() + j["extensions"]["notInTables"].get<std::size_t>() == 1);
}

TEST_CASE("scorecard: nothing of the input is in it") {
    const Run r = run(kCanaryText, "/home/zebulon/quaxley 9990009990/Quaxley.ndjson");
    REQUIRE(r.issues.size() > 20);
    for (const std::string& out : {card_of(r).json(), card_of(r).html()}) {
        const std::string all = lower(out);
        for (const std::string& canary : kCanaries) {
            CAPTURE(canary);
            CHECK(all.find(canary) == std::string::npos);
        }
    }
    // What it says instead.
    const auto j = nlohmann::json::parse(card_of(r).json());
    CHECK(j["profilesNotInTables"] == 1);
    CHECK(j["extensions"]["notInTables"].get<int>() >= 2);
    CHECK(with(j["extensions"]["inTables"], "extension",
               "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-BirthSex")["used"] == 1);
    const auto& unknown = with(j["rules"], "code", "FHIR-ELEM-001");
    CHECK(std::any_of(unknown["elements"].begin(), unknown["elements"].end(),
                      [](const auto& e) { return !e.contains("element"); }));
    // A title is the user's own, and a code that no rule has is not repeated.
    CHECK(card_of(r, "Zebulon's system").html().find("Zebulon&") == std::string::npos);
    CHECK(card_of(r, "Zebulon's system").html().find("Zebulon's system") != std::string::npos);
    Scorecard card(shipped(), {.version = "0.1.0"});
    Issue odd;
    odd.code = "QUAXLEY";
    odd.resource = "Zebulon/9990009990";
    odd.path = "Patient.quaxley";
    card.add(odd);
    CHECK(lower(card.json()).find("quaxley") == std::string::npos);
    CHECK(lower(card.json()).find("zebulon") == std::string::npos);
}

TEST_CASE("scorecard: the same bytes whatever the number of jobs") {
    std::string text;
    while (text.size() < 5u << 20) text += kCanaryText;
    const Scorecard one = card_of(run(text)), four = card_of(run(text, "x.ndjson", 4));
    CHECK(one.json() == four.json());
    CHECK(one.html() == four.html());
}

TEST_CASE("findings of profiles: no values, in no format") {
    const Run r = run(kCanaryText, "in.ndjson");
    for (const std::string_view name : format_names()) {
        CAPTURE(name);
        std::string out;
        const auto writer = make_issue_writer(*format_of(name), [&](std::string_view s) { out += s; },
                                              {.describe = find_rule});
        for (Issue i : r.issues) {
            // Ids that have the form of one lead to the resource, and names like those of elements to the
            // place.
            for (const char* id : {"/Zebulon-Quaxley", "/sore.throat", "/zebulon", "/quaxley"})
                if (i.resource.ends_with(id)) i.resource.resize(i.resource.size() - std::string(id).size());
            for (const char* property : {"quaxley", "zebulonQuaxley", "zebulon", "valueQuaxley"})
                if (i.path.ends_with(std::string(".") + property)) i.path.resize(i.path.rfind('.'));
            writer->add(i);
        }
        writer->finish();
        const std::string all = lower(out);
        for (const std::string& canary : kCanaries) {
            CAPTURE(canary);
            CHECK(all.find(canary) == std::string::npos);
        }
    }
    for (const auto& [what, times] : r.totals.not_checked) {
        CAPTURE(what);
        CHECK(what.find("9990009990") == std::string::npos);
        CHECK(what.find("01632960999") == std::string::npos);
        CHECK(what.find("Zebulon Quaxley") == std::string::npos);
    }
    // With values they are there.
    const Run shown = run(kCanaryText, "in.ndjson", 1, true);
    CHECK(std::any_of(shown.issues.begin(), shown.issues.end(),
                      [](const Issue& i) { return i.message.find("9990009990") != std::string::npos; }));
    CHECK(std::any_of(shown.issues.begin(), shown.issues.end(),
                      [](const Issue& i) { return i.path == "Patient.Zebulon Quaxley"; }));
}

TEST_CASE("findings of profiles: ids and names that are shown") {
    struct Row {
        const char *id, *label;
    };
    for (const Row& row :
         {Row{"a-1.B", "Patient/a-1.B"}, Row{"9990007772", "Patient"}, Row{"999 000 7772", "Patient"},
          Row{"John Smith", "Patient"}, Row{"", "Patient"}}) {
        CAPTURE(row.id);
        const auto found =
            found_in(fmt::format(R"({{"resourceType":"Patient","gender":"x","id":"{}"}})", row.id));
        CHECK(found.back().resource == row.label);
        for (const Finding& f : found) CHECK(f.resource == row.label);
    }
    struct Name {
        const char *key, *path;
    };
    for (const Name& row :
         {Name{"favouriteColour", "Patient.favouriteColour"}, Name{"_colour", "Patient._colour"},
          Name{"Smith", "Patient"}, Name{"john smith", "Patient"}, Name{"9990009990", "Patient"},
          Name{"gross\u00e9", "Patient"}, Name{"", "Patient"}}) {
        CAPTURE(row.key);
        const auto found = found_in(fmt::format(R"({{"resourceType":"Patient","{}":1}})", row.key));
        REQUIRE(found.size() == 1);
        CHECK(found[0].code == "FHIR-ELEM-001");
        CHECK(found[0].path == row.path);
        CHECK(found[0].source == "http://hl7.org/fhir/StructureDefinition/Patient");
    }
}

TEST_CASE("findings of profiles: each has a source, and each code a rule") {
    for (const Issue& i : run(kCanaryText).issues) {
        CAPTURE(i.text());
        CHECK(find_rule(i.code) != nullptr);
        CHECK(i.source.starts_with("http"));
        CHECK(i.message.find('[') == std::string::npos);
    }
    CHECK(std::is_sorted(rules().begin(), rules().end(),
                         [](const RuleInfo& a, const RuleInfo& b) { return a.code < b.code; }));
    for (const RuleInfo& r : rules()) {
        CAPTURE(r.code);
        CHECK(!r.title.empty());
        CHECK(!r.title.ends_with('.'));
        CHECK(r.why.ends_with('.'));
        CHECK(!r.source.empty());
        CHECK(!r.hint.empty());
    }
}

TEST_CASE("rules: every code that stands in the sources is described") {
    const std::regex code("\"(FHIR-[A-Z]+-[0-9]{3})\"");
    std::set<std::string> used;
    for (const char* folder : {"/core/profile", "/core/system/fhir"})
        for (const auto& entry :
             std::filesystem::directory_iterator(std::string(GPSWITCH_SOURCE_DIR) + folder)) {
            const std::string name = entry.path().filename().string();
            if (!name.ends_with(".cpp") || name.ends_with("_test.cpp") || name == "rules.cpp") continue;
            std::ifstream in(entry.path());
            const std::string text{std::istreambuf_iterator<char>(in), {}};
            for (std::sregex_iterator i(text.begin(), text.end(), code), end; i != end; ++i)
                used.insert((*i)[1]);
        }
    CHECK(used.size() > 40);
    for (const std::string& c : used) {
        CAPTURE(c);
        CHECK(find_rule(c) != nullptr);
    }
    for (const RuleInfo& r : rules()) {
        CAPTURE(r.code);
        CHECK(used.contains(std::string(r.code)));
    }
}
