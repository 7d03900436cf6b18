// The person: names, addresses, contacts, registrations.
#include <fmt/format.h>

#include "core/system/synthetic/maker.hpp"

namespace gpswitch::synthetic {

using record::EntityKind;
using record::Text;

namespace {

/// Ofcom's numbers for drama, which ring nowhere.
Text drama_landline(Arena& arena, Random& random) {
    return arena.copy(fmt::format("01632 960{:03}", random.below(1000)));
}
Text drama_mobile(Arena& arena, Random& random) {
    return arena.copy(fmt::format("07700 900{:03}", random.below(1000)));
}

}  // namespace

void Maker::person() {
    const Tables& words = Tables::get();
    Arena& arena = record_.arena;
    const bool temporary = sketch_.standing == Standing::temporary;
    const auto years = static_cast<Day>(std::min(random_.below(98), random_.below(110)));
    born_ = as_of() - 120 - years * 365 - static_cast<Day>(random_.below(365));
    const Day first = temporary ? as_of() - 110 : std::max(born_ + 20, as_of() - 40 * 365);
    joined_ = temporary ? first
                        : first + static_cast<Day>(random_.below(
                                      static_cast<std::uint32_t>((as_of() - 90 - first) / 2 + 1)));
    const bool ended = sketch_.standing == Standing::left || sketch_.standing == Standing::dead;
    last_ = ended ? joined_ + 10 +
                        static_cast<Day>(random_.below(static_cast<std::uint32_t>(as_of() - joined_ - 10)))
                  : as_of() - 1;
    female_ = random_.permille(510);
    labels_ = random_.permille(8) ? staff_restricted : random_.permille(5) ? sensitive : 0u;

    auto& p = add<record::Patient>();
    record_.patient_id = p.id;
    subject_ = refer(p, EntityKind::Patient);
    identifiers(p);
    p.active = ended ? "false" : "true";
    p.gender = random_.permille(4) ? "unknown" : female_ ? "female" : "male";
    p.birth_date = random_.permille(10) ? month_text(arena, born_) : day_text(arena, born_);
    record::HumanName& n = one(p.name);
    n.use = "official";
    n.family = words.word("family", random_);
    one(n.given) = words.word(female_ ? "female" : "male", random_);
    if (random_.permille(400)) one(n.given) = words.word(female_ ? "female" : "male", random_);
    one(n.prefix) = female_ ? (random_.permille(500) ? "Ms" : "Mrs") : "Mr";
    if (random_.permille(15)) one(n.suffix) = "BSc";
    n.text = arena.join(n.prefix[0], " ", n.given[0], " ", n.family);
    if (female_ && random_.permille(120)) {
        record::HumanName& former = one(p.name);
        former.use = "old";
        former.family = words.word("family", random_);
        one(former.given) = n.given[0];
        former.period.end = day_text(arena, joined_);
    }
    if (random_.permille(900)) {
        record::Address& a = one(p.address);
        a.use = "home";
        a.type = "both";
        one(a.line) = arena.copy(fmt::format("{} {}", 1 + random_.below(120), words.word("street", random_)));
        if (random_.permille(250)) one(a.line) = words.word("town", random_);
        a.city = words.word("town", random_);
        a.district = "Exampleshire";
        a.postal_code = arena.copy(fmt::format("ZZ99 {}{}{}", random_.below(10),
                                               static_cast<char>('A' + random_.below(26)),
                                               static_cast<char>('A' + random_.below(26))));
        a.period.start = day_text(arena, joined_);
    }
    const auto reach = [&](Text system, Text use, Text value) {
        record::ContactPoint& t = one(p.telecom);
        t.system = system, t.use = use, t.value = value;
    };
    if (random_.permille(700)) reach("phone", "home", drama_landline(arena, random_));
    if (random_.permille(800)) reach("phone", "mobile", drama_mobile(arena, random_));
    if (random_.permille(400)) reach("email", "home", arena.join("patient", key_, "@example.org"));
    if (sketch_.standing == Standing::dead) {
        if (random_.permille(60))
            p.deceased_boolean = "true";
        else
            p.deceased_date_time = day_text(arena, last_);
    }
    if (random_.permille(350)) p.marital_status = words.code("marital", random_).concept_;
    if (random_.permille(600)) p.ethnic_category = words.code("ethnicity", random_).concept_;
    if (random_.permille(90)) {
        record::PatientContact& c = one(p.contact);
        one(c.relationship) =
            coded("https://fhir.hl7.org.uk/CodeSystem/UKCore-AdditionalPersonRelationshipRole", "Carer",
                  "Carer of patient");
        c.relationship[0].text = words.word("relation", random_);
        c.name.text = words.word("contact", random_);
        record::ContactPoint& t = one(c.telecom);
        t.system = "phone", t.value = drama_mobile(arena, random_), t.use = "mobile";
    }
    if (random_.permille(70)) {
        record::PatientCommunication& c = one(p.communication);
        c.language = coded("urn:ietf:bcp:47", "pl", "Polish");
        c.preferred = "true";
        p.interpreter_required = random_.permille(500) ? "true" : "false";
    }
    organization(0, one(p.general_practitioner));
    clinician(one(p.general_practitioner));
    organization(0, p.managing_organization);
    if (random_.permille(150)) organization(4, p.nominated_pharmacy);
    if (random_.permille(300)) need(EntityKind::Location, 1, p.preferred_branch);
}

void Maker::identifiers(record::Patient& p) {
    const auto numbered = [&](std::uint32_t n, bool old) -> record::Identifier& {
        record::Identifier& i = one(p.identifier);
        i.system = "https://fhir.nhs.uk/Id/nhs-number";
        i.value = record_.arena.copy(test_nhs_number(n, old));
        return i;
    };
    if (random_.permille(15)) {
        p.nhs_number_unavailable_reason.text = "Not yet traced";
    } else {
        record::Identifier& i = numbered(patient_, false);
        const bool verified = random_.permille(940);
        i.verification_status =
            verified ? coded("https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland",
                             "01", "Number present and verified")
                     : coded("https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland",
                             "02", "Number present but not traced");
    }
    if (random_.permille(8)) {
        record::Identifier& i = numbered(patient_, true);
        i.use = "old";
        i.period.end = day_text(record_.arena, joined_);
    }
}

void Maker::registration() {
    Arena& arena = record_.arena;
    auto& e = add<record::EpisodeOfCare>();
    const bool left = sketch_.standing == Standing::left, dead = sketch_.standing == Standing::dead;
    const auto& types = Tables::get().codes("registration");
    e.status = left || dead ? "finished" : "active";
    one(e.type) = types[sketch_.standing == Standing::temporary  ? 1
                        : sketch_.standing == Standing::private_ ? 2
                                                                 : 0]
                      .concept_;
    e.patient.reference = subject_;
    organization(0, e.managing_organization);
    clinician(e.care_manager);
    e.period.start = day_text(arena, joined_);
    if (random_.permille(500)) {
        record::EpisodeStatus& before = one(e.status_history);
        before.status = "planned";
        before.period.start = before.period.end = stamp(joined_ - 3 < born_ ? joined_ : joined_ - 3);
        before.text = "Pre-registered, presented";
    }
    record::EpisodeStatus& now = one(e.status_history);
    now.status = "active";
    now.period.start = stamp(joined_);
    now.text = "Registered";
    if (!left && !dead) return;
    e.period.end = day_text(arena, last_);
    now.period.end = stamp(last_);
    record::EpisodeStatus& end = one(e.status_history);
    end.status = "finished";
    end.period.start = now.period.end;
    end.text = dead ? "Death" : "Deducted at patient request";
}

void Maker::relative() {
    if (!random_.permille(40)) return;
    auto& r = add<record::RelatedPerson>();
    r.active = "true";
    r.patient.reference = subject_;
    one(r.relationship) = coded("http://terminology.hl7.org/CodeSystem/v2-0131", "N", "Next-of-Kin");
    r.relationship[0].text = Tables::get().word("relation", random_);
    record::HumanName& n = one(r.name);
    n.use = "usual";
    n.text = Tables::get().word("contact", random_);
    record::ContactPoint& t = one(r.telecom);
    t.system = "phone", t.value = drama_landline(record_.arena, random_), t.use = "home";
    r.period.start = day_text(record_.arena, joined_);
}

}  // namespace gpswitch::synthetic
