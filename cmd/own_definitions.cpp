#include "cmd/own_definitions.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "cmd/version.hpp"
#include "core/record/record.hpp"

namespace gpswitch::cmd {
namespace {

using Json = nlohmann::ordered_json;
using record::Field;
using record::Type;

struct Own {
    const Field* field = nullptr;
    std::set<std::string> contexts;
};
using Found = std::map<std::string, Own>;

/// Types that FHIR defines by themselves; all other structures of the model are parts of a resource.
bool of_fhir(std::string_view name) {
    static const std::set<std::string_view> names = {
        "Address",      "Annotation", "Attachment",  "CodeableConcept", "Coding",
        "ContactPoint", "Dosage",     "Extension",   "HumanName",       "Identifier",
        "Meta",         "Narrative",  "Period",      "Quantity",        "Range",
        "Ratio",        "Reference",  "SampledData", "Signature",       "Timing"};
    return names.contains(name);
}

void look(const Type& type, const std::string& path, Found& found) {
    const auto& common = record::type_of<record::Entity>().fields;
    for (const Field& f : type.fields) {
        if (f.where == record::Where::extension && f.url.starts_with(record::kOwn)) {
            Own& own = found[std::string(f.url)];
            own.field = &f;
            const bool everywhere =
                std::any_of(common.begin(), common.end(), [&f](const Field& c) { return c.url == f.url; });
            own.contexts.insert(everywhere ? "DomainResource" : path);
        } else if (f.where == record::Where::element && f.type != nullptr) {
            look(*f.type,
                 of_fhir(f.type->name) ? std::string(f.type->name) : path + '.' + std::string(f.name), found);
        }
    }
}

/// "valueCodeableConcept" is of CodeableConcept, "valueString" of string.
std::string type_of_value(const Field& f) {
    std::string name(f.value.substr(std::string_view("value").size()));
    if (f.type == nullptr) name[0] = static_cast<char>(name[0] - 'A' + 'a');
    return name;
}

Json element(const std::string& id, Json more) {
    std::string path = id;
    while (path.find(':') != std::string::npos) {
        const auto at = path.find(':');
        path.erase(at, std::min(path.find('.', at), path.size()) - at);
    }
    Json e = {{"id", id}, {"path", path}};
    e.update(more);
    return e;
}

void add_part(Json& elements, const Field& part) {
    const std::string id = "Extension.extension:" + std::string(part.url);
    elements.push_back(element(id, {{"sliceName", part.url}, {"min", 0}, {"max", part.list ? "*" : "1"}}));
    elements.push_back(element(id + ".url", {{"fixedUri", part.url}}));
    if (part.value.empty()) return;
    const Json type = {{{"code", type_of_value(part)}}};
    elements.push_back(element(id + ".value[x]", {{"min", 1}, {"type", type}}));
}

Json elements_of(const Field& f) {
    Json elements = Json::array();
    elements.push_back(element("Extension", {{"min", 0}, {"max", "*"}}));
    const bool parts = f.value.empty() || (f.type != nullptr && !f.type->joined.empty());
    if (parts) {
        const Json by_url = {{{"type", "value"}, {"path", "url"}}};
        elements.push_back(
            element("Extension.extension", {{"slicing", {{"discriminator", by_url}, {"rules", "closed"}}}}));
        for (const Field& part : f.type->fields) add_part(elements, part);
    } else {
        elements.push_back(element("Extension.extension", {{"max", "0"}}));
    }
    elements.push_back(element("Extension.url", {{"fixedUri", f.url}}));
    if (f.value.empty()) {
        elements.push_back(element("Extension.value[x]", {{"max", "0"}}));
    } else {
        Json value = {{"type", {{{"code", f.type != nullptr && parts ? "string" : type_of_value(f)}}}}};
        if (!parts) value["min"] = 1;
        elements.push_back(element("Extension.value[x]", value));
    }
    return elements;
}

Json definition(const std::string& url, const Own& own) {
    const std::string id = url.substr(record::kOwn.size());
    std::string name = "Gpswitch";
    bool start = true;
    for (const char c : id) {
        if (c == '-') {
            start = true;
            continue;
        }
        name += start && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        start = false;
    }
    Json contexts = Json::array();
    for (const std::string& c : own.contexts) contexts.push_back({{"type", "element"}, {"expression", c}});
    return {{"resourceType", "StructureDefinition"},
            {"id", id},
            {"url", url},
            {"version", version()},
            {"name", name},
            {"status", "active"},
            {"fhirVersion", "4.0.1"},
            {"kind", "complex-type"},
            {"abstract", false},
            {"context", contexts},
            {"type", "Extension"},
            {"baseDefinition", "http://hl7.org/fhir/StructureDefinition/Extension"},
            {"derivation", "constraint"},
            {"differential", {{"element", elements_of(*own.field)}}}};
}

}  // namespace

Json own_definitions() {
    Found found;
    for (std::size_t i = 0; i < record::kEntityKinds; ++i) {
        const Type& type = record::type_of(static_cast<record::EntityKind>(i));
        look(type, std::string(type.name), found);
    }
    // Identifiers beyond what a resource has room for; see the JSON writer.
    static const Field identifier = {.name = "identifier",
                                     .kind = record::Kind::structure,
                                     .where = record::Where::extension,
                                     .list = true,
                                     .url = "https://gpswitch.org/fhir/identifier",
                                     .value = "valueIdentifier",
                                     .offset = 0,
                                     .type = &record::type_of<record::Identifier>()};
    found["https://gpswitch.org/fhir/identifier"] = {&identifier, {"DomainResource"}};

    Json entries = Json::array();
    for (const auto& [url, own] : found) entries.push_back({{"resource", definition(url, own)}});
    return {{"resourceType", "Bundle"}, {"type", "collection"}, {"entry", entries}};
}

}  // namespace gpswitch::cmd
