// What a row of the journal is, by subset and code, and what becomes of its values and links.
#include "core/system/vision/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::vision_test;
using Strings = std::vector<std::string>;

namespace {

/// The journal of one patient.
Run journal(std::vector<Cells> entries) {
    Extract e;
    e.patient();
    for (Cells& c : entries) e.entry(std::move(c));
    return e.run();
}
/// Types made of one row, in the order of their names.
std::string types(Cells cells) {
    const Run r = journal({std::move(cells)});
    std::string out;
    for (const Json& e : r.entities) {
        const std::string type = e["resourceType"];
        if (type != "Patient" && type != "EpisodeOfCare" && type != "Organization")
            out += (out.empty() ? "" : " ") + type;
    }
    return out;
}

}  // namespace

TEST_CASE("vision: what an entry is, by subset and Read code") {
    CHECK(types({{"SUBSET", "C"}, {"CODE", "R062.00"}}) == "Observation");
    CHECK(types({{"SUBSET", "C"}, {"CODE", "12C1.00"}}) == "FamilyMemberHistory");
    CHECK(types({{"SUBSET", "C"}, {"CODE", "7L0..00"}}) == "Procedure");
    CHECK(types({{"SUBSET", "C"}, {"CODE", "6896.00"}}) == "Procedure");
    CHECK(types({{"SUBSET", "C"}, {"CODE", "8B3V.00"}}) == "Procedure");
    CHECK(types({{"SUBSET", "C"}, {"CODE", "8B3V.00"}, {"VALUE1", "3"}}) == "Observation");
    CHECK(types({{"SUBSET", "C"}, {"CODE", "662L.00"}}) == "Observation");  // a blood pressure, no procedure
    CHECK(types({{"SUBSET", "C"}, {"CODE", "6623.00"}}) == "Observation");
    CHECK(types({{"SUBSET", "C"}, {"CODE", "H33..00"}}) == "Condition");
    CHECK(types({{"SUBSET", "T"}, {"CODE", "7L0..00"}}) == "Observation");
    CHECK(types({{"SUBSET", "I"}, {"CODE", "65E..00"}}) == "Immunization");
    CHECK(types({{"SUBSET", "L"}, {"CODE", "7L0..00"}}) == "AllergyIntolerance");
    CHECK(types({{"SUBSET", "L"}, {"CODE", "1151.00"}}) == "AllergyIntolerance");
    CHECK(types({{"SUBSET", "C"}, {"CODE", "1151.00"}}) == "AllergyIntolerance");
    CHECK(types({{"SUBSET", "P"}, {"CODE", "R062.00"}}) == "Condition");
    CHECK(types({{"SUBSET", "T"}, {"CODE", "44P..00"}}) == "Observation");
    CHECK(types({{"SUBSET", ""}, {"CODE", "R062.00"}}) == "Observation");
}

TEST_CASE(
    "vision: a problem with a code of a procedure stays a problem, and the procedure stands beside it") {
    const Run r = journal({{{"SUBSET", "P"}, {"CODE", "7L0..00"}, {"RUBRIC", "Removal of suture"}}});
    const Json c = r.entry("Condition"), p = r.entry("Procedure");
    CHECK(c["category"][0]["coding"][0]["code"] == "problem-list-item");
    CHECK(p["status"] == "completed");
    CHECK(c.dump().find("Procedure/" + p["id"].get<std::string>()) != std::string::npos);
    CHECK(r.fate("journal", "1") == Strings{"migrated"});
}

TEST_CASE("vision: a problem begins with DATE, ends with END_DATE, and is recorded on RECORDED_DATE") {
    const Run r = journal(
        {{{"ID", "1"},
          {"SUBSET", "P"},
          {"CODE", "H33..00"},
          {"DATE", "19990600"},
          {"RECORDED_DATE", "20120602"},
          {"EPISODE", "F"}},
         {{"ID", "2"},
          {"SUBSET", "P"},
          {"CODE", "H06z000"},
          {"DATE", "20130110"},
          {"END_DATE", "20130200"},
          {"EPISODE", "N"}},
         {{"ID", "3"}, {"SUBSET", "P"}, {"CODE", "H06z000"}, {"END_DATE", "20270101"}, {"EPISODE", "D"}}});
    const Json open = r.entry("Condition", "1"), ended = r.entry("Condition", "2"),
               future = r.entry("Condition", "3");
    CHECK(open["onsetDateTime"] == "1999-06");
    CHECK(open["recordedDate"] == "2012-06-02");
    CHECK(open["clinicalStatus"]["coding"][0]["code"] == "active");
    CHECK_FALSE(open.contains("abatementDateTime"));
    CHECK(ended["abatementDateTime"] == "2013-02");
    CHECK(ended["clinicalStatus"]["coding"][0]["code"] == "inactive");
    CHECK(future["clinicalStatus"]["coding"][0]["code"] == "active");
    CHECK(Run::rest(future, "journal.END_DATE") == "2027-01-01");
    CHECK(future.dump().find(R"("code":"D","system":"https://gpswitch.org/CodeSystem/vision-episode")") !=
          std::string::npos);
    CHECK(open.dump().find("\"first\"") != std::string::npos);
}

TEST_CASE("vision: date and time are one moment of the UK, and what is none is kept") {
    const Run r = journal({{{"ID", "1"}, {"CODE", "R062.00"}, {"DATE", "20260703"}, {"TIME", "1305"}},
                           {{"ID", "2"}, {"CODE", "R062.00"}, {"TIME", "9999"}},
                           {{"ID", "3"}, {"CODE", "R062.00"}, {"DATE", ""}, {"TIME", "0910"}},
                           {{"ID", "4"}, {"CODE", "R062.00"}, {"DATE", "20260231"}, {"TIME", "2460"}},
                           {{"ID", "5"}, {"CODE", "R062.00"}, {"TIME", "0000"}},
                           {{"ID", "6"}, {"CODE", "R062.00"}, {"DATE", "19990000"}}});
    CHECK(r.entry("Observation", "1")["effectiveDateTime"] == "2026-07-03T13:05:00+01:00");
    CHECK(r.entry("Observation", "2")["effectiveDateTime"] == "2026-02-03");
    CHECK_FALSE(r.entry("Observation", "3").contains("effectiveDateTime"));
    CHECK(Run::rest(r.entry("Observation", "3"), "journal.TIME") == "0910");
    CHECK(Run::rest(r.entry("Observation", "4"), "journal.DATE") == "20260231");
    CHECK(Run::rest(r.entry("Observation", "4"), "journal.TIME") == "2460");
    CHECK(Run::rest(r.entry("Observation", "5"), "journal.TIME") == "0000");
    CHECK(r.entry("Observation", "6")["effectiveDateTime"] == "1999");
    CHECK(r.found("VISION-VALUE-001") >= 1);
}

TEST_CASE("vision: the row's own SNOMED CT first, then Read; local codes and words apart; words are RUBRIC") {
    const Run r = journal(
        {{{"ID", "1"}, {"CODE", "H33..11"}, {"SNOMED_CODE", "195967001"}, {"RUBRIC", "Asthmatic"}},
         {{"ID", "2"}, {"CODE", "H33..00"}, {"SNOMED_CODE", "29993973518322896898"}, {"RUBRIC", "Asthma"}},
         {{"ID", "3"}, {"CODE", "YM01.01"}, {"RUBRIC", "Template"}},
         {{"ID", "4"}, {"CODE", "YM02.01"}},
         {{"ID", "5"}, {"CODE", "DNA"}, {"RUBRIC", "Did not attend"}},
         {{"ID", "6"}, {"RUBRIC", "Words alone"}},
         {{"ID", "7"}},
         {{"ID", "8"}, {"CODE", "9t1B.00"}, {"RUBRIC", "Lower case"}}});
    const Json one = r.entry("Condition", "1")["code"];
    CHECK(one["coding"][0]["system"] == kSnomedCt);
    CHECK(code_of(one, kReadV2) == "H33..");
    CHECK(one["text"] == "Asthmatic");
    CHECK(Run::rest(r.entry("Condition", "1"), "journal.CODE") == "H33..11");  // the term that was chosen
    const Json two = r.entry("Condition", "2")["code"];
    CHECK(code_of(two, kSnomedCt).empty());
    CHECK(code_of(two, "https://gpswitch.org/CodeSystem/vision-snomed-column") == "29993973518322896898");
    CHECK(code_of(two, kReadV2) == "H33..");
    CHECK(r.found("VISION-CODE-003") == 1);
    const Json three = r.entry("Observation", "3")["code"];
    CHECK(code_of(three, kReadV2).empty());
    CHECK(code_of(three, "https://gpswitch.org/CodeSystem/vision-local-code") == "YM01.");
    CHECK(r.found("VISION-CODE-004") == 1);
    const Json five = r.entry("Observation", "5")["code"];
    CHECK(code_of(five, kReadV2).empty());
    CHECK(five["text"] == "Did not attend");
    CHECK(r.found("VISION-CODE-002") == 1);
    CHECK(r.entry("Observation", "6")["code"]["text"] == "Words alone");
    CHECK(r.entry("Observation", "7")["code"]["coding"][0]["code"] == "UNK");
    CHECK(r.found("VISION-CODE-001") == 1);
    CHECK(code_of(r.entry("Observation", "8")["code"], kReadV2) == "9t1B.");
}

TEST_CASE("vision: a blood pressure in one row is one entry with two components") {
    const Run r = journal(
        {{{"ID", "1"},
          {"CODE", "246..00"},
          {"RUBRIC", "BP"},
          {"VALUE1", "142"},
          {"VALUE2", "88"},
          {"DATE", "20260203"},
          {"TIME", "0912"}},
         {{"ID", "2"}, {"CODE", "2469.00"}, {"VALUE1", "142"}, {"ENTITY", "BP"}},
         {{"ID", "3"}, {"CODE", "246..00"}, {"VALUE1", "142"}, {"VALUE2", "0"}},
         {{"ID", "4"}, {"CODE", "662L.00"}, {"VALUE1", "130"}, {"VALUE2", "80"}, {"VALUE1_UNITS", "mmHg"}}});
    const Json one = r.entry("Observation", "1");
    CHECK(one["category"][0]["coding"][0]["code"] == "vital-signs");
    REQUIRE(one["component"].size() == 2);
    CHECK(one["component"][0]["code"]["coding"][0]["code"] == "72313002");
    CHECK(one["component"][0]["valueQuantity"]["value"] == 142);
    CHECK(one["component"][0]["valueQuantity"]["unit"] == "mm Hg");
    CHECK(one["component"][1]["code"]["coding"][0]["code"] == "1091811000000102");
    CHECK(one["component"][1]["valueQuantity"]["value"] == 88);
    CHECK_FALSE(one.contains("valueQuantity"));
    CHECK(one["effectiveDateTime"] == "2026-02-03T09:12:00+00:00");
    CHECK(r.entry("Observation", "2")["valueQuantity"]["value"] == 142);
    CHECK_FALSE(r.entry("Observation", "2").contains("component"));
    CHECK(r.entry("Observation", "3")["valueQuantity"]["value"] == 142);
    CHECK(r.entry("Observation", "4")["component"][0]["valueQuantity"]["unit"] == "mmHg");
}

TEST_CASE("vision: a value without a unit has that of its data area") {
    for (const auto& [entity, unit] : std::map<std::string, std::string>{{"WEIGHT", "kg"},
                                                                         {"HEIGHT", "m"},
                                                                         {"PULSE", "bpm"},
                                                                         {"SMOKING", "per day"},
                                                                         {"ALCOHOL", "per week"},
                                                                         {"WAIST", "cm"},
                                                                         {"HEADS_CENTI", "cm"}}) {
        const Json o =
            journal({{{"CODE", "1234.00"}, {"SUBSET", "T"}, {"VALUE1", "7.50"}, {"ENTITY", entity}}})
                .entry("Observation");
        CHECK(o["valueQuantity"]["unit"] == unit);
        CHECK(o["valueQuantity"].dump().find("7.5") != std::string::npos);
    }
    const Json own =
        journal({{{"CODE", "22A..00"}, {"VALUE1", "11"}, {"VALUE1_UNITS", "stone"}, {"ENTITY", "WEIGHT"}}})
            .entry("Observation");
    CHECK(own["valueQuantity"]["unit"] == "stone");
    CHECK_FALSE(journal({{{"CODE", "1234.00"}, {"SUBSET", "T"}, {"VALUE1", "7"}}})
                    .entry("Observation")["valueQuantity"]
                    .contains("unit"));
}

TEST_CASE("vision: a value that is no number is text, a review date is a note") {
    const Run r =
        journal({{{"ID", "1"}, {"CODE", "451E.00"}, {"VALUE1", "> 90"}, {"VALUE1_UNITS", "mL/min"}},
                 {{"ID", "2"}, {"CODE", "66YL.00"}, {"VALUE1_NAME", "REVIEW_DAT"}, {"VALUE1", "in May"}}});
    CHECK(r.entry("Observation", "1")["valueString"] == "> 90");
    CHECK(Run::rest(r.entry("Observation", "1"), "journal.VALUE1_UNITS") == "mL/min");
    CHECK(r.entry("Observation", "2")["note"][0]["text"] == "REVIEW_DAT: in May");
}

TEST_CASE("vision: what a second value means depends on the code") {
    const auto component = [](Cells cells) -> Json {
        const Json o = journal({std::move(cells)}).entry("Observation");
        return o.contains("component") ? o["component"][0] : Json();
    };
    CHECK(component({{"CODE", "22A..00"}, {"VALUE1", "71"}, {"VALUE2", "26.3"}})["code"]["text"] ==
          "Body mass index");
    CHECK(component({{"CODE", "22A..00"}, {"VALUE1", "71"}, {"VALUE2", "26.3"}})["valueQuantity"]["unit"] ==
          "kg/m2");
    CHECK(component({{"CODE", "44B..00"}, {"VALUE1", "1"}, {"VALUE2", "16"}})["code"]["text"] ==
          "Weeks pregnant");
    CHECK(component({{"CODE", "152..00"}, {"VALUE2", "1"}})["code"]["text"] == "Miscarriages");
    for (const auto& [value, word] :
         std::map<std::string, std::string>{{"0", "never"}, {"1", "current"}, {"2", "former"}}) {
        CHECK(component({{"CODE", "136..00"},
                         {"VALUE2", value}})["valueCodeableConcept"]["coding"][0]["code"] == word);
        CHECK(component({{"CODE", "137..00"},
                         {"VALUE2", value}})["valueCodeableConcept"]["coding"][0]["code"] == word);
    }
    // Empty means never, where the code itself says nothing.
    CHECK(component({{"CODE", "137..00"}})["valueCodeableConcept"]["coding"][0]["code"] == "never");
    CHECK(component({{"CODE", "137..00"}, {"VALUE1", "10"}}).is_null());  // ten a day is not never
    CHECK(component({{"CODE", "137..00"}, {"VALUE1", "0"}})["valueCodeableConcept"]["coding"][0]["code"] ==
          "never");
    CHECK(component({{"CODE", "137S.00"}, {"RUBRIC", "Ex smoker"}}).is_null());
    CHECK(component({{"CODE", "4511.00"},
                     {"VALUE1", "1"},
                     {"VALUE2", "9"},
                     {"VALUE2_NAME", "OTHER"}})["code"]["text"] == "OTHER");
}

TEST_CASE("vision: a problem with a value has it beside it") {
    const Run r = journal({{{"SUBSET", "P"}, {"CODE", "246..00"}, {"VALUE1", "180"}, {"VALUE2", "110"}}});
    CHECK(r.of("Condition").size() == 1);
    CHECK(r.entry("Observation")["component"].size() == 2);
}

TEST_CASE("vision: vaccinations happened only when nothing says otherwise") {
    const auto status = [](Cells cells) -> std::string {
        cells["SUBSET"] = "I";
        cells.try_emplace("CODE", "65E..00");
        const Run r = journal({cells});
        return r.of("Immunization").empty() ? "none" : r.entry("Immunization")["status"].get<std::string>();
    };
    CHECK(status({}) == "completed");
    CHECK(status({{"IMMS_STATUS", "Given"}}) == "completed");
    CHECK(status({{"IMMS_STATUS", "GIVEN"}}) == "completed");
    CHECK(status({{"IMMS_STATUS", "Advised"}}) == "not-done");
    CHECK(status({{"IMMS_STATUS", "refusal to start or complete course"}}) == "not-done");
    CHECK(status({{"IMMS_STATUS", "Pending"}}) == "not-done");
    CHECK(status({{"IMMS_STATUS", "Advised"}, {"RUBRIC", "Consent given for MMR"}}) == "none");
    CHECK(status({{"RUBRIC", "No consent for MMR"}}) == "none");
    CHECK(status({{"RUBRIC", "MMR vaccination declined"}}) == "not-done");
    CHECK(status({{"CODE", "8I3y.00"}}) == "not-done");
    CHECK(status({{"CODE", "9OX1.00"}, {"RUBRIC", "Invited"}}) == "none");
    CHECK(journal({{{"SUBSET", "I"}, {"CODE", "65E..00"}, {"IMMS_STATUS", "Pending"}}})
              .found("VISION-IMMS-001") == 1);
    const Run only =
        journal({{{"SUBSET", "I"}, {"SNOMED_CODE", "86198006"}, {"RUBRIC", "Influenza vaccination"}}});
    CHECK(only.entry("Immunization").dump().find("86198006") != std::string::npos);
}

TEST_CASE("vision: a vaccination's batch, site, method, reason, compound and source") {
    const Run r = journal({{{"SUBSET", "I"},
                            {"CODE", "65E..00"},
                            {"IMMS_STATUS", "Given"},
                            {"IMMS_BATCH", "B1"},
                            {"IMMS_SITE", "Left arm"},
                            {"IMMS_METHOD", "Intramuscular"},
                            {"IMMS_REASON", "Age"},
                            {"IMMS_COMPOUND", "DTIPV"},
                            {"IMMS_SOURCE", "In practice"}},
                           {{"ID", "2"},
                            {"SUBSET", "I"},
                            {"CODE", "65E..00"},
                            {"IMMS_SOURCE", "School nurse"},
                            {"VALUE1_NAME", "NUM_RESULT"},
                            {"VALUE1", "1"}},
                           {{"ID", "3"},
                            {"SUBSET", "I"},
                            {"CODE", "65E..00"},
                            {"ENTITY", "BP"},
                            {"VALUE1", "120"},
                            {"VALUE2", "80"}}});
    const Json i = r.entry("Immunization", "1");
    CHECK(i["lotNumber"] == "B1");
    CHECK(i["site"]["text"] == "Left arm");
    CHECK(i["route"]["text"] == "Intramuscular");
    CHECK(i["reasonCode"][0]["text"] == "Age");
    CHECK(i["vaccineCode"]["text"] == "DTIPV");
    CHECK(i["primarySource"] == true);
    const Json school = r.entry("Immunization", "2");
    CHECK_FALSE(school.contains("primarySource"));
    CHECK(Run::rest(school, "journal.IMMS_SOURCE") == "School nurse");
    CHECK(school["note"][0]["text"] == "NUM_RESULT: 1");
    CHECK(Run::rest(r.entry("Immunization", "3"), "journal.VALUE1") == "120");
    CHECK(r.of("Observation").empty());
    CHECK(r.found("VISION-VALUE-002") == 1);
}

TEST_CASE("vision: an allergy is kept whatever stands in its row") {
    const Run r = journal({{{"ID", "1"},
                            {"SUBSET", "L"},
                            {"CODE", "14L1.00"},
                            {"RUBRIC", "Penicillin"},
                            {"DATE", "20010501"},
                            {"RECORDED_DATE", "20010502"},
                            {"CERTAINTY", "255545003"},
                            {"SEVERITY", "442452003"},
                            {"TEXT", "Rash"}},
                           {{"ID", "2"},
                            {"SUBSET", "L"},
                            {"CODE", "SN52.00"},
                            {"ENTITY", "WEIGHT"},
                            {"VALUE1", "70"},
                            {"CERTAINTY", "385434005"}},
                           {{"ID", "3"}, {"SUBSET", "L"}, {"CODE", "SN53.00"}}});
    const Json one = r.entry("AllergyIntolerance", "1"), two = r.entry("AllergyIntolerance", "2"),
               three = r.entry("AllergyIntolerance", "3");
    CHECK(one["onsetDateTime"] == "2001-05-01");
    CHECK(one["recordedDate"] == "2001-05-02");
    CHECK(one["verificationStatus"]["coding"][0]["code"] == "confirmed");
    CHECK(one["verificationStatus"]["coding"][1]["code"] == "255545003");
    CHECK(one["reaction"][0]["severity"] == "severe");
    CHECK(Run::rest(one, "journal.SEVERITY") == "442452003");
    CHECK(one["note"][0]["text"] == "Rash");
    CHECK(two["verificationStatus"]["coding"][0]["code"] == "unconfirmed");  // unlikely: still seen
    CHECK(Run::rest(two, "journal.VALUE1") == "70");
    CHECK(r.of("Observation").empty());
    CHECK(r.found("VISION-VALUE-002") == 1);
    CHECK(three["verificationStatus"]["coding"][0]["code"] == "unconfirmed");
    CHECK_FALSE(three.contains("reaction"));
    CHECK(three["clinicalStatus"]["coding"][0]["code"] == "active");
}

TEST_CASE("vision: entries that a transfer has degraded become what they were") {
    CHECK(types({{"CODE", "9bJ4.00"}, {"TEXT", "Trimethoprim"}}) == "AllergyIntolerance");
    CHECK(types({{"CODE", "9bJ5.00"}}) == "AllergyIntolerance");
    CHECK(types({{"SNOMED_CODE", "196461000000101"}}) == "AllergyIntolerance");
    CHECK(types({{"CODE", "9bJ0.00"}, {"TEXT", "Aspirin"}}) == "MedicationStatement");
    for (const std::string code : {"9bJ1.00", "9bJ2.00", "9bJ3.00"})
        CHECK(types({{"CODE", code}}) == "ServiceRequest");
    CHECK(types({{"CODE", "9bJ..00"}}) == "Observation");
    CHECK(journal({{{"CODE", "9bJ0.00"}, {"TEXT", "Aspirin"}}})
              .entry("MedicationStatement")["note"][0]["text"] == "Aspirin");
}

TEST_CASE("vision: links lead to a consultation and to problems, forwards too") {
    Extract e;
    e.patient();
    e.entry({{"ID", "1"}, {"CODE", "R062.00"}, {"LINKS", "E|E8||98|2|3|99|E77"}});
    e.entry({{"ID", "2"}, {"CODE", "H33..00"}, {"SUBSET", "P"}});
    e.entry({{"ID", "3"}, {"CODE", "R062.00"}});  // no problem
    e.entry({{"ID", "4"}, {"CODE", "R062.00"}, {"LINKS", "E8|E9"}});
    for (const std::string id : {"8", "9"})
        e.add(Tab::encounter, {{"PID", "5001"}, {"ID", id}, {"DATE", "20260203"}});
    const Run r = e.run();
    const Json o = r.entry("Observation", "1");
    CHECK(o["encounter"]["reference"] ==
          "Encounter/" + r.one("Encounter", "encounter", "8")["id"].get<std::string>());
    CHECK(o.dump().find("Condition/" + r.entry("Condition", "2")["id"].get<std::string>()) !=
          std::string::npos);
    CHECK(r.found("VISION-REF-002") >= 1);
    CHECK(Run::rest(o, "journal.LINKS") == "98");  // the first that is missing stops nothing
    CHECK(Run::rest(r.entry("Observation", "4"), "journal.LINKS") == "E9");
    CHECK(r.found("VISION-LINK-001") == 1);
}

TEST_CASE("vision: letters and attachments; the second token is the id of the document") {
    const Run r = journal({{{"ID", "1"},
                            {"CODE", "9N36.00"},
                            {"RUBRIC", "Letter"},
                            {"ENTITY", "LETTERS"},
                            {"DOCUMENT_ID", "7|6E3B2F10"}},
                           {{"ID", "2"}, {"CODE", "9N36.00"}, {"ENTITY", "ATTACHMENT"}},
                           {{"ID", "3"}, {"CODE", "9N36.00"}, {"DOCUMENT_ID", "only"}}});
    const Json d = r.entry("DocumentReference", "1");
    CHECK(d["masterIdentifier"]["value"] == "6E3B2F10");
    CHECK(d["type"]["text"] == "Letter");
    CHECK(r.entry("Observation", "1")["derivedFrom"][0]["reference"] ==
          "DocumentReference/" + d["id"].get<std::string>());
    CHECK(r.of("DocumentReference").size() == 3);
    CHECK(r.of("Observation").size() == 3);
    CHECK(r.found("VISION-DOC-001") == 2);
    CHECK(Run::rest(r.entry("DocumentReference", "3"), "journal.DOCUMENT_ID") == "only");
}

TEST_CASE("vision: what is always the same is told when it is not") {
    const Run r = journal({{{"ID", "1"},
                            {"CODE", "R062.00"},
                            {"CONTEXT", "B"},
                            {"LINKS_EXT", "4"},
                            {"GMS", "Y"},
                            {"BNF_CODE", "1"}},
                           {{"ID", "2"}, {"CODE", "R062.00"}, {"SUBSET", "X"}}});
    CHECK(r.found("VISION-CONTEXT-001") == 1);
    CHECK(Run::rest(r.entry("Observation", "1"), "journal.CONTEXT") == "B");
    CHECK(Run::rest(r.entry("Observation", "1"), "journal.LINKS_EXT") == "4");
    CHECK(r.found("VISION-SUBSET-001") == 1);
    CHECK(Run::rest(r.entry("Observation", "2"), "journal.SUBSET") == "X");
}

TEST_CASE("vision: medicines: acute, repeat master and issue; every order has a plan") {
    Extract e;
    e.patient();
    e.entry({{"ID", "1"},
             {"SUBSET", "A"},
             {"EPISODE", "A"},
             {"ENTITY", "ACUTE"},
             {"CODE", "e311.00"},
             {"DMD_CODE", "39113611000001102"},
             {"RUBRIC", "Amoxicillin 500mg capsules"},
             {"TEXT", "One three times a day"},
             {"VALUE1_NAME", "QUANTITY"},
             {"VALUE1", "21"},
             {"DRUG_PACKSIZE", "capsule"},
             {"END_DATE", "20260210"}});
    e.entry({{"ID", "2"}, {"SUBSET", "A"}, {"RUBRIC", "Paracetamol"}, {"VALUE1", "100"}});
    e.entry({{"ID", "3"},
             {"SUBSET", "R"},
             {"EPISODE", "R"},
             {"ENTITY", "REPEATS"},
             {"CODE", "c13v.00"},
             {"RUBRIC", "Salbutamol"},
             {"DATE", "20200101"}});
    e.entry({{"ID", "4"},
             {"SUBSET", "R"},
             {"CODE", "c13v.00"},
             {"RUBRIC", "Salbutamol"},
             {"DATE", "20180101"},
             {"END_DATE", "20191231"}});
    e.entry({{"ID", "5"},
             {"SUBSET", "S"},
             {"EPISODE", "I"},
             {"ENTITY", "REPEAT ISSUE"},
             {"CODE", "c13v.00"},
             {"RUBRIC", "Salbutamol"},
             {"DATE", "20260201"}});
    e.entry(
        {{"ID", "6"}, {"SUBSET", "S"}, {"CODE", "c13v.00"}, {"RUBRIC", "Salbutamol"}, {"DATE", "20190201"}});
    e.entry({{"ID", "7"}, {"SUBSET", "S"}, {"RUBRIC", "Nobody's drug"}});
    e.entry({{"ID", "8"},
             {"SUBSET", "R"},
             {"RUBRIC", "Drops"},
             {"VALUE1_NAME", "QUANTITY"},
             {"VALUE1", "as needed"},
             {"END_DATE", "20270101"}});
    const Run r = e.run();
    const auto of = [&](const std::string& key, const std::string& intent) {
        for (const Json& m : r.made("MedicationRequest", "journal", key))
            if (m["intent"] == intent) return m;
        return Json();
    };
    const auto plan_of = [](const Json& order) {
        return order["basedOn"][0]["reference"].get<std::string>().substr(18);
    };
    const Json acute = of("1", "order"), course = r.entry("MedicationStatement", "1");
    CHECK(acute["status"] == "completed");
    CHECK(acute["medicationCodeableConcept"]["coding"][0]["code"] == "39113611000001102");
    CHECK(acute["medicationCodeableConcept"]["coding"][0]["system"] == "https://dmd.nhs.uk");
    CHECK(code_of(acute["medicationCodeableConcept"], kReadV2) == "e311.");
    CHECK(acute["medicationCodeableConcept"]["text"] == "Amoxicillin 500mg capsules");
    CHECK(acute["dosageInstruction"][0]["text"] == "One three times a day");
    CHECK(acute["dispenseRequest"]["quantity"]["value"] == 21);
    CHECK(acute["dispenseRequest"]["quantity"]["unit"] == "capsule");
    CHECK(acute["courseOfTherapyType"]["coding"][0]["code"] == "acute");
    CHECK(course["status"] == "stopped");
    CHECK(course["effectivePeriod"]["end"] == "2026-02-10");
    CHECK(course["basedOn"][0]["reference"] == "MedicationRequest/" + plan_of(acute));
    CHECK(r.entry("MedicationStatement", "2")["status"] ==
          "unknown");  // nobody says whether it is still taken
    CHECK(of("2", "order")["dispenseRequest"]["quantity"]["value"] == 100);

    const Json open = of("3", "plan"), old = of("4", "plan");
    CHECK(open["status"] == "active");
    CHECK(open["courseOfTherapyType"]["coding"][0]["code"] == "continuous");
    CHECK(r.entry("MedicationStatement", "3")["status"] == "active");
    CHECK(old["status"] == "stopped");
    CHECK(r.entry("MedicationStatement", "4")["effectivePeriod"]["end"] == "2019-12-31");
    CHECK(plan_of(of("5", "order")) == open["id"].get<std::string>());
    CHECK(plan_of(of("6", "order")) == old["id"].get<std::string>());
    CHECK(r.found("VISION-MED-001") == 1);  // nobody's drug: on a plan of its own
    CHECK_FALSE(plan_of(of("7", "order")).empty());
    CHECK(r.made("MedicationStatement", "journal", "7").empty());
    const Json drops = of("8", "plan");
    CHECK(drops["status"] == "active");
    CHECK(Run::rest(drops, "journal.VALUE1") == "as needed");
    CHECK_FALSE(drops["dispenseRequest"]["quantity"].contains("value"));
    CHECK(Run::rest(acute, "journal.EPISODE").empty());
    CHECK(Run::rest(acute, "journal.ENTITY").empty());
}
