#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "core/profile/test_table.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

namespace {

/// Makes resources that are good by the table, from nothing but the table. Invariants are not looked at: what
/// breaks one is thrown away by the caller.
class Generator {
  public:
    explicit Generator(std::uint32_t seed) : random_(seed) {}

    std::string resource(TypeId type) {
        return fmt::format(R"({{"resourceType":"{}"{}}})", shipped().info(type).name,
                           members(shipped().info(type).shape, 0, ","));
    }
    std::size_t below(std::size_t n) { return random_() % n; }

  private:
    std::string members(const Shape& shape, int depth, std::string comma) {
        std::string out;
        for (const Rule* element : shape.elements) {
            const Rule& r = *element;
            // Contained resources and extensions have rules of their own.
            if (r.label == "contained" || r.label == "extension" || r.label == "modifierExtension" ||
                r.label == "meta" || (r.label == "id" && depth > 0) ||
                r.label == "comparator")  // which the profile SimpleQuantity forbids
                continue;
            if (r.min == 0 && (depth > 3 || below(4) != 0)) continue;
            const TypeUse* use = r.types.empty() ? nullptr : &r.types[below(r.types.size())];
            if (use != nullptr && (shipped().info(use->type).kind == Type::Kind::resource ||
                                   shipped().info(use->type).name == "Narrative"))
                continue;
            std::string key(shipped().atoms().name(r.name));
            if (r.choice) {
                std::string name(shipped().info(use->type).name);
                name[0] = static_cast<char>(std::toupper(name[0]));
                key += name;
            }
            const std::string one = value(r, use, depth);
            if (one.empty()) continue;
            out += fmt::format(R"({}"{}":{})", comma, key, r.many ? "[" + one + "]" : one);
            comma = ",";
        }
        return out;
    }

    std::string code_of(const Rule& r) {
        if (r.set == nullptr || !r.set->whole() || r.set->all().empty())
            return "urn:ietf:bcp:47\x1F"
                   "en-GB";
        const auto& [code, system] = r.set->all()[below(r.set->all().size())];
        return std::string(system) + '\x1F' + std::string(code);
    }

    /// An object of the shape; something has to be in one that is required.
    std::string filled(const Shape& shape, int depth, bool required) {
        std::string inner = members(shape, depth, "");
        for (int tries = 0; tries < 60 && required && inner.empty(); ++tries) inner = members(shape, 2, "");
        return inner.empty() ? "" : "{" + inner + "}";
    }

    std::string value(const Rule& r, const TypeUse* use, int depth) {
        if (use == nullptr || r.shape != nullptr) {
            const Shape& s = r.shape != nullptr ? *r.shape : shipped().info(use->type).shape;
            return filled(s, depth + 1, r.min > 0);
        }
        const TypeInfo& t = shipped().info(use->type);
        const std::string pair =
            r.strength == Strength::required && (r.set->whole() || t.kind != Type::Kind::primitive)
                ? code_of(r)
                : "";
        const std::size_t cut = pair.find('\x1F');
        if (t.kind == Type::Kind::primitive) return primitive(t, pair.empty() ? "" : pair.substr(cut + 1), r);
        if (!pair.empty() && (t.name == "CodeableConcept" || t.name == "Coding")) {
            const std::string coding =
                fmt::format(R"({{"system":"{}","code":"{}"}})", pair.substr(0, cut), pair.substr(cut + 1));
            return t.name == "Coding" ? coding : "{\"coding\":[" + coding + "]}";
        }
        if (t.name == "Reference") {
            if (use->targets.empty()) return R"({"display":"somebody"})";
            return fmt::format(R"({{"reference":"{}/a-{}"}})",
                               shipped().info(use->targets[below(use->targets.size())]).name, below(9));
        }
        if (t.name == "Narrative" || t.name == "Extension") return "";
        return depth > 3 && r.min == 0 ? "" : filled(t.shape, depth + 1, r.min > 0);
    }

    std::string primitive(const TypeInfo& t, const std::string& code, const Rule& r) {
        if (!code.empty()) return '"' + code + '"';
        if (r.strength == Strength::required)
            return r.set->url.ends_with("mimetypes") || r.set->url.ends_with("bcp13.txt") ? "\"text/plain\""
                   : r.set->url.ends_with("currencies")                                   ? "\"GBP\""
                                                                                          : "\"en-GB\"";
        const auto pick = [this](std::initializer_list<const char*> list) {
            return std::string(*(list.begin() + below(list.size())));
        };
        switch (t.primitive) {
            case Primitive::boolean: return pick({"true", "false"});
            case Primitive::integer: return pick({"0", "-5", "2147483647"});
            case Primitive::positive_int: return pick({"1", "42"});
            case Primitive::unsigned_int: return pick({"0", "42"});
            case Primitive::decimal: return pick({"0.10", "-3", "1e3", "12345678901234567890.1"});
            case Primitive::date: return pick({"\"1970\"", "\"1970-02\"", "\"2000-02-29\""});
            case Primitive::date_time:
                return pick({"\"1970\"", "\"2000-02-29\"", "\"2000-02-29T23:59:59+01:00\""});
            case Primitive::instant:
                return pick({"\"2000-02-29T23:59:59.123Z\"", "\"2000-01-01T00:00:00-12:00\""});
            case Primitive::time: return "\"23:59:59\"";
            case Primitive::base64: return "\"Zm9v\"";
            case Primitive::oid: return "\"urn:oid:1.2.3\"";
            case Primitive::uuid: return "\"urn:uuid:6f3e1b38-3c1d-4c8a-9a43-0f6f2a4b5c6d\"";
            case Primitive::uri:
            case Primitive::url:
            case Primitive::canonical: return "\"http://example.org/x\"";
            case Primitive::code:
            case Primitive::id: return "\"a-1\"";
            case Primitive::xhtml: return "";
            default: return pick({"\"x\"", "\"a b\\n\\u00e9\"", "\"\\ud83d\\ude00\""});
        }
    }

    std::mt19937 random_;
};

bool only_invariants(const std::vector<Finding>& found) {
    return std::all_of(found.begin(), found.end(), [](const Finding& f) {
        return f.severity < Severity::error || f.code.starts_with("FHIR-INV");
    });
}

CheckOptions base_only() {
    CheckOptions o;
    o.use_defaults = false;
    return o;
}

const char* const kTypes[] = {"Patient",
                              "Encounter",
                              "Observation",
                              "Condition",
                              "Procedure",
                              "AllergyIntolerance",
                              "Immunization",
                              "Medication",
                              "MedicationStatement",
                              "MedicationRequest",
                              "List",
                              "Organization",
                              "Location",
                              "Practitioner",
                              "PractitionerRole",
                              "Appointment",
                              "Slot",
                              "Schedule",
                              "DocumentReference",
                              "DiagnosticReport",
                              "Specimen",
                              "ServiceRequest",
                              "Task",
                              "Flag",
                              "EpisodeOfCare",
                              "FamilyMemberHistory",
                              "Consent",
                              "Provenance",
                              "AuditEvent",
                              "RelatedPerson"};

}  // namespace

TEST_CASE("profile property: what is made from the table passes") {
    for (const char* name : kTypes) {
        Generator g(7);
        for (int i = 0; i < 40; ++i) {
            const std::string text = g.resource(shipped().type(name));
            const auto found = found_in(text, base_only());
            CAPTURE(text);
            std::string all;
            for (const Finding& f : found) all += std::string(f.code) + " " + f.path + " " + f.message + "\n";
            CAPTURE(all);
            REQUIRE(only_invariants(found));
        }
    }
}

TEST_CASE("profile property: each kind of fault planted in it is found") {
    struct Fault {
        const char* what;
        const char* member;  ///< put first into the resource
    };
    const Fault faults[] = {
        {"unknown element", R"("colour":"red")"},
        {"null", R"("id":null)"},
        {"array for one", R"("id":["a"])"},
        {"one for an array", R"("contained":{"resourceType":"Basic"})"},
        {"empty array", R"("contained":[])"},
        {"empty object", R"("meta":{})"},
        {"empty string", R"("id":"")"},
        {"wrong kind", R"("id":5)"},
        {"wrong form", R"("id":"a b")"},
        {"no such day", R"("meta":{"lastUpdated":"2019-02-30T00:00:00Z"})"},
        {"a reference for a resource", R"("contained":["#a"])"},
        {"an extension of nothing", R"("extension":[{"url":"http://example.org/e"}])"},
        {"an extension without url", R"("extension":[{"valueCode":"a"}])"},
        {"a narrative without status",
         R"("text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"})"},
    };
    for (const char* name : kTypes) {
        Generator g(11);
        for (const Fault& fault : faults) {
            std::string text = g.resource(shipped().type(name));
            // Without its own id: the planted one must not be a second.
            if (const auto own = text.find(R"(,"id":)"); own != std::string::npos && own < 60) continue;
            text.insert(1, std::string(fault.member) + ",");
            CAPTURE(fault.what);
            CAPTURE(text);
            CHECK_FALSE(only_invariants(found_in(text, base_only())));
        }
    }
}
