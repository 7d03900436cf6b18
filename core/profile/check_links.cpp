#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "core/profile/walk.hpp"

/// What can be said of references and ids while one document is read. Source: FHIR R4, "References", and
/// "Resolving references in Bundles".
namespace gpswitch::profile {

using Kind = Node::Kind;

namespace {

/// 64 bits of a short text; two different texts of a run practically never have the same.
std::uint64_t hash_of(std::string_view s) {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ull;
    std::uint64_t h = s.size() * kOdd;
    const auto mix = [&h](std::uint64_t word) {
        h = (std::rotl(h, 29) ^ word) * 0xD6E8FEB86659FD93ull;
        h ^= h >> 32;
    };
    while (s.size() >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, s.data(), 8);
        mix(word);
        s.remove_prefix(8);
    }
    std::uint64_t last = 0;
    std::memcpy(&last, s.data(), s.size());
    mix(last + 1);
    mix(kOdd);
    return h == 0 ? 1 : h;
}

std::string_view without_version(std::string_view url) { return url.substr(0, url.find("/_history/")); }

bool is_id(std::string_view s) {
    if (s.empty() || s.size() > 64) return false;
    for (const char c : s)
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-' &&
            c != '.')
            return false;
    return true;
}

/// An address with a scheme: "urn:...", "https://...".
bool absolute(std::string_view url) {
    const std::size_t colon = url.find(':');
    return colon != std::string_view::npos && url.find('/') > colon;
}

}  // namespace

/// A resource of the run, and of whom it is: what its element `patient` or `subject` says.
void Checker::Walk::resource_link(std::uint32_t n, TypeId type) {
    if (n != 0) return;  // of a Bundle: resolved within it
    patient = 0;
    if (type == known.bundle) return;
    const std::uint32_t id = doc->member(n, known.id);
    std::string& name = link_name;
    name = table.info(type).name;
    name += '/';
    std::uint64_t key = 0;
    if (id != 0 && (*doc)[id].kind == Kind::string) key = hash_of(name.append(text(id)));
    if (table.info(type).name == "Patient") {
        patient = key;
    } else {
        for (const Atom a : {known.patient, known.subject}) {
            const std::uint32_t who = doc->member(n, a);
            const std::uint32_t m = who == 0 ? 0 : doc->member(who, known.reference_a);
            if (m == 0 || (*doc)[m].kind != Kind::string) continue;
            const std::string_view to = without_version(text(m));
            if (to.starts_with("Patient/")) patient = hash_of(to);
            break;
        }
    }
    if (key == 0) return;
    Link link;
    link.key = key;
    link.patient = patient;
    link.type = type;
    link.at = (*doc)[id].begin;
    links->push_back(link);
}

void Checker::Walk::reference_link(std::uint32_t n, std::uint32_t m, std::string_view url) {
    if (url.empty()) {
        if (doc->member(n, known.identifier_a) != 0) ++not_followed[kByIdentifier];
        return;
    }
    if (url[0] == '#') return;
    const bool in_bundle = resources.size() > 1 && (*doc)[0].type == known.bundle;
    const bool relative = !absolute(url);
    if (!relative) {
        if (in_bundle) return bundle_reference(m, url, false);
        ++not_followed[url.starts_with("urn:") ? kByUrn : kOutside];
        return;
    }
    if (url.find('?') != std::string_view::npos) {
        ++not_followed[kBySearch];
        return;
    }
    url = without_version(url);
    const std::size_t slash = url.find('/');
    const TypeId type = slash == std::string_view::npos ? TypeId{0} : table.type(url.substr(0, slash));
    // A warning: as a url it is well formed, and UK Core's own examples have such.
    if (type == 0 || table.info(type).kind != Type::Kind::resource || !is_id(url.substr(slash + 1)))
        return report(Severity::warning, "FHIR-LINK-006", (*doc)[m].begin,
                      "not a reference: #id, a resource type with an id, or an address is expected",
                      ".reference");
    if (in_bundle) return bundle_reference(m, url, true);
    Link link;
    link.key = hash_of(url);
    link.patient = patient;
    link.type = type;
    link.at = (*doc)[m].begin;
    link.kind = Link::Kind::reference;
    if (steps.size() > 1 && steps[1].rule != nullptr) {
        const Atom first = steps[1].rule->name;
        if (first == known.link || first == known.focus) link.kind = Link::Kind::apart;
        if (steps.size() == 2 && (first == known.patient || first == known.subject))
            link.kind = Link::Kind::about;
    }
    links->push_back(link);
}

/// What the fullUrl of the entry around here has before "Type/id"; empty when it has another form.
std::string_view Checker::Walk::base_here() const {
    for (std::size_t i = steps.size(); i-- > 0;) {
        if (steps[i].rule == nullptr || steps[i].rule->name != known.resource_a || i == 0) continue;
        const std::uint32_t resource_at = steps[i].node;
        // The entry is what holds the resource: the object just around it.
        std::uint32_t entry = 0;
        const std::uint32_t list = doc->member(0, known.entry);
        // Entries are walked in their order: on from the one found last.
        std::uint32_t e = entry_hint > list && entry_hint < resource_at ? entry_hint : list + 1;
        for (; list != 0 && e < (*doc)[list].next && e < resource_at; e = (*doc)[e].next)
            if (resource_at < (*doc)[e].next) entry = entry_hint = e;
        const std::uint32_t url = entry == 0 ? 0 : doc->member(entry, known.full_url);
        if (url == 0 || (*doc)[url].kind != Kind::string) return {};
        const std::string_view full = without_version(text(url));
        if (!full.starts_with("http")) return {};
        const std::size_t last = full.rfind('/');
        const std::size_t before =
            last == std::string_view::npos || last == 0 ? std::string_view::npos : full.rfind('/', last - 1);
        return before == std::string_view::npos ? std::string_view{} : full.substr(0, before + 1);
    }
    return {};
}

/// Within a Bundle: by fullUrl; a relative one on the base of its own entry's, else by "Type/id". Where all
/// that is meant is in the Bundle, what leads nowhere is an error: a urn can lead nowhere else, and a
/// document has all that its Composition refers to.
void Checker::Walk::bundle_reference(std::uint32_t m, std::string_view url, bool relative) {
    read_entries();
    if (!relative) {
        if (entries.contains(url) || entries.contains(without_version(url))) return;
    } else {
        if (entry_ids.contains(url)) return;
        const std::string_view base = base_here();
        if (!base.empty() && entries.contains(std::string(base) + std::string(url))) return;
    }
    const std::uint32_t type_at = doc->member(0, known.type);
    const std::string_view type =
        type_at != 0 && (*doc)[type_at].kind == Kind::string ? text(type_at) : std::string_view{};
    const bool composed = type == "document" && resources.size() > 1 &&
                          table.info((*doc)[resources[1]].type).name == "Composition";
    const bool closed =
        type == "document" || type == "message" || type == "transaction" || type == "collection";
    if ((closed && url.starts_with("urn:")) || composed) {
        report(Severity::error, "FHIR-LINK-003", (*doc)[m].begin,
               "no entry of the Bundle has this fullUrl: the reference leads nowhere", ".reference");
        return;
    }
    ++not_followed[kOutOfBundle];
}

/// The Bundle's resources by fullUrl and by "Type/id". One that comes twice without a fullUrl is reported
/// here; those with one are for the invariant bdl-7.
void Checker::Walk::read_entries() {
    if (entries_read) return;
    entries_read = true;
    const std::uint32_t list = doc->member(0, known.entry);
    if (list == 0 || (*doc)[list].kind != Kind::array) return;
    for (std::uint32_t i = list + 1; i < (*doc)[list].next; i = (*doc)[i].next) {
        const std::uint32_t url = doc->member(i, known.full_url), at = doc->member(i, known.resource_a);
        const std::uint32_t type_at = at == 0 ? 0 : doc->member(at, known.resource_type);
        if (type_at == 0 || (*doc)[type_at].kind != Kind::string) continue;
        const TypeId type = table.type(text(type_at));
        if (url != 0 && (*doc)[url].kind == Kind::string) {
            entries[text(url)] = {type, at};
            entries.try_emplace(without_version(text(url)), Entry{type, at});
        }
        const std::uint32_t id = doc->member(at, known.id);
        if (id == 0 || (*doc)[id].kind != Kind::string) continue;
        entry_names.push_back(std::string(text(type_at)) + '/' + std::string(text(id)));
        entry_ids.try_emplace(entry_names.back(), type);
    }
}

/// The type of the Bundle's resource with this fullUrl; 0 when there is none.
TypeId Checker::Walk::entry_type(std::string_view full_url) {
    read_entries();
    const auto found = entries.find(full_url);
    return found == entries.end() ? TypeId{0} : found->second.type;
}

/// One resource twice in a Bundle without fullUrls. A batch and a history may name one more than once.
void Checker::Walk::doubled_entries(std::uint32_t n) {
    const std::uint32_t list = doc->member(n, known.entry), type_at = doc->member(n, known.type);
    if (list == 0 || (*doc)[list].kind != Kind::array) return;
    if (type_at != 0 && (*doc)[type_at].kind == Kind::string &&
        (text(type_at) == "batch" || text(type_at) == "history"))
        return;
    std::unordered_map<std::string, std::uint32_t> seen;  // the resource by its name
    // From its first byte to the last value in it.
    const auto content = [&](std::uint32_t n_at) {
        const Node &first = (*doc)[n_at], &last = (*doc)[first.next - 1];
        const std::uint32_t end =
            last.kind < Kind::array && (last.flags & Node::kEscaped) == 0 ? last.end : last.begin;
        return doc->whole().substr(first.begin, end - first.begin);
    };
    std::uint32_t index = 0;
    for (std::uint32_t i = list + 1; i < (*doc)[list].next; i = (*doc)[i].next, ++index) {
        const std::uint32_t at = doc->member(i, known.resource_a);
        if (at == 0 || doc->member(i, known.full_url) != 0) continue;
        const std::uint32_t type = doc->member(at, known.resource_type), id = doc->member(at, known.id);
        if (type == 0 || id == 0 || (*doc)[type].kind != Kind::string || (*doc)[id].kind != Kind::string)
            continue;
        const auto [before, fresh] = seen.emplace(std::string(text(type)) + '/' + std::string(text(id)), at);
        if (fresh) continue;
        const bool same = content(before->second) == content(at);
        report(same ? Severity::warning : Severity::error, "FHIR-LINK-004", (*doc)[id].begin,
               same ? "the same resource stands in another entry of the Bundle"
                    : "another entry of the Bundle has this id, and says other things",
               fmt::format(".entry[{}].resource.id", index));
    }
}

}  // namespace gpswitch::profile
