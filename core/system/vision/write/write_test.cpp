// The Vision Target: the form of the files, the way back of everything that was read, and the layout's own
// rules (section 12 of the notes on the format).
#include "core/system/vision/write/write_test.hpp"

#include "core/record/made_number.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::vision_write_test;

namespace {

std::string coding(const std::string& system, const std::string& code, const std::string& display) {
    return R"({"system":")" + system + R"(","code":")" + code + R"(","display":")" + display + R"("})";
}
const std::string kRead = "http://read.info/readv2", kSnomed = "http://snomed.info/sct";

std::string observation(const std::string& id, const std::string& codings, const std::string& more) {
    return R"({"resourceType":"Observation","id":")" + id + R"(","status":"final",)" + kSubject +
           R"(,"code":{"coding":[)" + codings + "]}" + (more.empty() ? "" : "," + more) + "}";
}

}  // namespace

TEST_CASE("vision target: the contract, on the sample practice") {
    const auto set = loaded();
    io::TestFolder folder;
    std::vector<std::shared_ptr<mapping::MappingSet>> kept;
    const auto fresh = [&](const std::string& place) {
        kept.push_back(loaded());
        return open("vision", place, kept.back().get());
    };
    contract::target(
        *systems::find("vision"), folder / "extract", [&] { return fresh(kRoot + "/testdata/vision"); },
        set.get(), fresh, [] { return loaded(); });
}

TEST_CASE("vision target: six headerless files of one delivery, the same whatever the jobs") {
    io::TestFolder folder;
    for (const auto& [name, jobs] : {std::pair("one", 1u), std::pair("three", 3u)}) {
        const auto source = open("synthetic", "patients=30,fields=all", nullptr);
        write(*source, nullptr, folder / name, jobs);
    }
    const auto one = files(folder / "one");
    CHECK(one == files(folder / "three"));
    std::vector<std::string> names;
    for (const auto& [name, bytes] : one) {
        CHECK((bytes.empty() || bytes.ends_with("\r\n")));
        names.push_back(name.substr(0, name.rfind("_data_extract-")));
        CHECK(name.starts_with("INCREMENTAL_QZ8001_"));
    }
    CHECK(names == std::vector<std::string>{"INCREMENTAL_QZ8001_encounter", "INCREMENTAL_QZ8001_journal",
                                            "INCREMENTAL_QZ8001_patient", "INCREMENTAL_QZ8001_practice",
                                            "INCREMENTAL_QZ8001_referral", "INCREMENTAL_QZ8001_staff"});
    const std::map<std::string, std::size_t> columns = {{"practice", 14},  {"staff", 8},    {"patient", 35},
                                                        {"encounter", 14}, {"journal", 42}, {"referral", 15}};
    std::set<std::string> ids, encounters, pids;
    for (const auto& [table, n] : columns)
        for (const auto& row : rows(folder / "one", table)) CHECK(row.size() == n);
    for (const auto& row : rows(folder / "one", "patient")) CHECK(pids.insert(row[0]).second);
    for (const auto& row : rows(folder / "one", "encounter")) CHECK(encounters.insert(row[1]).second);
    for (const auto& row : rows(folder / "one", "journal")) {
        CHECK(ids.insert(row[ID]).second);  // unique in the practice, not only in the patient
        CHECK(row[ID].find_first_not_of("0123456789") == std::string::npos);
        CHECK(pids.contains(row[PID]));
        CHECK(row[ACTION] == "I");
        CHECK(row[CONTEXT] == "A");
        CHECK_FALSE(row[RUBRIC].empty());
        CHECK((row[CODE].empty() || row[CODE].size() == 7));
        const std::string kind = row[SUBSET] + row[EPISODE] + row[ENTITY];
        if (row[SUBSET] == "A") CHECK(kind == "AAACUTE");
        if (row[SUBSET] == "R") CHECK(kind == "RRREPEATS");
        if (row[SUBSET] == "S") CHECK(kind == "SIREPEAT ISSUE");
        CHECK(std::string("ARSPICTL").find(row[SUBSET]) != std::string::npos);
        // LINKS: the consultation first, then problems.
        std::istringstream links(row[LINKS]);
        std::size_t n = 0;
        for (std::string link; std::getline(links, link, '|'); ++n) {
            if (link[0] == 'E') CHECK(encounters.contains(link.substr(1)));
            CHECK((link[0] != 'E' || n == 0));
        }
    }
    const auto practices = rows(folder / "one", "practice");
    REQUIRE(practices.size() == 1);
    CHECK(practices[0][2] == "QZ8001");
    const auto people = rows(folder / "one", "staff");
    std::set<std::string> staff;
    for (const auto& row : people) CHECK(staff.insert(row[0]).second);
    for (const auto& row : rows(folder / "one", "journal"))
        CHECK((row[HCP].empty() || staff.contains(row[HCP])));
    for (const auto& row : rows(folder / "one", "patient")) {
        std::string lines;
        for (std::size_t i = 24; i < 29; ++i) lines += (i == 24 ? "" : "|") + row[i];
        CHECK((row[23] == lines || (row[23].empty() && lines == "||||")));
        CHECK(row[33] == practices[0][0]);
    }
}

TEST_CASE("vision target: a name that is taken, and a target without tables") {
    io::TestFolder folder;
    folder.put("extract/old.txt", "x");
    const auto vision = systems::find("vision");
    CHECK_THROWS_AS(vision->create({folder / "extract", false, loaded()}), UsageError);
    CHECK_THROWS_AS(vision->create({folder / "new", false, nullptr}), MappingError);
    CHECK(folder.entries() == 1);
}

TEST_CASE("vision target: made numbers are of 18 digits, and of type and id alone") {
    const auto text = [](record::EntityKind kind, const char* id) {
        const auto n = record::made_number(kind, id);
        return std::string(n.data(), n.size());
    };
    using record::EntityKind;
    CHECK(text(EntityKind::Condition, "a").size() == 18);
    CHECK(text(EntityKind::Condition, "a")[0] != '0');
    CHECK(text(EntityKind::Condition, "a") == text(EntityKind::Condition, "a"));
    CHECK(text(EntityKind::Condition, "a") != text(EntityKind::Observation, "a"));
    CHECK(text(EntityKind::Condition, "a") != text(EntityKind::Condition, "b"));
}

TEST_CASE(
    "vision target: a Read code has five bytes and a term code, a SNOMED code alone none is made up for") {
    const Written w(Resources{
        {"Observation",
         observation("a", coding(kRead, "H33", "Asthma"), "") + "\n" +
             observation("b", coding(kSnomed, "271870002", "Low blood pressure reading"), "") + "\n" +
             observation("c", coding("https://example.org/local", "X1", "Practice leaflet"), "")}});
    std::map<std::string, std::vector<std::string>> by_words;
    for (const auto& row : w.cells("journal")) by_words[row[RUBRIC]] = row;
    CHECK(by_words["Asthma"][CODE] == "H33..00");
    CHECK(by_words["Low blood pressure reading"][CODE].empty());
    CHECK(by_words["Low blood pressure reading"][SNOMED_CODE] == "271870002");
    CHECK(by_words["Practice leaflet"][CODE].empty());
    CHECK(w.said("Observation.code.coding"));  // the local code of another system
}

TEST_CASE("vision target: a blood pressure is one row with two values, whatever codes its parts have") {
    const auto part = [](const std::string& system, const std::string& code, int value) {
        return R"({"code":{"coding":[{"system":")" + system + R"(","code":")" + code +
               R"("}]},"valueQuantity":{"value":)" + std::to_string(value) + R"(,"unit":"mm Hg"}})";
    };
    const std::string category =
        R"("category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],)";
    const Written w(Resources{
        {"Observation", observation("a", coding(kSnomed, "75367002", "Blood pressure"),
                                    category + R"("component":[)" + part("http://loinc.org", "8462-4", 80) +
                                        "," + part("http://loinc.org", "8480-6", 125) + "]")}});
    const auto all = w.cells("journal");
    REQUIRE(all.size() == 1);
    CHECK(all[0][CODE] == "246..00");
    CHECK(all[0][ENTITY] == "BP");
    CHECK(all[0][VALUE1] == "125");  // systolic first, whatever the order was
    CHECK(all[0][VALUE2] == "80");
    const auto back = w.of("Observation");
    REQUIRE(back.size() == 1);
    REQUIRE(back[0]["component"].size() == 2);
    CHECK(back[0]["component"][0]["valueQuantity"]["value"] == 125);
}

TEST_CASE("vision target: what a second value means is in the code") {
    const auto second = [](const std::string& code, const std::string& value) {
        return R"("valueQuantity":{"value":20,"unit":"per day"},"component":[{"code":{"coding":[{"system":"https://gpswitch.org/CodeSystem/second-value","code":")" +
               code + R"("}]},)" + value + "}]";
    };
    const Written w(Resources{
        {"Observation",
         observation(
             "a", coding(kRead, "137P.", "Cigarette smoker"),
             second(
                 "smoking-status",
                 R"("valueCodeableConcept":{"coding":[{"system":"https://gpswitch.org/CodeSystem/smoking-status","code":"former"}]})")) +
             "\n" +
             observation("b", coding(kRead, "22A..", "O/E - weight"),
                         second("body-mass-index", R"("valueQuantity":{"value":24.5,"unit":"kg/m2"})")) +
             "\n" +
             observation(
                 "c", coding(kRead, "44P..", "Serum cholesterol"),
                 R"("component":[{"code":{"text":"First"},"valueString":"x"},{"code":{"text":"Second"},"valueQuantity":{"value":3,"unit":"mm"}}])")}});
    std::map<std::string, std::vector<std::string>> by_words;
    for (const auto& row : w.cells("journal")) by_words[row[RUBRIC]] = row;
    CHECK(by_words["Cigarette smoker"][VALUE2] == "2");
    CHECK(by_words["O/E - weight"][VALUE2] == "24.5");
    CHECK(by_words["O/E - weight"][VALUE2_UNITS].empty());
    // More values than there are columns stand in words, and that is said.
    CHECK(by_words["Serum cholesterol"][TEXT].find("Second: 3 mm") != std::string::npos);
    CHECK(w.said("Observation.component"));
}

TEST_CASE(
    "vision target: tobacco without a second value is not written, for it would be read as never smoked") {
    const Written w(
        Resources{{"Observation", observation("a", coding(kRead, "137..", "Tobacco consumption"), "")}});
    CHECK(w.cells("journal").empty());
    CHECK(w.move.count("WRITE-004") == 1);
    CHECK(w.move.ledger->balanced());
}

TEST_CASE("vision target: links name the consultation, then problems; a diagnosis is no problem") {
    const auto condition = [](const std::string& id, const std::string& category, const std::string& more) {
        return R"({"resourceType":"Condition","id":")" + id + R"(","category":[{"coding":[{"code":")" +
               category + R"("}]}],"code":{"text":")" + id + "\"}," + kSubject + more + "}";
    };
    const std::string problem =
        R"(,"extension":[{"url":"https://gpswitch.org/fhir/problem","valueReference":{"reference":"Condition/)";
    const Written w(Resources{
        {"Condition",
         condition("P1", "problem-list-item", "") + "\n" + condition("D1", "encounter-diagnosis", "")},
        {"MedicationRequest",
         std::string(
             R"({"resourceType":"MedicationRequest","id":"m","status":"completed","intent":"order",)") +
             kSubject +
             R"(,"encounter":{"reference":"Encounter/e"},"reasonReference":[{"reference":"Condition/D1"},{"reference":"Condition/P1"}],"medicationCodeableConcept":{"text":"Amoxicillin"},"dosageInstruction":[{"text":"ONE"}]})"}});
    static_cast<void>(problem);
    std::map<std::string, std::vector<std::string>> by_words;
    for (const auto& row : w.cells("journal")) by_words[row[RUBRIC]] = row;
    const auto encounters = w.cells("encounter");
    REQUIRE(encounters.size() == 1);
    CHECK(by_words["P1"][SUBSET] == "P");
    CHECK(by_words["D1"][SUBSET] == "C");
    CHECK(by_words["Amoxicillin"][LINKS] == "E" + encounters[0][1] + "|" + by_words["P1"][ID]);
    CHECK(w.said("MedicationRequest.reasonReference"));
}

TEST_CASE(
    "vision target: an acute prescription and its issue are one row, a repeat and its course one, an issue "
    "one") {
    const auto request = [](const std::string& id, const std::string& more) {
        return R"({"resourceType":"MedicationRequest","id":")" + id + "\"," + kSubject +
               R"(,"medicationCodeableConcept":{"coding":[{"system":"https://dmd.nhs.uk","code":"322236009"}],"text":")" +
               (id[0] == 'a' ? "Amoxicillin" : "Warfarin") +
               R"("},"dosageInstruction":[{"text":"ONE a day"}],"authoredOn":"2020-05-01","dispenseRequest":{"quantity":{"value":28,"unit":"tablet"}},)" +
               more + "}";
    };
    const auto course = [](const std::string& type) {
        return R"("courseOfTherapyType":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy","code":")" +
               type + R"("}]})";
    };
    const auto based = [](const std::string& id) {
        return R"("basedOn":[{"reference":"MedicationRequest/)" + id + R"("}])";
    };
    const Written w(Resources{
        {"MedicationRequest",
         request("a1", R"("status":"completed","intent":"plan",)" + course("acute")) + "\n" +
             request("a2", R"("status":"completed","intent":"order",)" + based("a1")) + "\n" +
             request("r1", R"("status":"active","intent":"plan",)" + course("continuous")) + "\n" +
             request("r2", R"("status":"completed","intent":"order",)" + based("r1"))},
        {"MedicationStatement",
         std::string(R"({"resourceType":"MedicationStatement","id":"s","status":"active",)") + kSubject +
             "," + based("r1") +
             R"(,"medicationCodeableConcept":{"text":"Warfarin"},"effectivePeriod":{"start":"2020-05-01"},"dosage":[{"text":"ONE a day"}]})"}});
    std::map<std::string, std::vector<std::string>> by_subset;
    for (const auto& row : w.cells("journal")) by_subset[row[SUBSET]] = row;
    REQUIRE(w.cells("journal").size() == 3);
    REQUIRE(by_subset.size() == 3);
    for (const char* subset : {"A", "R", "S"}) {
        CAPTURE(subset);
        const auto& row = by_subset[subset];
        CHECK(row[DMD_CODE] == "322236009");
        CHECK(row[SNOMED_CODE].empty());
        CHECK(row[TEXT] == "ONE a day");
        CHECK(row[VALUE1_NAME] == "QUANTITY");
        CHECK(row[VALUE1] == "28");
        CHECK(row[DRUG_PACKSIZE] == "tablet");
        CHECK(row[END_DATE].empty());
    }
    CHECK(w.said("MedicationRequest.basedOn"));  // which repeat it is an issue of
    std::size_t active = 0;
    for (const auto& m : w.of("MedicationRequest")) active += m["status"] == "active" ? 1 : 0;
    CHECK(active == 1);
}
