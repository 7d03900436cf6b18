#include "core/system/synthetic/practice.hpp"

#include <fmt/format.h>

#include "core/system/synthetic/tables.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::synthetic {

using record::EntityKind;
using record::Record;
using record::Text;

namespace {

constexpr std::uint32_t kClinicians = 6, kStaff = 9, kSessions = 720, kFreeSlots = 60;

struct Size {
    EntityKind kind;
    std::uint32_t count;
};
constexpr Size kSizes[] = {
    {EntityKind::Organization, 5},
    {EntityKind::Location, 2},
    {EntityKind::HealthcareService, 1},
    {EntityKind::Practitioner, kStaff},
    {EntityKind::PractitionerRole, kStaff},
    {EntityKind::Schedule, kSessions},
    {EntityKind::Slot, kFreeSlots},
    {EntityKind::CareTeam, 1},
    {EntityKind::Group, 1},
};

struct Place {
    const char *name, *ods, *type, *type_display, *line, *city, *postcode, *phone;
};
constexpr Place kOrganizations[] = {
    {"Mill Rise Surgery", "QZ8001", "PR", "GP Practices in England and Wales", "1 Mill Rise", "Copperfell",
     "ZZ99 1AA", "01632 960001"},
    {"NHS Copperfell Vale ICB", "QZ8", "CC", "Clinical Commissioning Group (CCG)", "2 Beacon Road",
     "Copperfell", "ZZ99 1AC", "01632 960005"},
    {"Copperfell General Hospital", "QZ802", "HO", "Hospital", "3 Old Quay", "Brackwater", "ZZ99 2AA",
     "01632 960006"},
    {"Brackwater Pathology Laboratory", "QZ803", "HD", "Hospital Department", "3 Old Quay", "Brackwater",
     "ZZ99 2AB", "01632 960007"},
    {"Copperfell Pharmacy", "QZ804", "PY", "Pharmacy", "5 Mill Rise", "Copperfell", "ZZ99 1AD",
     "01632 960008"},
};
constexpr Place kLocations[] = {
    {"Mill Rise Surgery", "", "", "", "1 Mill Rise", "Copperfell", "ZZ99 1AA", "01632 960001"},
    {"Nether Wending Branch", "", "", "", "12 Larkspur Close", "Nether Wending", "ZZ99 1AB", "01632 960002"},
};
struct Person {
    const char *prefix, *given, *family, *gender;
    std::uint32_t job;  ///< row of the list "job"
};
constexpr Person kPeople[kStaff] = {
    {"Dr", "Philippa", "Marlow", "female", 0},   {"Dr", "Idris", "Penhallow", "male", 0},
    {"Dr", "Zoë", "Okonjo-Bright", "female", 0}, {"Dr", "Søren", "Ashcombe", "male", 0},
    {"Nurse", "Siân", "Fenwick", "female", 1},   {"Nurse", "Caleb", "Yarrowby", "male", 1},
    {"Mr", "Rupert", "Quillfeather", "male", 2}, {"Ms", "Noor", "Brindlewood", "female", 2},
    {"Mrs", "Edith", "Goldcrest", "female", 2},
};

}  // namespace

std::string id_of(const std::string& practice, std::string_view type, std::string_view key) {
    const UuidText id = uuid_v5({"synthetic", practice, type, key});
    return {id.data(), id.size()};
}

/// One practice-wide entity while it is made.
struct Practice::Look {
    const Practice& practice;
    Record& record;
    const PracticeRow& row;

    Arena& arena() { return record.arena; }
    template <class T>
    T& add() {
        T& e = record.add<T>();
        e.id = row.id;
        auto& own = e.identifier.add(arena());
        own.system = arena().join("https://gpswitch.org/Id/synthetic/", record::name_of(row.kind));
        own.value = row.key;
        return e;
    }
    void refer(EntityKind kind, std::uint32_t number, record::Reference& out) {
        out.reference = practice.reference(kind, number);
        const std::size_t slash = out.reference.find('/');
        record.needs.push_back({kind, out.reference.substr(slash + 1), practice.row(kind, number)});
    }
    template <class L>
    void refer_in(EntityKind kind, std::uint32_t number, L& list) {
        refer(kind, number, list.add(arena()));
    }
    record::Concept words(Text text) {
        record::Concept c;
        c.text = text;
        return c;
    }
    record::Concept coded(Text system, Text code, Text display) {
        record::Concept c;
        auto& coding = c.coding.add(arena());
        coding.system = system, coding.code = code, coding.display = display;
        c.text = display;
        return c;
    }
    void phone(List<record::ContactPoint>& list, Text value) {
        auto& t = list.add(arena());
        t.system = "phone", t.value = value, t.use = "work";
    }
    void address(const Place& p, record::Address& a) {
        a.use = "work";
        a.line.add(arena()) = p.line;
        a.city = p.city, a.postal_code = p.postcode, a.district = "Exampleshire", a.country = "GBR";
    }

    void organization() {
        const Place& p = kOrganizations[row.number];
        auto& o = add<record::Organization>();
        auto& ods = o.identifier.add(arena());
        ods.system = "https://fhir.nhs.uk/Id/ods-organization-code";
        ods.value = p.ods;
        o.active = "true";
        o.name = p.name;
        o.type.add(arena()) =
            coded("https://gpswitch.org/CodeSystem/ods-organisation-type", p.type, p.type_display);
        phone(o.telecom, p.phone);
        address(p, o.address.add(arena()));
        o.period.start = "2000-04-01";
        if (row.number != 0) return;
        o.alias.add(arena()) = "The Surgery on the Rise";
        refer(EntityKind::Organization, 1, o.part_of);
        refer(EntityKind::Location, 0, o.main_location);
    }
    void location() {
        const Place& p = kLocations[row.number];
        auto& l = add<record::Location>();
        l.status = "active";
        l.name = p.name;
        l.type.add(arena()) = words(row.number == 0 ? "Main Surgery" : "Branch Surgery");
        phone(l.telecom, p.phone);
        address(p, l.address);
        refer(EntityKind::Organization, 0, l.managing_organization);
        l.period.start = "2000-04-01";
        l.contact_name = "Rupert Quillfeather";
        if (row.number != 0) refer(EntityKind::Location, 0, l.part_of);
    }
    void service() {
        auto& s = add<record::HealthcareService>();
        s.active = "true";
        s.name = "Dermatology clinic";
        s.comment = "Referrals by letter";
        s.type.add(arena()) = words("Outpatient clinic");
        refer(EntityKind::Organization, 2, s.provided_by);
        phone(s.telecom, "01632 960009");
    }
    void practitioner() {
        const Person& p = kPeople[row.number];
        auto& e = add<record::Practitioner>();
        e.active = "true";
        auto& n = e.name.add(arena());
        n.use = "official";
        n.family = p.family;
        n.given.add(arena()) = p.given;
        n.prefix.add(arena()) = p.prefix;
        e.gender = p.gender;
        if (row.number >= kClinicians) return;
        auto& gmc = e.identifier.add(arena());
        gmc.system = "https://gpswitch.org/Id/professional-registration";
        gmc.value = arena().copy(fmt::format("999000{}", row.number + 1));
    }
    void role() {
        auto& r = add<record::PractitionerRole>();
        r.active = "true";
        r.period.start = "2012-09-01";
        refer(EntityKind::Practitioner, row.number, r.practitioner);
        refer(EntityKind::Organization, 0, r.organization);
        r.code.add(arena()) = Tables::get().codes("job")[kPeople[row.number].job].concept_;
        refer_in(EntityKind::Location, row.number % 2, r.location);
    }
    void schedule() {
        auto& s = add<record::Schedule>();
        Day day = 0;
        int minute = 0;
        practice.session(row.number, day, minute);
        s.active = "true";
        s.service_category.add(arena()) = words("Routine");
        s.service_type.add(arena()) = words("Timed appointments");
        refer_in(EntityKind::Location, row.number % 2, s.actor);
        refer_in(EntityKind::PractitionerRole, row.number % kClinicians, s.actor);
        s.planning_horizon.start = instant_text(arena(), day, minute);
        s.planning_horizon.end = instant_text(arena(), day, minute + 210);
        s.comment = minute < 720 ? "Morning surgery" : "Afternoon surgery";
    }
    void free_slot() {
        auto& s = add<record::Slot>();
        const std::uint32_t number = kSessions - 1 - row.number % 30;
        Day day = 0;
        int minute = 0;
        practice.session(number, day, minute);
        minute += 180 + static_cast<int>(row.number / 30) * 10;
        slot(s, number, day, minute, "free");
        s.comment = "Kept free for urgent needs";
    }
    void slot(record::Slot& s, std::uint32_t session, Day day, int minute, Text status) {
        refer(EntityKind::Schedule, session, s.schedule);
        s.service_type.add(arena()) = words(practice.slot_type(session, minute));
        s.status = status;
        s.start = instant_text(arena(), day, minute);
        s.end = instant_text(arena(), day, minute + 10);
        s.bookable_online = minute % 30 == 0 ? "true" : "false";
    }
    void team() {
        auto& t = add<record::CareTeam>();
        t.status = "active";
        t.name = "Long term conditions team";
        t.period.start = "2018-01-01";
        auto& p = t.participant.add(arena());
        p.role.add(arena()) = words("Lead");
        refer(EntityKind::Practitioner, 0, p.member);
        refer_in(EntityKind::Organization, 0, t.managing_organization);
        phone(t.telecom, "01632 960001");
    }
    void group() {
        auto& g = add<record::Group>();
        g.active = "true";
        g.type = "practitioner";
        g.actual = "true";
        g.name = "On-call rota";
        g.quantity = "2";
        refer(EntityKind::Organization, 0, g.managing_entity);
        auto& on_call = g.characteristic.add(arena());
        on_call.code = words("On call");
        on_call.value_boolean = "true";
        on_call.exclude = "false";
        auto& grade = g.characteristic.add(arena());
        grade.code = words("Grade");
        grade.value_codeable_concept = words("Partner");
        grade.exclude = "false";
        for (std::uint32_t i : {1u, 2u}) {
            auto& m = g.member.add(arena());
            refer(EntityKind::Practitioner, i, m.entity);
            m.period.start = "2020-01-01";
            m.inactive = "false";
        }
    }
};

Practice::Practice(const Options& options)
    : options_(options), name_(fmt::format("synthetic-{}", options.seed)) {
    for (const auto& [kind, count] : kSizes) {
        first_[static_cast<std::size_t>(kind)] = static_cast<std::uint32_t>(rows_.size());
        counts_[static_cast<std::size_t>(kind)] = count;
        for (std::uint32_t n = 0; n < count; ++n) {
            const std::string_view type = record::name_of(kind);
            std::string key = fmt::format("{}-{}", type, n);
            std::string id = id_of(name_, type, key);
            references_.push_back(fmt::format("{}/{}", type, id));
            rows_.push_back({kind, n, std::move(key), std::move(id)});
        }
    }
}

std::uint32_t Practice::row(EntityKind kind, std::uint32_t number) const {
    return first_[static_cast<std::size_t>(kind)] + number;
}

Text Practice::reference(EntityKind kind, std::uint32_t number) const {
    return references_[row(kind, number)];
}

void Practice::add(std::uint32_t row, Record& record) const {
    Look look{*this, record, rows_[row]};
    switch (rows_[row].kind) {
        case EntityKind::Organization: return look.organization();
        case EntityKind::Location: return look.location();
        case EntityKind::HealthcareService: return look.service();
        case EntityKind::Practitioner: return look.practitioner();
        case EntityKind::PractitionerRole: return look.role();
        case EntityKind::Schedule: return look.schedule();
        case EntityKind::Slot: return look.free_slot();
        case EntityKind::CareTeam: return look.team();
        default: return look.group();
    }
}

// Half days of the clinicians, weekends left out; the last ones lie after the practice's as-of.
void Practice::session(std::uint32_t number, Day& day, int& minute) const {
    const std::uint32_t half = number / kClinicians;
    const std::uint32_t working = half / 2;
    day = day_of(2026, 1, 5) + static_cast<Day>(working / 5 * 7 + working % 5);
    minute = half % 2 == 0 ? 9 * 60 : 14 * 60;
}

Text Practice::slot_type(std::uint32_t schedule, int minute) const {
    Random random(options_.seed, schedule, static_cast<std::uint64_t>(minute));
    return Tables::get().code("slot-type", random).display;
}

Booking Practice::booking(std::uint32_t patient, std::uint32_t n) const {
    Random random(options_.seed, patient, 100'000 + n);
    Booking b{};
    b.schedule = random.below(kSessions);
    session(b.schedule, b.day, b.minute);
    b.minute += static_cast<int>(random.below(18)) * 10;
    return b;
}

Text Practice::slot_reference(std::uint32_t patient, std::uint32_t n, Arena& arena) const {
    return arena.join("Slot/", id_of(name_, "Slot", fmt::format("booked-{}-{}", patient, n)));
}

void Practice::add_slot(std::uint32_t patient, std::uint32_t n, Record& record) const {
    const Booking b = booking(patient, n);
    PracticeRow row{EntityKind::Slot, n, fmt::format("booked-{}-{}", patient, n), {}};
    row.id = id_of(name_, "Slot", row.key);
    Look look{*this, record, row};
    auto& s = look.add<record::Slot>();
    s.id = record.arena.copy(s.id);
    s.identifier[0].value = record.arena.copy(s.identifier[0].value);
    record.items.back().made = "slot of a synthetic booking";
    look.slot(s, b.schedule, b.day, b.minute, "busy");
}

}  // namespace gpswitch::synthetic
