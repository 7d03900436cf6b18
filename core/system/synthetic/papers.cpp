// Requests and recalls, documents, bookings, warnings, consents, tasks, and who changed what.
#include <fmt/format.h>

#include "core/system/synthetic/maker.hpp"

namespace gpswitch::synthetic {

using record::EntityKind;
using record::Text;

void Maker::requests() {
    const Tables& tables = Tables::get();
    Arena& arena = record_.arena;
    const bool gone = sketch_.standing == Standing::left || sketch_.standing == Standing::dead;
    const auto base = [&](Text list, Day day) -> record::ServiceRequest& {
        auto& s = add<record::ServiceRequest>(some_labels());
        s.code = tables.code(list, random_).concept_;
        s.subject.reference = subject_;
        clinician(s.requester);
        clerk(s.recorder);
        s.authored_on = stamp(day);
        return s;
    };
    for (std::uint32_t i = 0; i < sketch_.recalls; ++i) {
        const Day day = any_day();
        auto& s = base("recall", day);
        const bool open = !gone && random_.permille(500);
        s.status = open ? "active" : "completed";
        s.intent = "plan";
        one(s.category) = coded("http://snomed.info/sct", "714311000000108", "Patient recall administration");
        s.occurrence_date_time = day_text(
            arena, open ? as_of() + static_cast<Day>(random_.below(300)) : std::min(last_, day + 90));
        s.duration_text = tables.word("duration", random_);
        if (random_.permille(300)) remark(s.note);
    }
    for (std::uint32_t i = 0; i < sketch_.referrals; ++i) {
        const Contact* at = contact();
        auto& s = base("referral", at != nullptr ? at->day : any_day());
        if (at != nullptr) s.encounter.reference = at->reference;
        s.status = random_.permille(500) ? "active" : "completed";
        s.intent = "order";
        s.priority = random_.permille(150) ? "urgent" : "routine";
        one(s.category) = coded("http://snomed.info/sct", "3457005", "Patient referral");
        one(s.order_detail) =
            coded("https://gpswitch.org/CodeSystem/referral-service-type", "outpatient", "Outpatient");
        s.referral_mode =
            coded("https://fhir.hl7.org.uk/CodeSystem/UKCore-ServiceRequestMethod", "5", "Letter");
        organization(2, one(s.performer));
        if (random_.permille(300)) need(EntityKind::HealthcareService, 0, one(s.performer));
        s.requisition = {"https://fhir.nhs.uk/Id/UBRN",
                         arena.copy(fmt::format("0000{:08}", random_.below(100'000'000)))};
        if (random_.permille(200)) s.transport = "none-required";
        if (random_.permille(400)) remark(s.note);
        if (!problems_.empty())
            one(s.reason_reference).reference =
                problems_[random_.below(static_cast<std::uint32_t>(problems_.size()))];
    }
}

void Maker::documents() {
    const Tables& tables = Tables::get();
    Arena& arena = record_.arena;
    const std::uint32_t n = sketch_.observations / 40 + random_.below(2);
    for (std::uint32_t i = 0; i < n; ++i) {
        const Day day = any_day();
        auto& d = add<record::DocumentReference>(random_.permille(60) ? third_party : some_labels());
        d.master_identifier = {"https://gpswitch.org/Id/synthetic/document", d.identifier[0].value};
        d.status = "current";
        d.type = tables.code("document", random_).concept_;
        d.subject.reference = subject_;
        d.date = stamp(day);
        clinician(one(d.author));
        organization(0, d.custodian);
        if (random_.permille(500)) d.description = "From the hospital";
        record::Attachment& a = one(d.content).attachment;
        a.title = tables.word("file", random_);
        a.content_type = a.title.ends_with(".pdf") ? "application/pdf" : "image/tiff";
        a.size = number(20'000 + random_.below(400'000));
        if (random_.permille(30))
            a.data = "U3ludGhldGljIGxldHRlcjogbm90aGluZyBpbiBpdCBpcyB0cnVlLgo=", a.size = "42";
        d.context.period.start = day_text(arena, day);
        if (const Contact* at = contact(); at != nullptr && random_.permille(200))
            one(d.context.encounter).reference = at->reference;
    }
}

void Maker::bookings() {
    for (std::uint32_t n = 0; n < sketch_.bookings; ++n) {
        const Booking b = practice_.booking(patient_, n);
        auto& a = add<record::Appointment>();
        const bool past = b.day < as_of();
        const bool missed = past && random_.permille(60);
        a.status = !past ? "booked" : missed ? "noshow" : "fulfilled";
        one(a.service_type).text = practice_.slot_type(b.schedule, b.minute);
        a.start = instant_text(record_.arena, b.day, b.minute);
        a.end = instant_text(record_.arena, b.day, b.minute + 10);
        a.minutes_duration = "10";
        record::Reference& slot = one(a.slot);
        slot.reference = practice_.slot_reference(patient_, n, record_.arena);
        record_.needs.push_back({EntityKind::Slot, slot.reference.substr(5), booking_handle(patient_, n)});
        a.created = stamp(std::max(joined_, b.day - 10));
        if (random_.permille(200)) a.description = "Review of tablets";
        if (random_.permille(100)) a.comment = "Needs a ground floor room";
        a.booking_method = random_.permille(400) ? coded("https://gpswitch.org/CodeSystem/booking-method",
                                                         "patient-online", "Booked by the patient online")
                                                 : coded("https://gpswitch.org/CodeSystem/booking-method",
                                                         "practice", "Booked by the practice");
        if (past && !missed) {
            a.sent_in = instant_text(record_.arena, b.day, b.minute + 3);
            a.left = instant_text(record_.arena, b.day, b.minute + 12);
        }
        record::AppointmentParticipant& p = one(a.participant);
        p.actor.reference = subject_;
        p.status = "accepted";
    }
}

void Maker::papers() {
    const Tables& tables = Tables::get();
    Arena& arena = record_.arena;
    const bool gone = sketch_.standing == Standing::left || sketch_.standing == Standing::dead;
    if (random_.permille(30)) {
        auto& f = add<record::Flag>(some_labels());
        f.status = random_.permille(800) ? "active" : "inactive";
        one(f.category) = coded("http://terminology.hl7.org/CodeSystem/flag-category", "safety", "Safety");
        f.code = tables.code("warning", random_).concept_;
        f.subject.reference = subject_;
        f.period.start = day_text(arena, joined_);
        clinician(f.author);
    }
    if (random_.permille(100)) {
        auto& c = add<record::Consent>();
        c.status = "active";
        c.scope =
            coded("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy", "Privacy Consent");
        one(c.category).text = random_.permille(500) ? "Summary Care Record" : "Text messages";
        c.patient.reference = subject_;
        c.date_time = stamp(any_day());
        c.policy_rule.text = "Practice policy";
        c.provision = random_.permille(300) ? R"({"type":"deny"})" : R"({"type":"permit"})";
        organization(0, one(c.organization));
    }
    if (random_.permille(60)) {
        const Day day = any_day();
        auto& t = add<record::Task>();
        t.status = gone || random_.permille(600) ? "completed" : "requested";
        t.intent = "order";
        t.priority = random_.permille(200) ? "urgent" : "routine";
        t.code = tables.code("task", random_).concept_;
        t.description = "Please ring back with the result";
        t.for_patient.reference = subject_;
        t.authored_on = t.last_modified = stamp(day);
        clinician(t.requester);
        clerk(t.owner);
        if (!problems_.empty()) t.focus.reference = problems_[0];
    }
}

void Maker::rarities() {
    auto& m = add<record::Medication>();
    m.code = Tables::get().code("drug", random_).concept_;
    m.patient.reference = subject_;
    auto& a = add<record::AuditEvent>();
    a.type.system = "http://terminology.hl7.org/CodeSystem/audit-event-type", a.type.code = "rest";
    a.recorded = stamp(any_day());
    clinician(one(a.agent).who);
    a.agent[0].requestor = "true";
    organization(0, a.source_element.observer);
    a.patient.reference = subject_;
}

// Who last changed some of the entries, and how: with the labels of the entry.
void Maker::audit() {
    const std::size_t n = record_.items.size();
    for (std::size_t i = 1; i < n; ++i) {
        if (!random_.permille(15)) continue;
        const record::Item item = record_.items[i];
        if (item.kind == EntityKind::Provenance) continue;
        auto& p = add<record::Provenance>();
        p.meta.security = item.entity->meta.security;
        one(p.target).reference = refer(*item.entity, item.kind);
        const Day day = any_day();
        p.recorded = stamp(day);
        p.occurred_date_time = day_text(record_.arena, day);
        p.activity =
            random_.permille(500)
                ? coded("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "UPDATE", "update")
                : coded("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "CREATE", "create");
        record::ProvenanceAgent& a = one(p.agent);
        a.type =
            coded("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "enterer", "Enterer");
        clerk(a.who);
        p.patient.reference = subject_;
    }
}

}  // namespace gpswitch::synthetic
