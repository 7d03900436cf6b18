#include "core/system/gpconnect/index.hpp"

#include <algorithm>
#include <set>

#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::gpconnect {

using json::Value;

namespace {

std::string name_of(std::string_view practice, std::string_view type, std::string_view key) {
    std::string name(practice);
    name += '\x1f';
    name += type;
    name += '\x1f';
    name += key;
    return name;
}

std::string uuid(std::initializer_list<std::string_view> parts) {
    const UuidText u = uuid_v5(parts);
    return std::string(u.data(), u.size());
}

// What two bundles of one patient must agree on.
std::string identity_of(const Value& patient) {
    std::string facts;
    for (Text name : {Text("birthDate"), Text("gender")})
        facts += std::string(patient.text_of(name)) + '\x1f';
    if (const Value* identifiers = patient.find("identifier"))
        for (const Value* i : identifiers->items)
            if (i->text_of("system").ends_with("/nhs-number"))
                facts += std::string(i->text_of("value")) + '\x1f';
    if (const Value* names = patient.find("name"); names != nullptr && !names->items.empty())
        facts += upper(names->items[0]->text_of("family"));
    return facts;
}

// The offset of the first line that is not UTF-8.
std::uint64_t not_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (!valid_utf8(text.substr(at, end - at))) break;
        at = end + 1;
    }
    return at;
}

struct Builder {
    const archive::Place& place;
    const Tables& tables;
    Index index;
    json::Parser parser;
    Arena arena;
    std::map<std::string, std::uint64_t> rows, bytes;    // by table
    std::map<std::string, std::uint64_t> list_warnings;  // code to lists
    std::set<std::string> outcome_warnings;
    std::map<std::string, std::string> identity;  // practice and patient to facts
    std::map<std::string, std::vector<std::uint32_t>> same_patient;
    std::set<std::string> practices;

    void note(Severity severity, const char* code, const std::string& member, const std::string& message) {
        Issue i;
        i.severity = severity;
        i.code = code;
        i.member = member;
        i.message = message;
        index.issues.push_back(std::move(i));
    }

    const Value* parse(std::string_view text, const archive::Member& member, std::uint64_t base,
                       std::string_view whole) {
        json::Error error;
        const Value* v = parser.parse(text, arena, error);
        if (v != nullptr) return v;
        const Lines lines(whole);
        std::uint64_t at = std::min<std::uint64_t>(base + error.offset, whole.size());
        if (!valid_utf8(text)) at = base + not_utf8(text);  // the parser does not say where
        throw InputError(member.origin + ":" + std::to_string(lines.line(at)) + ":" +
                             std::to_string(lines.column(at)) + ": cannot be read as JSON: " + error.message,
                         "ask for the file again, or take it out of the folder");
    }

    void member(std::size_t m) {
        const archive::Member& info = place.members()[m];
        const std::string_view bytes_of = place.bytes(m);
        const std::string_view body = body_of(bytes_of);
        if (!looks_like_json(body)) {
            note(Severity::information, "GPC-MEM-001", info.origin, "not JSON: left out");
            return;
        }
        index.census.inputs.push_back({info.name, {}, bytes_of.size()});
        arena.clear();
        const auto base = static_cast<std::uint64_t>(body.data() - bytes_of.data());
        std::string boxed;  // the parser takes no bare string
        std::string_view text = body;
        if (trim(body).starts_with('"')) text = boxed = "[" + std::string(body) + "]";
        json::Error error;
        const bool meant = info.name.ends_with(".json") || trim(body).starts_with('{');
        if (!meant && parser.parse(text, arena, error) == nullptr) {
            note(Severity::information, "GPC-MEM-001", info.origin, "not JSON: left out");
            index.census.inputs.pop_back();
            return;
        }
        const Value* document = parse(text, info, base, bytes_of);
        auto extents = find_bundles(*document, text, base);
        if (!boxed.empty())
            for (auto& e : extents) --e.offset;
        if (extents.empty())
            note(Severity::warning, "GPC-MEM-002", info.origin, "JSON without a bundle: left out");
        const Lines lines(bytes_of);
        for (const Extent& e : extents) {
            BundleInfo b;
            b.member = m;
            b.extent = e;
            b.line = lines.line(e.offset);
            b.column = lines.column(e.offset);
            bundle(std::move(b));
        }
    }

    void bundle(BundleInfo b) {
        const archive::Member& info = place.members()[b.member];
        const std::string_view text = text_of(place, b, arena);
        const Value* tree = parse(text, info, b.extent.offset, place.bytes(b.member));
        const Bundle content(*tree, text, tables);
        b.practice = content.practice_key();
        practices.insert(b.practice);
        if (index.census.practice.empty()) index.census.practice = b.practice;
        if (index.census.ods.empty()) index.census.ods = content.ods();
        b.resources = content.resources.size();
        if (!content.patients.empty()) b.patient = content.resources[content.patients[0]].key;
        if (content.patients.size() > 1) b.held = "GPC-PAT-002";
        const auto number = static_cast<std::uint32_t>(index.bundles.size());
        const Lines lines(text);
        for (const Resource& r : content.resources) {
            const std::uint64_t slot = rows[r.table]++;
            b.slots.try_emplace(r.table, slot);
            bytes[r.table] += r.length;
            warnings(r);
            if (r.rules != nullptr && !r.rules->lookup && r.same_as == kNone &&
                record::practice_wide(r.rules->entity))
                share(r, b, number, slot, b.extent.quoted ? b.line : b.line + lines.line(r.offset) - 1);
        }
        link(content, b, number);
        if (!b.patient.empty()) whose(content, b, number);
        index.bundles.push_back(std::move(b));
    }

    void warnings(const Resource& r) {
        if (r.type == "OperationOutcome") {
            if (const Value* issues = r.tree->find("issue"))
                for (const Value* i : issues->items) outcome_warnings.insert(outcome_text(*i));
        } else if (r.type == "List") {
            if (const Value* extensions = r.tree->find("extension"))
                for (const Value* e : extensions->items)
                    if (tail_of(e->text_of("url")) == "ListWarningCode")
                        ++list_warnings[std::string(trim(e->text_of("valueCode")))];
        }
    }

    static std::string outcome_text(const Value& i) {
        std::string text;
        if (const Value* details = i.find("details")) {
            text = details->text_of("text");
            if (const Value* codings = details->find("coding");
                text.empty() && codings != nullptr && !codings->items.empty())
                text = codings->items[0]->text_of("display");
        }
        if (text.empty()) text = i.text_of("diagnostics");
        if (text.empty()) text = i.text_of("code");
        return shown(text, 200);
    }

    void share(const Resource& r, const BundleInfo& b, std::uint32_t number, std::uint64_t slot,
               std::uint64_t line) {
        auto& variants = index.by_name[name_of(b.practice, r.type, r.key)];
        const std::string sha = sha256_hex(content_of(*r.tree));
        for (const std::uint32_t v : variants)
            if (index.shared[v].sha256 == sha) return;
        const archive::Member& member = place.members()[b.member];
        const std::string part = variants.empty() ? "" : member.name + "#" + std::to_string(r.ordinal);
        Shared s;
        s.bundle = number;
        s.offset = r.offset;
        s.length = r.length;
        s.line = line;
        s.rules = r.rules;
        s.key = r.key;
        s.sha256 = sha;
        s.slot = slot;
        s.id = uuid({"gpconnect", b.practice, r.type, r.id.empty() ? std::string_view(sha) : r.id,
                     record::name_of(r.rules->entity), part});
        if (!variants.empty()) {
            note(Severity::warning, "GPC-DUP-002", member.origin,
                 "a resource with the id of another one before it but other content: both are kept");
            index.issues.back().line = line;
            index.issues.back().resource = std::string(r.type) + "/" + r.key;
        }
        variants.push_back(static_cast<std::uint32_t>(index.shared.size()));
        index.shared.push_back(std::move(s));
    }

    void collect(const Value& v, const Bundle& content, std::uint32_t from, const BundleInfo& b, Shared& s) {
        const Text reference = trim(v.text_of("reference"));
        if (!reference.empty()) {
            const std::uint32_t to = content.find(reference, from);
            const std::uint32_t shared = to == kNone ? kNone : index.shared_of(b, content.resources[to]);
            if (shared != kNone) s.links[std::string(reference)] = shared;
        }
        for (const Value* item : v.items) collect(*item, content, from, b, s);
        for (const json::Member& m : v.members) collect(*m.value, content, from, b, s);
    }

    void link(const Bundle& content, const BundleInfo& b, std::uint32_t number) {
        for (std::uint32_t i = 0; i < content.resources.size(); ++i) {
            const Resource& r = content.resources[i];
            const std::uint32_t at = index.shared_of(b, r);
            if (at != kNone && index.shared[at].bundle == number && index.shared[at].offset == r.offset)
                collect(*r.tree, content, i, b, index.shared[at]);
        }
    }

    void whose(const Bundle& content, BundleInfo& b, std::uint32_t number) {
        const std::string name = name_of(b.practice, "Patient", b.patient);
        const std::string facts = identity_of(*content.resources[content.patients[0]].tree);
        const auto [it, fresh] = identity.try_emplace(name, facts);
        auto& bundles = same_patient[name];
        bundles.push_back(number);
        b.key = b.patient;
        if (fresh) return;
        const archive::Member& member = place.members()[b.member];
        b.part = member.name + "#" + std::to_string(b.extent.offset);
        b.key += " in " + b.part;
        if (it->second == facts) {
            note(Severity::warning, "GPC-PAT-004", member.origin,
                 "another bundle before this one has the same patient: both are kept, as two records");
            return;
        }
        note(Severity::error, "GPC-PAT-005", member.origin,
             "another bundle has the same patient id with other facts: all of them are held back");
        b.held = "GPC-PAT-005";
        for (const std::uint32_t other : bundles)
            if (other != number) index.bundles[other].held = "GPC-PAT-005";
    }

    Index finish() {
        for (const auto& r : place.refused())
            note(Severity::warning, "GPC-MEM-003", shown(r.name), "member not read: " + r.reason);
        if (index.bundles.empty()) {
            const std::string first =
                place.members().empty() ? std::string("the place") : place.members()[0].origin;
            throw InputError(first + ": no GP Connect bundle found",
                             "give a JSON file, or a folder or archive of them");
        }
        census();
        for (auto& s : index.shared) s.table = index.tables.at(std::string(s.rules->name));
        return std::move(index);
    }

    void census() {
        record::Census& c = index.census;
        c.system = "gpconnect";
        c.version = "1";
        const bool single = place.members().size() == 1;
        for (const auto& [name, n] : rows) {
            index.tables[name] = static_cast<std::uint16_t>(c.tables.size());
            c.tables.push_back(
                {name, single ? place.members()[0].origin : std::string("*.json"), bytes[name], n});
        }
        for (std::uint32_t i = 0; i < index.bundles.size(); ++i)
            if (!index.bundles[i].patient.empty()) index.patients.push_back(i);
        std::sort(index.patients.begin(), index.patients.end(), [&](std::uint32_t a, std::uint32_t b) {
            return std::tie(index.bundles[a].key, a) < std::tie(index.bundles[b].key, b);
        });
        for (const std::uint32_t i : index.patients)
            c.patients.push_back({index.bundles[i].key, index.bundles[i].resources});
        for (const auto& [code, n] : list_warnings)
            c.warnings.push_back(code + ": " + std::to_string(n) + (n == 1 ? " list says" : " lists say") +
                                 " that items are missing for this reason");
        for (const auto& text : outcome_warnings) c.warnings.push_back("the source says: " + text);
        if (practices.size() > 1)
            note(Severity::warning, "GPC-PRAC-001", {},
                 "bundles of " + std::to_string(practices.size()) + " practices in one place");
    }
};

}  // namespace

std::uint32_t Index::shared_of(const BundleInfo& b, const Resource& r) const {
    if (r.rules == nullptr || r.rules->lookup || !record::practice_wide(r.rules->entity)) return kNone;
    const auto it = by_name.find(name_of(b.practice, r.type, r.key));
    if (it == by_name.end()) return kNone;
    if (it->second.size() == 1) return it->second[0];
    const std::string sha = sha256_hex(content_of(*r.tree));
    for (const std::uint32_t v : it->second)
        if (shared[v].sha256 == sha) return v;
    return kNone;
}

std::string_view text_of(const archive::Place& place, const BundleInfo& bundle, Arena& arena) {
    const std::string_view text =
        place.bytes(bundle.member).substr(bundle.extent.offset, bundle.extent.length);
    if (!bundle.extent.quoted) return text;
    json::Parser parser;
    json::Error error;
    const std::string_view boxed = arena.join("[", text, "]");
    const Value* v = parser.parse(boxed, arena, error);
    return v == nullptr || v->items.empty() ? std::string_view{} : arena.copy(v->items[0]->text);
}

void locate(Issue& issue, const archive::Place& place, const BundleInfo& bundle, const Lines& lines,
            std::uint64_t offset) {
    issue.member = place.members()[bundle.member].origin;
    issue.line = bundle.line;
    issue.column = bundle.column;
    if (bundle.extent.quoted) return;
    issue.column = lines.column(offset) + (lines.line(offset) == 1 ? bundle.column - 1 : 0);
    issue.line = bundle.line + lines.line(offset) - 1;
}

Index build_index(const archive::Place& place, const Tables& tables) {
    Builder builder{place, tables, {}, {}, Arena{}, {}, {}, {}, {}, {}, {}, {}};
    for (std::size_t m = 0; m < place.members().size(); ++m) builder.member(m);
    place.check();
    return builder.finish();
}

}  // namespace gpswitch::gpconnect
