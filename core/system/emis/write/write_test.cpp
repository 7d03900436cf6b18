// The EMIS Target: the form of the files, the way back of everything that was read, and what must not be
// written.
#include "core/system/emis/write/write_test.hpp"

using namespace gpswitch;
using emis_test::files;
using emis_test::kPatient;
using emis_test::kRoot;
using emis_test::kSubject;
using emis_test::open;
using emis_test::write;
using emis_test::Written;
namespace fs = std::filesystem;

TEST_CASE("emis target: the contract, on the sample practice") {
    const auto set = emis_test::loaded();
    io::TestFolder folder;
    std::vector<std::shared_ptr<mapping::MappingSet>> kept;
    contract::target(
        *systems::find("emis"), folder / "extract",
        [&] {
            kept.push_back(emis_test::loaded());
            return open("emis", kRoot + "/testdata/emis", kept.back().get());
        },
        set.get(),
        [&](const std::string& place) {
            kept.push_back(emis_test::loaded());
            return open("emis", place, kept.back().get());
        },
        emis_test::loaded);
}

TEST_CASE("emis target: 21 files of one batch in the layout's form, the same whatever the jobs") {
    const auto set = emis_test::loaded();
    io::TestFolder folder;
    for (const auto& [name, jobs] : {std::pair("one", 1u), std::pair("three", 3u)}) {
        const auto source = open("emis", kRoot + "/testdata/emis", set.get());
        write(*source, set.get(), folder / name, jobs);
    }
    const auto one = files(folder / "one");
    CHECK(one == files(folder / "three"));
    REQUIRE(one.size() == emis::kTabs);
    std::string batch;
    for (const auto& [name, bytes] : one) {
        CAPTURE(name);
        const auto parsed = emis::parse_name(name);
        REQUIRE(parsed.has_value());
        CHECK(parsed->kind == "bulk");
        CHECK(parsed->time == "20260301000000");  // the moment of the data
        if (batch.empty()) batch = parsed->agreement;
        CHECK(parsed->agreement == batch);
        CHECK(bytes.starts_with("\""));  // no mark before it
        CHECK(bytes.ends_with("\"\r\n"));
        // The header is that of the supplier's own files.
        for (const auto& f : fs::directory_iterator(kRoot + "/testdata/emis"))
            if (emis::parse_name(f.path().filename().string())->tab == parsed->tab) {
                std::ifstream original(f.path(), std::ios::binary);
                std::string line;
                std::getline(original, line);
                CHECK(bytes.substr(0, bytes.find('\n')) == line);
            }
    }
}

TEST_CASE("emis target: a name that is taken, and a target without tables") {
    io::TestFolder folder;
    folder.put("extract/old.txt", "x");
    const auto emis = systems::find("emis");
    CHECK_THROWS_AS(emis->create({folder / "extract", false, emis_test::loaded()}), UsageError);
    CHECK_THROWS_AS(emis->create({folder / "new", false, nullptr}), MappingError);
    CHECK(emis->create({folder / "extract", true, emis_test::loaded()}) != nullptr);
    CHECK(folder.entries() == 1);  // nothing was published, nothing is left
}

TEST_CASE("emis target: a refused vaccine never comes back as a given one") {
    const std::string code =
        R"("extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure",)"
        R"("valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"72093006","display":"Measles vaccination"}]}}],)"
        R"("vaccineCode":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"UNK"}]},)";
    const Written w(
        {{"Immunization",
          std::string(R"({"resourceType":"Immunization","id":"a","status":"not-done",)") + code + kPatient +
              R"(,"occurrenceDateTime":"2020-01-01","statusReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"PATOBJ"}]}})" +
              "\n" + R"({"resourceType":"Immunization","id":"b","status":"completed","primarySource":true,)" +
              code + kPatient + R"(,"occurrenceDateTime":"2021-01-01"})"}});
    const auto immunizations = w.of("Immunization");
    REQUIRE(immunizations.size() == 2);
    for (const auto& i : immunizations)
        CHECK(i["status"] == (i["occurrenceDateTime"] == "2020-01-01" ? "not-done" : "completed"));
}

TEST_CASE("emis target: labels never loosen") {
    constexpr const char* kLabel =
        R"("meta":{"security":[{"system":"https://gpswitch.org/CodeSystem/confidentiality","code":"not-for-patient-access"}]},)";
    const Written w(
        {{"Condition", std::string(R"({"resourceType":"Condition","id":"c",)") + kLabel + kSubject +
                           R"(,"code":{"text":"Something private"}})"},
         {"Appointment",
          std::string(R"({"resourceType":"Appointment","id":"x","status":"booked",)") + kLabel +
              R"("start":"2026-05-01T09:00:00+01:00","participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"}]})"}});
    // A flag of the row says it, more strictly.
    const auto conditions = w.of("Condition");
    REQUIRE(conditions.size() == 1);
    CHECK(conditions[0]["meta"]["security"][0]["code"] == "staff-restricted");
    CHECK(conditions[0]["code"]["text"] == "Something private");
    // A row that has none is not written.
    CHECK(w.of("Appointment").empty());
    CHECK(w.move.count("WRITE-003") == 1);
    CHECK(w.move.ledger->rows(record::Fate::held) == 1);
    CHECK(w.move.ledger->balanced());
}

TEST_CASE("emis target: what the layout has no place for is held by name, not dropped") {
    const Written w(
        {{"Flag", std::string(R"({"resourceType":"Flag","id":"f","status":"active",)") + kSubject +
                      R"(,"code":{"text":"Violent patient"}})"},
         {"Appointment",
          R"({"resourceType":"Appointment","id":"x","status":"cancelled","participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"}]})"}});
    CHECK(w.move.count("WRITE-002") == 2);
    CHECK(w.move.ledger->rows(record::Fate::held) == 2);
    CHECK(w.of("Appointment").empty());
}

TEST_CASE("emis target: what is not so is never written as if it were") {
    const std::string code = R"("code":{"text":"Peanut allergy"})";
    const Written w(
        {{"AllergyIntolerance",
          std::string(R"({"resourceType":"AllergyIntolerance","id":"a",)") + kPatient + "," + code +
              R"(,"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"refuted"}]}})"},
         {"Procedure", std::string(R"({"resourceType":"Procedure","id":"p1","status":"not-done",)") +
                           kSubject + "," + code + "}"},
         {"Observation",
          std::string(R"({"resourceType":"Observation","id":"o","status":"entered-in-error",)") + kSubject +
              "," + code + "}\n" + R"({"resourceType":"Observation","id":"o2","status":"final",)" + kSubject +
              R"(,"code":{"text":"Urine culture"},"valueString":"No growth"})"}});
    CHECK(w.move.count("WRITE-002") == 3);
    CHECK(w.of("AllergyIntolerance").empty());
    CHECK(w.of("Procedure").empty());
    const auto observations = w.of("Observation");
    REQUIRE(observations.size() == 1);
    CHECK(observations[0]["code"]["text"] == "Urine culture");
    CHECK(observations[0]["note"][0]["text"] == "Result: No growth");
}

TEST_CASE("emis target: a drug that is a resource of its own is named in its rows") {
    const Written w(
        {{"Medication",
          R"({"resourceType":"Medication","id":"m","extension":[{"url":"https://gpswitch.org/fhir/patient","valueReference":{"reference":"Patient/p"}}],"code":{"coding":[{"system":"https://dmd.nhs.uk","code":"322236009","display":"Paracetamol 500mg tablets"}]}})"},
         {"MedicationRequest",
          std::string(R"({"resourceType":"MedicationRequest","id":"r","status":"active","intent":"plan",)") +
              kSubject +
              R"(,"medicationReference":{"reference":"Medication/m"},"dosageInstruction":[{"text":"ONE a day"}]})"}});
    const auto plans = w.of("MedicationRequest");
    REQUIRE(plans.size() == 1);
    CHECK(plans[0]["medicationCodeableConcept"]["text"] == "Paracetamol 500mg tablets");
    CHECK(plans[0]["dosageInstruction"][0]["text"] == "ONE a day");
    CHECK(plans[0]["status"] == "active");
}

TEST_CASE("emis target: numbers, times and codes in the layout's form") {
    const Written w(
        {{"Observation",
          std::string(R"({"resourceType":"Observation","id":"o","status":"final",)") + kSubject +
              R"(,"effectiveDateTime":"2020-05","code":{"coding":[{"system":"http://snomed.info/sct","code":"27113001","display":"Body weight"}]},"valueQuantity":{"value":81.5,"unit":"kg \"x\""}})"}});
    for (const auto& [name, bytes] : files(w.folder / "extract"))
        if (name.find("_CareRecord_Observation_") != std::string::npos) {
            CHECK(bytes.find("\"2020-05-01\",\"YM\"") != std::string::npos);
            CHECK(bytes.find("\"81.500\",\"kg \"\"x\"\"\"") != std::string::npos);
        }
    const auto observations = w.of("Observation");
    REQUIRE(observations.size() == 1);
    CHECK(observations[0]["effectiveDateTime"] == "2020-05");
    CHECK(observations[0]["code"]["text"] == "Body weight");
}

TEST_CASE("emis target: several bookings of one slot are rows of one session") {
    const auto booking = [](const std::string& id) {
        return R"({"resourceType":"Appointment","id":")" + id +
               R"(","status":"booked","slot":[{"reference":"Slot/s"}],"start":"2026-05-01T09:00:00+01:00","minutesDuration":10,"participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"}]})";
    };
    const Written w(
        {{"Schedule",
          R"({"resourceType":"Schedule","id":"c","actor":[{"display":"x"}],"planningHorizon":{"start":"2026-05-01T09:00:00+01:00"}})"},
         {"Slot",
          R"({"resourceType":"Slot","id":"s","status":"busy","schedule":{"reference":"Schedule/c"},"start":"2026-05-01T09:00:00+01:00","end":"2026-05-01T09:10:00+01:00"})"},
         {"Appointment", booking("a") + "\n" + booking("b")}});
    CHECK(w.of("Appointment").size() == 2);
    const auto slots = w.of("Slot");
    REQUIRE(slots.size() == 2);
    for (const auto& slot : slots) {
        CHECK(slot["status"] == "busy");
        CHECK(slot["schedule"].value("reference", "").starts_with("Schedule/"));
    }
}
