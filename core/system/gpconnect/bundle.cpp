#include "core/system/gpconnect/bundle.hpp"

#include <algorithm>
#include <set>

#include "core/util/text.hpp"

namespace gpswitch::gpconnect {

using json::Value;

namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Bundles in a bundle's entries are bundles of their own; the outer one is one too when it has other entries.
// However deep: the parser has a bound.
void search(const Value& v, std::string_view text, std::uint64_t base, std::vector<Extent>& found) {
    if (is_bundle(&v)) {
        const Value* entries = v.find("entry");
        std::size_t inner = 0;
        if (entries != nullptr)
            for (const Value* e : entries->items)
                if (is_bundle(e->find("resource"))) {
                    search(*e->find("resource"), text, base, found);
                    ++inner;
                }
        if (inner == 0 || inner < entries->items.size)
            found.push_back({base + v.offset, end_of_value(text, v.offset) - v.offset, false});
        return;
    }
    if (v.kind == json::Kind::string) {
        const std::string_view s = trim(v.text);
        if (s.starts_with("{") && s.find("\"Bundle\"") != std::string_view::npos)
            found.push_back({base + v.offset, end_of_value(text, v.offset) - v.offset, true});
        return;
    }
    for (const Value* item : v.items) search(*item, text, base, found);
    for (const json::Member& m : v.members) search(*m.value, text, base, found);
}

std::string reference_key(std::string_view type, std::string_view id) {
    return std::string(type) + "/" + std::string(id);
}

// "https://host/fhir/Patient/1/_history/2" gives "Patient/1".
std::string_view relative(std::string_view reference) {
    const std::size_t history = reference.find("/_history/");
    if (history != std::string_view::npos) reference = reference.substr(0, history);
    const std::size_t id = reference.rfind('/');
    if (id == std::string_view::npos || id == 0) return reference;
    const std::size_t type = reference.rfind('/', id - 1);
    return type == std::string_view::npos ? reference : reference.substr(type + 1);
}

}  // namespace

bool is_bundle(const Value* v) {
    return v != nullptr && v->kind == json::Kind::object && v->text_of("resourceType") == "Bundle";
}

bool holds_resource(const Value& v) {
    const Value* type = v.find("resourceType");
    if (type != nullptr && type->kind == json::Kind::string && type->text != "Parameters") return true;
    return std::any_of(v.items.begin(), v.items.end(), [](const Value* i) { return holds_resource(*i); }) ||
           std::any_of(v.members.begin(), v.members.end(),
                       [](const json::Member& m) { return holds_resource(*m.value); });
}

std::string_view body_of(std::string_view bytes) {
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    const std::size_t first = bytes.find_first_not_of(kSpace);
    if (first == std::string_view::npos || looks_like_json(bytes)) return bytes;
    // Headers: name: value lines, then an empty line, then JSON.
    for (std::size_t at = 0; (at = bytes.find('\n', at)) != std::string_view::npos && at < 64 * 1024; ++at) {
        std::string_view after = bytes.substr(at + 1);
        if (!after.starts_with("\n") && !after.starts_with("\r\n")) continue;
        if (looks_like_json(after)) return after;
    }
    return bytes;
}

bool looks_like_json(std::string_view body) {
    const std::size_t first = body.find_first_not_of(kSpace);
    return first != std::string_view::npos &&
           (body[first] == '{' || body[first] == '[' || body[first] == '"');
}

std::vector<Extent> find_bundles(const Value& document, std::string_view text, std::uint64_t base) {
    std::vector<Extent> found;
    search(document, text, base, found);
    return found;
}

std::uint64_t end_of_value(std::string_view text, std::uint64_t offset) {
    int depth = 0;
    for (std::uint64_t i = offset; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            for (++i; i < text.size() && text[i] != '"'; ++i)
                if (text[i] == '\\') ++i;
            if (depth == 0) return std::min<std::uint64_t>(i + 1, text.size());
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (--depth == 0) return i + 1;
            if (depth < 0) return i;
        } else if (depth == 0 && (c == ',' || kSpace.find(c) != std::string_view::npos)) {
            return i;
        }
    }
    return text.size();
}

Lines::Lines(std::string_view text) {
    starts_.push_back(0);
    for (std::size_t i = text.find('\n'); i != std::string_view::npos; i = text.find('\n', i + 1))
        starts_.push_back(i + 1);
}

std::uint64_t Lines::line(std::uint64_t offset) const {
    return static_cast<std::uint64_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) -
                                      starts_.begin());
}

std::uint64_t Lines::column(std::uint64_t offset) const { return offset - starts_[line(offset) - 1] + 1; }

bool could_be_a_type(std::string_view name) {
    return !name.empty() && name.size() <= 64 && name[0] >= 'A' && name[0] <= 'Z' &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

std::vector<Value*> items_of(const Value* list) {
    if (list == nullptr) return {};
    if (list->kind == json::Kind::object) return {const_cast<Value*>(list)};
    return {list->items.begin(), list->items.end()};
}

std::string content_of(const Value& resource) {
    std::string out;
    for (const json::Member& m : resource.members) {
        if (m.name == "id" || m.name == "meta") continue;
        json::append_string(out, m.name);
        out += ':';
        json::append(out, *m.value);
        out += ',';
    }
    return out;
}

const ValueRow* row_for(const Values& values, const Value* concept_value) {
    if (concept_value == nullptr) return nullptr;
    for (const Value* c : items_of(concept_value->find("coding")))
        if (const ValueRow* row = values.find(c->text_of("code"))) return row;
    return nullptr;
}

std::vector<std::string> list_warning_codes(const Tables& tables, const Value& list) {
    std::set<std::string> codes;
    const Values& known = tables.values("list-warning");
    const auto add = [&](Text code) {
        const ValueRow* row = known.find(code);
        codes.insert(row == nullptr ? "other" : row->target);
    };
    for (const Value* e : items_of(list.find("extension"))) {
        if (lower(tail_of(e->text_of("url"))) != "listwarningcode") continue;
        const Value* concept_value = e->find("valueCodeableConcept");
        if (concept_value == nullptr) add(e->text_of("valueCode"));
        if (concept_value != nullptr)
            for (const Value* c : items_of(concept_value->find("coding"))) add(c->text_of("code"));
    }
    for (const Value* note : items_of(list.find("note"))) {
        const std::string words = lower(note->text_of("text"));
        for (const auto& [phrase, row] : tables.values("list-notes").rows)
            if (words.find(phrase) != std::string::npos) codes.insert(row.target);
    }
    return {codes.begin(), codes.end()};
}

std::string outcome_code(const Value& issue) {
    std::string out;
    const auto add = [&](Text code) {
        const bool plain =
            !code.empty() && code.size() <= 40 &&
            code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") == Text::npos;
        if (plain) out += (out.empty() ? "" : " ") + std::string(code);
    };
    add(issue.text_of("severity"));
    add(issue.text_of("code"));
    if (const Value* details = issue.find("details"))
        for (const Value* c : items_of(details->find("coding"))) add(c->text_of("code"));
    return out.empty() ? "an issue without a code" : out;
}

Bundle::Bundle(const Value& bundle, std::string_view text, const Tables& tables) : tree(&bundle) {
    const Value* entries = bundle.find("entry");
    if (entries == nullptr) return;
    for (const Value* entry : entries->items) {
        const Value* resource = entry->find("resource");
        if (resource == nullptr) {
            add_bare(*entry, text);
            continue;
        }
        if (is_bundle(resource)) continue;
        const auto index = static_cast<std::uint32_t>(resources.size());
        add(*resource, text, kNone, tables);
        const Text url = entry->text_of("fullUrl");
        if (!url.empty()) by_reference.try_emplace(std::string(url), index);
    }
}

void Bundle::add(const Value& resource, std::string_view text, std::uint32_t parent, const Tables& tables) {
    const auto index = static_cast<std::uint32_t>(resources.size());
    Resource r;
    r.tree = &resource;
    r.type = resource.text_of("resourceType");
    r.id = resource.text_of("id");
    r.table = could_be_a_type(r.type) ? std::string(r.type) : "Resource";
    if (parent != kNone) r.table += ".contained";
    r.rules = tables.find(r.type);
    r.parent = parent;
    r.ordinal = index;
    r.offset = resource.offset;
    r.length = end_of_value(text, resource.offset) - resource.offset;
    set_key(r);
    find_same(r, index);
    if (r.type == "Patient" && r.same_as == kNone) patients.push_back(index);
    resources.push_back(std::move(r));
    const Value* contained = resource.find("contained");
    if (contained == nullptr || parent != kNone) return;
    for (const Value* c : items_of(contained)) {
        const Table* t = tables.find(c->text_of("resourceType"));
        if (t != nullptr && !t->part && t->entity > record::EntityKind::Patient) add(*c, text, index, tables);
    }
}

void Bundle::add_bare(const Value& entry, std::string_view text) {
    Resource r;
    r.tree = &entry;
    r.bare = true;
    r.ordinal = static_cast<std::uint32_t>(resources.size());
    r.key = "-" + std::to_string(r.ordinal);
    r.table = "Resource";
    r.offset = entry.offset;
    r.length = end_of_value(text, entry.offset) - entry.offset;
    resources.push_back(std::move(r));
}

void Bundle::set_key(Resource& r) {
    if (!r.id.empty()) {
        r.key = r.id;
        return;
    }
    r.key = "-" + std::to_string(r.ordinal);
    if (r.type != "List") return;
    const Value* code = r.tree->find("code");
    const Value* codings = code == nullptr ? nullptr : code->find("coding");
    const Text first =
        codings == nullptr || codings->items.empty() ? Text{} : trim(codings->items[0]->text_of("code"));
    const Text title = r.tree->text_of("title");
    if (!first.empty() || !title.empty()) r.key = std::string(first) + "|" + std::string(title);
}

void Bundle::find_same(Resource& r, std::uint32_t index) {
    const auto [it, fresh] = by_reference.try_emplace(reference_key(r.type, r.key), index);
    if (fresh) return;
    const bool equal = content_of(*resources[it->second].tree) == content_of(*r.tree);
    if (equal && !r.id.empty())
        r.same_as = it->second;
    else
        r.clash = true;
}

std::uint32_t Bundle::find(Text reference, std::uint32_t from) const {
    const auto look = [&](const std::string& key) {
        const auto it = by_reference.find(key);
        return it == by_reference.end() ? kNone : it->second;
    };
    const std::size_t hash = reference.find('#');
    if (hash == Text::npos) {
        const std::uint32_t whole = look(std::string(reference));
        if (whole == kNone && reference.starts_with("urn:uuid:")) return by_uuid(reference.substr(9));
        return whole != kNone ? whole : look(std::string(relative(reference)));
    }
    std::uint32_t parent = hash == 0 ? from : find(reference.substr(0, hash), from);
    if (parent != kNone && resources[parent].parent != kNone) parent = resources[parent].parent;
    const Text id = reference.substr(hash + 1);
    for (std::uint32_t i = parent; parent != kNone && i < resources.size(); ++i)
        if (resources[i].parent == parent && resources[i].id == id) return i;
    return kNone;
}

const Value* Bundle::practice() const {
    if (patients.empty()) return nullptr;
    const Value* reference = resources[patients[0]].tree->find("managingOrganization");
    if (reference == nullptr) return nullptr;
    const std::uint32_t at = find(reference->text_of("reference"), patients[0]);
    return at == kNone ? nullptr : resources[at].tree;
}

// "urn:uuid:..." where no entry has a fullUrl: the one resource with that id.
std::uint32_t Bundle::by_uuid(std::string_view uuid) const {
    std::uint32_t found = kNone;
    for (std::uint32_t i = 0; i < resources.size(); ++i) {
        if (resources[i].parent != kNone || lower(resources[i].id) != lower(uuid)) continue;
        if (found != kNone && resources[i].same_as != found) return kNone;
        if (found == kNone) found = i;
    }
    return found;
}

std::string Bundle::ods() const {
    const Value* organization = practice();
    const Value* identifiers = organization == nullptr ? nullptr : organization->find("identifier");
    if (identifiers == nullptr) return {};
    for (const Value* i : identifiers->items)
        if (i->text_of("system").ends_with("/ods-organization-code"))
            return std::string(trim(i->text_of("value")));
    return {};
}

std::string Bundle::practice_key() const {
    // Not the ODS code: codes change, and several organisations can share one.
    const Value* organization = practice();
    if (organization != nullptr && !organization->text_of("id").empty())
        return std::string(organization->text_of("id"));
    for (const Resource& r : resources) {
        if (r.rules == nullptr || r.rules->part || record::practice_wide(r.rules->entity)) continue;
        const Value* identifiers = r.tree->find("identifier");
        if (identifiers == nullptr) continue;
        for (const Value* i : identifiers->items) {
            const Text system = i->text_of("system");
            if (!system.empty() && system.find("fhir.nhs.uk") == Text::npos &&
                system.find("fhir.hl7.org.uk") == Text::npos)
                return std::string(system);
        }
    }
    return {};
}

}  // namespace gpswitch::gpconnect
