#include "core/pipeline/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "core/mapping/rule_table.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::pipeline {

using record::EntityKind;
using record::Record;

namespace {

constexpr std::string_view kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";
constexpr std::string_view kNotAskedFor = "patient:not-asked-for";
constexpr std::string_view kFacts[] = {"tag", "deceased", "no-open-registration", "registration-type", "any"};

const record::Patient* patient_in(const Record& record) {
    for (const record::Item& item : record.items)
        if (item.kind == EntityKind::Patient) return static_cast<const record::Patient*>(item.entity);
    return nullptr;
}

std::vector<const record::EpisodeOfCare*> registrations(const Record& record) {
    std::vector<const record::EpisodeOfCare*> out;
    for (const record::Item& item : record.items)
        if (item.kind == EntityKind::EpisodeOfCare)
            out.push_back(static_cast<const record::EpisodeOfCare*>(item.entity));
    return out;
}

bool is_open(const record::EpisodeOfCare& e) {
    if (e.status == "finished" || e.status == "cancelled" || e.status == "entered-in-error") return false;
    // Active is said at the moment of the source: an end that stands there is still to come.
    return e.status == "active" || e.period.end.empty();
}

}  // namespace

Populations Populations::load(std::string_view text, const std::string& name) {
    Populations out;
    mapping::read_rule_table(
        text, name, "population,fact,system,code,why", [&](const auto& cells, const mapping::FailRow& fail) {
            if (std::find(std::begin(kFacts), std::end(kFacts), cells[1]) == std::end(kFacts))
                fail("the fact is tag, deceased, no-open-registration, registration-type or any");
            out.rules_.push_back(
                {std::string(cells[0]), std::string(cells[1]), std::string(cells[2]), std::string(cells[3])});
        });
    out.sha256_ = sha256_hex(text);
    if (out.rules_.empty() || out.rules_.back().fact != "any")
        throw MappingError(name + ": the last row is not for any patient",
                           "every patient is in one population");
    return out;
}

std::vector<std::string> Populations::names() const {
    std::vector<std::string> out;
    for (const Rule& r : rules_)
        if (std::find(out.begin(), out.end(), r.population) == out.end()) out.push_back(r.population);
    return out;
}

bool Populations::fits(const Rule& rule, const Record& record) const {
    const record::Patient* patient = patient_in(record);
    const auto episodes = registrations(record);
    if (rule.fact == "tag")
        return patient != nullptr &&
               std::any_of(patient->meta.tag.begin(), patient->meta.tag.end(), [&](const record::Coding& c) {
                   return c.system == rule.system && c.code == rule.code;
               });
    if (rule.fact == "deceased")
        return patient != nullptr &&
               (patient->deceased_boolean == "true" || !patient->deceased_date_time.empty());
    const bool open =
        std::any_of(episodes.begin(), episodes.end(), [](const auto* e) { return is_open(*e); });
    if (rule.fact == "no-open-registration")
        return (patient != nullptr && patient->active == "false") || (!episodes.empty() && !open);
    if (rule.fact == "any") return true;
    const auto of_population = [&](const record::EpisodeOfCare* e) {
        for (const record::Concept& type : e->type)
            for (const record::Coding& c : type.coding)
                for (const Rule& r : rules_)
                    if (r.population == rule.population && r.fact == rule.fact && r.system == c.system &&
                        r.code == c.code)
                        return true;
        return false;
    };
    return open && std::all_of(episodes.begin(), episodes.end(), [&](const record::EpisodeOfCare* e) {
               return !is_open(*e) || of_population(e);
           });
}

const std::string& Populations::of(const Record& record) const {
    for (const Rule& rule : rules_)
        if (fits(rule, record)) return rule.population;
    throw std::logic_error("a population table that does not end with any");
}

void Selection::add_number(const std::string& ten_digits, const std::string& origin) {
    numbers_[ten_digits].origin = origin;
}

void Selection::set_populations(std::vector<std::string> names, Populations rules) {
    table_ = std::move(rules);
    const auto known = table_.names();
    for (const std::string& name : names)
        if (std::find(known.begin(), known.end(), name) == known.end())
            throw UsageError(fmt::format("--population: there is no population '{}'", shown(name)),
                             fmt::format("all, or one or more of {}", fmt::join(known, ", ")));
    for (const std::string& name : known) {
        rules_[name] = "population:" + name;
        if (std::find(names.begin(), names.end(), name) != names.end()) populations_.push_back(name);
    }
    if (populations_.size() == known.size()) populations_.clear();  // that is everyone
}

std::vector<std::string> Selection::words() const {
    std::vector<std::string> out;
    if (!populations_.empty()) out.push_back(fmt::format("population: {}", fmt::join(populations_, ", ")));
    if (!numbers_.empty()) out.push_back(fmt::format("patients: {} by NHS number", numbers_.size()));
    return out;
}

std::string Selection::identity() const {
    if (empty()) return {};
    Sha256 h;
    for (const std::string& p : populations_) h.add(p + "\n");
    if (!populations_.empty()) h.add(table_.sha256() + "\n");
    for (const auto& [number, where] : numbers_) h.add(number + "\n");
    return h.hex();
}

std::string_view Selection::left_out_unmapped(const Record& record) const {
    if (numbers_.empty() || record.key.empty()) return {};
    bool asked = false;
    if (const record::Patient* patient = patient_in(record))
        for (const record::Identifier& id : patient->identifier) {
            if (id.system != kNhsNumber || id.use == "old") continue;
            const auto it = numbers_.find(nhs_number::parse(id.value));
            if (it == numbers_.end()) continue;
            it->second.found = true;
            asked = true;
        }
    return asked ? std::string_view{} : kNotAskedFor;
}

std::string_view Selection::left_out(const Record& record) const {
    if (populations_.empty() || record.key.empty()) return {};
    if (!record.held.empty() && patient_in(record) == nullptr) return {};
    const std::string& population = table_.of(record);
    if (std::find(populations_.begin(), populations_.end(), population) != populations_.end()) return {};
    return rules_.find(population)->second;
}

std::vector<Issue> Selection::unfound() const {
    std::vector<Issue> out;
    for (const auto& [number, n] : numbers_) {
        if (n.found) continue;
        Issue i;
        i.severity = Severity::error;
        i.code = "SEL-PATIENT-001";
        const std::size_t colon = n.origin.rfind(':');
        i.member = n.origin.substr(0, colon);
        if (colon != std::string::npos) i.line = std::stoull(n.origin.substr(colon + 1));
        i.message = "an NHS number asked for is nobody's in this source";
        i.hint = "compare it with the practice's own list; a superseded number finds nobody";
        out.push_back(std::move(i));
    }
    std::sort(out.begin(), out.end(), [](const Issue& a, const Issue& b) {
        return std::tie(a.member, a.line) < std::tie(b.member, b.line);
    });
    return out;
}

void exclude(Record& record, std::string_view rule) {
    std::vector<bool> settled(record.rows.size());
    for (record::Settlement& s : record.settlements) {
        settled[s.row] = true;
        if (s.fate != record::Fate::held) continue;
        s.fate = record::Fate::excluded;
        s.rule = rule;
    }
    record.items.clear();
    record.claims.clear();
    record.needs.clear();
    record.pending.clear();
    record.degradations.clear();
    record.issues.clear();
    record.held.clear();
    for (std::uint32_t row = 0; row < record.rows.size(); ++row)
        if (!settled[row]) record.settle(row, record::Fate::excluded, rule);
}

namespace {

class SelectedSource : public record::Source {
  public:
    SelectedSource(std::unique_ptr<record::Source> inner, const Selection& selection,
                   const std::function<void(Record&)>& prepare, bool rest)
        : inner_(std::move(inner)), census_(inner_->census()), rest_(rest) {
        std::vector<std::uint32_t> all(census_.patients.size());
        for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
        const auto cursor = inner_->read(all);
        Record record;
        for (std::uint32_t i = 0; cursor->next(record); ++i) {
            if (!selection.left_out_unmapped(record).empty()) continue;
            if (prepare) prepare(record);
            if (selection.left_out(record).empty()) kept_.push_back(i);
        }
        std::vector<record::PatientEntry> patients;
        for (const std::uint32_t i : kept_) patients.push_back(census_.patients[i]);
        census_.patients = std::move(patients);
    }
    const record::Census& census() const override { return census_; }
    const std::vector<Issue>& issues() const override { return inner_->issues(); }
    std::unique_ptr<record::Cursor> read(std::span<const std::uint32_t> patients) override {
        std::vector<std::uint32_t> theirs;
        for (const std::uint32_t i : patients) theirs.push_back(kept_[i]);
        return inner_->read(theirs);
    }
    std::unique_ptr<record::Cursor> leftovers() override {
        return rest_ ? inner_->leftovers() : std::make_unique<Nothing>();
    }
    bool find(const record::Need& need, Record& record) override { return inner_->find(need, record); }

  private:
    struct Nothing : record::Cursor {
        bool next(Record&) override { return false; }
    };
    std::unique_ptr<record::Source> inner_;
    record::Census census_;
    bool rest_;
    std::vector<std::uint32_t> kept_;
};

}  // namespace

std::unique_ptr<record::Source> selected(std::unique_ptr<record::Source> inner, const Selection& selection,
                                         const std::function<void(Record&)>& prepare, bool rest) {
    return std::make_unique<SelectedSource>(std::move(inner), selection, prepare, rest);
}

}  // namespace gpswitch::pipeline
