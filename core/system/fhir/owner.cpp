#include "core/system/fhir/owner.hpp"

#include <fmt/format.h>

#include <array>

namespace gpswitch::fhir {

using record::EntityKind;
using record::Text;

namespace {

Text id_in(Text reference, Text type) {
    if (reference.size() > type.size() && reference.starts_with(type) && reference[type.size()] == '/')
        return reference.substr(type.size() + 1);
    return {};
}

/// "/subject/reference", made once a kind.
const std::string& reference_pointer(EntityKind kind) {
    static const std::array<std::string, record::kEntityKinds> pointers = [] {
        std::array<std::string, record::kEntityKinds> p;
        for (std::size_t k = 0; k < p.size(); ++k)
            if (const record::Field* f = record::patient_field(static_cast<EntityKind>(k)))
                p[k] = fmt::format("/{}/reference", f->name);
        return p;
    }();
    return pointers[static_cast<std::size_t>(kind)];
}

}  // namespace

Text patient_of(const json::Value& v, EntityKind kind) {
    if (kind == EntityKind::Patient) return v.text_of("id");
    auto reference = [](const json::Value* r) {
        return r == nullptr ? Text{} : id_in(r->text_of("reference"), "Patient");
    };
    if (kind == EntityKind::Appointment) {
        const json::Value* participants = v.find("participant");
        if (participants != nullptr)
            for (const json::Value* p : participants->items)
                if (const Text id = reference(p->find("actor")); !id.empty()) return id;
        return {};
    }
    const record::Field* f = record::patient_field(kind);
    if (f == nullptr) return {};
    if (f->where == record::Where::element) return reference(v.find(f->name));
    const json::Value* extensions = v.find("extension");
    if (extensions != nullptr)
        for (const json::Value* e : extensions->items)
            if (e->text_of("url") == f->url) return reference(e->find(f->value));
    return {};
}

Text patient_of(const json::Peek& v, EntityKind kind) {
    if (kind == EntityKind::Appointment) {
        for (std::uint32_t i = 0; v.has(fmt::format("/participant/{}", i)); ++i)
            if (const Text id = id_in(v.text(fmt::format("/participant/{}/actor/reference", i)), "Patient");
                !id.empty())
                return id;
        return {};
    }
    const record::Field* f = record::patient_field(kind);
    if (f == nullptr) return {};
    if (f->where == record::Where::element) return id_in(v.text(reference_pointer(kind)), "Patient");
    for (std::uint32_t i = 0; v.has(fmt::format("/extension/{}", i)); ++i)
        if (v.text(fmt::format("/extension/{}/url", i)) == f->url)
            return id_in(v.text(fmt::format("/extension/{}/{}/reference", i, f->value)), "Patient");
    return {};
}

bool vital(EntityKind kind) {
    return kind == EntityKind::AllergyIntolerance || kind == EntityKind::MedicationStatement ||
           kind == EntityKind::MedicationRequest;
}

bool vital(EntityKind kind, Text path) {
    const Text top = path.substr(0, path.find_first_of(".["));
    if (kind == EntityKind::Patient)
        return top == "id" || top == "identifier" || top == "name" || top == "birthDate" || top == "gender" ||
               top.starts_with("deceased");
    return vital(kind) &&
           (top == "id" || top == "status" || top == "intent" || top == "code" || top == "clinicalStatus" ||
            top == "verificationStatus" || top.starts_with("medication"));
}

Text patient_named(Text line) {
    constexpr Text kBefore = "\"Patient/";
    const std::size_t at = line.find(kBefore);
    if (at == Text::npos) return {};
    line.remove_prefix(at + kBefore.size());
    const std::size_t end = line.find('"');
    return end == Text::npos ? Text{} : line.substr(0, end);
}

}  // namespace gpswitch::fhir
