#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "core/json/json.hpp"
#include "core/mapping/safeguards.hpp"
#include "core/record/json.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using mapping::Safeguards;
using record::EntityKind;

namespace {

std::string file(const std::string& name) {
    std::ifstream in(std::string(GPSWITCH_SOURCE_DIR) + "/mappings/rules/" + name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

const Safeguards& shipped() {
    static const Safeguards all = [] {
        Safeguards s;
        s.load_labels(file("labels.csv"), "labels.csv");
        s.load_empty_reasons(file("empty-reason.csv"), "empty-reason.csv");
        return s;
    }();
    return all;
}

void fill(record::Record& r, const std::vector<std::string>& resources) {
    r.clear();
    r.key = "key";
    json::Parser parser;
    for (const std::string& text : resources) {
        json::Error error;
        const json::Value* v = parser.parse(r.arena.copy(text), r.arena, error);
        REQUIRE_MESSAGE(v != nullptr, text << ": " << error.message);
        record::ReadContext c;
        c.arena = &r.arena;
        const auto kind = record::kind_of(v->text_of("resourceType"));
        REQUIRE(kind);
        record::read_json(*v, *kind, r.add(*kind), c);
    }
}

const std::string kHl7 = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
const std::string kOwnLabels = "https://gpswitch.org/CodeSystem/confidentiality";
std::string label(const std::string& system, const std::string& code) {
    return R"("meta":{"security":[{"system":")" + system + R"(","code":")" + code + R"("}]})";
}
std::string resource(const std::string& type, const std::string& id, const std::string& more = "") {
    return R"({"resourceType":")" + type + R"(","id":")" + id + "\"" + (more.empty() ? "" : "," + more) + "}";
}
std::string refer(const std::string& field, const std::string& to) {
    return "\"" + field + R"(":{"reference":")" + to + "\"}";
}
std::string refers(const std::string& field, const std::string& to) {
    return "\"" + field + R"(":[{"reference":")" + to + "\"}]";
}
const std::string kRestricted = label(kHl7, "R");
const std::string kPatient = resource("Patient", "p");

// "Observation/o:R ..." of the entities that have labels.
std::string labels(const record::Record& r) {
    std::string out;
    for (const record::Item& i : r.items) {
        if (i.entity->meta.security.empty()) continue;
        out += (out.empty() ? "" : " ") + std::string(record::name_of(i.kind)) + "/" +
               std::string(i.entity->id) + ":";
        for (const auto& c : i.entity->meta.security)
            out += (&c == i.entity->meta.security.begin() ? "" : "+") + std::string(c.code);
    }
    return out;
}

std::string inherited(const std::vector<std::string>& resources) {
    record::Record r;
    fill(r, resources);
    shipped().inherit_labels(r);
    const std::string once = labels(r);
    CHECK(shipped().missing_labels(r).empty());  // again changes nothing
    return once;
}

const std::string kExtension = "https://fhir.hl7.org.uk/STU3/StructureDefinition/";

}  // namespace

TEST_CASE("labels: what is in a consultation, panel, report, list or problem has its label") {
    const std::string consultation = resource("Encounter", "e", kRestricted);
    CHECK(inherited(
              {kPatient, consultation, resource("Observation", "o", refer("encounter", "Encounter/e"))}) ==
          "Encounter/e:R Observation/o:R");
    CHECK(inherited({kPatient, consultation,
                     resource("MedicationStatement", "m", refer("context", "Encounter/e"))}) ==
          "Encounter/e:R MedicationStatement/m:R");
    CHECK(inherited({kPatient, consultation,
                     resource("DocumentReference", "d",
                              R"("context":{)" + refers("encounter", "Encounter/e") + "}")}) ==
          "Encounter/e:R DocumentReference/d:R");
    // A heading of the consultation, and what stands under it.
    CHECK(inherited({kPatient, consultation,
                     resource("List", "l",
                              refer("encounter", "Encounter/e") +
                                  R"(,"entry":[{"item":{"reference":"Condition/c"}}])"),
                     resource("Condition", "c")}) == "Encounter/e:R List/l:R Condition/c:R");
    CHECK(
        inherited({kPatient,
                   resource("Observation", "panel", kRestricted + "," + refers("hasMember", "Observation/o")),
                   resource("Observation", "o")}) == "Observation/panel:R Observation/o:R");
    CHECK(inherited({kPatient,
                     resource("DiagnosticReport", "d",
                              kRestricted + "," + refers("result", "Observation/o") + "," +
                                  refers("specimen", "Specimen/s")),
                     resource("Observation", "o"), resource("Specimen", "s")}) ==
          "DiagnosticReport/d:R Observation/o:R Specimen/s:R");
    CHECK(inherited({kPatient, resource("Condition", "c", kRestricted),
                     resource("MedicationRequest", "m", refers("reasonReference", "Condition/c"))}) ==
          "Condition/c:R MedicationRequest/m:R");
}

TEST_CASE("labels: what derives from an entry has its label, and what that leads to") {
    CHECK(inherited({kPatient, resource("MedicationRequest", "plan", kRestricted),
                     resource("MedicationRequest", "issue", refers("basedOn", "MedicationRequest/plan")),
                     resource("MedicationStatement", "s", refers("basedOn", "MedicationRequest/plan")),
                     resource("Provenance", "a", refers("target", "MedicationRequest/issue"))}) ==
          "MedicationRequest/plan:R MedicationRequest/issue:R MedicationStatement/s:R Provenance/a:R");
    // Never the other way: a closed issue does not close its plan, nor a result its report or its neighbour.
    CHECK(inherited({kPatient, resource("MedicationRequest", "plan"),
                     resource("MedicationRequest", "issue",
                              kRestricted + "," + refers("basedOn", "MedicationRequest/plan"))}) ==
          "MedicationRequest/issue:R");
    CHECK(inherited({kPatient,
                     resource("DiagnosticReport", "d",
                              R"("result":[{"reference":"Observation/o"},{"reference":"Observation/n"}])"),
                     resource("Observation", "o", kRestricted), resource("Observation", "n")}) ==
          "Observation/o:R");
    // A consultation is more than the problem it was about.
    CHECK(inherited({kPatient, resource("Condition", "c", kRestricted),
                     resource("Encounter", "e", refers("reasonReference", "Condition/c"))}) ==
          "Condition/c:R");
}

TEST_CASE("labels: a product is as open as the most open of what refers to it") {
    const auto use = [](const std::string& id, const std::string& more) {
        return resource("MedicationRequest", id, refer("medicationReference", "Medication/m") + more);
    };
    const std::string product = resource("Medication", "m");
    CHECK(inherited({kPatient, product, use("a", "," + kRestricted)}) ==
          "Medication/m:R MedicationRequest/a:R");
    CHECK(inherited({kPatient, product, use("a", "," + kRestricted), use("b", "")}) ==
          "MedicationRequest/a:R");
}

TEST_CASE("labels: on a patient they go as far as the table says") {
    const std::vector<std::string> rest = {resource("EpisodeOfCare", "r"), resource("Observation", "o")};
    const auto with = [&](const std::string& security) {
        std::vector<std::string> all = {
            resource("Patient", "p", R"("meta":{"security":[)" + security + "]}")};
        all.insert(all.end(), rest.begin(), rest.end());
        return inherited(all);
    };
    const auto coding = [](const std::string& s, const std::string& c) {
        return R"({"system":")" + s + R"(","code":")" + c + R"("})";
    };
    CHECK(with(coding(kOwnLabels, "staff-restricted") + "," + coding(kHl7, "R")) ==
          "Patient/p:staff-restricted+R EpisodeOfCare/r:staff-restricted+R Observation/o:staff-restricted+R");
    CHECK(with(coding(kOwnLabels, "sensitive") + "," + coding(kHl7, "R")) ==
          "Patient/p:sensitive+R EpisodeOfCare/r:sensitive+R");
    CHECK(with(coding(kHl7, "V")) == "Patient/p:V EpisodeOfCare/r:V Observation/o:V");
    CHECK(with(coding(kHl7, "N")) == "Patient/p:N");
    CHECK(with(coding("https://example.org/labels", "x")) == "Patient/p:x EpisodeOfCare/r:x Observation/o:x");
}

TEST_CASE("labels: a stricter one includes the other, an unknown one is kept") {
    CHECK(inherited(
              {kPatient, resource("Encounter", "e", kRestricted),
               resource("Observation", "o", refer("encounter", "Encounter/e") + "," + label(kHl7, "V"))}) ==
          "Encounter/e:R Observation/o:V");
    CHECK(inherited({kPatient, resource("Encounter", "e", label(kHl7, "V")),
                     resource("Observation", "o", refer("encounter", "Encounter/e") + "," + kRestricted)}) ==
          "Encounter/e:V Observation/o:R+V");
    CHECK(inherited({kPatient, resource("DocumentReference", "d",
                                        R"("securityLabel":[{"coding":[{"system":"x","code":"y"}]}])")}) ==
          "DocumentReference/d:y");
}

TEST_CASE("labels: everything made of a row has the row's label") {
    record::Record r;
    fill(r, {kPatient, resource("Observation", "o", kRestricted), resource("DocumentReference", "d"),
             resource("Condition", "c")});
    r.rows.push_back({0, 0, 2, "k", ""});
    r.claim(0, 1, record::Role::primary, "T");
    r.claim(0, 2, record::Role::primary, "T");
    r.claim(0, 3, record::Role::part, "T");
    shipped().inherit_labels(r);
    CHECK(labels(r) == "Observation/o:R DocumentReference/d:R Condition/c:R");
    REQUIRE(r.items[3].entity->inferred.size == 1);
    CHECK(r.items[3].entity->inferred[0] == "meta.security: R inherited from Observation");
}

// Whatever kind of entry stands in a consultation, and whatever the label: it arrives.
TEST_CASE("labels: every kind that names a consultation, with every label") {
    for (const auto& [system, code] :
         std::vector<std::pair<std::string, std::string>>{{kHl7, "R"},
                                                          {kHl7, "V"},
                                                          {kOwnLabels, "staff-restricted"},
                                                          {kOwnLabels, "sensitive"},
                                                          {kOwnLabels, "not-for-patient-access"},
                                                          {kOwnLabels, "third-party"},
                                                          {"https://example.org/labels", "unknown"}})
        for (std::size_t k = static_cast<std::size_t>(EntityKind::Patient) + 1; k < record::kEntityKinds;
             ++k) {
            const auto kind = static_cast<EntityKind>(k);
            CAPTURE(record::name_of(kind));
            CAPTURE(code);
            record::Record r;
            fill(r, {kPatient, resource("Encounter", "e", label(system, code))});
            record::Entity& e = r.add(kind);
            e.id = "x";
            const record::Field* f = record::type_of(kind).find("encounter");
            if (f == nullptr || f->type != &record::type_of<record::Reference>() || f->list) continue;
            static_cast<record::Reference*>(record::at(&e, *f))->reference = "Encounter/e";
            shipped().inherit_labels(r);
            REQUIRE(e.meta.security.size == 1);
            CHECK(e.meta.security[0].system == system);
            CHECK(e.meta.security[0].code == code);
        }
}

TEST_CASE("gaps: an incomplete record is marked, once, and the mark is read back") {
    record::Record r;
    fill(r, {kPatient});
    Safeguards::mark(r);
    CHECK_FALSE(r.incomplete);
    CHECK(r.items[0].entity->meta.tag.empty());
    r.incomplete = true;
    Safeguards::mark(r);
    Safeguards::mark(r);
    REQUIRE(r.items[0].entity->meta.tag.size == 1);
    CHECK(r.items[0].entity->meta.tag[0].code == "incomplete");
    std::string text;
    record::append_json(text, r.items[0].kind, *r.items[0].entity);
    record::Record again;
    fill(again, {text});
    Safeguards::mark(again);
    CHECK(again.incomplete);
}

TEST_CASE("gaps: no list of an incomplete record says that there is none") {
    const auto reason = [](const std::string& system, const std::string& code) {
        return R"("emptyReason":{"coding":[{"system":")" + system + R"(","code":")" + code +
               R"("}],"text":"x"})";
    };
    const std::string hl7 = "http://terminology.hl7.org/CodeSystem/list-empty-reason";
    const std::string uk = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ListEmptyReasonCode";
    struct Case {
        std::string more;
        bool changed;
    };
    for (const Case& c : {Case{reason(hl7, "nilknown"), true}, Case{reason(uk, "no-content-recorded"), true},
                          Case{reason("https://example.org", "unavailable"), true}, Case{"", true},
                          Case{reason(hl7, "withheld"), false}, Case{reason(hl7, "unavailable"), false},
                          Case{R"("entry":[{"item":{"display":"one"}}])", false}}) {
        CAPTURE(c.more);
        for (const bool incomplete : {false, true}) {
            record::Record r;
            fill(r, {kPatient, resource("List", "l", c.more)});
            r.incomplete = incomplete;
            const auto& list = static_cast<const record::FhirList&>(*r.items[1].entity);
            CHECK(shipped().says_none(list) == c.changed);
            shipped().apply(r);
            const bool changed = incomplete && c.changed;
            CHECK(list.inferred.size == (changed ? 1 : 0));
            CHECK(list.rest.size == (changed && !c.more.empty() ? 1 : 0));
            if (changed) {
                REQUIRE(list.empty_reason.coding.size == 1);
                CHECK(list.empty_reason.coding[0].code == "unavailable");
            }
        }
    }
}

TEST_CASE("safeguards: tables that are wrong") {
    const std::string head = "system,code,display,scope,rank,why\n";
    const auto fails = [](const std::string& text, const char* message) {
        Safeguards s;
        CHECK_THROWS_WITH_AS(s.load_labels(text, "f.csv"), message, MappingError);
    };
    fails("", "f.csv: no rows");
    fails("a,b\n", "f.csv:1: the columns system,code,display,scope,rank,why are expected");
    fails("a,b,c,d,e,f\n", "f.csv:1: the header is not system,code,display,scope,rank,why");
    fails(head + "s,c,d,all,,\n", "f.csv:2: scope is record, person, beside or none");
    fails(head + "s,c,d,none,x,\n", "f.csv:2: rank is a whole number, 100 at most, or empty");
    fails(head + "s,c,d,none,,\ns,c,d,record,,\n", "f.csv:3: the label stands in another row already");
    fails(head + ",c,d,none,,\n", "f.csv:2: system and code are needed");
    Safeguards s;
    CHECK_THROWS_WITH_AS(s.load_empty_reasons("system,code,display,says,why\ns,c,d,maybe,\n", "f.csv"),
                         "f.csv:2: says is none or unknown", MappingError);
}
