#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/json/peek.hpp"
#include "core/record/json.hpp"
#include "core/record/lines.hpp"
#include "core/system/fhir/fhir.hpp"
#include "core/system/fhir/manifest.hpp"
#include "core/system/fhir/owner.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::fhir {
namespace {

using record::EntityKind;
using record::Record;
using record::Text;

constexpr std::uint32_t kNobody = 0xFFFFFFFF;
constexpr const char* kWhoIsIt = "find out who they are, or have the package made again";

/// A line of a member. Lines that cannot be used have a reason.
struct Line {
    std::uint32_t patient = kNobody;  ///< index into census().patients
    std::uint16_t table = 0;
    EntityKind kind = EntityKind::Patient;
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
    std::uint32_t number = 0;  ///< 1-based line; slot + 1
    const char* bad = nullptr;
};

class PackageSource : public record::Source, public record::Lines {
  public:
    explicit PackageSource(const record::SourceOptions& options) : files_(options.files) {
        census_.system = "fhir";
        census_.source_codes = false;
        read_manifest(*files_, census_, issues_);
        index();
    }

    const record::Census& census() const override { return census_; }
    const std::vector<Issue>& issues() const override { return issues_; }

    struct PatientCursor : record::Cursor {
        PatientCursor(PackageSource& s, std::span<const std::uint32_t> p, Pass over)
            : source(s), patients(p.begin(), p.end()), pass(std::move(over)) {}
        bool next(Record& record) override {
            record.clear();
            if (at == patients.size()) return false;
            const std::uint32_t patient = patients[at];
            record.key = source.census_.patients[patient].key;
            const auto [first, last] = source.lines_of(patient);
            passed.clear();
            if (pass) pass(at, passed);
            ++at;
            for (std::uint32_t i = first; i < last; ++i) {
                if (!passed.empty() && passed[i - first])
                    source.pass_over(source.lines_[i], record);
                else
                    source.add(source.lines_[i], record, parser);
            }
            for (const record::Item& item : record.items)
                if (item.kind == EntityKind::Patient) record.patient_id = item.entity->id;
            if (source.held_[patient] != nullptr) record.held = source.held_[patient];
            for (std::uint32_t i = first; i < last; ++i)
                record.incomplete = record.incomplete || source.lines_[i].bad != nullptr;
            return true;
        }
        PackageSource& source;
        std::vector<std::uint32_t> patients;
        Pass pass;
        std::vector<bool> passed;
        std::size_t at = 0;
        json::Parser parser;
    };

    struct RestCursor : record::Cursor {
        explicit RestCursor(PackageSource& s) : source(s) {}
        bool next(Record& record) override {
            record.clear();
            for (; at < source.lines_.size(); ++at) {
                const Line& line = source.lines_[at];
                if (line.patient != kNobody) continue;
                if (line.bad == nullptr && source.found_[at]) continue;
                source.add(line, record, parser);
                ++at;
                return true;
            }
            return false;
        }
        PackageSource& source;
        std::size_t at = 0;
        json::Parser parser;
    };

    std::unique_ptr<record::Cursor> read(std::span<const std::uint32_t> patients) override {
        return std::make_unique<PatientCursor>(*this, patients, Pass{});
    }
    std::unique_ptr<record::Cursor> read(std::span<const std::uint32_t> patients, Pass pass) override {
        return std::make_unique<PatientCursor>(*this, patients, std::move(pass));
    }
    bool lines(std::uint32_t patient, std::vector<record::Lines::Entry>& out) const override {
        out.clear();
        const auto [first, last] = lines_of(patient);
        for (std::uint32_t i = first; i < last; ++i) {
            const Line& line = lines_[i];
            if (line.bad != nullptr) return false;
            out.push_back({line.kind, text_of(line), line.kind == EntityKind::Patient || vital(line.kind)});
        }
        return held_[patient] == nullptr;
    }
    std::unique_ptr<record::Cursor> leftovers() override { return std::make_unique<RestCursor>(*this); }

    bool find(const record::Need& need, Record& record) override {
        const auto it = practice_.find(fmt::format("{}/{}", record::name_of(need.kind), need.id));
        if (it == practice_.end() || found_[it->second]) return false;
        found_[it->second] = true;
        add(lines_[it->second], record, parser_);
        return true;
    }

  private:
    std::string_view text_of(const Line& line) const {
        return files_->bytes(member_of_[line.table]).substr(line.offset, line.length);
    }

    Issue issue(const Line& line, Severity severity, const char* code, std::string message) const {
        Issue i;
        i.severity = severity;
        i.code = code;
        i.member = census_.tables[line.table].member;
        i.line = line.number;
        i.message = std::move(message);
        return i;
    }

    void add(const Line& line, Record& record, json::Parser& parser) {
        const auto row = static_cast<std::uint32_t>(record.rows.size());
        const Text text = text_of(line);
        record.rows.push_back({line.table, line.number - 1u, line.number, {}, text});
        if (line.bad != nullptr) {
            record.settle(row, record::Fate::held, line.bad);
            return;
        }
        json::Error error;
        const json::Value* v = parser.parse(text, record.arena, error);
        record::Entity& entity = record.add(line.kind);
        record::ReadContext context;
        context.arena = &record.arena;
        context.on_reference = [&](Text reference) { need(reference, record); };
        context.on_bad_value = [&](Text path, std::uint64_t offset, const char* why) {
            const bool grave = vital(line.kind, path);
            Issue i = issue(line, grave ? Severity::error : Severity::warning, "FHIR-TYPE-001", why);
            if (grave) {
                i.hint = "the whole patient is held back; have the package made again";
                record.held = "FHIR-TYPE-001";
            }
            i.column = offset + 1;
            i.path = path;
            record.issues.push_back(std::move(i));
        };
        record::read_json(*v, line.kind, entity, context);
        // What was itself a gpswitch package keeps its source rows: the claim is on the line, the data is not
        // touched.
        record.claims.push_back(
            {row, static_cast<std::uint32_t>(record.items.size() - 1), record::Role::primary});
        record.rows[row].key = entity.id;
    }

    void need(Text reference, Record& record) const {
        const std::size_t slash = reference.find('/');
        if (slash == Text::npos) return;
        const auto kind = record::kind_of(reference.substr(0, slash));
        if (!kind || !record::practice_wide(*kind)) return;
        const Text id = reference.substr(slash + 1);
        for (const record::Need& n : record.needs)
            if (n.kind == *kind && n.id == id) return;
        if (practice_.contains(reference)) record.needs.push_back({*kind, id, 0});
    }

    // What a line refers to, as we write it. What is written otherwise comes with the leftovers.
    void pass_over(const Line& line, Record& record) const {
        constexpr Text kReference = "\"reference\":\"";
        Text text = text_of(line);
        while (const void* found = ::memmem(text.data(), text.size(), kReference.data(), kReference.size())) {
            text.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) +
                               kReference.size());
            need(text.substr(0, text.find('"')), record);
        }
    }

    std::pair<std::uint32_t, std::uint32_t> lines_of(std::uint32_t patient) const {
        return {first_line_[patient], first_line_[patient + 1]};
    }

    void index();
    /// A line that is not a Patient's own, and its place among the patients as they come; kNobody: none of
    /// them.
    using Owners = std::vector<std::pair<std::size_t, std::uint32_t>>;
    void index_member(std::size_t member, EntityKind kind, Names<std::uint32_t>& patients, Owners& owners);
    void sort_by_patient(const Owners& owners);
    void hold_shared_keys();

    std::shared_ptr<archive::Place> files_;
    record::Census census_;
    std::vector<Issue> issues_;
    std::vector<std::size_t> member_of_;  ///< table to member
    std::vector<Line> lines_;             ///< by patient, then type, then line; nobody's last
    std::vector<std::uint32_t> first_line_;
    Names<std::size_t> practice_;  ///< "Organization/id" to line
    std::vector<bool> found_;
    std::vector<std::size_t> own_line_;  ///< of patients as they come
    std::vector<std::pair<std::size_t, std::uint32_t>>
        again_;                      ///< lines with the id of a Patient before, and whose
    std::vector<const char*> held_;  ///< patients held back whole: why; nullptr: not held
    json::Parser parser_;
    json::Peek peek_;
};

void PackageSource::index_member(std::size_t member, EntityKind kind, Names<std::uint32_t>& patients,
                                 Owners& owners) {
    const std::string_view bytes = files_->bytes(member);
    const auto table = static_cast<std::uint16_t>(census_.tables.size());
    census_.tables.push_back(
        {std::string(record::name_of(kind)), files_->members()[member].origin, bytes.size(), 0});
    member_of_.push_back(member);
    Arena arena;
    // Files of Patients come before those of anything that is theirs; and lines of one patient stand
    // together.
    auto last = patients.end();
    const auto owned_by = [&](Text id) {
        if (last == patients.end() || last->first != id) last = patients.find(id);
        owners.emplace_back(lines_.size(), last == patients.end() ? kNobody : last->second);
    };
    std::uint32_t number = 0;
    for (std::size_t at = 0; at < bytes.size();) {
        std::size_t end = bytes.find('\n', at);
        if (end == std::string_view::npos) end = bytes.size();
        Line line;
        line.table = table;
        line.kind = kind;
        line.offset = at;
        line.length = static_cast<std::uint32_t>(end - at);
        line.number = ++number;
        // Most lines need no tree: it is enough to know that there will be one, and whose it is.
        if (kind > EntityKind::Patient && peek_.open(bytes.substr(at, end - at)) &&
            peek_.text("/resourceType") == record::name_of(kind)) {
            owned_by(patient_of(peek_, kind));
            lines_.push_back(line);
            at = end + 1;
            continue;
        }
        arena.clear();
        json::Error error;
        const json::Value* v = parser_.parse(bytes.substr(at, end - at), arena, error);
        auto bad = [&](const char* code, const char* rule, std::string message) {
            line.bad = rule;
            Issue i = issue(line, Severity::error, code, std::move(message));
            i.column = error.offset + 1;
            i.hint = "the line is held back; make the file again where it came from";
            issues_.push_back(std::move(i));
            const Text text = bytes.substr(line.offset, line.length);
            if (kind > EntityKind::Patient) owned_by(patient_named(text));
        };
        if (v == nullptr) {
            bad("FHIR-JSON-001", "not-json", "not a JSON document: " + error.message);
        } else if (v->text_of("resourceType") != record::name_of(kind)) {
            bad("FHIR-TYPE-002", "other-type", "resourceType is not " + std::string(record::name_of(kind)));
        } else if (record::practice_wide(kind)) {
            const std::string key = fmt::format("{}/{}", record::name_of(kind), v->text_of("id"));
            if (!practice_.emplace(key, lines_.size()).second)
                bad("FHIR-ID-001", "same-id", "the same id twice");
        } else {
            const Text owner = patient_of(*v, kind);
            if (kind == EntityKind::Patient) {
                const auto p = static_cast<std::uint32_t>(census_.patients.size());
                if (owner.empty() || !patients.emplace(std::string(owner), p).second) {
                    if (!owner.empty()) again_.emplace_back(lines_.size(), patients.find(owner)->second);
                    bad("FHIR-ID-001", "same-id", "a Patient without id, or the same id twice");
                } else {
                    Record r;
                    record::ReadContext context;
                    context.arena = &r.arena;
                    auto& patient = r.add<record::Patient>();
                    record::read_json(*v, kind, patient, context);
                    census_.patients.push_back(
                        {std::string(patient.source.empty() ? owner : patient.source[0].key), 1});
                    line.patient = p;
                    own_line_.push_back(lines_.size());
                }
            } else {
                owned_by(owner);
            }
        }
        lines_.push_back(line);
        at = end + 1;
    }
    census_.tables.back().rows = number;
}

void PackageSource::sort_by_patient(const Owners& owners) {
    std::vector<std::uint32_t> grave, contradicted;
    for (const auto& [line, patient] : again_) {
        const Line& own = lines_[own_line_[patient]];
        if (text_of(lines_[line]) == text_of(own)) continue;
        contradicted.push_back(patient);
        issues_.push_back(
            issue(own, Severity::error, "FHIR-ID-002",
                  "the whole patient is held back: another line with this id says something else"));
        issues_.back().hint = kWhoIsIt;
    }
    for (const auto& [line, owner] : owners) {
        if (owner != kNobody) {
            lines_[line].patient = owner;
            ++census_.patients[owner].weight;
            if (lines_[line].bad == nullptr || !vital(lines_[line].kind)) continue;
            grave.push_back(owner);
            issues_.push_back(
                issue(lines_[line], Severity::error, "FHIR-ROW-001",
                      "the whole patient is held back: an allergy or medication cannot be read"));
            issues_.back().hint = "put the line right, or have the package made again";
        } else if (lines_[line].bad == nullptr) {
            lines_[line].bad = "no-such-patient";
            issues_.push_back(issue(lines_[line], Severity::error, "FHIR-REF-001",
                                    "belongs to a patient that is not in the package"));
            issues_.back().hint = "the line is held back; find the patient's own line";
        }
    }
    // Patients ascend by source key; everything else follows its patient.
    std::vector<std::uint32_t> order(census_.patients.size()), place(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return census_.patients[a].key < census_.patients[b].key; });
    std::vector<record::PatientEntry> sorted;
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
        sorted.push_back(std::move(census_.patients[order[i]]));
    }
    census_.patients = std::move(sorted);
    held_.assign(order.size(), nullptr);
    for (const std::uint32_t p : grave) held_[place[p]] = "FHIR-ROW-001";
    for (const std::uint32_t p : contradicted) held_[place[p]] = "FHIR-ID-002";
    for (Line& l : lines_)
        if (l.patient != kNobody) l.patient = place[l.patient];
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const Line& a, const Line& b) { return a.patient < b.patient; });
}

// Two people made of one source row: nobody can say who that is, and in any target the second would replace
// the first. All of them are held.
void PackageSource::hold_shared_keys() {
    const auto& patients = census_.patients;
    const auto shared = [&](std::size_t a, std::size_t b) {
        return a < patients.size() && b < patients.size() && patients[a].key == patients[b].key;
    };
    for (std::size_t p = 0; p < patients.size(); ++p) {
        if (!shared(p, p + 1) && !shared(p, p - 1)) continue;
        held_[p] = "FHIR-ID-002";
        // Its own line is the first of a patient's.
        issues_.push_back(issue(lines_[first_line_[p]], Severity::error, "FHIR-ID-002",
                                "the whole patient is held back: another patient has the same source key"));
        issues_.back().hint = kWhoIsIt;
    }
}

void PackageSource::index() {
    Names<std::uint32_t> patients;
    Owners owners;
    const auto& members = files_->members();
    for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
        const auto kind = static_cast<EntityKind>(k);
        const std::string name = std::string(record::name_of(kind)) + ".ndjson";
        for (std::size_t m = 0; m < members.size(); ++m)
            if (members[m].name == name) index_member(m, kind, patients, owners);
    }
    for (const auto& m : members) {
        if (m.name == kManifest || m.name == kLedger || m.name == kFates || m.name == kIssues ||
            m.name == kHeld)
            continue;
        if (m.name.ends_with(".ndjson") && record::kind_of(m.name.substr(0, m.name.size() - 7))) continue;
        Issue i;
        i.code = "FHIR-PKG-002";
        i.member = m.origin;
        i.message = "not a member of a package: left unread";
        issues_.push_back(i);
    }
    sort_by_patient(owners);
    first_line_.assign(census_.patients.size() + 1, 0);
    practice_.clear();
    for (std::uint32_t i = 0; i < lines_.size(); ++i) {
        const Line& l = lines_[i];
        if (l.patient != kNobody) ++first_line_[l.patient + 1];
    }
    for (std::size_t p = 1; p < first_line_.size(); ++p) first_line_[p] += first_line_[p - 1];
    hold_shared_keys();
    found_.assign(lines_.size(), false);
    Arena arena;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const Line& l = lines_[i];
        if (l.bad != nullptr || !record::practice_wide(l.kind)) continue;
        arena.clear();
        json::Error error;
        const json::Value* v = parser_.parse(text_of(l), arena, error);
        practice_.emplace(fmt::format("{}/{}", record::name_of(l.kind), v->text_of("id")), i);
    }
}

}  // namespace

std::unique_ptr<record::Source> open_package(const record::SourceOptions& options) {
    return std::make_unique<PackageSource>(options);
}

}  // namespace gpswitch::fhir
