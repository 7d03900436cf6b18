#include <algorithm>
#include <charconv>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "core/record/json.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"
#include "core/validate/context.hpp"

/// What concerns the shape of a record: references, ids, who it is about, numbers, doubles.
namespace gpswitch::validate {
namespace {

constexpr std::string_view kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";

}  // namespace

Text internal(Text reference) {
    const std::size_t slash = reference.find('/');
    if (slash == Text::npos) return {};
    const auto kind = record::kind_of(reference.substr(0, slash));
    if (!kind || record::practice_wide(*kind)) return {};
    return reference.substr(0, reference.find('/', slash + 1));
}

namespace {

struct References : Visitor {
    Context& c;
    const Item& item;
    References(Context& context, const Item& i) : c(context), item(i) {}

    void text(const Field&, Text, const Trail&) override {}
    void structure(const record::Type& type, const void* object, const Trail& trail) override {
        if (&type != &record::type_of<record::Reference>()) return;
        const Text target = internal(static_cast<const record::Reference*>(object)->reference);
        if (target.empty() || c.find(target) != nullptr) return;
        if (item.kind == EntityKind::Patient && trail[0].field->name == "link") return;
        if (trail.size() == 1 && trail[0].field == record::patient_field(item.kind) && c.patient() != nullptr)
            return c.report("VAL-REF-002", item, path_of(trail));
        c.report("VAL-REF-001", item, path_of(trail));
    }
};

struct Numbers : Visitor {
    Context& c;
    const Item& item;
    Numbers(Context& context, const Item& i) : c(context), item(i) {}

    static bool finite(Text s) {
        double d = 0;
        const auto r = std::from_chars(s.data(), s.data() + s.size(), d);
        return r.ec == std::errc();
    }
    void text(const Field& f, Text value, const Trail& trail) override {
        const bool bad = f.kind == record::Kind::decimal   ? !is_decimal(value) || !finite(value)
                         : f.kind == record::Kind::integer ? !to_integer(value)
                                                           : false;
        if (bad) c.report("VAL-QTY-001", item, path_of(trail));
    }
    void structure(const record::Type&, const void*, const Trail&) override {}
};

// Where a value stands and who wrote it, but not what it says.
bool says_nothing(std::string_view field) {
    static constexpr std::string_view kNames[] = {
        "id",        "meta",     "identifier", "sourceRow",    "inferred",    "rest",
        "encounter", "context",  "recorder",   "performer",    "requester",   "asserter",
        "issued",    "recorded", "author",     "recordedDate", "dateAsserted"};
    for (std::string_view n : kNames)
        if (n == field) return true;
    return false;
}

std::string content(const Item& item) {
    std::string out;
    for (const Field& f : record::type_of(item.kind).fields) {
        if (says_nothing(f.name) || record::is_empty(item.entity, f)) continue;
        out += f.name;
        record::append_json_value(out, item.entity, f);
    }
    return out;
}

// What doubles agree in, cheap to make; empty: not a kind of entry that is looked at, or without a code.
std::string code_and_time(const Item& item) {
    switch (item.kind) {
        case EntityKind::Condition:
        case EntityKind::Observation:
        case EntityKind::AllergyIntolerance:
        case EntityKind::Immunization:
        case EntityKind::Procedure:
        case EntityKind::FamilyMemberHistory:
        case EntityKind::MedicationStatement:
        case EntityKind::MedicationRequest:
        case EntityKind::ServiceRequest:
        case EntityKind::Flag: break;
        default: return {};
    }
    const Field* code = first_filled(item, {"code", "vaccineCode", "medicationCodeableConcept", "condition"});
    if (code == nullptr) return {};
    const Field* time = first_filled(item, {"effectiveDateTime", "effectivePeriod", "onsetDateTime",
                                            "performedDateTime", "performedPeriod", "occurrenceDateTime",
                                            "occurrencePeriod", "authoredOn", "effective", "period", "date"});
    std::string key(1, static_cast<char>(item.kind));
    record::append_json_value(key, item.entity, *code);
    if (time != nullptr) record::append_json_value(key, item.entity, *time);
    return key;
}

}  // namespace

void check_structure(Context& c) {
    std::size_t patients = 0;
    for (const Item& item : c.record.items) {
        if (item.kind == EntityKind::Patient) ++patients;
        const std::string name = std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id);
        const Item* first = item.entity->id.empty() ? nullptr : c.find(name);
        if (first != nullptr && first != &item) c.report("VAL-ID-001", item, "id");
    }
    if (c.record.key.empty()) return;
    if (patients != 1)
        c.report("VAL-PAT-001", patients == 0 ? "there is none" : "there are " + std::to_string(patients));
    for (const Item& item : c.record.items) {
        References v(c, item);
        visit(item, v);
    }
}

void check_nhs_numbers(Context& c) {
    for (const Item& item : c.record.items) {
        if (item.kind != EntityKind::Patient) continue;
        const auto& p = static_cast<const record::Patient&>(*item.entity);
        for (std::uint32_t i = 0; i < p.identifier.size; ++i) {
            const record::Identifier& id = p.identifier[i];
            if (id.system != kNhsNumber || id.use == "old" || id.value.empty()) continue;
            const std::string path = "identifier[" + std::to_string(i) + "].value";
            const std::string digits = nhs_number::parse(id.value);
            if (digits.empty())
                c.report("VAL-NHS-001", item, path);
            else if (!nhs_number::in_issued_range(digits))
                c.report("VAL-NHS-002", item, path);
        }
    }
}

void check_numbers(Context& c) {
    for (const Item& item : c.record.items) {
        Numbers v(c, item);
        visit(item, v);
    }
}

void check_doubles(Context& c) {
    std::unordered_map<std::string, std::vector<const Item*>> places;
    for (const Item& item : c.record.items) {
        const std::string key = code_and_time(item);
        if (key.empty()) continue;
        auto& others = places[key];
        const std::string own = others.empty() ? std::string() : content(item);
        for (const Item* other : others) {
            if (content(*other) != own) continue;
            c.report("VAL-DUP-001", item, "", "see " + label(*other));
            break;
        }
        others.push_back(&item);
    }
}

namespace {

std::uint64_t hash_of(std::string_view name) { return std::hash<std::string_view>{}(name); }

// References that lead out of the record, other than to its own patient.
struct Strays : Visitor {
    const record::Record& record;
    const std::unordered_set<std::uint64_t>& own;
    std::vector<std::pair<std::uint64_t, std::string>> found;  ///< target, path
    const Item* item = nullptr;
    Strays(const record::Record& r, const std::unordered_set<std::uint64_t>& o) : record(r), own(o) {}

    void text(const Field&, Text, const Trail&) override {}
    void structure(const record::Type& type, const void* object, const Trail& trail) override {
        if (&type != &record::type_of<record::Reference>()) return;
        const Text target = internal(static_cast<const record::Reference*>(object)->reference);
        if (target.empty() || own.contains(hash_of(target))) return;
        // Whose the entry is has a rule of its own; links to other patients are in order.
        if (target.starts_with("Patient/")) return;
        found.emplace_back(hash_of(target), path_of(trail));
    }
};

}  // namespace

void PracticeChecker::see(const record::Record& record, const record::Census* census) {
    if (!record.key.empty() && record.held.empty()) {
        std::unordered_set<std::uint64_t> own;
        for (const Item& item : record.items)
            if (!record::practice_wide(item.kind) && !item.entity->id.empty())
                own.insert(
                    hash_of(std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id)));
        entities_.insert(entities_.end(), own.begin(), own.end());
        Strays strays(record, own);
        for (const Item& item : record.items) {
            strays.found.clear();
            visit(item, strays);
            for (auto& [target, path] : strays.found) {
                Issue issue;
                address(record, census, item, issue);
                issue.resource = label(item);
                issue.path = std::move(path);
                strays_.push_back({target, std::move(issue)});
            }
        }
    }
    std::vector<std::string> own;  // one patient may have a number twice
    for (const Item& item : record.items) {
        if (item.kind != EntityKind::Patient) continue;
        for (const record::Identifier& id : static_cast<const record::Patient&>(*item.entity).identifier) {
            if (id.system != kNhsNumber || id.use == "old") continue;
            const std::string digits = nhs_number::parse(id.value);
            if (digits.empty()) continue;
            if (std::find(own.begin(), own.end(), digits) != own.end()) continue;
            own.push_back(digits);
            std::vector<Issue>& who = patients_[digits];
            if (who.empty()) numbers_.push_back(digits);
            Issue issue;
            address(record, census, item, issue);
            issue.resource = label(item);
            issue.path = "identifier";
            who.push_back(std::move(issue));
        }
    }
}

void PracticeChecker::finish(IssueSink& sink) const {
    if (!strays_.empty()) {
        const std::unordered_set<std::uint64_t> known(entities_.begin(), entities_.end());
        const Rule& crossing = *find_rule("VAL-REF-003");
        for (const Stray& stray : strays_) {
            if (!known.contains(stray.target)) continue;
            Issue issue = stray.issue;
            issue.severity = crossing.severity;
            issue.code = crossing.code;
            issue.message = crossing.title;
            issue.hint = crossing.hint;
            sink.add(issue);
        }
    }
    const Rule& rule = *find_rule("VAL-NHS-003");
    for (const std::string& number : numbers_) {
        std::vector<Issue> who = patients_.at(number);
        if (who.size() < 2) continue;
        std::sort(who.begin(), who.end(), [](const Issue& a, const Issue& b) {  // seen in any order
            return std::tie(a.resource, a.member, a.line) < std::tie(b.resource, b.member, b.line);
        });
        for (std::size_t i = 0; i < who.size(); ++i) {
            Issue issue = who[i];
            issue.severity = rule.severity;
            issue.code = rule.code;
            issue.message = std::string(rule.title) + ": " + std::to_string(who.size()) +
                            " of them, another is " + who[i == 0 ? 1 : 0].resource;
            issue.hint = rule.hint;
            sink.add(issue);
        }
    }
}

}  // namespace gpswitch::validate
