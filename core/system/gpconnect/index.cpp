#include "core/system/gpconnect/index.hpp"

#include <algorithm>
#include <set>

#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::gpconnect {

using json::Value;

namespace {

constexpr std::size_t kMostParts = 65536;

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
    for (const Value* i : items_of(patient.find("identifier")))
        if (i->text_of("system").ends_with("/nhs-number")) facts += std::string(i->text_of("value")) + '\x1f';
    if (const Value* names = patient.find("name"); names != nullptr && !names->items.empty())
        facts += upper(names->items[0]->text_of("family"));
    return facts;
}

struct Builder {
    const archive::Place& place;
    const Tables& tables;
    const std::string& only;  ///< the one practice to read
    Index index;
    json::Parser parser;
    Arena arena;
    std::map<std::string, std::uint64_t> rows, bytes;    // by table
    std::map<std::string, std::uint64_t> list_warnings;  // code to lists
    std::map<std::string, std::uint64_t> outcome_warnings;
    std::uint64_t wanted = 0;                     // bundles of the practice to read
    std::map<std::string, std::string> identity;  // practice and patient to facts
    std::map<std::string, std::vector<std::uint32_t>> same_patient;
    std::map<std::string, std::string> texts;  // bundles' hashes
    std::set<std::string> practices;

    void note(Severity severity, const char* code, const std::string& member, const std::string& message) {
        Issue i;
        i.severity = severity;
        i.code = code;
        i.member = member;
        i.message = message;
        index.issues.push_back(std::move(i));
    }

    void member(std::size_t m) {
        MemberText found;
        if (!read_member(place, m, index, parser, arena, found)) return;
        const Lines lines(found.bytes);
        for (const Extent& e : found.bundles) {
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
        const Value* tree = parse_or_fault(place, b.member, index, parser, arena, text, b.extent.offset);
        if (tree == nullptr) return;
        // In quotes it may be an envelope in its turn, and nobody has looked into that.
        if (!is_bundle(tree)) {
            if (holds_resource(*tree))
                add_fault(place, b.member, index, "no-bundle", "GPC-MEM-002", b.line, b.column,
                          "a record in an envelope that stands in quotes: held back",
                          "ask for the record as a plain bundle");
            return;
        }
        if (const Value* entries = tree->find("entry");
            entries != nullptr && entries->kind != json::Kind::array) {
            add_fault(place, b.member, index, "unreadable-file", "GPC-MEM-003", b.line, b.column,
                      "the bundle's entry is no list",
                      "ask for the file again, or take it out of the folder");
            return;
        }
        const Bundle content(*tree, text, tables);
        b.practice = content.practice_key();
        const std::string ods = content.ods();
        if (!only.empty() && only != b.practice && only != ods) b.settled = kOtherPractice;
        practices.insert(b.practice);
        if (b.settled.empty()) {
            ++wanted;
            if (index.census.practice.empty()) index.census.practice = b.practice;
            if (index.census.ods.empty()) index.census.ods = ods;
            as_of(*tree);
        }
        b.resources = content.resources.size();
        const bool fresh = texts.try_emplace(sha256_hex(text), info.name).second;
        if (!fresh && b.settled.empty()) {
            b.settled = "same-bundle";
            note(Severity::information, "GPC-DUP-003", info.origin,
                 "the same bundle as one before it: not read again");
        }
        if (!content.patients.empty()) b.patient = content.resources[content.patients[0]].key;
        if (content.patients.size() > 1) b.held = "GPC-PAT-002";
        const auto number = static_cast<std::uint32_t>(index.bundles.size());
        const Lines lines(text);
        for (const Resource& r : content.resources) {
            const std::uint64_t slot = rows[r.table]++;
            b.slots.try_emplace(r.table, slot);
            bytes[r.table] += r.length;
            if (!b.settled.empty()) continue;
            warnings(r);
            if (r.rules != nullptr && !r.rules->part && r.same_as == kNone &&
                record::practice_wide(r.rules->entity))
                share(r, b, number, slot, b.extent.quoted ? b.line : b.line + lines.line(r.offset) - 1);
        }
        if (b.settled.empty()) link(content, b, number);
        if (b.settled.empty() && !b.patient.empty()) whose(content, b, number);
        index.bundles.push_back(std::move(b));
    }

    // The newest moment any bundle gives for itself; most give none.
    void as_of(const Value& tree) {
        Text moment = tree.text_of("timestamp");
        if (const Value* meta = tree.find("meta"); moment.empty() && meta != nullptr)
            moment = meta->text_of("lastUpdated");
        if (civil_time::is_date_time(moment) && moment > index.census.as_of) index.census.as_of = moment;
    }

    void warnings(const Resource& r) {
        if (r.type == "OperationOutcome") {
            for (const Value* i : items_of(r.tree->find("issue"))) ++outcome_warnings[outcome_code(*i)];
        } else if (r.type == "List") {
            for (const std::string& code : list_warning_codes(tables, *r.tree)) ++list_warnings[code];
        }
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
        if (index.bundles.empty() && !index.faults.empty()) {
            const Issue& first = index.faults[0].issue;
            throw InputError(first.member + ":" + std::to_string(first.line) + ":" +
                                 std::to_string(first.column) + ": " + first.message,
                             first.hint);
        }
        if (wanted == 0 && !index.bundles.empty())
            throw InputError("no bundle is of the practice " + shown(only, 40),
                             "give its ODS code, or the id of its Organization");
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

    // What stands before the names of all members, and a star for them.
    std::string pattern() const {
        const archive::Member& first = place.members()[0];
        return first.origin.substr(0,
                                   first.origin.size() - std::min(first.name.size(), first.origin.size())) +
               "*.json";
    }

    void census() {
        record::Census& c = index.census;
        c.system = "gpconnect";
        c.version = "1";
        const bool single = place.members().size() == 1;
        if (!index.faults.empty()) {
            const std::string name(kFileTable);
            rows[name] = index.faults.size();
            for (const Fault& f : index.faults) bytes[name] += place.members()[f.member].size;
        }
        for (const auto& [name, n] : rows) {
            index.tables[name] = static_cast<std::uint16_t>(c.tables.size());
            c.tables.push_back({name, single ? place.members()[0].origin : pattern(), bytes[name], n});
        }
        // Of more files than Row::part can count, findings name the line alone.
        if (!single && place.members().size() <= kMostParts)
            for (record::Table& t : c.tables)
                for (const archive::Member& m : place.members()) t.parts.push_back(m.name);
        for (std::uint32_t i = 0; i < index.bundles.size(); ++i)
            if (index.bundles[i].read_as_patient()) index.patients.push_back(i);
        std::sort(index.patients.begin(), index.patients.end(), [&](std::uint32_t a, std::uint32_t b) {
            return std::tie(index.bundles[a].key, a) < std::tie(index.bundles[b].key, b);
        });
        for (const std::uint32_t i : index.patients)
            c.patients.push_back({index.bundles[i].key, index.bundles[i].resources});
        for (const auto& [code, n] : list_warnings)
            c.warnings.push_back(code + ": " + std::to_string(n) + (n == 1 ? " list says" : " lists say") +
                                 " that items are missing for this reason");
        for (const auto& [code, n] : outcome_warnings)
            c.warnings.push_back(code + ": the source says so " +
                                 (n == 1 ? "once" : std::to_string(n) + " times") +
                                 ", in an OperationOutcome");
        if (practices.size() > 1 && only.empty())
            note(Severity::warning, "GPC-PRAC-001", {},
                 "bundles of " + std::to_string(practices.size()) + " practices in one place");
    }
};

}  // namespace

std::uint32_t Index::shared_of(const BundleInfo& b, const Resource& r) const {
    if (!b.settled.empty() || r.rules == nullptr || r.rules->part || !record::practice_wide(r.rules->entity))
        return kNone;
    const auto it = by_name.find(name_of(b.practice, r.type, r.key));
    if (it == by_name.end()) return kNone;
    if (it->second.size() == 1) return it->second[0];
    const std::string sha = sha256_hex(content_of(*r.tree));
    for (const std::uint32_t v : it->second)
        if (shared[v].sha256 == sha) return v;
    return kNone;
}

std::uint16_t Index::part_of(std::size_t member) const {
    return census.tables.empty() || census.tables[0].parts.empty() ? std::uint16_t{0}
                                                                   : static_cast<std::uint16_t>(member);
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

Index build_index(const archive::Place& place, const Tables& tables, const std::string& practice) {
    Builder builder{place, tables, practice, {}, {}, Arena{}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    for (std::size_t m = 0; m < place.members().size(); ++m) builder.member(m);
    place.check();
    return builder.finish();
}

}  // namespace gpswitch::gpconnect
