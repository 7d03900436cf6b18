#include "core/util/error.hpp"
#include "core/validate/test_record.hpp"

using namespace gpswitch;
using namespace gpswitch::validate;
using namespace gpswitch::validate::test;

namespace {

const std::string kSnomed = R"("system":"http://snomed.info/sct",)";
std::string line(const std::string& type, const std::string& id, const std::string& more = {}) {
    return R"({"resourceType":")" + type + R"(","id":")" + id + "\"" + (more.empty() ? "" : "," + more) +
           "}\n";
}
std::string coded(const std::string& field, const std::string& code) {
    return "\"" + field + R"(":{"coding":[{)" + kSnomed + R"("code":")" + code + "\"}]}";
}
std::string quantity(const std::string& value, const std::string& unit) {
    return R"("valueQuantity":{"value":)" + value + R"(,"unit":")" + unit + "\"}";
}
const std::string kReason =
    R"("emptyReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/list-empty-reason","code":"nilknown"}]})";
const std::string kWithheld =
    R"("emptyReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/list-empty-reason","code":"withheld"}]})";
const std::string kList = coded("code", "886921000000105");
const std::string kEntry = R"("entry":[{"item":{"reference":"AllergyIntolerance/a"}}])";
const std::string kPlan = R"("intent":"plan","status":"active")" + kRepeat;
std::string plan(const std::string& id, const std::string& more = {}) {
    return line("MedicationRequest", id, kPlan + (more.empty() ? "" : "," + more));
}

// The shipped tables, and data as of the first of March 2026.
const Rules& dated() {
    static record::Census census;
    census.as_of = "2026-03-01T00:00:00+00:00";
    static Rules rules = shipped();
    rules.census = &census;
    return rules;
}

template <class T>
T& at(record::Record& r, std::size_t item) {
    return static_cast<T&>(*r.items[item].entity);
}

}  // namespace

TEST_CASE("validate: allergy lists say what is in the record") {
    check({{"says none", kPatient + allergy("a", kNuts, kActive) + line("List", "l", kList + "," + kReason),
            "VAL-ALG-003 List/l emptyReason"},
           {"gives no reason", kPatient + allergy("a", kNuts, kActive) + line("List", "l", kList),
            "VAL-ALG-003 List/l emptyReason"},
           {"withheld is not none",
            kPatient + allergy("a", kNuts, kActive) + line("List", "l", kList + "," + kWithheld), ""},
           {"none, and there is none", kPatient + line("List", "l", kList + "," + kReason), ""},
           {"none, and asserted so",
            kPatient + allergy("n", kNka, kActive) + line("List", "l", kList + "," + kReason), ""},
           {"another list",
            kPatient + allergy("a", kNuts, kActive) +
                line("List", "l", coded("code", "717711000000103") + "," + kReason),
            ""}},
          "VAL-ALG-003");
    check({{"listed", kPatient + allergy("a", kNuts, kActive) + line("List", "l", kList + "," + kEntry), ""},
           {"one is not",
            kPatient + allergy("a", kNuts, kActive) + allergy("b", "91936005", kActive) +
                line("List", "l", kList + "," + kEntry),
            "VAL-ALG-004 AllergyIntolerance/b"},
           {"a resolved one need not be",
            kPatient + allergy("a", kNuts, kActive) +
                allergy("b", "91936005", R"(,"clinicalStatus":{"coding":[{"code":"resolved"}]})") +
                line("List", "l", kList + "," + kEntry),
            ""},
           {"no list at all", kPatient + allergy("a", kNuts, kActive), ""}},
          "VAL-ALG-004");
}

TEST_CASE("validate: somebody answers for an entry") {
    const std::string consultation =
        line("Encounter", "e", R"("participant":[{"individual":{"display":"Dr Example"}}])");
    check(
        {{"nobody", kPatient + observation("o", ""), "VAL-AUT-001 Observation/o"},
         {"a performer", kPatient + observation("o", R"(,"performer":[{"display":"Dr Example"}])"), ""},
         {"the consultation's",
          kPatient + consultation + observation("o", R"(,"encounter":{"reference":"Encounter/e"})"), ""},
         {"of an issue, the authorisation's",
          kPatient + plan("m", R"("requester":{"display":"Dr Example"})") +
              line("MedicationRequest", "o",
                   R"("intent":"order","basedOn":[{"reference":"MedicationRequest/m"}])"),
          ""},
         {"of a result, the report's",
          kPatient + observation("o", "") +
              line(
                  "DiagnosticReport", "d",
                  R"("performer":[{"display":"Example laboratory"}],"result":[{"reference":"Observation/o"}])"),
          ""},
         {"panels in a circle",
          kPatient + observation("o", R"(,"hasMember":[{"reference":"Observation/n"}])") +
              observation("n", R"(,"hasMember":[{"reference":"Observation/o"}])"),
          "VAL-AUT-001 Observation/o; VAL-AUT-001 Observation/n"},
         {"a list needs none", kPatient + line("List", "l"), ""}},
        "VAL-AUT-001");
}

TEST_CASE("validate: an entry says what it is, and a report has results") {
    check(
        {{"a finding of nothing", kPatient + observation("o", ""), "VAL-CODE-001 Observation/o code"},
         {"a referral with a reason",
          kPatient + line("ServiceRequest", "s", R"("reasonCode":[{"text":"x"}])"), ""},
         {"a referral of nothing", kPatient + line("ServiceRequest", "s"),
          "VAL-CODE-001 ServiceRequest/s code"},
         {"words do", kPatient + observation("o", R"(,"code":{"text":"weight"})"), ""},
         {"a vaccine", kPatient + line("Immunization", "i"), "VAL-CODE-001 Immunization/i vaccineCode"},
         {"a medication", kPatient + request("m", "plan", "active"),
          "VAL-CODE-001 MedicationRequest/m medicationCodeableConcept"},
         {"a medication by product",
          kPatient + request("m", "plan", "active", R"(,"medicationReference":{"reference":"Medication/x"})"),
          ""}},
        "VAL-CODE-001");
    check({{"a header alone", kPatient + line("DiagnosticReport", "d"),
            "VAL-RPT-001 DiagnosticReport/d result"},
           {"results",
            kPatient + line("DiagnosticReport", "d", R"("result":[{"reference":"Observation/o"}])"), ""},
           {"a conclusion", kPatient + line("DiagnosticReport", "d", R"("conclusion":"normal")"), ""}},
          "VAL-RPT-001");
}

TEST_CASE("validate: what happened has a date, and not one ahead of the data") {
    const auto on = [](const std::string& day) {
        return observation("o", R"(,"effectiveDateTime":")" + day + "\"");
    };
    const std::vector<Row> rows = {
        {"the day before", kPatient + on("2026-02-28"), ""},
        {"the day", kPatient + on("2026-03-01"), ""},
        {"the month", kPatient + on("2026-03"), ""},
        {"the day after", kPatient + on("2026-03-02"), "VAL-DATE-005 Observation/o effectiveDateTime"},
        {"an immunisation", kPatient + line("Immunization", "i", R"("occurrenceDateTime":"2027-01-01")"),
         "VAL-DATE-005 Immunization/i occurrenceDateTime"},
        {"an appointment", kPatient + line("Appointment", "a", R"("start":"2027-01-01T10:00:00Z")"), ""},
        {"a recall", kPatient + line("ServiceRequest", "s", R"("occurrenceDateTime":"2027-01-01")"), ""},
        {"a post-dated issue", kPatient + request("m", "order", "active", R"(,"authoredOn":"2026-04-01")"),
         ""},
        {"a planned contact",
         kPatient + line("Encounter", "e", R"("status":"planned","period":{"start":"2027-01-01"})"), ""},
    };
    check(rows, "VAL-DATE-005", dated());
    for (Row row : rows) {
        row.expect.clear();
        check({row}, "VAL-DATE-005");  // without the moment of the data nothing lies ahead
    }
    check({{"none", kPatient + observation("o", ""), "VAL-DATE-006 Observation/o"},
           {"one", kPatient + on("2020"), ""},
           {"a result's is the report's",
            kPatient + observation("o", "") +
                line("DiagnosticReport", "d",
                     R"("issued":"2020-01-01T10:00:00Z","result":[{"reference":"Observation/o"}])"),
            ""},
           {"a list", kPatient + line("List", "l"), ""}},
          "VAL-DATE-006");
}

TEST_CASE("validate: immunisations fit a life") {
    const auto given = [](const std::string& day) {
        return line("Immunization", "i", R"("occurrenceDateTime":")" + day + "\"");
    };
    check({{"before birth", kPatient + given("1949-12-31"), "VAL-DATE-002 Immunization/i occurrenceDateTime"},
           {"after death", kDead + given("2021-05-07"), "VAL-DATE-003 Immunization/i occurrenceDateTime"},
           {"in between", kDead + given("2020-05-07"), ""}});
}

TEST_CASE("validate: repeats") {
    const std::string drug = coded("medicationCodeableConcept", "317896006"),
                      other = coded("medicationCodeableConcept", "319775004"),
                      dose = R"("dosageInstruction":[{"text":"one a day"}])";
    check(
        {{"the same twice", kPatient + plan("a", drug) + plan("b", drug),
          "VAL-MED-003 MedicationRequest/b medicationCodeableConcept"},
         {"two drugs", kPatient + plan("a", drug) + plan("b", other), ""},
         {"by name",
          kPatient + plan("a", R"("medicationCodeableConcept":{"text":"Example 5mg tablets"})") +
              plan("b", R"("medicationCodeableConcept":{"text":"Example 5mg tablets"})"),
          "VAL-MED-003 MedicationRequest/b medicationCodeableConcept"},
         {"one has ended",
          kPatient + plan("a", drug) +
              line("MedicationRequest", "b", R"("intent":"plan","status":"stopped")" + kRepeat + "," + drug),
          ""},
         {"an acute beside it",
          kPatient + plan("a", drug) +
              line("MedicationRequest", "b", R"("intent":"plan","status":"active",)" + drug),
          ""}},
        "VAL-MED-003");
    check(
        {{"no dose", kPatient + plan("a", drug), "VAL-MED-004 MedicationRequest/a dosageInstruction"},
         {"a dose without words", kPatient + plan("a", R"("dosageInstruction":[{"asNeededBoolean":true}])"),
          "VAL-MED-004 MedicationRequest/a dosageInstruction"},
         {"a dose", kPatient + plan("a", dose), ""},
         {"not active",
          kPatient + line("MedicationRequest", "a", R"("intent":"plan","status":"stopped")" + kRepeat), ""}},
        "VAL-MED-004");
    for (const auto& [day, late] : std::vector<std::pair<const char*, bool>>{
             {"2026-02-28", true}, {"2026-03-01", false}, {"2027", false}, {"", false}, {"soon", false}}) {
        CAPTURE(day);
        record::Record r;
        fill(r, kPatient + plan("a", dose));
        at<record::MedicationRequest>(r, 1).review_date = day;
        CHECK(found(r, dated(), "VAL-MED-005") == (late ? "VAL-MED-005 MedicationRequest/a reviewDate" : ""));
        fill(r, kPatient + plan("a", dose));
        at<record::MedicationRequest>(r, 1).repeat_information.authorisation_expiry_date = day;
        CHECK(found(r, dated(), "VAL-MED-006") ==
              (late ? "VAL-MED-006 MedicationRequest/a repeatInformation.authorisationExpiryDate" : ""));
    }
}

TEST_CASE("validate: measurements") {
    const auto pressure = [](const std::string& high, const std::string& low,
                             const std::string& unit = "mmHg") {
        return observation("o", R"(,"component":[{)" + coded("code", "72313002") + "," +
                                    quantity(high, unit) + "},{" + coded("code", "1091811000000102") + "," +
                                    quantity(low, unit) + "}]");
    };
    check({{"in order", kPatient + pressure("120", "80"), ""},
           {"exchanged", kPatient + pressure("80", "120"), "VAL-OBS-001 Observation/o component"},
           {"equal", kPatient + pressure("100", "100"), "VAL-OBS-001 Observation/o component"},
           {"another unit is not judged", kPatient + pressure("80", "120", "kPa"), ""},
           {"as a panel of two",
            kPatient + observation("s", "," + coded("code", "72313002") + "," + quantity("70", "mm[Hg]")) +
                observation("d", "," + coded("code", "1091811000000102") + "," + quantity("90", "mm[Hg]")) +
                observation("o",
                            R"(,"hasMember":[{"reference":"Observation/s"},{"reference":"Observation/d"}])"),
            "VAL-OBS-001 Observation/o hasMember"}},
          "VAL-OBS-001");
    const auto weight = [](const std::string& value, const std::string& unit, const std::string& more = {}) {
        return observation("o", "," + coded("code", "27113001") + "," + quantity(value, unit) + more);
    };
    check({{"possible", kPatient + weight("81.5", "kg"), ""},
           {"too much", kPatient + weight("8150", "Kg"), "VAL-OBS-002 Observation/o valueQuantity"},
           {"nothing", kPatient + weight("0", "kg"), "VAL-OBS-002 Observation/o valueQuantity"},
           {"a limit", kPatient + weight("650", "kg"), ""},
           {"stones are not judged", kPatient + weight("8150", "stone"), ""},
           {"withdrawn", kPatient + weight("8150", "kg", R"(,"status":"entered-in-error")"), ""},
           {"a component", kPatient + pressure("1200", "80"),
            "VAL-OBS-002 Observation/o component[0].valueQuantity"}},
          "VAL-OBS-002");
}

TEST_CASE("validate: the person and the registrations") {
    const auto registered = [](const std::string& id, const std::string& period,
                               const std::string& more = {}) {
        return line(
            "EpisodeOfCare", id,
            R"("status":"active","type":[{"coding":[{"code":"R"}]}],"period":{)" + period + "}" + more);
    };
    const std::string since = R"("start":"2020-01-01")";
    check({{"nobody", kPatient + registered("e", since), "VAL-PAT-002 Patient/p generalPractitioner"},
           {"a usual GP",
            patient_with(R"("generalPractitioner":[{"display":"Dr Example"}])") + registered("e", since), ""},
           {"a care manager", kPatient + registered("e", since, R"(,"careManager":{"display":"Dr Example"})"),
            ""},
           {"left", kPatient + registered("e", since + R"(,"end":"2021-01-01")"), ""},
           {"no registration", kPatient, ""}},
          "VAL-PAT-002");
    check({{"no name", kPatient, "VAL-PAT-003 Patient/p name"},
           {"no birth date", patient_with(R"("name":[{"family":"Example"}])"),
            "VAL-PAT-003 Patient/p birthDate"},
           {"both", patient_with(R"("name":[{"family":"Example"}],"birthDate":"1950")"), ""}},
          "VAL-PAT-003");
    check({{"still registered", kDead + registered("e", since), "VAL-PAT-004 EpisodeOfCare/e status"},
           {"deducted", kDead + registered("e", since + R"(,"end":"2021-05-06")"), ""},
           {"alive", kPatient + registered("e", since), ""}},
          "VAL-PAT-004");
    check({{"two at once", kPatient + registered("e", since) + registered("f", R"("start":"2021-01-01")"),
            "VAL-REG-001 EpisodeOfCare/f period"},
           {"one after the other",
            kPatient + registered("e", since + R"(,"end":"2021-01-01")") +
                registered("f", R"("start":"2021-01-01")"),
            ""},
           {"of two types",
            kPatient + registered("e", since) +
                line("EpisodeOfCare", "f",
                     R"("status":"active","type":[{"coding":[{"code":"P"}]}],"period":{)" + since + "}"),
            ""}},
          "VAL-REG-001");
}

TEST_CASE("validate: problems above each other, and ended ones") {
    const std::string problem =
        R"("code":{"text":"x"},"category":[{"coding":[{"code":"problem-list-item"}]}])";
    const auto under = [](record::Record& r, std::size_t item, const char* parent,
                          const char* type = "parent") {
        record::RelatedProblem& p = at<record::Condition>(r, item).related_problem.add(r.arena);
        p.type = type;
        p.target.reference = parent;
    };
    record::Record r;
    const auto three = [&] {
        fill(r, kPatient + line("Condition", "a", problem) + line("Condition", "b", problem) +
                    line("Condition", "c", problem));
    };
    three();
    under(r, 1, "Condition/b");
    under(r, 2, "Condition/c");
    CHECK(found(r, shipped(), "VAL-PRB-002").empty());
    under(r, 3, "Condition/b");
    CHECK(found(r, shipped(), "VAL-PRB-002") == "VAL-PRB-002 Condition/b relatedProblem");
    three();
    under(r, 1, "Condition/a");
    CHECK(found(r, shipped(), "VAL-PRB-002") == "VAL-PRB-002 Condition/a relatedProblem");
    three();
    under(r, 1, "Condition/b", "sibling");
    under(r, 2, "Condition/a", "sibling");
    CHECK(found(r, shipped(), "VAL-PRB-002").empty());

    const auto status = [&](const std::string& code, const std::string& end) {
        return kPatient + line("Condition", "c",
                               problem + R"(,"clinicalStatus":{"coding":[{"code":")" + code +
                                   R"("}]},"abatementDateTime":")" + end + "\"");
    };
    check({{"active and ended", status("active", "2025-01-01"), "VAL-PRB-003 Condition/c abatementDateTime"},
           {"to end", status("active", "2027-01-01"), ""},
           {"ended", status("inactive", "2025-01-01"), ""}},
          "VAL-PRB-003", dated());
}

TEST_CASE("validate: an incomplete record, and lists") {
    const std::string marked = patient_with(
        R"("meta":{"tag":[{"system":"https://gpswitch.org/CodeSystem/record-mark","code":"incomplete"}]})");
    record::Record r;
    for (const bool list : {false, true}) {
        fill(r, marked + (list ? line("List", "l", kReason) : ""));
        mapping::Safeguards::mark(r);
        CHECK(found(r) == (list ? "VAL-INC-001 Patient/p meta.tag; VAL-INC-002 List/l emptyReason"
                                : "VAL-INC-001 Patient/p meta.tag"));
    }
    fill(r, marked + line("List", "l", kWithheld));
    mapping::Safeguards::mark(r);
    CHECK(found(r, shipped(), "VAL-INC-002").empty());
    check({{"says why it is empty", kPatient + line("List", "l", kEntry + "," + kReason),
            "VAL-LST-001 List/l emptyReason"},
           {"is", kPatient + line("List", "l", kReason), ""},
           {"is not", kPatient + line("List", "l", kEntry), ""}},
          "VAL-LST-001");
}

TEST_CASE("validate: references into another patient's record") {
    const auto findings = [](const std::string& second) {
        PracticeChecker practice;
        record::Record r;
        fill(r, kPatient + request("m", "plan", "active"));
        practice.see(r);
        fill(r, patient_with(R"("gender":"male")") + second);
        practice.see(r);
        IssueList list;
        practice.finish(list);
        std::string out;
        for (const Issue& i : list.issues) out += i.code + " " + i.resource + " " + i.path;
        return out;
    };
    CHECK(
        findings(request("o", "order", "completed", R"(,"basedOn":[{"reference":"MedicationRequest/m"}])")) ==
        "VAL-REF-003 MedicationRequest/o basedOn[0]");
    CHECK(findings(request("o", "order", "completed", R"(,"basedOn":[{"reference":"MedicationRequest/n"}])"))
              .empty());  // leads nowhere at all: VAL-REF-001
    CHECK(findings(request("m", "plan", "active") +
                   request("o", "order", "completed", R"(,"basedOn":[{"reference":"MedicationRequest/m"}])"))
              .empty());  // its own, though another patient's has the same id
}

TEST_CASE("validate: the tables of lists and limits") {
    CHECK(shipped().list_codes.size() == 3);
    CHECK(shipped().plausible.size() > 20);
    CHECK_THROWS_WITH_AS(load_list_codes("system,code,display,kind,why\ns,c,d,recalls,\n", "f.csv"),
                         "f.csv:2: kind is allergies or ended-allergies", MappingError);
    const std::string head = "system,code,display,role,units,low,high,why\n";
    for (const auto& [row, message] : std::vector<std::pair<std::string, const char*>>{
             {"s,c,d,mean,kg,1,2,", "f.csv:2: role is systolic, diastolic or empty"},
             {"s,c,d,,,1,2,", "f.csv:2: a unit is needed"},
             {"s,c,d,,kg,2,1,", "f.csv:2: low and high are numbers, low the smaller"},
             {"s,c,d,,kg,x,1,", "f.csv:2: low and high are numbers, low the smaller"}})
        CHECK_THROWS_WITH_AS(load_plausible(head + row + "\n", "f.csv"), message, MappingError);
}
