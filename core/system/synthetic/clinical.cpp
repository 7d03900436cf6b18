// Consultations, problems, findings, allergies, immunisations.
#include "core/system/synthetic/maker.hpp"

namespace gpswitch::synthetic {

using record::EntityKind;
using record::Text;

namespace {

constexpr Text kActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
constexpr Text kParticipation = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
constexpr Text kConditionStatus = "http://terminology.hl7.org/CodeSystem/condition-clinical";
constexpr Text kConditionCategory = "http://terminology.hl7.org/CodeSystem/condition-category";
constexpr Text kEpisodicity = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ConditionEpisodicity";

}  // namespace

void Maker::consultations() {
    for (std::uint32_t i = 0; i < sketch_.consultations; ++i) {
        const unsigned labels = some_labels();
        const Day day = any_day();
        auto& e = add<record::Encounter>(labels);
        e.status = "finished";
        e.class_.system = kActCode, e.class_.code = "AMB", e.class_.display = "ambulatory";
        one(e.type) = Tables::get().code("consultation", random_).concept_;
        e.subject.reference = subject_;
        const auto part = [&](Text code, Text display) -> record::EncounterParticipant& {
            record::EncounterParticipant& p = one(e.participant);
            one(p.type) = coded(kParticipation, code, display);
            return p;
        };
        clinician(part("PPRF", "primary performer").individual);
        if (random_.permille(600)) clerk(part("ENT", "data entry person").individual);
        e.period.start = random_.permille(500) ? stamp(day) : day_text(record_.arena, day);
        if (random_.permille(300)) {
            e.length.value = number(5 + random_.below(20));
            e.length.unit = "min", e.length.system = "http://unitsofmeasure.org", e.length.code = "min";
        }
        organization(0, e.service_provider);
        e.recorded = stamp(day);
        if (random_.permille(200)) need(EntityKind::Location, random_.below(2), one(e.location).location);
        const Text reference = refer(e, EntityKind::Encounter);
        contacts_.push_back({reference, day, labels});
    }
}

// What was written in a consultation, in order, under a heading.
void Maker::topics(const Contact& c, const std::vector<Text>& entries) {
    if (entries.empty()) return;
    auto& l = add<record::FhirList>(c.labels);
    l.status = "current";
    l.mode = "snapshot";
    l.title = "Examination";
    l.code = coded("http://snomed.info/sct", "24781000000107", "Category (EHR)");
    l.subject.reference = subject_;
    l.encounter.reference = c.reference;
    l.date = stamp(c.day);
    clinician(l.source_person);
    l.ordered_by = coded("http://terminology.hl7.org/CodeSystem/list-order", "system", "Sorted by System");
    for (const Text entry : entries) one(l.entry).item.reference = entry;
}

void Maker::problems() {
    Arena& arena = record_.arena;
    for (std::uint32_t i = 0; i < sketch_.problems; ++i) {
        const bool major = random_.permille(500), past = random_.permille(400);
        const unsigned labels = some_labels();
        const Contact* at = random_.permille(600) ? contact() : nullptr;
        const Day day = at != nullptr ? at->day : any_day();
        auto& c = add<record::Condition>(labels);
        c.clinical_status = past ? coded(kConditionStatus, "inactive", "Inactive")
                                 : coded(kConditionStatus, "active", "Active");
        if (random_.permille(150))
            c.verification_status =
                coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed", "Confirmed");
        one(c.category) = coded(kConditionCategory, "problem-list-item", "Problem List Item");
        c.code = Tables::get().code(major ? "problem" : "minor", random_).concept_;
        c.subject.reference = subject_;
        if (at != nullptr) c.encounter.reference = at->reference;
        c.onset_date_time = partial(day);
        c.recorded_date = stamp(day);
        clerk(c.recorder);
        clinician(c.asserter);
        if (past)
            c.abatement_date_time = day_text(
                arena, day + static_cast<Day>(random_.below(static_cast<std::uint32_t>(last_ - day + 1))));
        c.significance = major ? "major" : "minor";
        if (random_.permille(400))
            c.episode = random_.permille(700) ? coded(kEpisodicity, "first", "First")
                                              : coded(kEpisodicity, "new", "New");
        if (random_.permille(250)) {
            c.last_review = day_text(arena, day + (last_ - day) / 2);
            clinician(c.last_reviewer);
        }
        if (random_.permille(150)) c.expected_duration = number(7 + random_.below(360));
        if (random_.permille(300)) remark(c.note);
        // A tree: some stand under an earlier problem.
        if (!problems_.empty() && random_.permille(250)) {
            record::RelatedProblem& r = one(c.related_problem);
            r.type = "parent";
            r.target.reference = problems_[random_.below(static_cast<std::uint32_t>(problems_.size()))];
        }
        problems_.push_back(refer(c, EntityKind::Condition));
    }
    if (contacts_.empty() || !random_.permille(400)) return;
    // A diagnosis that is no problem.
    const Contact& at = *contact();
    auto& c = add<record::Condition>(at.labels);
    one(c.category) = coded(kConditionCategory, "encounter-diagnosis", "Encounter Diagnosis");
    c.code = Tables::get().code("diagnosis", random_).concept_;
    c.subject.reference = subject_;
    c.encounter.reference = at.reference;
    c.onset_date_time = day_text(arena, at.day);
    c.recorded_date = stamp(at.day);
    clerk(c.recorder);
    clinician(c.asserter);
}

void Maker::observations() {
    std::int64_t left = sketch_.observations;
    while (left > 0) {
        const std::uint32_t kind = random_.below(100);
        if (kind < 18 && left >= 3) {
            blood_pressure();
            left -= 3;
        } else if (kind < 30 && left >= 6) {
            report();
            left -= 5;
        } else if (kind < 65) {
            measurement();
            --left;
        } else {
            finding();
            --left;
        }
    }
    // Some consultations have their entries in order.
    for (const auto& [at, entries] : written_) topics(contacts_[at], entries);
    written_.clear();
}

record::Observation& Maker::observation(const Code& code, Day day, const Contact* at, unsigned labels) {
    auto& o = add<record::Observation>(labels);
    o.status = "final";
    if (!code.category.empty())
        one(o.category) = code.category == "laboratory"
                              ? coded("http://terminology.hl7.org/CodeSystem/observation-category",
                                      "laboratory", "Laboratory")
                              : coded("http://terminology.hl7.org/CodeSystem/observation-category",
                                      "vital-signs", "Vital Signs");
    o.code = code.concept_;
    o.subject.reference = subject_;
    if (at != nullptr) o.encounter.reference = at->reference;
    o.effective_date_time = partial(day);
    clinician(one(o.performer));
    o.recorded = stamp(day);
    clerk(o.recorder);
    if (!problems_.empty() && random_.permille(100))
        one(o.problem).reference = problems_[random_.below(static_cast<std::uint32_t>(problems_.size()))];
    return o;
}

record::Observation& Maker::seen(const Code& code) {
    const Contact* at = random_.permille(700) ? contact() : nullptr;
    auto& o = observation(code, at != nullptr ? at->day : any_day(), at, some_labels());
    if (at == nullptr || random_.permille(700)) return o;
    const auto index = static_cast<std::size_t>(at - contacts_.data());
    if (written_.empty() || written_.back().first != index) written_.push_back({index, {}});
    written_.back().second.push_back(refer(o, EntityKind::Observation));
    return o;
}

void Maker::blood_pressure() {
    const Tables& tables = Tables::get();
    auto& o = seen(tables.codes("blood-pressure")[0]);
    for (const char* half : {"systolic", "diastolic"}) {
        const Code& code = tables.codes(half)[0];
        record::ObservationComponent& c = one(o.component);
        c.code = code.concept_;
        c.value_quantity = measured(code);
        c.source_key = record_.arena.join(o.identifier[0].value, "-", half);
    }
}

void Maker::value(record::Observation& o, const Code& code) {
    o.value_quantity = measured(code);
    if (random_.permille(20)) o.value_quantity.comparator = random_.permille(500) ? "<" : ">";
    if (code.range_low.empty() && code.range_high.empty()) return;
    record::ReferenceRange& r = one(o.reference_range);
    r.low.value = code.range_low;
    r.high.value = code.range_high;
    if (random_.permille(150))
        one(o.interpretation) =
            coded("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "A", "Abnormal");
}

void Maker::measurement() {
    const Code& code = Tables::get().code("value", random_);
    auto& o = seen(code);
    value(o, code);
    if (random_.permille(80)) remark(o.note);
}

void Maker::finding() {
    auto& o = seen(Tables::get().code("finding", random_));
    if (random_.permille(400)) remark(o.note);
}

void Maker::allergies() {
    const Tables& tables = Tables::get();
    const bool none = random_.permille(350);
    const std::uint32_t n = none ? 1 : random_.permille(400) ? 1 + random_.below(3) : 0;
    // Each substance once.
    const auto& all = tables.codes("allergy");
    const std::uint32_t first = random_.below(static_cast<std::uint32_t>(all.size()));
    for (std::uint32_t i = 0; i < n; ++i) {
        const Code& code = none ? tables.codes("no-allergy")[0] : all[(first + i) % all.size()];
        const Day day = any_day();
        auto& a = add<record::AllergyIntolerance>(none ? 0 : some_labels());
        const bool ended = !none && random_.permille(80);
        one(a.clinical_status.coding) = {"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                                         {},
                                         ended ? "resolved" : "active",
                                         ended ? "Resolved" : "Active",
                                         {},
                                         {},
                                         {}};
        if (ended) {
            a.clinical_status.end.end_date = day_text(record_.arena, last_);
            a.clinical_status.end.reason_ended = "Tested negative in clinic";
        }
        a.verification_status = coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
                                      "unconfirmed", "Unconfirmed");
        if (!code.category.empty()) one(a.category) = code.category;
        a.code = code.concept_;
        a.patient.reference = subject_;
        a.onset_date_time = partial(day);
        a.recorded_date = stamp(day);
        clerk(a.recorder);
        clinician(a.asserter);
        if (none) continue;
        if (random_.permille(500)) one(a.note).text = tables.word("reaction", random_);
        if (random_.permille(150)) a.criticality = "high";
    }
}

void Maker::immunisations() {
    const Tables& tables = Tables::get();
    const std::uint32_t n = 1 + random_.below(4);
    for (std::uint32_t i = 0; i < n; ++i) {
        const bool declined = random_.permille(120), elsewhere = !declined && random_.permille(120);
        const Contact* at = random_.permille(500) ? contact() : nullptr;
        const Day day = at != nullptr ? at->day : any_day();
        auto& m = add<record::Immunization>(some_labels());
        m.status = declined ? "not-done" : "completed";
        m.vaccination_procedure = tables.code(declined ? "declined" : "vaccine", random_).concept_;
        m.vaccine_code = coded("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK", "unknown");
        m.patient.reference = subject_;
        if (at != nullptr) m.encounter.reference = at->reference;
        m.occurrence_date_time = day_text(record_.arena, day);
        m.recorded = stamp(day);
        clerk(m.recorder);
        if (declined) {
            m.status_reason =
                coded("http://terminology.hl7.org/CodeSystem/v3-ActReason", "PATOBJ", "patient objection");
            if (random_.permille(300)) one(m.note).text = tables.word("declined", random_);
            continue;
        }
        m.primary_source = elsewhere ? "false" : "true";
        if (elsewhere) {
            m.report_origin = coded("http://terminology.hl7.org/CodeSystem/immunization-origin", "record",
                                    "Written Record");
            continue;
        }
        clinician(one(m.performer).actor);
        m.lot_number = tables.word("batch", random_);
        m.expiration_date = day_text(record_.arena, day + 180);
        m.manufacturer.display = tables.word("maker", random_);
        m.site.text = tables.word("site", random_);
        if (random_.permille(300)) m.route.text = "Intramuscular";
        if (random_.permille(300)) m.dose_quantity.value = "0.5", m.dose_quantity.unit = "ml";
    }
}

void Maker::others() {
    const Tables& tables = Tables::get();
    Arena& arena = record_.arena;
    if (random_.permille(250)) {
        const Day day = any_day();
        auto& f = add<record::FamilyMemberHistory>(random_.permille(60) ? third_party : some_labels());
        f.status = "partial";
        f.patient.reference = subject_;
        f.date = stamp(day);
        f.effective = day_text(arena, day);
        f.relationship =
            coded("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "FAMMEMB", "family member");
        one(f.condition).code = tables.code("family", random_).concept_;
        one(f.note).text = "Mother and one sister";
        clerk(f.recorder);
        clinician(one(f.performer));
    }
    if (random_.permille(300)) {
        const Day day =
            born_ + static_cast<Day>(random_.below(static_cast<std::uint32_t>(last_ - born_ + 1)));
        auto& p = add<record::Procedure>(some_labels());
        p.status = "completed";
        p.code = tables.code("procedure", random_).concept_;
        p.subject.reference = subject_;
        p.performed_date_time = partial(day);
        p.recorded = stamp(std::max(day, joined_));
        clerk(p.recorder);
        clinician(one(p.performer).actor);
        if (random_.permille(300)) remark(p.note);
    }
}

}  // namespace gpswitch::synthetic
