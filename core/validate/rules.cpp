#include "core/validate/context.hpp"

namespace gpswitch::validate {

const std::vector<Rule>& rules() {
    static const std::vector<Rule> all = {
        {"VAL-ALG-001", Severity::error, "\"no known allergy\" is asserted beside an active allergy",
         "One of the two is wrong, and prescribing rests on both. Codes and their scope come from "
         "mappings/rules/no-known-allergy.csv. An entry that is no AllergyIntolerance counts unless it is "
         "older than the "
         "allergy; an allergy without category is in every scope.",
         "gpswitch design, section 4; FHIR R4 AllergyIntolerance.code: absence is asserted by code",
         "have a clinician decide which holds"},
        {"VAL-ALG-002", Severity::warning, "an allergy names no substance",
         "Neither code, its text, nor a reaction's substance: nothing can be checked against it.",
         "FHIR R4 AllergyIntolerance.code", "add the substance in the source system"},
        {"VAL-ALG-003", Severity::error, "an allergy list says that there is none, and there is one",
         "The list is empty, its emptyReason (mappings/rules/empty-reason.csv) may be taken for \"none\", "
         "and the record has an active allergy. Which lists are of allergies: mappings/rules/list-code.csv.",
         "GP Connect: allergy list and emptyReason; FHIR R4 List.emptyReason",
         "have a clinician look at the record before it is moved"},
        {"VAL-ALG-004", Severity::warning, "an active allergy is not on the allergy list",
         "Who reads the list alone does not see it. Only where a list of allergies has entries.",
         "GP Connect: the allergy list names every active allergy", "check the list in the source system"},
        {"VAL-AUT-001", Severity::information, "an entry names nobody who answers for it",
         "Neither recorder, performer, requester nor asserter, nor anybody in its consultation or "
         "authorisation.",
         "own rule: who made an entry belongs to it; FHIR R4 leaves it optional",
         "look the author up in the source system"},
        {"VAL-CODE-001", Severity::warning, "an entry does not say what it is",
         "Neither code nor words: a finding, procedure, request, immunisation or medication of nothing.",
         "FHIR R4 Observation.code, Immunization.vaccineCode, MedicationRequest.medication[x]",
         "check the entry in the source system"},
        {"VAL-DATE-001", Severity::warning, "a date does not exist",
         "Not a year, month, day or instant of the calendar, or outside 1800 to 2199.",
         "FHIR R4 date and dateTime", "correct the date in the source system"},
        {"VAL-DATE-002", Severity::warning, "an entry is dated before the patient's birth",
         "Compared as far as both dates are precise. A relative's history and dates about the record itself "
         "don't count.",
         "own rule: no specification says it", "check the date, the birth date, and whose entry it is"},
        {"VAL-DATE-003", Severity::warning, "something happened after the patient's death",
         "Events only: findings, contacts, procedures, immunisations, prescriptions. What was written down "
         "later is in order.",
         "own rule: no specification says it", "check the date, the date of death, and whose entry it is"},
        {"VAL-DATE-004", Severity::warning, "a period starts after it ends",
         "Compared as far as both ends are precise.", "FHIR R4 Period, per-1",
         "correct the dates in the source system"},
        {"VAL-DATE-005", Severity::warning, "an entry is dated after the moment of the data",
         "What happened cannot lie ahead; bookings, recalls, prescriptions, registrations and warnings may. "
         "Only where the source says of what moment it is.",
         "own rule; gpswitch design, section 4", "check the date in the source system"},
        {"VAL-DATE-006", Severity::information, "an entry has no date",
         "It cannot be placed in the history, and some systems refuse it or give it the day of the import.",
         "FHIR R4 effective[x], onset[x], occurrence[x]; GP Connect: dates of entries",
         "look the date up in the source system"},
        {"VAL-DUP-001", Severity::warning, "an entry stands twice",
         "Another entry of the patient is the same in all but id, source, author and consultation.",
         "own rule: no specification says it", "check whether it was recorded or imported twice"},
        {"VAL-ID-001", Severity::error, "two entities of a type have one id",
         "References to it are ambiguous, and a store would keep one of them.", "FHIR R4 Resource.id",
         "report this"},
        {"VAL-INC-001", Severity::warning, "part of the record could not be read",
         "The patient is marked (meta.tag): rows are held back, and what is missing is not known.",
         "gpswitch design, section 5", "put the held rows right and move the patient again"},
        {"VAL-INC-002", Severity::error, "a list of an incomplete record says that there is none",
         "Part of the record could not be read: what the list does not have may be in that part.",
         "gpswitch design, section 5", "do not rely on the list; make the package again with gpswitch map"},
        {"VAL-LBL-001", Severity::warning, "an entry is less restricted than what it derives from",
         "Confidentiality labels are inherited and never loosen.", "gpswitch design, section 4",
         "restrict it like its source"},
        {"VAL-LST-001", Severity::warning, "a list says why it is empty, and is not",
         "One of the two is wrong.", "FHIR R4 List, lst-1", "check the list in the source system"},
        {"VAL-MED-001", Severity::warning, "an issue has no authorisation",
         "A MedicationRequest with intent order whose basedOn names no plan of this record.",
         "GP Connect MedicationRequest: an order names its plan in basedOn",
         "check the prescription in the source system"},
        {"VAL-MED-002", Severity::warning, "a repeat is active for a patient who has died or left",
         "Intent plan, status active, and courseOfTherapyType or prescription type says repeat.",
         "own rule: what is issued from it would go to nobody here", "end the repeat before it is moved"},
        {"VAL-MED-003", Severity::warning, "the same drug is on repeat twice",
         "Two active repeats with one drug code (without codes: one name): the patient may be given it "
         "twice.",
         "own rule: duplicate therapy", "have a prescriber decide which repeat holds"},
        {"VAL-MED-004", Severity::warning, "an active repeat has no dose",
         "No dosage text or instruction: what is issued next says nothing of how to take it.",
         "GP Connect MedicationRequest: dosageInstruction.text is mandatory",
         "add the dose before it is moved"},
        {"VAL-MED-005", Severity::information, "an active repeat is past its review date",
         "Compared with the moment of the data.", "own rule; the date is the source's own",
         "review it before or after the move"},
        {"VAL-MED-006", Severity::information, "the authorisation of an active repeat has expired",
         "Compared with the moment of the data.",
         "UK Core MedicationRepeatInformation: authorisationExpiryDate", "authorise it again, or end it"},
        {"VAL-NHS-001", Severity::warning, "an NHS number is not valid",
         "Modulus 11 check; superseded numbers are not looked at.", "NHS Data Dictionary, NHS NUMBER",
         "trace the patient in the Personal Demographics Service"},
        {"VAL-NHS-002", Severity::information, "an NHS number is of the test range",
         "Valid, but never issued to a person.",
         "own rule: no number that begins with 8 or 9 has been given out",
         "leave test patients out, or expect this"},
        {"VAL-NHS-003", Severity::warning, "several patients share an NHS number",
         "One person recorded twice, or two people taken for one; patients are not paired by such a number.",
         "gpswitch design, section 5", "trace the patients in the Personal Demographics Service"},
        {"VAL-OBS-001", Severity::warning, "a diastolic pressure is not below the systolic",
         "The two may be exchanged, or one mistyped. Which codes are which: mappings/rules/plausible.csv.",
         "own rule: the systolic is the higher by its meaning", "check the reading in the source system"},
        {"VAL-OBS-002", Severity::information, "a measurement is not possible",
         "Outside the limits of mappings/rules/plausible.csv for that code and unit; other units are not "
         "judged.",
         "own rule: limits of the living, see the table", "check value and unit in the source system"},
        {"VAL-PAT-001", Severity::error, "a record has not exactly one patient",
         "Nobody, or two people, in one patient's record.", "gpswitch design, section 2", "report this"},
        {"VAL-PAT-002", Severity::warning, "a registered patient has no usual GP",
         "An open registration, and neither Patient.generalPractitioner nor a care manager.",
         "GMS contract: each registered patient has an accountable GP (SI 2015/196, regulation 7)",
         "name one in the source system or after the move"},
        {"VAL-PAT-003", Severity::warning, "a patient has no name or no date of birth",
         "Such a person can neither be traced nor be recognised.",
         "own rule: a search of the Personal Demographics Service asks for both",
         "trace the patient in the Personal Demographics Service"},
        {"VAL-PAT-004", Severity::warning, "a registration is open for a patient who has died",
         "The patient stays on lists and in payments.", "own rule: death ends a registration",
         "end the registration"},
        {"VAL-PRB-001", Severity::warning, "a problem has no entry",
         "A problem without code and text, and without a link to the entry that it is.",
         "observed: a problem whose own entry is not in the extract",
         "check the problem in the source system"},
        {"VAL-PRB-002", Severity::warning, "problems stand above each other in a circle",
         "Following the parents of a problem leads back to it.", "UK Core related problem header: parent",
         "check the grouping of the problems"},
        {"VAL-PRB-003", Severity::warning, "a problem is active and has ended",
         "clinicalStatus active, and an end before the moment of the data.",
         "FHIR R4 Condition, con-4: an abated condition is not active",
         "check the problem in the source system"},
        {"VAL-QTY-001", Severity::error, "a value is not a number",
         "Not a decimal or whole number as FHIR writes it, or too large for one.",
         "FHIR R4 decimal and integer", "correct the value in the source system"},
        {"VAL-REC-001", Severity::warning, "a recall or task is open for a patient who has died or left",
         "An active ServiceRequest that is a plan or proposal, or a Task that is not finished.",
         "own rule: nobody is to be called who has died or left", "close it before it is moved"},
        {"VAL-REF-001", Severity::warning, "a reference leads to an entity that is not in the record",
         "Entities of a patient refer to each other within the record; links to other patients are in order.",
         "FHIR R4 References", "check whether the extract lacks the row"},
        {"VAL-REF-002", Severity::error, "an entry says that it is about another patient",
         "Its subject is not the patient in whose record it stands.",
         "FHIR R4 subject; gpswitch design, section 2", "find out whose entry it is"},
        {"VAL-REF-003", Severity::error, "a reference leads into another patient's record",
         "An order on somebody else's authorisation, a result of somebody else's report.",
         "gpswitch design, section 2: the unit is one patient's record", "find out whose entries they are"},
        {"VAL-REG-001", Severity::warning, "two registrations of a type overlap",
         "The same type of registration twice on the same day; the day on which one ends and the other "
         "begins is in order.",
         "own rule: nobody is on one list twice", "check the registration history"},
        {"VAL-RPT-001", Severity::warning, "a report has no results",
         "Neither result, conclusion, note nor document: a header alone.", "UK Core DiagnosticReport.result",
         "check whether the extract lacks the results"},
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
    check_allergy_lists(c);
    check_authors(c);
    check_contents(c);
    check_dates(c);
    check_doubles(c);
    check_gaps(c);
    check_structure(c);
    check_labels(c);
    check_medication(c);
    check_repeats(c);
    check_nhs_numbers(c);
    check_measurements(c);
    check_person(c);
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

}  // namespace

std::unique_ptr<Checker> consistency(Rules rules) { return std::make_unique<Consistency>(std::move(rules)); }

}  // namespace gpswitch::validate
