#include "core/csv/csv.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"
#include "core/validate/context.hpp"

namespace gpswitch::validate {

const std::vector<Rule>& rules() {
    static const std::vector<Rule> all = {
        {"VAL-ALG-001", Severity::error, "\"no known allergy\" is asserted beside an active allergy",
         "One of the two is wrong, and prescribing rests on both. Codes and their scope come from "
         "mappings/rules/no-known-allergy.csv. An entry that is no AllergyIntolerance counts unless it is "
         "older than the "
         "allergy; an allergy without category is in every scope.",
         "gpswitch design, issue 2; UK Core AllergyIntolerance: absence is asserted by code",
         "have a clinician decide which holds"},
        {"VAL-ALG-002", Severity::warning, "an allergy names no substance",
         "Neither code, its text, nor a reaction's substance: nothing can be checked against it.",
         "FHIR R4 AllergyIntolerance.code", "add the substance in the source system"},
        {"VAL-DATE-001", Severity::warning, "a date does not exist",
         "Not a year, month, day or instant of the calendar, or outside 1800 to 2199.",
         "FHIR R4 date and dateTime", "correct the date in the source system"},
        {"VAL-DATE-002", Severity::warning, "an entry is dated before the patient's birth",
         "Compared as far as both dates are precise. A relative's history and dates about the record itself "
         "don't count.",
         "gpswitch issue 3", "check the date, the birth date, and whose entry it is"},
        {"VAL-DATE-003", Severity::warning, "something happened after the patient's death",
         "Events only: findings, contacts, procedures, immunisations, prescriptions. What was written down "
         "later is in order.",
         "gpswitch issue 3", "check the date, the date of death, and whose entry it is"},
        {"VAL-DATE-004", Severity::warning, "a period starts after it ends",
         "Compared as far as both ends are precise.", "FHIR R4 Period, per-1",
         "correct the dates in the source system"},
        {"VAL-DUP-001", Severity::warning, "an entry stands twice",
         "Another entry of the patient is the same in all but id, source, author and consultation.",
         "gpswitch issue 3", "check whether it was recorded or imported twice"},
        {"VAL-ID-001", Severity::error, "two entities of a type have one id",
         "References to it are ambiguous, and a store would keep one of them.", "FHIR R4 Resource.id",
         "report this"},
        {"VAL-LBL-001", Severity::warning, "an entry is less restricted than what it derives from",
         "Confidentiality labels are inherited and never loosen.", "gpswitch design, section 4",
         "restrict it like its source"},
        {"VAL-MED-001", Severity::warning, "an issue has no authorisation",
         "A MedicationRequest with intent order whose basedOn names no plan of this record.",
         "GP Connect and UK Core: an order is based on a plan",
         "check the prescription in the source system"},
        {"VAL-MED-002", Severity::warning, "a repeat is active for a patient who has died or left",
         "Intent plan, status active, and courseOfTherapyType or prescription type says repeat.",
         "gpswitch issue 3", "end the repeat before it is moved"},
        {"VAL-NHS-001", Severity::warning, "an NHS number is not valid",
         "Modulus 11 check; superseded numbers are not looked at.", "NHS Data Dictionary, NHS NUMBER",
         "trace the patient in the Personal Demographics Service"},
        {"VAL-NHS-002", Severity::information, "an NHS number is of the test range",
         "Valid, but never issued to a person.", "NHS Data Dictionary, NHS NUMBER",
         "leave test patients out, or expect this"},
        {"VAL-NHS-003", Severity::warning, "several patients share an NHS number",
         "One person recorded twice, or two people taken for one; patients are not paired by such a number.",
         "gpswitch design, section 5", "trace the patients in the Personal Demographics Service"},
        {"VAL-PAT-001", Severity::error, "a record has not exactly one patient",
         "Nobody, or two people, in one patient's record.", "gpswitch design, section 2", "report this"},
        {"VAL-PRB-001", Severity::warning, "a problem has no entry",
         "A problem without code and text, and without a link to the entry that it is.",
         "EMIS: a Problem row without its Observation", "check the problem in the source system"},
        {"VAL-QTY-001", Severity::error, "a value is not a number",
         "Not a decimal or whole number as FHIR writes it, or too large for one.",
         "FHIR R4 decimal and integer", "correct the value in the source system"},
        {"VAL-REC-001", Severity::warning, "a recall or task is open for a patient who has died or left",
         "An active ServiceRequest that is a plan or proposal, or a Task that is not finished.",
         "gpswitch issue 3", "close it before it is moved"},
        {"VAL-REF-001", Severity::warning, "a reference leads to an entity that is not in the record",
         "Entities of a patient refer to each other within the record; links to other patients are in order.",
         "FHIR R4 References", "check whether the extract lacks the row"},
    };
    return all;
}

const Rule* find_rule(std::string_view code) {
    for (const Rule& r : rules())
        if (r.code == code) return &r;
    return nullptr;
}

void check_record(const record::Record& record, const Rules& rules, IssueSink& sink) {
    if (!record.held.empty()) return;
    Context c(record, rules, sink);
    check_allergies(c);
    check_dates(c);
    check_doubles(c);
    check_structure(c);
    check_labels(c);
    check_medication(c);
    check_nhs_numbers(c);
    check_problems(c);
    check_numbers(c);
    check_recalls(c);
}

namespace {

class Consistency : public Checker {
  public:
    explicit Consistency(Rules rules) : rules_(std::move(rules)) {}
    void check(const record::Record& record, IssueSink& sink) const override {
        check_record(record, rules_, sink);
    }

  private:
    Rules rules_;
};

bool known_scope(std::string_view s) {
    return s == "any" || s == "medication" || s == "food" || s == "environment";
}

}  // namespace

std::unique_ptr<Checker> consistency(Rules rules) { return std::make_unique<Consistency>(std::move(rules)); }

std::vector<NoKnownAllergy> load_no_known_allergy(std::string_view text, const std::string& name) {
    csv::Scanner scan(text);
    csv::RowSpan span;
    csv::LineIndex lines(text);
    Arena arena;
    std::vector<std::string_view> cells;
    std::vector<NoKnownAllergy> out;
    bool header = true;
    while (scan.next(span)) {
        lines.add(span.offset);
        const auto fail = [&](const std::string& why) {
            throw MappingError(name + ":" + std::to_string(lines.line_of(span.offset)) + ": " + why);
        };
        if (csv::split(text.substr(span.offset, span.length), {}, arena, cells) != csv::State::good ||
            cells.size() != 5)
            fail("the columns system,code,display,scope,why are expected");
        if (header) {
            header = false;
            if (cells[0] != "system" || cells[1] != "code" || cells[2] != "display" || cells[3] != "scope" ||
                cells[4] != "why")
                fail("the header is not system,code,display,scope,why");
            continue;
        }
        NoKnownAllergy row{std::string(trim(cells[0])), std::string(trim(cells[1])),
                           std::string(trim(cells[2])), std::string(trim(cells[3])),
                           std::string(trim(cells[4]))};
        if (row.system.empty() || row.code.empty()) fail("system and code are needed");
        if (!known_scope(row.scope)) fail("scope is any, medication, food or environment");
        for (const NoKnownAllergy& other : out)
            if (other.system == row.system && other.code == row.code)
                fail("the code stands in another row already");
        out.push_back(std::move(row));
    }
    if (out.empty()) throw MappingError(name + ": no codes");
    return out;
}

}  // namespace gpswitch::validate
