#include "core/system/emis/write/target.hpp"

namespace gpswitch::emis::write {
namespace {

constexpr const char* kNoTable = "the layout has no table for it";
constexpr record::CannotCarry kCannot[] = {
    {"HealthcareService", "", kNoTable},
    {"CareTeam", "", kNoTable},
    {"Group", "", kNoTable},
    {"RelatedPerson", "", kNoTable},
    {"List", "", "the layout has no headings, order or lists"},
    {"QuestionnaireResponse", "", kNoTable},
    {"Medication", "", "the drug stands in the rows that name it"},
    {"Flag", "", kNoTable},
    {"Consent", "", kNoTable},
    {"Task", "", kNoTable},
    {"AuditEvent", "", "the audit tables name changes of entries only"},
    {"Patient", "photo", "the layout has no column for it"},
    {"Patient", "communication", "the layout has no column for it"},
    {"Patient", "link", "the layout has no column for it"},
    {"Patient", "multipleBirthBoolean", "the layout has no column for it"},
    {"Patient", "multipleBirthInteger", "the layout has no column for it"},
    {"Patient", "preferredBranch", "the layout has no column for it"},
    {"Patient", "nominatedPharmacy", "the layout has no column for it"},
    {"Patient", "birthSex", "the layout has no column for it"},
    {"Patient", "nhsNumberUnavailableReason", "the layout has no column for it"},
    {"EpisodeOfCare", "referralRequest", "the layout has no column for it"},
    {"EpisodeOfCare", "team", "the layout has no column for it"},
    {"Encounter", "length", "the layout has no column for it"},
    {"Encounter", "location", "the layout has no column for it"},
    {"Encounter", "reasonCode", "the layout has no column for it"},
    {"Encounter", "reasonReference", "the layout has no column for it"},
    {"Encounter", "diagnosis", "the layout has no column for it"},
    {"Condition", "severity", "the layout has no column for it"},
    {"Condition", "bodySite", "the layout has no column for it"},
    {"Condition", "evidence", "the layout has no column for it"},
    {"Observation", "bodySite", "the layout has no column for it"},
    {"Observation", "method", "the layout has no column for it"},
    {"Observation", "device", "the layout has no column for it"},
    {"DiagnosticReport", "conclusion", "the layout has no column for it"},
    {"DiagnosticReport", "presentedForm", "documents travel by another route"},
    {"AllergyIntolerance", "reaction", "the layout has no column for it"},
    {"AllergyIntolerance", "lastOccurrence", "the layout has no column for it"},
    {"Immunization", "reaction", "the layout has no column for it"},
    {"Immunization", "protocolApplied", "the layout has no column for it"},
    {"Procedure", "outcome", "the layout has no column for it"},
    {"Procedure", "bodySite", "the layout has no column for it"},
    {"MedicationRequest", "priority", "the layout has no column for it"},
    {"MedicationRequest", "epsId", "the layout has no column for it"},
    {"ServiceRequest", "bodySite", "the layout has no column for it"},
    {"DocumentReference", "description", "documents travel by another route"},
    {"Appointment", "description", "the layout has no column for it"},
    {"Appointment", "comment", "the layout has no column for it"},
};

}  // namespace

std::vector<record::CannotCarry> cannot_carry() { return {std::begin(kCannot), std::end(kCannot)}; }

}  // namespace gpswitch::emis::write
