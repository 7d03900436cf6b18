#include "core/system/gpconnect/maker.hpp"

#include <algorithm>

#include "core/record/json.hpp"
#include "core/util/hash.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::gpconnect {

using json::Value;
using record::Entity;
using record::EntityKind;

namespace {

constexpr std::string_view kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";
constexpr std::string_view kUnverified = "https://gpswitch.org/Id/unverified-nhs-number";

// Where a value of the wrong type makes the whole patient unsafe to move.
bool vital(EntityKind kind, Text path) {
    const Text top = path.substr(0, path.find_first_of(".["));
    const auto any = [&](std::initializer_list<Text> names) {
        return std::find(names.begin(), names.end(), top) != names.end();
    };
    switch (kind) {
        case EntityKind::Patient:
            return any({"id", "identifier", "name", "birthDate", "gender", "deceasedBoolean",
                        "deceasedDateTime", "modifierExtension"});
        case EntityKind::AllergyIntolerance:
            return any(
                {"id", "code", "clinicalStatus", "verificationStatus", "patient", "modifierExtension"});
        case EntityKind::MedicationStatement:
        case EntityKind::MedicationRequest:
            return any({"id", "status", "intent", "taken", "medicationReference", "medicationCodeableConcept",
                        "subject", "modifierExtension"});
        case EntityKind::Medication: return any({"id", "code", "modifierExtension"});
        default: return false;
    }
}

std::string without_indexes(Text path) {
    std::string out;
    bool inside = false;
    for (const char c : path) {
        if (c == '[') inside = true;
        if (!inside) out += c;
        if (c == ']') inside = false;
    }
    return out;
}

bool entered_in_error(const record::Concept& status) {
    return std::any_of(status.coding.begin(), status.coding.end(),
                       [](const record::Coding& c) { return c.code == "entered-in-error"; });
}

}  // namespace

Issue& Maker::issue(Severity severity, const char* code, std::uint64_t offset, Text path,
                    std::string message) {
    Issue i;
    i.severity = severity;
    i.code = code;
    locate(i, offset);
    if (table_ != nullptr && tree_ != nullptr)
        i.resource = std::string(record::name_of(table_->entity)) + "/" + std::string(id_);
    i.path = path;
    i.message = std::move(message);
    record_.issues.push_back(std::move(i));
    return record_.issues.back();
}

void Maker::keep(Text path, const Value& v) { keep(*entity_, path, v); }

void Maker::keep(Entity& entity, Text path, const Value& v) {
    std::string text;
    json::append(text, v);
    entity.rest.add(record_.arena, {path, record_.arena.copy(text)});
}

void Maker::inherit(Entity& entity, const Value* meta) {
    const Value* labels = meta == nullptr ? nullptr : meta->find("security");
    if (labels == nullptr) return;
    for (const Value* label : labels->items) {
        Text system = trim(label->text_of("system"));
        const Text code = trim(label->text_of("code"));
        if (const ValueRow* row = tables_.values("systems").find(system)) system = row->target;
        const auto same = [&](const record::Coding& c) { return c.system == system && c.code == code; };
        if (code.empty() || std::any_of(entity.meta.security.begin(), entity.meta.security.end(), same))
            continue;
        record::Coding& c = entity.meta.security.add(record_.arena);
        c.system = system;
        c.code = code;
        c.display = label->text_of("display");
    }
}

Entity& Maker::make(const Table& table, const Value& tree, Text key, Text id) {
    table_ = &table;
    tree_ = &tree;
    id_ = id;
    Entity& e = record_.add(table.entity);
    entity_ = &e;
    const Rewritten r = rewrite(tables_, table, tree, record_.arena, *this);
    record::ReadContext context;
    context.arena = &record_.arena;
    context.on_bad_value = [&](Text path, std::uint64_t, const char* why) { bad_value(tree, path, why); };
    record::read_json(*r.tree, table.entity, e, context);
    for (const auto& rest : r.rest) e.rest.add(record_.arena, rest);
    for (const auto& text : r.inferred) e.inferred.add(record_.arena, text);
    e.id = id;
    if (!tree.text_of("id").empty() || !key.starts_with("-")) {
        record::Identifier& source = e.identifier.add(record_.arena);
        source.system = record_.arena.join(kIdSystem, table.name);
        source.value = key;
    }
    settle_status(table.entity, e);
    finish(table.entity, e);
    tree_ = nullptr;
    return e;
}

// R4: clinicalStatus shall not be there when the verificationStatus is entered-in-error (ait-2, con-5).
void Maker::settle_status(EntityKind kind, Entity& entity) {
    const auto clear = [&](auto& status) {
        using Status = std::remove_reference_t<decltype(status)>;
        if (record::is_empty(&status, record::type_of<Status>())) return;
        std::string text;
        record::append_json(text, &status, record::type_of<Status>());
        entity.rest.add(record_.arena, {"clinicalStatus", record_.arena.copy(text)});
        status = {};
    };
    if (kind == EntityKind::AllergyIntolerance) {
        auto& a = static_cast<record::AllergyIntolerance&>(entity);
        if (entered_in_error(a.verification_status)) clear(a.clinical_status);
    } else if (kind == EntityKind::Condition) {
        auto& c = static_cast<record::Condition&>(entity);
        if (entered_in_error(c.verification_status)) clear(c.clinical_status);
    } else if (kind == EntityKind::Patient) {
        bool valid = false;
        for (auto& i : entity.identifier) {
            if (i.system != kNhsNumber) continue;
            if (!nhs_number::parse(i.value).empty()) {
                valid = true;
                continue;
            }
            i.system = kUnverified;
            entity.rest.add(record_.arena, {"identifier.system", record_.arena.join("\"", kNhsNumber, "\"")});
            issue(Severity::warning, "GPC-NHS-001", tree_->offset, "identifier",
                  "the NHS number is not valid: kept, but not as an NHS number");
        }
        if (!valid)
            issue(Severity::warning, "GPC-NHS-002", tree_->offset, "identifier",
                  "the patient has no valid NHS number");
    }
}

Value* Maker::reference(const Value& in, Text path) {
    Arena& arena = record_.arena;
    Value* out = new_object(arena);
    const Value* given = in.find("reference");
    for (Text name : {Text("type"), Text("identifier"), Text("display")})
        if (Value* v = in.find(name)) set(arena, *out, name, v);
    if (given == nullptr) return out;
    if (given->kind != json::Kind::string || trim(given->text).empty()) {
        bad_value(*given, path, "the text of a reference is expected here");
        keep(arena.join(path, ".reference"), *given);
        return out;
    }
    const Text text = trim(given->text);
    const Resolved to = resolve(text);
    if (to.inside) {
        set(arena, *out, "reference", new_text(arena, arena.join("#", contained_id(text.substr(1)))));
        return out;
    }
    if (!to.found) return dangling(text, in, out, path);
    set(arena, *out, "reference", new_text(arena, arena.join(record::name_of(to.kind), "/", to.id)));
    if (to.shared >= 0 && needed_.insert(static_cast<std::uint64_t>(to.shared)).second)
        record_.needs.push_back({to.kind, to.id, static_cast<std::uint64_t>(to.shared)});
    return out;
}

Value* Maker::dangling(Text reference, const Value& in, Value* out, Text path) {
    Arena& arena = record_.arena;
    issue(Severity::warning, "GPC-REF-001", in.offset, path,
          "the reference leads to nothing in the bundle: kept by its source id");
    degrade("reference-dangling");
    const std::size_t slash = reference.find('/');
    const Text type =
        slash == Text::npos || reference.find(':') != Text::npos ? Text{} : reference.substr(0, slash);
    const Table* known = tables_.find(type);
    if (known != nullptr && !known->part)
        set(arena, *out, "type", new_text(arena, record::name_of(known->entity)));
    if (in.find("identifier") != nullptr) {
        keep(arena.join(path, ".reference"), *in.find("reference"));
        return out;
    }
    Value* identifier = new_object(arena);
    set(arena, *identifier, "system",
        new_text(arena, arena.join(kIdSystem, type.empty() ? Text("reference") : type)));
    set(arena, *identifier, "value", new_text(arena, type.empty() ? reference : reference.substr(slash + 1)));
    set(arena, *out, "identifier", identifier);
    return out;
}

void Maker::bad_value(const Value& v, Text path, const char* why) {
    const bool hold = vital(table_->entity, path);
    Issue& i = issue(hold ? Severity::error : Severity::warning, "GPC-JSON-001", v.offset, path, why);
    degrade("value-not-understood");
    if (!hold) return;
    i.hint = "the whole patient is held back; ask the supplier for the record again";
    record_.held = "GPC-JSON-001";
}

void Maker::bad_date(const Value& v, Text path, const char* why) {
    const bool birth = table_->entity == EntityKind::Patient && path == "birthDate";
    issue(birth ? Severity::error : Severity::warning, "GPC-DATE-001", v.offset, path, why).hint =
        "kept as it is; correct it in the source system";
    degrade("date-impossible");
}

void Maker::unknown(const Value& v, Text path) {
    degrade("element-unknown");
    const std::string plain = without_indexes(path);
    if (reported_.insert(table_->name + "." + plain).second)
        issue(Severity::information, "GPC-ELEM-001", v.offset, plain,
              "the mapping tables do not have this element: kept verbatim");
}

void Maker::modifier(const Value& v, Text path) {
    const bool hold = vital(table_->entity, "modifierExtension");
    Issue& i = issue(hold ? Severity::error : Severity::warning, "GPC-MOD-001", v.offset, path,
                     "it may turn the meaning of what it stands in, and the mapping tables do not have it");
    degrade("modifier-not-understood");
    i.hint = hold ? "the whole patient is held back; ask the supplier what it means"
                  : "kept verbatim; ask the supplier what it means";
    if (hold) record_.held = "GPC-MOD-001";
}

Text Maker::contained_id(Text id) {
    const bool legal = !id.empty() && id.size() <= 64 &&
                       id.find_first_not_of(
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.") == Text::npos;
    if (legal) return id;
    const UuidText u = uuid_v5({"gpconnect", "contained", id});
    return record_.arena.copy({u.data(), u.size()});
}

void Maker::degrade(Text reason) {
    record_.degradations.push_back({record_.arena.copy(reason), table_->entity});
}

bool Maker::hoisted(const Value& contained) const {
    const Table* t = tables_.find(contained.text_of("resourceType"));
    return t != nullptr && !t->part && t->entity > EntityKind::Patient;
}

}  // namespace gpswitch::gpconnect
