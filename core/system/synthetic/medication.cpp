// Courses of medication: what is authorised (plan), what the patient is on (statement), what was issued
// (orders).
#include "core/system/synthetic/maker.hpp"

namespace gpswitch::synthetic {

using record::EntityKind;
using record::Text;

namespace {

constexpr Text kCourse = "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy";
constexpr Text kType = "https://fhir.hl7.org.uk/CodeSystem/UKCore-PrescriptionType";

}  // namespace

void Maker::medications() {
    if (sketch_.plans == 0) return;
    // Acute ones are issued once; repeats share the rest.
    const std::uint32_t each = std::max<std::uint32_t>(1, sketch_.issues * 20 / (sketch_.plans * 9));
    for (std::uint32_t i = 0; i < sketch_.plans; ++i) {
        const bool repeat = random_.permille(450);
        course(repeat ? random_.below(2 * each + 1) : 1, repeat);
    }
}

void Maker::course(std::uint32_t issues, bool repeat) {
    const Tables& tables = Tables::get();
    Arena& arena = record_.arena;
    const unsigned labels = some_labels();
    const bool gone = sketch_.standing == Standing::left || sketch_.standing == Standing::dead;
    const bool dispensing = repeat && random_.permille(80);
    Course c;
    c.drug = &tables.code(repeat ? "drug" : "acute-drug", random_);
    const Contact* at = random_.permille(500) ? contact() : nullptr;
    c.start = at != nullptr ? at->day : any_day();
    c.active = repeat && !gone && random_.permille(650);
    // Every 28 days as far as there is time, then the days are shared.
    const Day room = last_ - c.start;
    c.step = issues == 0 ? 28 : std::max<Day>(1, std::min<Day>(28, room / static_cast<Day>(issues + 1)));
    c.end = c.active ? last_ : std::min(last_, c.start + c.step * static_cast<Day>(std::max(issues, 1u)));
    c.dose = tables.word("dose", random_);
    c.quantity.value = number(random_.permille(600) ? 28 : 7 * (1 + random_.below(24)));
    c.quantity.unit = c.drug->unit;
    c.encounter = at != nullptr ? at->reference : Text{};
    c.labels = labels;

    auto& plan = add<record::MedicationRequest>(labels);
    request(plan, c, c.start);
    plan.status = c.active ? "active" : random_.permille(300) ? "stopped" : "completed";
    plan.intent = "plan";
    plan.course_of_therapy_type = repeat ? coded(kCourse, "continuous", "Continuous long term therapy")
                                         : coded(kCourse, "acute", "Short course (acute) therapy");
    plan.prescription_type = dispensing ? coded(kType, "repeat-dispensing", "Repeat dispensing")
                             : repeat   ? coded(kType, "repeat", "Repeat")
                                        : coded(kType, "acute", "Acute");
    if (plan.status == "stopped") {
        plan.status_reason.text = "No longer needed";
        plan.status_reason_date = day_text(arena, c.end);
    }
    const std::uint32_t authorised = repeat ? std::max(issues, 1u) + random_.below(7) : 1;
    plan.dispense_request.number_of_repeats_allowed = number(authorised - 1);
    plan.dispense_request.validity_period.start = day_text(arena, c.start);
    if (!c.active) plan.dispense_request.validity_period.end = day_text(arena, c.end);
    plan.repeat_information.number_of_prescriptions_issued = number(issues);
    if (repeat && random_.permille(400))
        plan.repeat_information.authorisation_expiry_date = day_text(arena, c.end + 180);
    if (repeat && random_.permille(400)) plan.review_date = day_text(arena, c.end + 90);
    if (random_.permille(20)) plan.private_prescription = "true";
    if (random_.permille(15)) plan.contraceptive = "true";
    if (!problems_.empty() && random_.permille(150))
        one(plan.reason_reference).reference =
            problems_[random_.below(static_cast<std::uint32_t>(problems_.size()))];
    c.plan = refer(plan, EntityKind::MedicationRequest);
    Text last_issue;
    for (std::uint32_t n = 0; n < issues; ++n) {
        const bool post_dated = c.active && n + 1 == issues && random_.permille(80);
        last_issue = issue(c,
                           post_dated ? as_of() + 1 + static_cast<Day>(random_.below(60))
                                      : c.start + c.step * static_cast<Day>(n),
                           post_dated, dispensing);
    }
    statement(c, plan, last_issue);
}

void Maker::request(record::MedicationRequest& m, const Course& c, Day day) {
    m.medication_codeable_concept = c.drug->concept_;
    m.subject.reference = subject_;
    m.encounter.reference = c.encounter;
    m.authored_on = day_text(record_.arena, day);
    clinician(m.requester);
    clerk(m.recorder);
    m.recorded = stamp(std::min(day, last_));
    one(m.dosage_instruction).text = c.dose;
    m.dispense_request.quantity = c.quantity;
}

Text Maker::issue(const Course& c, Day day, bool post_dated, bool dispensing) {
    auto& order = add<record::MedicationRequest>(c.labels);
    request(order, c, day);
    order.encounter.reference = {};
    order.status = post_dated ? "active" : "completed";
    order.intent = "order";
    one(order.based_on).reference = c.plan;
    record::Quantity& days = order.dispense_request.expected_supply_duration;
    days = {number(c.step), {}, "day", "http://unitsofmeasure.org", "d", {}, {}};
    const std::uint32_t how = random_.below(100);
    const Text method = dispensing ? "repeat-dispensing"
                        : how < 70 ? "electronic"
                        : how < 90 ? "printed"
                        : how < 95 ? "handwritten"
                                   : "outside-hospital";
    order.issue_method.text = method;
    record::Coding& coding = one(order.issue_method.coding);
    coding.system = "https://gpswitch.org/CodeSystem/issue-method", coding.code = method;
    if (method == "electronic" || dispensing)
        order.eps_id = record_.arena.join("E", order.identifier[0].value);
    if (random_.permille(50)) order.dispense_request.pharmacy_text = Tables::get().word("pharmacy", random_);
    if (random_.permille(60)) organization(4, order.dispense_request.performer);
    if (random_.permille(30)) remark(order.note);
    return order.authored_on;
}

void Maker::statement(const Course& c, const record::MedicationRequest& plan, Text last_issue) {
    auto& s = add<record::MedicationStatement>(c.labels);
    one(s.based_on).reference = c.plan;
    s.status = c.active ? "active" : plan.status == "stopped" ? "stopped" : "completed";
    if (s.status == "stopped") one(s.status_reason).text = "No longer needed";
    s.medication_codeable_concept = c.drug->concept_;
    s.subject.reference = subject_;
    s.context.reference = c.encounter;
    s.effective_period.start = day_text(record_.arena, c.start);
    if (!c.active) s.effective_period.end = day_text(record_.arena, c.end);
    s.date_asserted = plan.recorded;
    one(s.dosage).text = c.dose;
    s.last_issue_date = last_issue;
    if (random_.permille(60))
        s.prescribing_agency =
            coded("https://fhir.hl7.org.uk/CodeSystem/UKCore-MedicationPrescribingAgency",
                  "prescribed-by-another-organisation", "Prescribed by another organisation");
    if (random_.permille(60)) remark(s.note);
}

}  // namespace gpswitch::synthetic
