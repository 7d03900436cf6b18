// One pass over every file: where rows are, whose they are, and which of them count.
#include <algorithm>

#include "core/system/tpp/extract.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {

Key Extract::row_key(const TableFile& t, const Part& p, Text row, const Columns& c) const {
    const Text first = csv::field_at(row, c.key, p.dialect);
    if (t.shape.second.empty()) return t.shape.key == "RowIdentifier" ? id_key(first) : text_key(first);
    const Text second = csv::field_at(row, c.second, p.dialect);
    return text_key(std::string(trim(first)) + "\n" + std::string(trim(second)));
}

bool Extract::removes(Text cell) const {
    cell = trim(cell);
    if (cell.empty() || cell == "0") return false;
    return cell == "1" || mapping_.in_list("true-words", cell);
}

// The rule of those who have read such extracts for years: a row stays when it was made while the patient was
// registered here or, for GMS, elsewhere; and what says nothing of it stays.
Verdict Extract::verdict_of(const TableFile& t, const Part& p, Text row, const Columns& c,
                            std::uint64_t patient) const {
    if (c.visible >= 0 && practice_ != kNoKey) {
        const Key visible = text_key(csv::field_at(row, c.visible, p.dialect));
        if (visible == kNoKey && several_ && purpose_ == Purpose::map) return Verdict::no_practice;
        if (visible != practice_ && (visible != kNoKey || several_)) return Verdict::other_practice;
    }
    if (removes(csv::field_at(row, c.removed, p.dialect))) return Verdict::live;
    if (patient == TableFile::kNobody || c.registered < 0 ||
        same_ignoring_case(t.name, "SRPatientRegistration"))
        return Verdict::live;
    const Text place = csv::field_at(row, c.registered, p.dialect);
    const Key where = text_key(place);
    if (no_id(place) || where == practice_) return Verdict::live;
    const auto it = gms_.find(patient);
    const bool theirs =
        it != gms_.end() && std::find(it->second.begin(), it->second.end(), where) != it->second.end();
    return theirs ? Verdict::live : Verdict::shared_record;
}

void Extract::index(TableFile& t) {
    std::vector<std::pair<std::uint64_t, Verdict>> apart;
    const bool reading = purpose_ == Purpose::map;
    const bool other = reading && mapping_.in_list("not-gp-tables", t.name);
    const bool unknown = reading && !other && (t.known == nullptr || !t.known->mapped);
    for (Part& p : t.parts) {
        const Columns c(t, p);
        const bool later = deliveries_.list[p.delivery].use == Use::later;
        const bool theirs = !t.shape.split && of_others_[p.delivery];
        csv::TableScanner scan(p.bytes, p.dialect, p.header.columns.size(), true);
        csv::RowSpan span;
        while (scan.next(span)) {
            const std::uint64_t address = p.base + span.offset;
            if (span.state != csv::State::good) t.broken.emplace(address, span);
            p.lines.add(span.offset);
            ++p.rows;
            const Text row = p.bytes.substr(span.offset, span.length);
            std::uint64_t patient = TableFile::kNobody;
            Verdict v = later     ? Verdict::later_delivery
                        : other   ? Verdict::not_gp
                        : unknown ? Verdict::unknown_table
                        : theirs  ? Verdict::other_practice
                                  : Verdict::live;
            if (v == Verdict::live) {
                const Key key = t.of_patients ? id_key(csv::field_at(row, c.patient, p.dialect)) : kNoKey;
                const auto it = key == kNoKey ? patients.end() : patients.find(key);
                if (it != patients.end()) patient = it->second;
                v = verdict_of(t, p, row, c, patient);
                const bool gone = patient == TableFile::kNobody ? removed_patients_.contains(key)
                                                                : came_before(patient, p.delivery);
                if (v == Verdict::live && gone && t.shape.patient != "RowIdentifier")
                    v = Verdict::patient_removed;
                // A practice has its own row about a person whom another one sees too.
                if (v == Verdict::other_practice) patient = TableFile::kNobody;
            }
            if (v != Verdict::live) apart.emplace_back(address, v);
            t.rows.push_back(t.of_patients ? patient << 40 | address : address);
        }
    }
    if (unknown && !t.rows.empty())
        issues.push_back(issue(t.parts[0].origin, 0, Severity::error, "TPP-TABLE-002",
                               "a table that no mapping knows has rows: they are held back",
                               "ask what is in it; TPP's table specification of that version says so"));
    if (t.of_patients) std::sort(t.rows.begin(), t.rows.end());
    for (const auto& [address, v] : apart) {
        // Of all patients: the address alone is unique.
        for (const std::uint64_t row : {TableFile::kNobody << 40 | address, address}) {
            const auto it = std::lower_bound(t.rows.begin(), t.rows.end(), row);
            if (it != t.rows.end() && *it == row) t.put(static_cast<std::size_t>(it - t.rows.begin()), v);
        }
    }
    // Rows of the shared record, of a patient who was removed, and those of nobody knows which practice, keep
    // their patient, and are looked for among that patient's.
    if (!t.of_patients) return;
    std::unordered_map<std::uint64_t, Verdict> theirs;
    for (const auto& [address, v] : apart)
        if (v == Verdict::shared_record || v == Verdict::no_practice || v == Verdict::patient_removed)
            theirs.emplace(address, v);
    if (theirs.empty()) return;
    for (std::size_t s = 0; s < t.rows.size(); ++s)
        if (const auto it = theirs.find(t.offset(s)); it != theirs.end()) t.put(s, it->second);
}

// Rows that name no patient but another row: theirs is the patient of that row. Parents are looked at once,
// and only for the rows that are asked for.
void Extract::index_through(TableFile& t, std::unordered_map<Key, std::uint64_t>& parents) {
    index(t);
    const auto parent = named(t.shape.parent);
    if (!parent || t.rows.empty()) return;
    const TableFile& above = tables_[*parent];
    const std::vector<Columns> theirs = columns_of(above);
    for (std::size_t s = 0; s < above.rows.size(); ++s) {
        if (above.patient(s) == TableFile::kNobody) continue;
        const std::size_t part = above.part_at(above.offset(s));
        parents[row_key(above, above.parts[part], above.raw_at(above.offset(s)), theirs[part])] =
            above.patient(s);
    }
    const std::vector<Columns> columns = columns_of(t);
    std::vector<std::pair<std::uint64_t, Verdict>> verdicts;
    for (std::size_t s = 0; s < t.rows.size(); ++s) {
        const std::size_t part = t.part_at(t.offset(s));
        const Part& p = t.parts[part];
        const Columns& c = columns[part];
        const auto it = t.verdict(s) == Verdict::live
                            ? parents.find(id_key(csv::field_at(t.raw_at(t.offset(s)), c.through, p.dialect)))
                            : parents.end();
        const std::uint64_t patient = it == parents.end() ? t.patient(s) : it->second;
        const bool gone = t.verdict(s) == Verdict::live && came_before(patient, p.delivery);
        verdicts.emplace_back(patient << 40 | t.offset(s), gone ? Verdict::patient_removed : t.verdict(s));
    }
    std::sort(verdicts.begin(), verdicts.end());
    t.verdicts.clear();
    for (std::size_t s = 0; s < verdicts.size(); ++s) {
        t.rows[s] = verdicts[s].first;
        t.put(s, verdicts[s].second);
    }
}

bool Extract::same_row(const TableFile& t, std::uint64_t a, std::uint64_t b) const {
    Arena arena;
    RowText x, y;
    t.read_at(a, arena, x);
    t.read_at(b, arena, y);
    const int removed = t.header.find("RemovedData");
    for (std::size_t i = 0; i < x.cells.size(); ++i)
        if (static_cast<int>(i) != removed && x.cells[i] != y.cells[i]) return false;
    return true;
}

// Versions of one key, oldest first. Only a row that says so removes; to be absent from a later full file is
// nothing.
void Extract::settle_versions(TableFile& t, std::span<Version> versions,
                              std::vector<std::pair<std::uint64_t, Verdict>>& out) {
    std::vector<Version*> current;
    std::uint64_t owner = TableFile::kNobody;
    const Version* left = nullptr;  // the row that removed the current one, which stays
    for (Version& v : versions) {
        if (left != nullptr) out.emplace_back(left->address, Verdict::removal);
        left = nullptr;
        if (v.removed && t.shape.stays && !current.empty()) {
            left = &v;
            continue;
        }
        if (v.removed) {
            out.emplace_back(v.address, current.empty() ? Verdict::removal_unknown : Verdict::removal);
            for (const Version* c : current) out.emplace_back(c->address, Verdict::removed_later);
            // It has no patient of its own: it is settled with the rows it removes.
            if (v.patient == TableFile::kNobody) v.patient = owner;
            current.clear();
            continue;
        }
        const bool beside = !t.shape.unique && !current.empty() && current.back()->part == v.part;
        if (!beside) {
            for (const Version* c : current)
                out.emplace_back(c->address,
                                 same_row(t, c->address, v.address) ? Verdict::repeated : Verdict::newer_row);
            current.clear();
        }
        current.push_back(&v);
        if (v.patient != TableFile::kNobody) owner = v.patient;
    }
    if (!versions.empty() && versions.back().removed && t.name == "SRCode")
        removed_codes_.insert(versions.back().key);
    if (left == nullptr) return;
    for (const Version* c : current) t.left.insert(c->address);
    // A copy says it in the same way.
    out.emplace_back(left->address, purpose_ == Purpose::copy ? Verdict::live : Verdict::removal);
}

// A problem is of its coded entry, and goes with it.
void Extract::remove_problems() {
    const auto problems = named("SRProblem");
    if (!problems || removed_codes_.empty()) return;
    TableFile& t = tables_[*problems];
    for (std::size_t s = 0; s < t.rows.size(); ++s) {
        if (t.verdict(s) != Verdict::live || t.broken.contains(t.offset(s))) continue;
        const Part& p = t.part_of(s);
        const Text code = csv::field_at(t.raw_at(t.offset(s)), p.header.find("IDCode"), p.dialect);
        if (removed_codes_.contains(id_key(code))) t.put(s, Verdict::code_removed);
    }
}

// What is left out of a reading and yet copied may not take the place of what is read: each is merged by
// itself. A removal is of both.
void Extract::settle_group(TableFile& t, std::span<Version> versions,
                           std::vector<std::pair<std::uint64_t, Verdict>>& out) {
    if (std::ranges::none_of(versions, [](const Version& v) { return v.shared; }))
        return settle_versions(t, versions, out);
    std::vector<std::pair<std::uint64_t, Verdict>> both;
    for (const bool shared : {false, true}) {
        std::vector<Version> some;
        std::ranges::copy_if(versions, std::back_inserter(some),
                             [&](const Version& v) { return v.removed || v.shared == shared; });
        settle_versions(t, some, both);
    }
    // One that removes nothing of the one kind may remove something of the other: that word counts.
    std::ranges::stable_sort(both, {}, [](const auto& row) {
        return std::pair(row.first, row.second == Verdict::removal_unknown);
    });
    for (const auto& row : both)
        if (out.empty() || out.back().first != row.first) out.push_back(row);
}

// Rows of later files, and the older ones that have their keys; what stands alone in the first file needs no
// look, but where that file itself says that rows of it are gone. In one file alone, rows of the same key are
// sorted out when the patient is read.
void Extract::merge(TableFile& t) {
    const bool tells = t.header.find("RemovedData") >= 0;
    if (t.parts.size() == 1 && !tells) return;
    std::vector<Version> versions;
    std::unordered_set<Key> keys;
    const std::vector<Columns> columns = columns_of(t);
    const auto visit = [&](bool first, const auto& see) {
        for (std::size_t s = 0; s < t.rows.size(); ++s) {
            const std::size_t part = t.part_at(t.offset(s));
            const Verdict verdict = t.verdict(s);
            if ((part == 0) != first || !merges(verdict) || t.broken.contains(t.offset(s))) continue;
            const Part& p = t.parts[part];
            const Columns& c = columns[part];
            const Text row = t.raw_at(t.offset(s));
            const Key key = row_key(t, p, row, c);
            if (key == kNoKey) continue;
            see(Version{key, static_cast<std::uint32_t>(part), t.offset(s),
                        t.of_patients ? t.patient(s) : TableFile::kNobody,
                        removes(csv::field_at(row, c.removed, p.dialect)),
                        verdict == Verdict::shared_record});
        }
    };
    visit(false, [&](const Version& v) {
        keys.insert(v.key);
        versions.push_back(v);
    });
    if (t.parts[0].header.find("RemovedData") >= 0)
        visit(true, [&](const Version& v) {
            if (v.removed) keys.insert(v.key);
        });
    if (!keys.empty())
        visit(true, [&](const Version& v) {
            if (keys.contains(v.key)) versions.push_back(v);
        });
    if (versions.empty()) return;
    std::sort(versions.begin(), versions.end(), [](const Version& a, const Version& b) {
        return std::tie(a.key, a.address) < std::tie(b.key, b.address);
    });
    std::vector<std::pair<std::uint64_t, Verdict>> out;
    for (std::size_t i = 0; i < versions.size();) {
        std::size_t end = i + 1;
        while (end < versions.size() && versions[end].key == versions[i].key) ++end;
        settle_group(t, std::span(versions).subspan(i, end - i), out);
        i = end;
    }
    // By address: removals take the patient of what they remove, so the order of rows changes.
    std::unordered_map<std::uint64_t, std::uint64_t> owners;
    for (const Version& v : versions)
        if (v.removed && v.patient != TableFile::kNobody) owners.emplace(v.address, v.patient);
    std::unordered_map<std::uint64_t, Verdict> settled(out.begin(), out.end());
    std::vector<std::pair<std::uint64_t, Verdict>> rows;
    for (std::size_t s = 0; s < t.rows.size(); ++s) {
        const auto owner = owners.find(t.offset(s));
        const auto verdict = settled.find(t.offset(s));
        rows.emplace_back(
            owner == owners.end() || !t.of_patients ? t.rows[s] : owner->second << 40 | t.offset(s),
            verdict == settled.end() ? t.verdict(s) : verdict->second);
    }
    if (t.of_patients) std::sort(rows.begin(), rows.end());
    t.verdicts.clear();
    for (std::size_t s = 0; s < rows.size(); ++s) {
        t.rows[s] = rows[s].first;
        t.put(s, rows[s].second);
    }
}

void Extract::build_lookup(std::size_t table) {
    const TableFile& t = tables_[table];
    auto& list = lookups_[table];
    if (t.name == "SRCtv3Hierarchy") return;  // read as a whole
    for (std::size_t s = 0; s < t.rows.size(); ++s) {
        if (t.verdict(s) != Verdict::live || t.broken.contains(t.offset(s))) continue;
        const Part& p = t.part_of(s);
        const Text column = t.shape.name.empty() ? t.shape.key : t.shape.name;
        const Text cell = csv::field_at(t.raw_at(t.offset(s)), p.header.find(column), p.dialect);
        const bool id = column == "RowIdentifier" || column == "IDMultiLexProduct";
        const Key key = id ? id_key(cell) : text_key(cell);
        const int needs = t.shape.needs.empty() ? -1 : p.header.find(t.shape.needs);
        if (needs >= 0 && no_id(csv::field_at(t.raw_at(t.offset(s)), needs, p.dialect))) continue;
        if (key != kNoKey) list.emplace_back(key, static_cast<std::uint32_t>(s));
    }
    std::sort(list.begin(), list.end());
}

// The hierarchy is closed: one row for every ancestor of a code. Only what stands below the codes that routes
// ask about is kept.
void Extract::read_hierarchy() {
    const auto table = named("SRCtv3Hierarchy");
    if (!table) return;
    const TableFile& t = tables_[*table];
    const std::vector<Columns> columns = columns_of(t);  // keyed by parent and child
    for (std::size_t s = 0; s < t.rows.size(); ++s) {
        if (t.verdict(s) != Verdict::live || t.broken.contains(t.offset(s))) continue;
        const std::size_t part = t.part_at(t.offset(s));
        const Part& p = t.parts[part];
        const Text row = t.raw_at(t.offset(s));
        const Text parent = trim(csv::field_at(row, columns[part].key, p.dialect));
        if (!mapping_.in_list("ctv3-roots", parent)) continue;
        below_[std::string(parent)].insert(text_key(csv::field_at(row, columns[part].second, p.dialect)));
    }
}

// A person has a profile for each role at each place; rows name the person and the place only.
void Extract::read_profiles() {
    const auto table = named("SRStaffMemberProfile");
    if (!table) return;
    const TableFile& t = tables_[*table];
    for (std::size_t s = 0; s < t.rows.size(); ++s) {
        if (t.verdict(s) != Verdict::live || t.broken.contains(t.offset(s))) continue;
        const Part& p = t.part_of(s);
        const Text row = t.raw_at(t.offset(s));
        const auto cell = [&](Text column) {
            return trim(csv::field_at(row, p.header.find(column), p.dialect));
        };
        const Key person = id_key(cell("IDStaffMember"));
        if (person == kNoKey) continue;
        // One that was removed stands behind all others.
        const bool left = t.left.contains(t.offset(s));
        profiles_.push_back({person, text_key(cell("IDOrganisation")),
                             left ? std::string() : moment(cell("DateEmploymentStart")),
                             std::string(cell("RowIdentifier"))});
    }
    std::sort(profiles_.begin(), profiles_.end());
}

std::string Extract::profile_of(Text person, Text place) const {
    const Profile key{id_key(person), text_key(place), {}, {}};
    auto it = std::lower_bound(profiles_.begin(), profiles_.end(), key);
    std::string found;
    for (; it != profiles_.end() && it->person == key.person && it->place == key.place; ++it) found = it->id;
    return found;
}

}  // namespace gpswitch::tpp
