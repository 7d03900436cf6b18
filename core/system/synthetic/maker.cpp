#include "core/system/synthetic/maker.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "core/system/synthetic/fill.hpp"
#include "core/util/hash.hpp"
#include "core/util/nhs_number.hpp"

namespace gpswitch::synthetic {

using record::Text;

namespace {

constexpr std::string_view kLabels = "https://gpswitch.org/CodeSystem/confidentiality";

/// Of a thousand patients so many have so many hundredths of the average: few have most of it.
struct Quantile {
    std::uint32_t patients, hundredths;
};
constexpr Quantile kSizes[] = {{500, 23}, {300, 75}, {150, 190}, {45, 560}, {5, 2400}};

/// `of` for every 550 observations, as in a production practice, rounded up or down by chance.
std::uint32_t share(std::uint32_t observations, std::uint32_t of, Random& random) {
    return (observations * of + random.below(550)) / 550;
}

}  // namespace

List<record::Coding> security(unsigned labels) {
    // The marks first, then FHIR's own word for all of them.
    static const auto sets = [] {
        static std::array<std::array<record::Coding, 5>, kLabelSets> codings{};
        std::array<List<record::Coding>, kLabelSets> lists{};
        constexpr std::array<std::array<std::string_view, 2>, 4> names = {{
            {"staff-restricted", "Restricted to staff with the right to see it"},
            {"not-for-patient-access", "Not to be shown to the patient"},
            {"sensitive", "Marked sensitive on the Spine"},
            {"third-party", "Concerns a third party"},
        }};
        for (unsigned set = 1; set < kLabelSets; ++set) {
            std::uint32_t n = 0;
            for (unsigned bit = 0; bit < names.size(); ++bit)
                if ((set >> bit & 1) != 0)
                    codings[set][n++] = {kLabels, {}, names[bit][0], names[bit][1], {}, {}, {}};
            codings[set][n++] = {"http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
                                 {},
                                 "R",
                                 "restricted",
                                 {},
                                 {},
                                 {}};
            lists[set] = {codings[set].data(), n, n};
        }
        return lists;
    }();
    return sets[labels];
}

Sketch sketch(const Options& options, std::uint32_t patient) {
    Random random(options.seed, patient, 1);
    Sketch s{};
    const std::uint32_t kind = random.below(1000);
    s.standing = kind < 820   ? Standing::registered
                 : kind < 900 ? Standing::left
                 : kind < 945 ? Standing::dead
                 : kind < 985 ? Standing::temporary
                              : Standing::private_;
    std::uint32_t at = random.below(1000), hundredths = 0;
    for (const Quantile& q : kSizes) {
        hundredths = q.hundredths;
        if (at < q.patients) break;
        at -= q.patients;
    }
    if (s.standing == Standing::temporary) hundredths = 15;
    const std::uint32_t spread = 60 + random.below(81);  // per cent
    s.observations =
        1 + static_cast<std::uint32_t>(std::uint64_t{options.size} * hundredths * spread / 10'000);
    s.consultations = share(s.observations, 135, random);
    s.problems = share(s.observations, 21, random);
    s.plans = share(s.observations, 43, random);
    s.issues = share(s.observations, 160, random);
    s.recalls = share(s.observations, 6, random);
    s.referrals = share(s.observations, 3, random);
    const bool here = s.standing != Standing::left && s.standing != Standing::dead;
    s.bookings = here ? std::min<std::uint32_t>(share(s.observations, 37, random), 40) : 0;
    return s;
}

std::uint64_t Sketch::weight() const {
    return 4 + std::uint64_t{observations} * 12 / 10 + consultations * 3 / 2 + problems + plans * 2 + issues +
           recalls + referrals + bookings * 2;
}

std::string patient_key(std::uint32_t patient) { return fmt::format("{:08}", patient); }

// Every stem of five digits has at least nine numbers with a check digit: eight for patients, one for a
// superseded number. Stems are taken in an order that looks arbitrary.
std::string test_nhs_number(std::uint32_t n, bool old) {
    const std::uint32_t stem = static_cast<std::uint32_t>((std::uint64_t{n} / 8 * 76'543 + 41'017) % 100'000);
    std::uint32_t place = old ? 8 : n % 8;
    for (std::uint32_t last = 0;; ++last) {
        const std::string nine = fmt::format("999{:05}{}", stem, last);
        unsigned sum = 0;
        for (unsigned i = 0; i < 9; ++i) sum += static_cast<unsigned>(nine[i] - '0') * (10 - i);
        const unsigned check = (11 - sum % 11) % 11;
        if (check == 10 || place-- != 0) continue;
        return nine + static_cast<char>('0' + check);
    }
}

void Maker::make(std::uint32_t patient) {
    patient_ = patient;
    random_ = Random(practice_.options().seed, patient, 2);
    sketch_ = sketch(practice_.options(), patient);
    key_ = patient_key(patient);
    std::memset(numbers_, 0, sizeof numbers_);
    contacts_.clear();
    problems_.clear();
    record_.key = record_.arena.copy(key_);
    record_.rows.push_back({0, patient, 0, record_.key, {}});
    person();
    registration();
    relative();
    consultations();
    problems();
    observations();
    questionnaire();
    allergies();
    immunisations();
    others();
    medications();
    requests();
    documents();
    bookings();
    papers();
    if (practice_.options().all_fields) rarities();
    audit();
    if (practice_.options().all_fields) {
        Random random(practice_.options().seed, patient, 3);
        fill_patient(record_, joined_, random);
    }
}

void Maker::name(record::Entity& e, EntityKind kind, unsigned labels) {
    Arena& arena = record_.arena;
    const std::string_view type = record::name_of(kind);
    char key[32];
    char* end = key + key_.size();
    std::memcpy(key, key_.data(), key_.size());
    *end++ = '-';
    end = std::to_chars(end, key + sizeof key, numbers_[static_cast<std::size_t>(kind)]++).ptr;
    const Text own = arena.copy({key, static_cast<std::size_t>(end - key)});
    const UuidText id = uuid_v5({"synthetic", practice_.name(), type, own});
    e.id = arena.copy({id.data(), id.size()});
    e.meta.security = security(labels | labels_);
    record::Identifier& i = e.identifier.add(arena);
    i.system = arena.join("https://gpswitch.org/Id/synthetic/", type);
    i.value = own;
    record_.claim(0, record::Role::primary, "patient");
}

Text Maker::refer(const record::Entity& e, EntityKind kind) {
    return record_.arena.join(record::name_of(kind), "/", e.id);
}

void Maker::need(EntityKind kind, std::uint32_t number, Reference& out) {
    out.reference = practice_.reference(kind, number);
    const std::uint32_t row = practice_.row(kind, number);
    for (const record::Need& n : record_.needs)
        if (n.handle == row) return;
    record_.needs.push_back({kind, out.reference.substr(out.reference.find('/') + 1), row});
}

Day Maker::any_day() {
    // The better of two draws: later years hold more.
    const auto span = static_cast<std::uint32_t>(last_ - joined_ + 1);
    return joined_ + static_cast<Day>(std::max(random_.below(span), random_.below(span)));
}

Text Maker::partial(Day day) {
    const std::uint32_t n = random_.below(100);
    if (n >= 12) return day_text(record_.arena, day);
    return n < 6 ? month_text(record_.arena, day) : year_text(record_.arena, day);
}

Text Maker::number(std::int64_t n) {
    char text[24];
    const char* end = std::to_chars(text, text + sizeof text, n).ptr;
    return record_.arena.copy({text, static_cast<std::size_t>(end - text)});
}

Text Maker::decimal(int low, int high, int places) {
    int scale = 1;
    for (int i = 0; i < places; ++i) scale *= 10;
    const auto n = random_.between(std::int64_t{low} * scale, std::int64_t{high} * scale);
    char text[32];
    char* end = std::to_chars(text, text + sizeof text, n / scale).ptr;
    if (places != 0) {
        *end++ = '.';
        auto rest = n % scale;
        for (int i = scale / 10; i != 0; i /= 10) *end++ = static_cast<char>('0' + rest / i % 10);
    }
    return record_.arena.copy({text, static_cast<std::size_t>(end - text)});
}

record::Quantity Maker::measured(const Code& code) {
    record::Quantity q;
    q.value = decimal(code.low, code.high, code.places);
    q.unit = code.unit;
    return q;
}

void Maker::remark(List<record::Annotation>& notes) {
    Text text = Tables::get().word("remark", random_);
    if (random_.permille(8)) {
        // A letter typed into the record.
        std::string letter;
        for (int i = 0; i < 60; ++i)
            letter += fmt::format("{} ({}). ", Tables::get().word("remark", random_), i + 1);
        text = record_.arena.copy(letter);
    }
    one(notes).text = text;
}

unsigned Maker::some_labels() {
    if (!random_.permille(12)) return 0;
    constexpr unsigned kSets[] = {
        staff_restricted,           not_for_patient, sensitive, third_party, staff_restricted | third_party,
        not_for_patient | sensitive};
    return kSets[random_.below(6)];
}

record::Concept Maker::coded(Text system, Text code, Text display) {
    record::Concept c;
    record::Coding& coding = one(c.coding);
    coding.system = system, coding.code = code, coding.display = display;
    return c;
}

const Maker::Contact* Maker::contact() {
    if (contacts_.empty()) return nullptr;
    return &contacts_[random_.below(static_cast<std::uint32_t>(contacts_.size()))];
}

}  // namespace gpswitch::synthetic
