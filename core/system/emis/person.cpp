#include <algorithm>

#include "core/system/emis/patient.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

constexpr Text kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";
constexpr Text kUnverified = "https://gpswitch.org/Id/invalid-nhs-number";

// A day, with the time of day when there is one; midnight stands for no time.
std::string moment(Text day, Text time) {
    if (!civil_time::is_day(day)) return {};
    if (!civil_time::is_time(time) || time == "00:00:00") return std::string(day);
    return civil_time::uk_instant(day, time);
}

}  // namespace

void PatientCursor::person(Row& row) {
    const auto item = item_of(row, EntityKind::Patient);
    if (!item) return;
    auto& patient = maker_.entity<record::Patient>(*item);
    const Text number = maker_.cell(row, "NhsNumber");
    if (number.empty()) {
        maker_.issue(row, Severity::information, "EMIS-NHS-002", "no NHS number", "Admin_Patient.NhsNumber",
                     "the patient will not be paired by it");
        if (const Text status = maker_.cell(row, "NHSNumberStatus"); !status.empty())
            patient.rest.add(record_->arena, {"Admin_Patient.NHSNumberStatus", status});
        return;
    }
    record::Identifier& id = patient.identifier.add(record_->arena);
    if (const Text status = maker_.cell(row, "NHSNumberStatus"); !status.empty()) {
        // Empty in practice; whatever comes must not be lost. Lists move when they grow, so it does not wait.
        const int index = maker_.mapping().values_index("nhs-number-status");
        const mapping::ValueRow* v = index < 0 ? nullptr : maker_.mapping().values(index).find(status);
        if (v != nullptr && !v->target.empty()) {
            record::Coding& c = id.verification_status.coding.add(record_->arena);
            c.system = maker_.mapping().values(index).target_system;
            c.code = v->target;
            c.display = v->display;
        } else {
            maker_.degrade("value-unmapped", EntityKind::Patient);
        }
        id.verification_status.text = status;
    }
    const std::string valid = nhs_number::parse(number);
    id.system = valid.empty() ? kUnverified : kNhsNumber;
    id.value = valid.empty() ? record_->arena.copy(number) : record_->arena.copy(valid);
    if (!valid.empty()) return;
    maker_.degrade("nhs-number-invalid", EntityKind::Patient);
    maker_.issue(row, Severity::warning, "EMIS-NHS-001",
                 "not a valid NHS number: kept, but nobody is paired by it", "Admin_Patient.NhsNumber",
                 "trace the patient on the Personal Demographics Service");
}

namespace {

/// A change of registration status, from Admin_PatientHistory or from the side file.
struct Change {
    Row* row;
    std::string day, time;  ///< day as given when it is none of the calendar
    std::int64_t order;
    Text text;
    bool side;
};

// dd/MM/yyyy HH:mm:ss, as only the side file has it.
std::pair<std::string, std::string> side_moment(Text date) {
    if (date.size() < 10 || date[2] != '/' || date[5] != '/') return {std::string(date), {}};
    const std::string d(date);
    return {d.substr(6, 4) + "-" + d.substr(3, 2) + "-" + d.substr(0, 2), d.size() > 11 ? d.substr(11) : ""};
}

}  // namespace

void PatientCursor::status_history() {
    std::vector<Change> live;
    for (Row& r : rows(Tab::Admin_PatientHistory))
        if (r.live)
            live.push_back({&r, std::string(maker_.cell(r, "HistoryDate")),
                            std::string(maker_.cell(r, "HistoryTime")), 0,
                            maker_.cell(r, "StatusDescription"), false});
    for (Row& r : rows(Tab::Side_RegistrationStatus)) {
        if (!r.live) continue;
        const auto [day, time] = side_moment(maker_.cell(r, "Date"));
        // Order 1 is the current status: last among those of one moment.
        const std::int64_t order = to_integer(maker_.cell(r, "ProcessingOrder")).value_or(0);
        live.push_back(
            {&r, day, time, order == 1 ? INT64_MAX : order, maker_.cell(r, "RegistrationStatus"), true});
    }
    if (live.empty()) return;
    std::optional<std::uint32_t> item;
    for (Row& p : rows(Tab::Admin_Patient))
        if (p.live) item = item_of(p, EntityKind::EpisodeOfCare);
    if (!item) {
        // A dummy patient has no registration: the history is kept with the person.
        for (Row& p : rows(Tab::Admin_Patient))
            if (p.live) item = item_of(p, EntityKind::Patient);
        for (const Change& c : live) maker_.join(*c.row, *item, "Patient");
        return;
    }
    std::stable_sort(live.begin(), live.end(), [](const Change& a, const Change& b) {
        return std::tie(a.day, a.time, a.order) < std::tie(b.day, b.time, b.order);
    });
    const int index = maker_.mapping().values_index("registration-status");
    auto& episode = maker_.entity<record::EpisodeOfCare>(*item);
    for (std::size_t i = 0; i < live.size(); ++i) {
        const Change& c = live[i];
        const Text table = c.side ? "Side_RegistrationStatus" : "Admin_PatientHistory";
        maker_.join(*c.row, *item, "EpisodeOfCare");
        record::EpisodeStatus& s = episode.status_history.add(record_->arena);
        s.text = c.text;
        const mapping::ValueRow* v = index < 0 ? nullptr : maker_.mapping().values(index).find(c.text);
        if (v != nullptr && !v->target.empty() && v->source != "*") {
            s.status = v->target;
        } else {
            // FHIR demands a status. Whatever is no deduction starts or continues the registration.
            s.status = v == nullptr || v->target.empty() ? Text("active") : Text(v->target);
            episode.inferred.add(record_->arena) =
                record_->arena.join("statusHistory[", std::to_string(i),
                                    "].status: the words are no known end of a registration");
            maker_.degrade("value-unmapped", EntityKind::EpisodeOfCare);
        }
        if (!c.time.empty() && !civil_time::is_time(c.time))
            episode.rest.add(record_->arena,
                             {c.side ? "Side_RegistrationStatus.Date" : "Admin_PatientHistory.HistoryTime",
                              record_->arena.copy(c.time)});
        s.period.start = record_->arena.copy(moment(c.day, c.time));
        if (s.period.start.empty()) {
            const Text path = record_->arena.join(table, c.side ? ".Date" : ".HistoryDate");
            maker_.issue(*c.row, Severity::warning, "EMIS-VALUE-001",
                         "not a day of the calendar; kept as it is", path);
            episode.rest.add(record_->arena, {path, maker_.cell(*c.row, c.side ? "Date" : "HistoryDate")});
        }
        if (i > 0) episode.status_history[i - 1].period.end = s.period.start;
    }
}

// The words that were typed or picked come in a file of their own.
void PatientCursor::original_terms() {
    for (Row& term : rows(Tab::Side_OriginalTerm)) {
        if (!term.live) continue;
        Row* entry = row(Tab::CareRecord_Observation, term.key);
        std::vector<std::uint32_t> own, joined;
        for (const record::Claim& c : record_->claims)
            if (entry != nullptr && c.row == entry->row)
                (c.role == record::Role::primary ? own : joined).push_back(c.item);
        for (const std::uint32_t item : own)
            maker_.join(term, item, record::name_of(record_->items[item].kind));
        if (!own.empty()) continue;
        if (joined.empty()) {
            term.live = false;
            record_->settle(term.row, Fate::held, "EMIS-REF-003");
            maker_.issue(term, Severity::information, "EMIS-REF-003",
                         "names an entry that is not in the extract; the id is kept",
                         "Side_OriginalTerm.ObservationGuid");
            continue;
        }
        // A reading of a blood pressure has no entry of its own.
        maker_.join(term, joined.front(), "Patient");
        record_->items[joined.front()].entity->rest.add(
            record_->arena, {"Side_OriginalTerm.OriginalTerm", maker_.cell(term, "OriginalTerm")});
    }
}

// A delivery before this one showed another registration of the patient: an episode of its own.
void PatientCursor::former_registrations() {
    std::optional<std::uint32_t> now;
    const Row* current = nullptr;
    for (Row& p : rows(Tab::Admin_Patient))
        if (p.live) {
            now = item_of(p, EntityKind::EpisodeOfCare);
            current = &p;
        }
    if (!now) {
        for (Row& r : former_) record_->settle(r.row, Fate::superseded, "newer-row-of-same-key");
        return;
    }
    for (std::size_t i = 0; i < former_.size(); ++i) {
        Row& r = former_[i];
        const Row& next = i + 1 < former_.size() ? former_[i + 1] : *current;
        const Text start = maker_.cell(r, "DateOfRegistration");
        const auto item = static_cast<std::uint32_t>(record_->items.size());
        auto& e = record_->add<record::EpisodeOfCare>();
        e.id = maker_.id_of(EntityKind::EpisodeOfCare, r.tab, record_->key, r.key_text, start);
        record::Identifier& id = e.identifier.add(record_->arena);
        id.system = record_->arena.join(kIdBase, "Admin_Patient");
        id.value = record_->arena.join(r.key_text, "#", start);
        e.patient.reference = record_->arena.join("Patient/", record_->patient_id);
        record_->claim(r.row, item, Role::primary, "Admin_Patient");
        maker_.join(r, item, "EpisodeOfCare:ended");
        inherit_labels(*now, item);
        if (!e.period.end.empty()) continue;
        // Deducted and registered again on one day: the extract never had the end.
        e.period.end = maker_.cell(next, "DateOfRegistration");
        e.inferred.add(record_->arena) = "period.end: the start of the next registration";
        maker_.degrade("end-inferred", EntityKind::EpisodeOfCare);
    }
}

// Asked of the mapping set once a code.
const PatientCursor::Said& PatientCursor::said(std::size_t kind, const Code& code) {
    static constexpr std::pair<Text, Text> kTables[] = {{"ethnicity-categories", "ethnicity"},
                                                        {"marital-status-categories", "marital-status"}};
    std::vector<Said>& known = said_[kind];
    if (code.number >= known.size()) known.resize(std::max<std::size_t>(code.number + 1, 2 * known.size()));
    Said& s = known[code.number];
    if (s.found_out) return s;
    s.found_out = true;
    const mapping::MappingSet& m = maker_.mapping();
    const auto [list, values] = kTables[kind];
    const int index = m.values_index(values);
    s.about = code.known && index >= 0 && m.in_list(list, code.category);
    if (!s.about) return s;
    // Case counts: 9T1B. and 9t1b. are different codes.
    for (const mapping::ValueRow& v : m.values(index).rows)
        if (v.source == code.read || (code.read.empty() && v.source == code.local)) s.value = &v;
    return s;
}

// Ethnicity and marital status stand only in coded observations: the latest counts; on one date the one that
// maps.
void PatientCursor::coded_demographics() {
    const mapping::MappingSet& m = maker_.mapping();
    struct Kind {
        Text values;
        Row* row = nullptr;
        const mapping::ValueRow* value = nullptr;
    };
    Kind kinds[] = {{"ethnicity"}, {"marital-status"}};
    // With precision U the date means nothing.
    const auto known_day = [&](const Row& r) {
        return same_ignoring_case(maker_.cell(r, "EffectiveDatePrecision"), "U")
                   ? Text{}
                   : maker_.cell(r, "EffectiveDate");
    };
    for (Row& r : rows(Tab::CareRecord_Observation)) {
        if (!r.live) continue;
        const Code& code = maker_.code_of(r);
        for (std::size_t i = 0; i < std::size(kinds); ++i) {
            const Said& s = said(i, code);
            if (!s.about) continue;
            Kind& k = kinds[i];
            const Text day = known_day(r);
            const Text before = k.row == nullptr ? Text{} : known_day(*k.row);
            const bool maps = s.value != nullptr && !s.value->target.empty();
            const bool mapped = k.value != nullptr && !k.value->target.empty();
            if (k.row != nullptr && (day < before || (day == before && (mapped || !maps)))) continue;
            k.row = &r;
            k.value = s.value;
        }
    }
    std::optional<std::uint32_t> item;
    for (Row& p : rows(Tab::Admin_Patient))
        if (p.live) item = item_of(p, EntityKind::Patient);
    if (!item) return;
    auto& patient = maker_.entity<record::Patient>(*item);
    for (const Kind& k : kinds) {
        if (k.row == nullptr) continue;
        record::Concept& out = k.values == "ethnicity" ? patient.ethnic_category : patient.marital_status;
        const mapping::Values& values = m.values(m.values_index(k.values));
        // A refused or unknown code clears the field; the observation itself stays.
        if (k.value == nullptr) maker_.degrade("value-unmapped", EntityKind::Patient);
        if (k.value == nullptr || k.value->target.empty()) continue;
        // What only some staff may see does not go onto the person, whom all see; the entry has it.
        if (is_true(maker_.cell(*k.row, "IsConfidential"))) {
            maker_.degrade("confidential-kept-apart", EntityKind::Patient);
            continue;
        }
        record::Coding& c = out.coding.add(record_->arena);
        c.system = values.target_system;
        c.code = k.value->target;
        c.display = k.value->display;
        maker_.codes().concept_of(maker_.code_of(*k.row), Tab::Coding_ClinicalCode, record_->arena, out);
        record_->claim(k.row->row, *item, Role::part, shape(Tab::CareRecord_Observation).name);
    }
}

}  // namespace gpswitch::emis
