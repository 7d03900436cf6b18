// Input that is damaged, hostile or strange: nothing is lost in silence, and one bad thing costs no more than
// itself. And the traps of the format's notes that are about bytes and keys.
#include <functional>

#include "core/system/tpp/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp_test;

namespace {

using Fates = std::vector<std::string>;

/// One patient with three coded entries; `spoil` changes the bytes of a file before it is read.
struct Practice : Extract {
    Practice() {
        patient("1");
        for (const char* id : {"1", "2", "3"}) code(id);
    }
    Practice& code(const std::string& id, Cells more = {}) {
        more.insert({{"RowIdentifier", id},
                     {"IDPatient", "1"},
                     {"CTV3Code", "22A.."},
                     {"CTV3Text", "words of " + id},
                     {"DateEvent", "03 Feb 2020 00:00:00"}});
        add("SRCode", more);
        return *this;
    }
    void spoil(const std::string& table, const std::function<std::string(std::string)>& change) {
        const std::string name = "20260301_0200/" + table + ".csv";
        folder.put(name, change(folder.get(name)));
    }
};
std::string replaced(std::string text, const std::string& a, const std::string& b) {
    for (std::size_t at = 0; (at = text.find(a, at)) != std::string::npos; at += b.size())
        text.replace(at, a.size(), b);
    return text;
}

}  // namespace

TEST_CASE("tpp: a byte order mark is tolerated; text in UTF-8 that says so is read as such") {
    Practice e;
    e.code("4", {{"CTV3Text", "Caf\xC3\xA9"}}).deliver();
    e.spoil("SRCode", [](const std::string& text) { return "\xEF\xBB\xBF" + text; });
    const Run r = e.run();
    CHECK(r.one("Observation", "SRCode", "4")["code"]["text"] == "Caf\xC3\xA9");
}

TEST_CASE("tpp: a file in UTF-16 is refused, not read as rubbish") {
    Practice e;
    e.deliver();
    e.spoil("SRCode", [](const std::string& text) {
        std::string out = "\xFF\xFE";
        for (const char c : text) (out += c) += '\0';
        return out;
    });
    CHECK(e.refusal().find("SRCode") != std::string::npos);
}

TEST_CASE("tpp: lone LF, lone CR and no line end at the end of the file are line ends too") {
    for (const char* end : {"\n", "\r"}) {
        Practice e;
        e.deliver();
        e.spoil("SRCode", [&](std::string text) {
            text = replaced(std::move(text), "\r\n", end);
            text.pop_back();
            return text;
        });
        CHECK(e.run().of("Observation").size() == 3);
    }
}

TEST_CASE("tpp: a file of no bytes is refused by its name, one of a header alone is nothing") {
    Practice e;
    e.add("SRVisit", {{"RowIdentifier", "1"}, {"IDPatient", "1"}}).deliver();
    e.spoil("SRVisit", [](const std::string& text) { return text.substr(0, text.find('\n') + 1); });
    CHECK(e.run().of("Appointment").empty());
    e.spoil("SRVisit", [](const std::string&) { return std::string(); });
    CHECK(e.refusal().find("SRVisit") != std::string::npos);
}

TEST_CASE("tpp: a header with a column twice is refused by the column") {
    Practice e;
    e.deliver();
    e.spoil("SRCode", [](const std::string& text) { return replaced(text, "\"CTV3Text\"", "\"CTV3Code\""); });
    CHECK(e.refusal().find("CTV3Code") != std::string::npos);
}

TEST_CASE("tpp: a file that does not begin with a header is told of, and its rows are not taken for good") {
    Practice e;
    e.deliver();
    e.spoil("SRCode", [](const std::string& text) { return text.substr(text.find('\n') + 1); });
    const std::string said = e.refusal();
    const bool refused = said.find("SRCode") != std::string::npos;
    CHECK((refused || e.run().of("Observation").empty()));
}

TEST_CASE("tpp: a field that is never closed holds its row and every row that it may have swallowed") {
    Practice e;
    e.deliver();
    e.spoil("SRCode", [](std::string text) {
        const auto at = text.find("\"words of 3\"");
        return text.erase(at + 11, 1);
    });
    const Run r = e.run();
    CHECK(r.fate("SRCode", "1") == Fates{"migrated"});
    CHECK(r.fate("SRCode", "3") != Fates{"migrated"});
    CHECK(r.found("TPP-ROW-001") >= 1);
}

TEST_CASE("tpp: a quote inside a field costs its row, not the rows after it") {
    Practice e;
    e.deliver();
    e.spoil("SRCode", [](const std::string& text) { return replaced(text, "words of 2", "words \"of 2"); });
    const Run r = e.run();
    CHECK(r.fate("SRCode", "1") == Fates{"migrated"});
    CHECK(r.fate("SRCode", "3") == Fates{"migrated"});
}

TEST_CASE("tpp: a NUL byte in a field is kept or told of, and the row is not cut at it") {
    Practice e;
    e.code("4", {{"CTV3Text", std::string("before\0after", 12)}});
    const Run r = e.run();
    const auto made = r.made("Observation", "SRCode", "4");
    if (made.empty())
        CHECK(r.fate("SRCode", "4")[0].starts_with("held"));
    else
        CHECK(made[0].dump().find("after") != std::string::npos);
}

TEST_CASE("tpp: a row too short or too long is held, the rows beside it are read") {
    Practice e;
    e.deliver();
    e.spoil("SRCode", [](const std::string& text) {
        return replaced(replaced(text, "\"words of 1\"", "\"words of 1\",\"more\""), ",\"words of 3\"", "");
    });
    const Run r = e.run();
    CHECK(r.fate("SRCode", "1") == Fates{"held:unreadable-row"});
    CHECK(r.fate("SRCode", "2") == Fates{"migrated"});
    CHECK(r.fate("SRCode", "3") == Fates{"held:unreadable-row"});
}

TEST_CASE("tpp: days that cannot be are kept verbatim and said; strange but possible days are days") {
    Practice e;
    const std::vector<std::pair<std::string, std::string>> days = {
        {"29 Feb 2019 00:00:00", ""}, {"31 Apr 2020 00:00:00", ""},
        {"2020-02-03", "2020-02-03"}, {"03/02/2020", ""},
        {"03 Feb 2020 25:00:00", ""}, {"29 Feb 2020 00:00:00", "2020-02-29"},
        {"1 JAN 1901", "1901-01-01"}, {"03  feb  2150 00:00:00", "2150-02-03"}};
    for (std::size_t i = 0; i < days.size(); ++i)
        e.code(std::to_string(10 + i), {{"DateEvent", days[i].first}});
    const Run r = e.run();
    for (std::size_t i = 0; i < days.size(); ++i) {
        const Json o = r.one("Observation", "SRCode", std::to_string(10 + i));
        CHECK(o.value("effectiveDateTime", "") == days[i].second);
        if (days[i].second.empty()) CHECK(Run::rest(o, "SRCode.DateEvent") == days[i].first);
    }
    CHECK(r.found("TPP-VALUE-001") == 4);
}

TEST_CASE("tpp: numbers that are none are kept as they are written") {
    Practice e;
    const std::vector<std::string> numbers = {"1e999", "NaN", "5,1", "0x10", "--1", "+"};
    for (std::size_t i = 0; i < numbers.size(); ++i)
        e.code(std::to_string(10 + i), {{"IsNumeric", "TRUE"}, {"NumericValue", numbers[i]}});
    e.code("30", {{"IsNumeric", "TRUE"}, {"NumericValue", "12345678901234567.125"}});
    const Run r = e.run();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const Json o = r.one("Observation", "SRCode", std::to_string(10 + i));
        CHECK_FALSE(o.contains("valueQuantity"));
        CHECK(Run::rest(o, "SRCode.NumericValue") == numbers[i]);
    }
    CHECK(r.made("Observation", "SRCode", "30")[0].contains("valueQuantity"));
}

TEST_CASE("tpp: codes of four, six and seven characters are kept as they are, and take no hierarchy") {
    Practice e;
    e.below("X0003", "H33..");
    for (const auto& [id, code] :
         {std::pair{"10", "H33."}, {"11", "H33..1"}, {"12", "H33..00"}, {"13", "h33.."}})
        e.code(id, {{"CTV3Code", code}});
    const Run r = e.run();
    for (const auto& [id, code] :
         {std::pair{"10", "H33."}, {"11", "H33..1"}, {"12", "H33..00"}, {"13", "h33.."}})
        CHECK(code_of(r.one("Observation", "SRCode", id)["code"], "http://read.info/ctv3") == code);
}

TEST_CASE("tpp trap 83: keys are compared by their bytes: codes that differ in case alone are two") {
    Practice e;
    e.add("SRCtv3", {{"Ctv3Code", "XaBVJ"}, {"Ctv3Text", "The one"}})
        .add("SRCtv3", {{"Ctv3Code", "Xabvj"}, {"Ctv3Text", "The other"}});
    e.code("10", {{"CTV3Code", "XaBVJ"}, {"CTV3Text", ""}})
        .code("11", {{"CTV3Code", "Xabvj"}, {"CTV3Text", ""}});
    const Run r = e.run();
    CHECK(r.one("Observation", "SRCode", "10")["code"]["text"] == "The one");
    CHECK(r.one("Observation", "SRCode", "11")["code"]["text"] == "The other");
}

TEST_CASE("tpp trap 84: ids of SNOMED CT are text: eighteen digits that differ in the last are two") {
    Practice e;
    // As numbers of double precision the two are the same.
    e.code("10", {{"SNOMEDCode", "999000881000001119"}}).code("11", {{"SNOMEDCode", "999000881000001111"}});
    e.code("12", {{"SNOMEDCode", "38341003.0"}});
    const Run r = e.run();
    CHECK(r.one("Observation", "SRCode", "10").dump().find("\"999000881000001119\"") != std::string::npos);
    CHECK(r.one("Observation", "SRCode", "11").dump().find("\"999000881000001111\"") != std::string::npos);
    CHECK(code_of(r.one("Observation", "SRCode", "12")["code"], "http://snomed.info/sct").empty());
}

TEST_CASE("tpp trap 76: the kind of a recipient does not say what its id is: it is text") {
    Practice e;
    e.add("SROrganisation", {{"RowIdentifier", "900"}, {"ID", "RX999"}, {"Name", "Unit"}});
    e.add("SRMapping", {{"RowIdentifier", "141"}, {"Mapping", "GMS number"}});
    e.add("SRReferralOut",
          {{"RowIdentifier", "1"}, {"IDPatient", "1"}, {"RecipientIDType", "141"}, {"RecipientID", "RX999"}});
    const Json s = e.run().one("ServiceRequest", "SRReferralOut", "1");
    CHECK(s["performer"][0]["display"] == "RX999");
    CHECK_FALSE(s["performer"][0].contains("reference"));
    CHECK(Run::rest(s, "SRReferralOut.RecipientIDType") == "GMS number");
}

TEST_CASE("tpp: a field of many megabytes comes through whole") {
    Practice e;
    const std::string note(3'000'000, 'n');
    e.add("SRSpecialNotes", {{"RowIdentifier", "1"}, {"IDPatient", "1"}, {"Note", note}});
    const Run r = e.run();
    CHECK(r.one("Flag", "SRSpecialNotes", "1").dump().find(note) != std::string::npos);
}

TEST_CASE("tpp: rows of every table that name a patient who never came are held, whatever they would make") {
    Practice e;
    for (const char* table :
         {"SREvent", "SRProblem", "SRDrugSensitivity", "SRRepeatTemplate", "SRImmunisation", "SRReferralOut",
          "SRAppointment", "SRVisit", "SRLetter", "SRSpecialNotes"})
        e.add(table, {{"RowIdentifier", "7"}, {"IDPatient", "99"}});
    const Run r = e.run();
    for (const char* table :
         {"SREvent", "SRProblem", "SRDrugSensitivity", "SRRepeatTemplate", "SRImmunisation", "SRReferralOut",
          "SRAppointment", "SRVisit", "SRLetter", "SRSpecialNotes"})
        CHECK(r.fate(table, "7") == Fates{"held:no-such-patient"});
}

TEST_CASE("tpp: rows of a file without the column that says whose they are are held, and nobody gets them") {
    Practice e;
    e.patient("2");
    for (const char* table : {"SREvent", "SRRepeatTemplate", "SRVisit", "SRDrugSensitivity", "SRLetter"})
        e.add(table, {{"RowIdentifier", "7"}, {"IDPatient", "2"}, {"DateEvent", "03 Feb 2020 00:00:00"}});
    e.deliver();
    for (const char* table : {"SREvent", "SRRepeatTemplate", "SRVisit", "SRDrugSensitivity", "SRLetter"})
        e.spoil(table, [](const std::string& text) { return replaced(text, "\"IDPatient\"", "\"IDPati\""); });
    const Run r = e.run();
    for (const char* table : {"SREvent", "SRRepeatTemplate", "SRVisit", "SRDrugSensitivity", "SRLetter"})
        CHECK(r.fate(table, "7") == Fates{"held:no-such-patient"});
    for (const char* type : {"Encounter", "MedicationRequest", "Appointment", "AllergyIntolerance"})
        CHECK(r.of(type).empty());
}

TEST_CASE("tpp: rows without an id, and an id that is no number, keep their facts") {
    Practice e;
    e.code("", {{"CTV3Text", "no id"}}).code("abc", {{"CTV3Text", "letters"}});
    const Run r = e.run();
    CHECK(r.of("Observation").size() == 5);
}

TEST_CASE("tpp: a file that changes while it is read ends the run") {
    Practice e;
    // Small files are copied when they are opened; a large one is read where it lies.
    e.code("9", {{"CTV3Text", std::string(100000, 'x')}});
    const auto source = e.open();
    std::ofstream(e.folder / "20260301_0200/SRCode.csv", std::ios::binary | std::ios::app) << "one more\r\n";
    const auto rest = source->leftovers();
    record::Record record;
    CHECK_THROWS_AS(while (rest->next(record)){}, InputError);
}
