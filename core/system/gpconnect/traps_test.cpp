// The numbered traps of the format notes (formats/gpconnect, section 9), one test each.
#include <algorithm>

#include "core/system/gpconnect/test_bundle.hpp"

using namespace gpswitch;
using namespace gpswitch::gpconnect;
using namespace gpswitch::gpconnect::test;

namespace {

const std::string kMine = R"("subject":{"reference":"Patient/P1"})";
const std::string kMyAllergy = R"("patient":{"reference":"Patient/P1"})";

std::string extension(const std::string& url, const std::string& content) {
    return R"({"url":")" + url + "\"," + content + "}";
}
std::string list(const std::string& code, const std::string& more) {
    return R"({"resourceType":"List","status":"current","mode":"snapshot","code":{"coding":[{"system":"http://snomed.info/sct","code":")" +
           code + R"("}]},)" + kMine + more + "}";
}
std::string plan(const std::string& extensions, const std::string& more = {}) {
    return R"({"resourceType":"MedicationRequest","id":"M1","status":"active","intent":"plan",)" + kMine +
           R"(,"extension":[)" + extensions + "]" + more + "}";
}
const std::string kRepeat =
    "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-MedicationRepeatInformation-1";
const std::string kType =
    "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-PrescriptionType-1";

}  // namespace

TEST_CASE("gpconnect trap 1: extensions are matched by the tail of their URL") {
    for (const char* url :
         {"https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ActualProblem-1",
          "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ActualProblem-1"}) {
        const Read r({R"({"resourceType":"Condition","id":"C1",)" + kMine + R"(,"extension":[)" +
                          extension(url, R"("valueReference":{"reference":"Observation/O1"})") + "]}",
                      R"({"resourceType":"Observation","id":"O1","status":"final",)" + kMine + "}"});
        CHECK(r.get<record::Condition>()->actual_problem.reference ==
              "Observation/" + std::string(r.get<record::Observation>()->id));
        CHECK(r.get<record::Condition>()->extensions.empty());
    }
    const Read r(
        {R"({"resourceType":"Observation","id":"O1","status":"final",)" + kMine +
         R"(,"code":{"coding":[{"system":"http://snomed.info/sct","code":"1","extension":[)" +
         extension(
             "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-coding-sctdecsid",
             R"("extension":[{"url":"DescriptionID","valueId":"77"},{"url":"DescriptionDisplay","valueString":"Words"}])") +
         "]}]}}"});
    CHECK(r.get<record::Observation>()->code.coding[0].description_id == "77");
    CHECK(r.get<record::Observation>()->code.coding[0].description_display == "Words");
}

TEST_CASE("gpconnect trap 2: a report's category is an object or a list") {
    const std::string category = R"({"coding":[{"system":"http://hl7.org/fhir/v2/0074","code":"PAT"}]})";
    for (const std::string& written : {category, "[" + category + "]"}) {
        const Read r({R"({"resourceType":"DiagnosticReport","id":"D1","status":"final",)" + kMine +
                      R"(,"category":)" + written + "}"});
        REQUIRE(r.get<record::DiagnosticReport>()->category.size == 1);
        CHECK(r.get<record::DiagnosticReport>()->category[0].coding[0].system ==
              "http://terminology.hl7.org/CodeSystem/v2-0074");
    }
}

TEST_CASE("gpconnect trap 3: a person given by display only stays one") {
    const Read r({R"({"resourceType":"Observation","id":"O1","status":"final",)" + kMine +
                  R"(,"performer":[{"display":"Dr A"}]})"});
    CHECK(has(r.json("Observation"), R"("performer":[{"display":"Dr A"}])"));
    CHECK(r.issues("GPC-REF-001") == 0);
}

TEST_CASE("gpconnect trap 4: lists without id are kept, their ids stable") {
    const std::string a = list("717711000000103", R"(,"title":"Problems")"),
                      b = list("933361000000108", R"(,"title":"Medications")");
    const Read r({a, b}), again({b, a});
    REQUIRE(r.get<record::FhirList>(1) != nullptr);
    CHECK(r.get<record::FhirList>(0)->id == again.get<record::FhirList>(1)->id);
    CHECK(r.get<record::FhirList>(0)->id != r.get<record::FhirList>(1)->id);
    CHECK(r.get<record::FhirList>(0)->identifier[0].value == "717711000000103|Problems");
}

TEST_CASE("gpconnect trap 5: ended allergies contained in the list are hoisted") {
    for (const char* reference : {"#A1", "List/L1#A1"}) {
        const Read r(
            {R"({"resourceType":"List","id":"L1","status":"current","mode":"snapshot","code":{"coding":[{"code":"1103671000000101"}]},)" +
             kMine +
             R"(,"contained":[{"resourceType":"AllergyIntolerance","id":"A1","verificationStatus":"unconfirmed",)" +
             kMyAllergy + R"(,"code":{"text":"penicillin"}}],"entry":[{"item":{"reference":")" + reference +
             R"("}}]})"});
        const auto* a = r.get<record::AllergyIntolerance>();
        REQUIRE(a != nullptr);
        CHECK(a->clinical_status.coding[0].code == "resolved");
        CHECK(a->code.text == "penicillin");
        CHECK(r.get<record::FhirList>()->entry[0].item.reference ==
              "AllergyIntolerance/" + std::string(a->id));
        CHECK(r.get<record::FhirList>()->contained.empty());
        CHECK(a->source[0].table == "AllergyIntolerance.contained");
        CHECK(r.balanced());
    }
}

TEST_CASE("gpconnect trap 6: list codes are compared without spaces at the ends, which are kept") {
    const Read r(
        {list("1103671000000101 ", R"(,"entry":[{"item":{"reference":"AllergyIntolerance/A1"}}])"),
         R"({"resourceType":"AllergyIntolerance","id":"A1",)" + kMyAllergy + R"(,"code":{"text":"x"}})"});
    CHECK(r.get<record::AllergyIntolerance>()->clinical_status.coding[0].code == "resolved");
    CHECK(r.get<record::FhirList>()->code.coding[0].code == "1103671000000101");
    CHECK(r.get<record::FhirList>()->rest[0].value == "\"1103671000000101 \"");
}

TEST_CASE("gpconnect trap 7: either side of related may stand alone") {
    const std::string o2 = R"({"resourceType":"Observation","id":"O2","status":"final",)" + kMine;
    const Read r({R"({"resourceType":"Observation","id":"O1","status":"final",)" + kMine +
                      R"(,"related":[{"type":"has-member","target":{"reference":"Observation/O2"}},)" +
                      R"({"type":"qualified-by","target":{"reference":"Observation/O2"}}]})",
                  o2 + R"(,"related":[{"type":"derived-from","target":{"reference":"Observation/O1"}}]})"});
    const auto *one = r.get<record::Observation>(0), *two = r.get<record::Observation>(1);
    REQUIRE(one->has_member.size == 1);
    CHECK(one->has_member[0].reference == "Observation/" + std::string(two->id));
    CHECK(two->derived_from[0].reference == "Observation/" + std::string(one->id));
    CHECK(two->has_member.empty());
    CHECK(one->rest[0].path == "related[1]");
}

TEST_CASE("gpconnect trap 8: a reference to nowhere keeps its id, with a warning") {
    const Read r({R"({"resourceType":"Observation","id":"O1","status":"final",)" + kMine +
                  R"(,"context":{"reference":"Encounter/gone","display":"d"}})"});
    const auto& e = r.get<record::Observation>()->encounter;
    CHECK(e.reference.empty());
    CHECK(e.type == "Encounter");
    CHECK(e.identifier.system == "https://gpswitch.org/Id/gpconnect/Encounter");
    CHECK(e.identifier.value == "gone");
    CHECK(e.display == "d");
    CHECK(r.issues("GPC-REF-001") == 1);
    CHECK(r.degraded("reference-dangling") == 1);
}

TEST_CASE("gpconnect trap 9: an encounter of unknown status is one") {
    const Read r({R"({"resourceType":"Encounter","id":"E1","status":"unknown",)" + kMine + "}"});
    CHECK(r.get<record::Encounter>()->status == "unknown");
    CHECK(r.get<record::Encounter>()->class_.code == "AMB");
    CHECK(r.get<record::Encounter>()->inferred.size == 1);
}

TEST_CASE("gpconnect trap 10: a date that does not exist goes to rest with its path, the rest stays") {
    const Read r({R"({"resourceType":"Observation","id":"O1","status":"final",)" + kMine +
                  R"(,"effectiveDateTime":"2020-02-31","comment":"c"})"});
    const auto* o = r.get<record::Observation>();
    CHECK(o->effective_date_time.empty());
    CHECK(o->rest[0].value == "\"2020-02-31\"");
    CHECK(o->note[0].text == "c");
    CHECK(r.issues("GPC-DATE-001") == 1);
    const Read p(Read::Files{
        {"a.json",
         R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"P1","birthDate":"1980-13-01"}}]})"}});
    CHECK(p.record.held.empty());
    CHECK(p.get<record::Patient>()->rest[0].path == "birthDate");
    CHECK(p.issues("GPC-DATE-001") == 1);
}

TEST_CASE("gpconnect trap 11: asap stays asap") {
    const Read r(
        {R"({"resourceType":"ReferralRequest","id":"R1","status":"unknown","intent":"order","priority":"asap",)" +
         kMine + "}"});
    CHECK(r.get<record::ServiceRequest>()->priority == "asap");
    CHECK(r.get<record::ServiceRequest>()->category[0].coding[0].code == "3457005");
}

TEST_CASE("gpconnect trap 12: taken unk is no reason to drop a medicine") {
    struct Row {
        const char *taken, *status;
    };
    for (const Row& row :
         {Row{"unk", "active"}, Row{"y", "active"}, Row{"n", "not-taken"}, Row{"na", "active"}}) {
        CAPTURE(row.taken);
        const Read r({R"({"resourceType":"MedicationStatement","id":"S1","taken":")" +
                      std::string(row.taken) + R"(","status":"active",)" + kMine + "}"});
        CHECK(r.get<record::MedicationStatement>()->status == row.status);
    }
}

TEST_CASE("gpconnect trap 13: a stopped order stays stopped") {
    const Read r({R"({"resourceType":"MedicationRequest","id":"M1","status":"stopped","intent":"order",)" +
                  kMine + "}"});
    CHECK(r.get<record::MedicationRequest>()->status == "stopped");
}

TEST_CASE("gpconnect trap 14: repeats allowed are counted after the first") {
    struct Row {
        const char *written, *becomes;
    };
    for (const Row& row : {Row{"6", "5"}, Row{"1", "0"}, Row{"0", ""}}) {
        const Read r({plan(extension(
            kRepeat, R"("extension":[{"url":"numberOfRepeatPrescriptionsAllowed","valuePositiveInt":)" +
                         std::string(row.written) + "}]"))});
        CHECK(r.get<record::MedicationRequest>()->dispense_request.number_of_repeats_allowed == row.becomes);
        CHECK(r.get<record::MedicationRequest>()->rest[0].value == row.written);
    }
}

TEST_CASE("gpconnect trap 15: quantities are decimal text") {
    const Read r({plan("", R"(,"dispenseRequest":{"quantity":{"value":28.0,"unit":"tablet"}})")});
    CHECK(has(r.json("MedicationRequest"), R"("value":28.0,)"));
}

TEST_CASE("gpconnect trap 16: text is Unicode to the last character") {
    const Read r({R"({"resourceType":"Observation","id":"O1","status":"final",)" + kMine +
                  R"(,"comment":"\ud83d\ude00 Привет “q” 1)"
                  "\xE2\x80\x87"
                  R"(2"})"});
    CHECK(r.get<record::Observation>()->note[0].text ==
          "😀 Привет “q” 1\xE2\x80\x87"
          "2");
}

TEST_CASE("gpconnect trap 17: questionnaire responses are kept, their references follow") {
    const Read r(
        {R"({"resourceType":"QuestionnaireResponse","id":"Q1","status":"completed",)" + kMine +
             R"(,"parent":[{"reference":"Observation/O1"}],"item":[{"linkId":"a","answer":[{"valueReference":{"reference":"Observation/O1"}}]}]})",
         R"({"resourceType":"Observation","id":"O1","status":"final",)" + kMine + "}"});
    const std::string o = "Observation/" + std::string(r.get<record::Observation>()->id);
    CHECK(r.get<record::QuestionnaireResponse>()->part_of[0].reference == o);
    CHECK(has(std::string(r.get<record::QuestionnaireResponse>()->item[0]), o));
}

TEST_CASE("gpconnect trap 18: an item of a problem and a consultation is one entity with two links") {
    const Read r({R"({"resourceType":"Observation","id":"O1","status":"final",)" + kMine +
                      R"(,"context":{"reference":"Encounter/E1"}})",
                  R"({"resourceType":"Encounter","id":"E1","status":"finished",)" + kMine + "}",
                  list("25851000000105", R"(,"id":"T1","entry":[{"item":{"reference":"Observation/O1"}}])"),
                  list("826501000000100", R"(,"entry":[{"item":{"reference":"Observation/O1"}}])")});
    CHECK(r.get<record::Observation>(1) == nullptr);
    const std::string o = "Observation/" + std::string(r.get<record::Observation>()->id);
    CHECK(r.get<record::FhirList>(0)->entry[0].item.reference == o);
    CHECK(r.get<record::FhirList>(1)->entry[0].item.reference == o);
    CHECK(r.get<record::Observation>()->encounter.reference ==
          "Encounter/" + std::string(r.get<record::Encounter>()->id));
}

TEST_CASE("gpconnect trap 19: nothing optional is needed") {
    const Read r(
        {R"({"resourceType":"Observation","id":"O1"})", R"({"resourceType":"MedicationRequest","id":"M1"})",
         R"({"resourceType":"Immunization","id":"I1"})", R"({"resourceType":"DiagnosticReport","id":"D1"})",
         R"({"resourceType":"Encounter","id":"E1"})"});
    CHECK(r.record.items.size() == 6);
    CHECK(r.balanced());
    CHECK(r.get<record::Observation>()->subject.reference == "Patient/" + std::string(r.record.patient_id));
    CHECK(r.get<record::Immunization>()->occurrence_string == "unknown");
}

TEST_CASE("gpconnect trap 20: a prescription type without code is its text") {
    const Read r({plan(extension(kType, R"("valueCodeableConcept":{"text":"No information available"})"))});
    CHECK(r.get<record::MedicationRequest>()->prescription_type.text == "No information available");
    CHECK(record::is_empty(&r.get<record::MedicationRequest>()->course_of_therapy_type,
                           record::type_of<record::Concept>()));
}

TEST_CASE("gpconnect trap 21: an observation outside the consultation tree is placed by its context") {
    const Read r(
        {R"({"resourceType":"Encounter","id":"E1","status":"finished",)" + kMine + "}",
         R"({"resourceType":"Observation","id":"O1","status":"final",)" + kMine +
             R"(,"context":{"reference":"Encounter/E1"}})",
         list("325851000000107", R"(,"id":"K1","encounter":{"reference":"Encounter/E1"},"entry":[])")});
    CHECK(r.get<record::Observation>()->encounter.reference ==
          r.get<record::FhirList>()->encounter.reference);
}

TEST_CASE("gpconnect trap 22: no known allergy, nothing recorded and withheld differ") {
    const Read r(
        {list("886921000000105", R"(,"entry":[{"item":{"reference":"AllergyIntolerance/A1"}}])"),
         R"({"resourceType":"AllergyIntolerance","id":"A1","clinicalStatus":"active",)" + kMyAllergy +
             R"(,"code":{"coding":[{"system":"http://snomed.info/sct","code":"716186003"}]}})",
         list(
             "1102181000000102",
             R"(,"emptyReason":{"coding":[{"system":"https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1","code":"no-content-recorded"}]})"),
         list("887191000000108", R"(,"extension":[)" +
                                     extension("https://fhir.nhs.uk/STU3/StructureDefinition/"
                                               "Extension-CareConnect-GPC-ListWarningCode-1",
                                               R"("valueCode":"confidential-items")") +
                                     "]")});
    CHECK(r.get<record::AllergyIntolerance>()->code.coding[0].code == "716186003");
    CHECK(r.get<record::FhirList>(0)->empty_reason.coding.empty());
    CHECK(r.get<record::FhirList>(1)->empty_reason.coding[0].code == "no-content-recorded");
    CHECK(r.get<record::FhirList>(2)->warning_code[0].coding[0].system ==
          "https://fhir.hl7.org.uk/CodeSystem/UKCore-ListWarningCode");
    CHECK(r.get<record::FhirList>(2)->empty_reason.coding.empty());
    REQUIRE(r.source->census().warnings.size() == 1);
    CHECK(r.source->census().warnings[0].starts_with("confidential-items"));
    CHECK(r.issues("GPC-WARN-002") == 1);
}

TEST_CASE("gpconnect trap 23: the list of ended allergies is known by its code") {
    const Read r(
        {R"({"resourceType":"List","status":"current","title":"Resolved Allergies","code":{"coding":[{"code":"1103671000000101","display":"Resolved Allergies"}]},)" +
             kMine + R"(,"entry":[{"item":{"reference":"AllergyIntolerance/A1"}}]})",
         R"({"resourceType":"AllergyIntolerance","id":"A1",)" + kMyAllergy + "}"});
    CHECK(r.get<record::AllergyIntolerance>()->clinical_status.coding[0].code == "resolved");
    CHECK(r.get<record::AllergyIntolerance>()->inferred.size == 1);
}

TEST_CASE("gpconnect trap 24: ended allergies as entries and as contained, once each") {
    const std::string allergy = R"("resourceType":"AllergyIntolerance","clinicalStatus":"resolved",)" +
                                kMyAllergy + R"(,"code":{"text":"x"})";
    const Read r({R"({"id":"A1",)" + allergy + "}",
                  list("1103671000000101",
                       R"(,"contained":[{"id":"A1",)" + allergy + R"(},{"id":"A2",)" + allergy +
                           R"(}],"entry":[{"item":{"reference":"#A1"}},{"item":{"reference":"#A2"}}])")});
    CHECK(r.get<record::AllergyIntolerance>(1) != nullptr);
    CHECK(r.get<record::AllergyIntolerance>(2) == nullptr);
    CHECK(r.get<record::FhirList>()->entry[0].item.reference ==
          "AllergyIntolerance/" + std::string(r.get<record::AllergyIntolerance>(0)->id));
    REQUIRE(r.record.settlements.size() == 1);
    CHECK(r.record.settlements[0].rule == "same-resource");
    CHECK(r.balanced());
}

TEST_CASE("gpconnect trap 25: both spellings of the empty reason") {
    for (
        const char* coding :
        {R"({"system":"http://hl7.org/fhir/special-values","code":"nocontentrecorded"})",
         R"({"system":"https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1","code":"no-content-recorded"})"}) {
        const Read r({list("717711000000103", R"(,"emptyReason":{"coding":[)" + std::string(coding) + "]}")});
        const auto& reason = r.get<record::FhirList>()->empty_reason;
        REQUIRE(reason.coding.size == 2);  // the source's own beside it
        CHECK(reason.coding[0].system == "https://fhir.hl7.org.uk/CodeSystem/UKCore-ListEmptyReasonCode");
        CHECK(reason.coding[0].code == "no-content-recorded");
    }
}

TEST_CASE("gpconnect trap 26: repeats issued may be 0, allowed may be absent") {
    const Read r({plan(extension(
        kRepeat,
        R"("extension":[{"url":"numberOfRepeatPrescriptionsIssued","valueUnsignedInt":0},{"url":"authorisationExpiryDate","valueDateTime":"2024-08-01"}])"))});
    const auto* m = r.get<record::MedicationRequest>();
    CHECK(m->repeat_information.number_of_prescriptions_issued == "0");
    CHECK(m->repeat_information.authorisation_expiry_date == "2024-08-01");
    CHECK(m->dispense_request.number_of_repeats_allowed.empty());
    CHECK(has(r.json("MedicationRequest"), R"("valueUnsignedInt":0)"));
}

TEST_CASE("gpconnect trap 27: repeat dispensing has repeat information too") {
    const Read r({plan(
        extension(
            kType,
            R"("valueCodeableConcept":{"coding":[{"system":"https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescriptionType-1","code":"repeat-dispensing"}]})") +
        "," +
        extension(kRepeat,
                  R"("extension":[{"url":"numberOfRepeatPrescriptionsAllowed","valueUnsignedInt":12}])"))});
    const auto* m = r.get<record::MedicationRequest>();
    CHECK(m->course_of_therapy_type.coding[0].code == "continuous-repeating-dispensing");
    CHECK(m->course_of_therapy_type.coding[0].system ==
          "https://fhir.hl7.org.uk/CodeSystem/UKCore-MedicationRequestCourseOfTherapy");
    CHECK(m->prescription_type.coding[0].code == "repeat-dispensing");
    CHECK(m->dispense_request.number_of_repeats_allowed == "11");
}

TEST_CASE("gpconnect trap 28: a related problem may stand outside the bundle") {
    const Read r(
        {R"({"resourceType":"Condition","id":"C1",)" + kMine + R"(,"extension":[)" +
         extension(
             "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-RelatedProblemHeader-1",
             R"("extension":[{"url":"type","valueCode":"parent"},{"url":"target","valueReference":{"reference":"Condition/far"}}])") +
         "]}"});
    const auto* c = r.get<record::Condition>();
    REQUIRE(c->related_problem.size == 1);
    CHECK(c->related_problem[0].type == "parent");
    CHECK(c->related_problem[0].target.identifier.value == "far");
}

TEST_CASE("gpconnect trap 29: the issue date of an order is its own validity period") {
    const Read r(
        {R"({"resourceType":"MedicationRequest","id":"M1","status":"active","intent":"order","authoredOn":"2024-01-01",)" +
         kMine + R"(,"dispenseRequest":{"validityPeriod":{"start":"2024-03-01"}}})"});
    CHECK(r.get<record::MedicationRequest>()->authored_on == "2024-01-01");
    CHECK(r.get<record::MedicationRequest>()->dispense_request.validity_period.start == "2024-03-01");
}

TEST_CASE("gpconnect trap 30: a practitioner without a role is a requester all the same") {
    Read r(
        {plan(
             "",
             R"(,"requester":{"agent":{"reference":"Practitioner/D1"},"onBehalfOf":{"reference":"Organization/Z"}})"),
         R"({"resourceType":"Practitioner","id":"D1","active":true})"});
    REQUIRE(r.record.needs.size() == 1);
    CHECK(r.get<record::MedicationRequest>()->requester.reference ==
          "Practitioner/" + std::string(r.record.needs[0].id));
    CHECK(has(r.json("MedicationRequest"), "request-on-behalf-of"));
    CHECK(r.source->find(r.record.needs[0], r.record));
    CHECK(r.get<record::Practitioner>()->active == "true");
    CHECK(r.get<record::Practitioner>()->id == r.record.needs[0].id);
    CHECK(r.balanced());
}
