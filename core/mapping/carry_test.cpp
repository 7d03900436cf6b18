#include "core/mapping/carry.hpp"

#include <doctest/doctest.h>

#include "core/mapping/test_set.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::mapping;

namespace {

constexpr const char* kHeader = "entity,field,how,to,why\n";

std::vector<Carry> loaded(const std::string& rows) {
    TestSet set;
    set.files["carry.csv"] = kHeader + rows;
    return load_carry(*set.load());
}

}  // namespace

TEST_CASE("carry: what a layout carries otherwise is read; without the file it is nothing") {
    const auto rows = loaded(
        "Patient,name,order,,the name of today first\n*,meta.security,label,R,one flag\n"
        "Location,,unreferred,,a place of nobody\n");
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].entity == "Patient");
    CHECK(rows[0].field == "name");
    CHECK(rows[0].how == Carry::How::order);
    CHECK(rows[0].why == "the name of today first");
    CHECK(rows[1].how == Carry::How::label);
    CHECK(rows[1].to == "R");
    CHECK(rows[2].field.empty());
    CHECK(load_carry(*TestSet().load()).empty());
}

TEST_CASE("carry: a row that says nothing, or of what is not there, is a problem with its line") {
    for (const auto& [row, what] : std::vector<std::pair<std::string, std::string>>{
             {"Patients,name,order,,why", "there is no Patients.name"},
             {"Patient,nam,order,,why", "there is no Patient.nam"},
             {"*,nothing,order,,why", "there is no *.nothing"},
             {"*,,order,,why", "there is no *"},
             {"Patient,name,gone,,why", "how is \"gone\""},
             {"Patient,name,lost,,why", "the target foresees"},
             {"Patient,name,some,,why", "the target foresees"},
             {"Patient,gender,changed,,why", "says what it may have become"},
             {"Patient,gender,changed,=year,why", "no relation"},
             {"Patient,,unreferred,,why", "practice-wide"},
             {"Location,name,unreferred,,why", "practice-wide"},
             {"Patient,name,order,,", "a reason is needed"},
             {"Patient,name,order,R,why", "\"to\" is for labels"},
             {"Observation,,made,,why", "\"to\" names the field of the patient"},
             {"Observation,,made,nothing,why", "\"to\" names the field of the patient"},
             {"*,meta.security,label,,why", "\"to\" names the label"},
             {"Patient,name,label,R,why", "labels stand in meta.security"},
             {"Patient,name,order,,why\nPatient,name,order,,again", "the same as an earlier row"}}) {
        CAPTURE(row);
        CHECK_THROWS_WITH_AS(loaded(row + "\n"), doctest::Contains(what.c_str()), MappingError);
        TestSet set;
        set.files["carry.csv"] = kHeader + row + "\n";
        set.write();
        const auto problems = MappingSet::check(set.folder());
        CHECK(std::count_if(problems.begin(), problems.end(), [&](const Problem& p) {
                  return p.file == "carry.csv" && p.line >= 2 && p.message.find(what) != std::string::npos;
              }) == 1);
    }
}
