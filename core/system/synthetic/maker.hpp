#pragma once
#include <charconv>

#include "core/record/record.hpp"
#include "core/system/synthetic/dates.hpp"
#include "core/system/synthetic/practice.hpp"
#include "core/system/synthetic/random.hpp"
#include "core/system/synthetic/tables.hpp"

/// Makes one patient's record from the seed and the patient's number, and from nothing else: patient 17 is
/// the same whatever the count, the order, or the jobs.
namespace gpswitch::synthetic {

/// Confidentiality labels as bits; what is derived from an entry gets the entry's.
inline constexpr unsigned staff_restricted = 1, not_for_patient = 2, sensitive = 4, third_party = 8;
inline constexpr unsigned kLabelSets = 16;
/// The codings of a set of labels, for meta.security; lives as long as the program.
List<record::Coding> security(unsigned labels);

/// What kind of registration the person has.
enum class Standing : std::uint8_t { registered, left, dead, temporary, private_ };

/// What is drawn before anything is made: cheap, for the census.
struct Sketch {
    Standing standing;
    std::uint32_t observations, consultations, problems, plans, issues, recalls, referrals, bookings;
    /// Entities, about.
    std::uint64_t weight() const;
};
Sketch sketch(const Options& options, std::uint32_t patient);

/// The patient's source key: the number with leading zeros, so that order and number agree.
std::string patient_key(std::uint32_t patient);
/// What Need::handle is for the slot of a booking; handles of practice rows are their index.
constexpr std::uint64_t booking_handle(std::uint32_t patient, std::uint32_t n) {
    return std::uint64_t{1} << 63 | std::uint64_t{patient} << 16 | n;
}
constexpr std::uint32_t booked_patient(std::uint64_t handle) {
    return static_cast<std::uint32_t>(handle << 1 >> 17);
}
constexpr std::uint32_t booked_number(std::uint64_t handle) {
    return static_cast<std::uint32_t>(handle & 0xFFFF);
}
/// The n-th number of the 999 range with a right check digit; old: never given to a current patient.
std::string test_nhs_number(std::uint32_t n, bool old = false);

class Maker {
  public:
    Maker(const Practice& practice, record::Record& record) : practice_(practice), record_(record) {}
    void make(std::uint32_t patient);

  private:
    using Text = record::Text;
    using Reference = record::Reference;
    using EntityKind = record::EntityKind;

    // maker.cpp: the pieces
    template <class T>
    T& add(unsigned labels = 0) {
        T& e = record_.add<T>();
        name(e, record::kind_of_type<T>(), labels);
        return e;
    }
    void name(record::Entity& e, EntityKind kind, unsigned labels);
    Text refer(const record::Entity& e, EntityKind kind);
    void need(EntityKind kind, std::uint32_t number, Reference& out);
    void clinician(Reference& out) { need(EntityKind::PractitionerRole, random_.below(6), out); }
    void clerk(Reference& out) { need(EntityKind::PractitionerRole, 6 + random_.below(3), out); }
    void organization(std::uint32_t number, Reference& out) { need(EntityKind::Organization, number, out); }
    /// A day in the time that the patient was seen here, later ones more often.
    Day any_day();
    /// `day`, and now and then only its month or year.
    Text partial(Day day);
    Text stamp(Day day) {
        return instant_text(record_.arena, day, 8 * 60 + static_cast<int>(random_.below(600)));
    }
    Text number(std::int64_t n);
    Text decimal(int low, int high, int places);
    record::Quantity measured(const Code& code);
    void remark(List<record::Annotation>& notes);
    unsigned some_labels();
    template <class T>
    T& one(List<T>& list) {
        return list.add(record_.arena);
    }
    record::Concept coded(Text system, Text code, Text display);

    // person.cpp
    void person();
    void identifiers(record::Patient& p);
    void registration();
    void relative();
    // clinical.cpp
    void consultations();
    struct Contact {
        Text reference;
        Day day;
        unsigned labels;
    };
    const Contact* contact();  ///< one of the patient's consultations; nullptr when there are none
    void topics(const Contact& contact, const std::vector<Text>& entries);
    void problems();
    void observations();
    record::Observation& observation(const Code& code, Day day, const Contact* at, unsigned labels);
    record::Observation& seen(const Code& code);
    void value(record::Observation& o, const Code& code);
    void blood_pressure();
    void measurement();
    void finding();
    void allergies();
    void immunisations();
    void others();
    // reports.cpp
    void report();
    void questionnaire();
    // medication.cpp
    void medications();
    /// What plan, orders and statement of a course have in common.
    struct Course {
        const Code* drug = nullptr;
        Day start = 0, end = 0, step = 28;
        bool active = false;
        unsigned labels = 0;
        Text dose, encounter, plan;
        record::Quantity quantity;
    };
    void course(std::uint32_t issues, bool repeat);
    void request(record::MedicationRequest& m, const Course& c, Day day);
    Text issue(const Course& c, Day day, bool post_dated, bool dispensing);
    void statement(const Course& c, const record::MedicationRequest& plan, Text last_issue);
    // papers.cpp
    void requests();
    void documents();
    void bookings();
    void papers();
    void audit();
    void rarities();  ///< kinds that GP systems hardly have; with fields=all

    const Practice& practice_;
    record::Record& record_;
    std::uint32_t patient_ = 0;
    Random random_{0};
    Sketch sketch_{};
    std::string key_;
    Text subject_;         ///< "Patient/<id>"
    unsigned labels_ = 0;  ///< of the whole patient
    bool female_ = false;
    Day born_ = 0, joined_ = 0, last_ = 0;  ///< last_: of death, of leaving, or the practice's as-of
    std::uint32_t numbers_[record::kEntityKinds]{};
    std::vector<Contact> contacts_;
    std::vector<Text> problems_;
    std::vector<std::pair<std::size_t, std::vector<Text>>> written_;  ///< entries in order, by consultation
};

}  // namespace gpswitch::synthetic
