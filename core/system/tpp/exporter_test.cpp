// The verbatim copy: one delivery, several, one practice of several, and what it gives when it is read again.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/archive/joined_place.hpp"
#include "core/pipeline/export.hpp"
#include "core/pipeline/seal.hpp"
#include "core/system/tpp/test_extract.hpp"
#include "core/system/tpp/values.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using pipeline::ExportResult;
using record::Fate;
using tpp_test::Extract;
using tpp_test::kHere;
using tpp_test::kRoot;

namespace {

const std::string kDeltas = kRoot + "/testdata/tpp-deltas";

struct Asked {
    std::string practice, as_of;
};

struct Collected {
    ExportResult result;
    std::vector<Issue> issues;
    std::uint64_t of(Fate fate, const std::string& table, const std::string& rule = {}) const {
        std::uint64_t n = 0;
        for (const auto& t : result.tables) {
            if (t.name != table) continue;
            if (fate == Fate::migrated) return t.written;
            for (const auto& [key, rows] : t.settled)
                if (key.first == fate && (rule.empty() || key.second == rule)) n += rows;
        }
        return n;
    }
};

Collected collected(const std::vector<std::string>& from, const std::string& to, const Asked& asked = {}) {
    std::vector<std::shared_ptr<archive::Place>> places;
    for (const auto& path : from) places.push_back(archive::Place::open(path));
    Collected out;
    IssueList list;
    pipeline::ExportOptions options;
    options.output = to;
    options.mapping = &tpp_test::tables();
    options.practice = asked.practice;
    options.as_of = asked.as_of;
    options.issues = &list;
    out.result = pipeline::export_to(tpp::system(), places, options);
    out.issues = list.issues;
    std::uint64_t fates = 0;
    for (const Fate f : {Fate::migrated, Fate::superseded, Fate::deleted, Fate::excluded, Fate::held})
        fates += out.result.rows(f);
    CHECK(fates == out.result.read());
    return out;
}

std::string refusal(const std::string& from, const std::string& to, const Asked& asked = {}) {
    try {
        static_cast<void>(collected({from}, to, asked));
    } catch (const InputError& e) { return e.what(); }
    return "none";
}

/// What a place maps to.
std::map<std::string, std::string> mapped(const std::string& path, const Asked& asked = {}) {
    record::SourceOptions options;
    options.files = pipeline::unsealed(archive::Place::open(path));
    options.mapping = &tpp_test::tables();
    options.practice = asked.practice;
    options.as_of = asked.as_of;
    const auto source = tpp::system().open(options);
    const auto all = contract::everything(*source, &tpp_test::tables());
    return {all.entities.begin(), all.entities.end()};
}

/// Members of an export, its manifest apart.
std::map<std::string, std::string> members(const std::string& path) {
    std::map<std::string, std::string> out;
    const auto place = pipeline::unsealed(archive::Place::open(path));
    for (std::size_t i = 0; i < place->members().size(); ++i)
        out[place->members()[i].name] = std::string(place->bytes(i));
    return out;
}

std::map<std::string, std::string> files(const std::string& path) {
    std::map<std::string, std::string> out;
    const auto place = archive::Place::open(path);
    for (std::size_t i = 0; i < place->members().size(); ++i)
        out[place->members()[i].name] = std::string(place->bytes(i));
    return out;
}

/// Exporting an export changes nothing: sealed it is copied, and without its seal it is collected into the
/// same tables.
void check_again(const io::TestFolder& folder, const std::string& name) {
    CHECK(collected({folder / name}, folder / (name + "-again")).result.resealed);
    CHECK(files(folder / (name + "-again")) == files(folder / name));
    std::filesystem::copy(folder / name, folder / (name + "-open"), std::filesystem::copy_options::recursive);
    std::filesystem::remove(folder / (name + "-open/manifest.json"));
    CHECK(collected({folder / (name + "-open")}, folder / (name + "-third")).result.rows(Fate::superseded) ==
          0);
    CHECK(members(folder / (name + "-third")) == members(folder / name));
}

/// The lines of a member.
std::vector<std::string> lines(const io::TestFolder& folder, const std::string& file) {
    std::vector<std::string> out;
    std::istringstream text(folder.get(file));
    for (std::string line; std::getline(text, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        out.push_back(line);
    }
    return out;
}

std::size_t with(const std::vector<std::string>& lines, const std::string& what) {
    return static_cast<std::size_t>(std::ranges::count_if(
        lines, [&](const std::string& line) { return line.find(what) != std::string::npos; }));
}

}  // namespace

TEST_CASE("tpp export: one delivery is copied file by file, ASCII byte for byte, the rest as UTF-8") {
    const io::TestFolder folder;
    const Collected c = collected({kRoot + "/testdata/tpp"}, folder / "out");
    CHECK(c.result.rows(Fate::migrated) == c.result.read());
    const auto before = files(kRoot + "/testdata/tpp"), after = members(folder / "out");
    REQUIRE(before.size() == after.size());
    std::size_t recoded = 0;
    for (const auto& [name, bytes] : before) {
        CAPTURE(name);
        if (is_ascii(bytes)) {
            CHECK(after.at(name) == bytes);
            continue;
        }
        std::string text = "\xEF\xBB\xBF";
        copy_windows1252(text, bytes);
        CHECK(after.at(name) == text);
        ++recoded;
    }
    CHECK(recoded > 0);
    CHECK(mapped(folder / "out") == mapped(kRoot + "/testdata/tpp"));
    check_again(folder, "out");
}

TEST_CASE("tpp export: deliveries become one full delivery that maps to what the deliveries map to") {
    const io::TestFolder folder;
    const Collected c = collected({kDeltas}, folder / "out");
    CHECK(c.result.rows(Fate::superseded) > 0);
    CHECK(c.result.rows(Fate::deleted) > 0);
    CHECK(c.result.rows(Fate::held) == 0);
    CHECK(mapped(folder / "out") == mapped(kDeltas));
    const auto manifest = lines(folder, "out/SRManifest.csv");
    CHECK(manifest[0] == "FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo");
    CHECK(with(manifest, "SRCode,N,N,,20260303_0200") == 1);
    CHECK(with(manifest, "SRMapping") == 0);
    CHECK(with(manifest, ",Y,N,") == 0);
    CHECK(with(manifest, "SRReferralContactEvent,N,N,,") == 1);
    CHECK(with(manifest, "SRReferralContactEvent,N,N,,2") == 0);
    CHECK(members(folder / "out").contains("SRMapping.csv"));
    CHECK(members(folder / "out").contains("SRMappingGroup.csv"));
    CHECK(members(folder / "out").contains("SRConfiguredListOption.csv"));
    CHECK(members(folder / "out").contains("SRCtv3.csv"));
    check_again(folder, "out");
}

TEST_CASE("tpp export: deliveries in different places, in any order, and step by step: the same tables") {
    const io::TestFolder folder;
    collected({kDeltas}, folder / "whole");
    collected({kDeltas + "/20260303_0200", kDeltas + "/20260301_0200", kDeltas + "/20260302_0200"},
              folder / "apart");
    CHECK(members(folder / "apart") == members(folder / "whole"));
    collected({kDeltas + "/20260301_0200", kDeltas + "/20260302_0200"}, folder / "second");
    collected({folder / "second", kDeltas + "/20260303_0200"}, folder / "steps");
    CHECK(mapped(folder / "steps") == mapped(kDeltas));
    // Places that do not follow on each other stay apart.
    std::filesystem::copy(kDeltas + "/20260303_0200", folder / "third");
    std::string manifest = folder.get("third/SRManifest.csv");
    for (std::size_t at; (at = manifest.find("20260301_0200")) != std::string::npos;)
        manifest.replace(at, 13, "20260302_0200");
    folder.put("third/SRManifest.csv", manifest);
    CHECK_THROWS_AS(collected({kDeltas + "/20260301_0200", folder / "third"}, folder / "gap"), InputError);
    CHECK(!std::filesystem::exists(folder / "gap"));
}

TEST_CASE("tpp export: as of a moment, later deliveries are excluded by name; a delta alone is no practice") {
    const io::TestFolder folder;
    const Collected early = collected({kDeltas}, folder / "early", {{}, "2026-03-01"});
    CHECK(early.result.census.as_of.starts_with("2026-03-01"));
    CHECK(early.of(Fate::excluded, "SRCode", "delivery-after-moment") > 0);
    CHECK(mapped(folder / "early") == mapped(kDeltas + "/20260301_0200"));
    CHECK(with(lines(folder, "early/SRManifest.csv"), "SRCode,N,N,,20260301_0200") == 1);
    CHECK(refusal(kDeltas + "/20260302_0200", folder / "none").find("holds changes since") !=
          std::string::npos);
    CHECK(refusal(kDeltas, folder / "none", {{}, "2026-02-01"}).find("later than the moment") !=
          std::string::npos);
    CHECK(!std::filesystem::exists(folder / "none"));
}

TEST_CASE("tpp export trap 35: a removal without a patient takes the row, and is not in the copy itself") {
    Extract e;
    const std::string one = "20260301_0200", two = "20260302_0200";
    e.patient("1001");
    for (const char* id : {"1", "2", "3"})
        e.add("SRCode", {{"RowIdentifier", id}, {"IDPatient", "1001"}, {"SNOMEDText", "Cough"}});
    e.deliver();
    e.add("SRCode", {{"RowIdentifier", "1"}, {"RemovedData", "1"}});
    e.add("SRCode",
          {{"RowIdentifier", "2"}, {"IDPatient", "1001"}, {"SNOMEDText", "Wheeze"}, {"RemovedData", "0"}});
    e.add("SRCode", {{"RowIdentifier", "9"}, {"RemovedData", "1"}});
    e.deliver();
    const io::TestFolder folder;
    const Collected c = collected({e.folder.path}, folder / "out");
    CHECK(c.of(Fate::migrated, "SRCode") == 2);
    CHECK(c.of(Fate::deleted, "SRCode", "removed-by-later-row") == 1);
    CHECK(c.of(Fate::deleted, "SRCode", "removal") == 1);
    CHECK(c.of(Fate::deleted, "SRCode", "removal-of-unknown-row") == 1);
    CHECK(c.of(Fate::superseded, "SRCode", "newer-row-of-same-key") == 1);
    const auto rows = lines(folder, "out/SRCode.csv");
    REQUIRE(rows.size() == 3);
    CHECK(with(rows, "\"3\"") == 1);
    CHECK(with(rows, "Wheeze") == 1);
    CHECK(mapped(folder / "out") == mapped(e.folder.path));
    check_again(folder, "out");
}

TEST_CASE("tpp export trap 15: a full file that says of a row of its own that it is gone") {
    Extract e;
    e.patient("1001");
    e.add("SRCode",
          {{"RowIdentifier", "1"}, {"IDPatient", "1001"}, {"SNOMEDText", "Cough"}, {"RemovedData", "0"}});
    e.add("SRCode", {{"RowIdentifier", "1"}, {"RemovedData", "1"}});
    const tpp_test::Run run = e.run();
    CHECK(run.made("Observation", "SRCode", "1").empty());
    CHECK(run.fate("SRCode", "1") ==
          std::vector<std::string>{"deleted:removed-by-later-row", "deleted:removal"});
    const io::TestFolder folder;
    // One delivery: the copy has both rows, as the file has them.
    CHECK(collected({e.folder.path}, folder / "out").of(Fate::migrated, "SRCode") == 2);
    CHECK(mapped(folder / "out") == mapped(e.folder.path));
}

TEST_CASE("tpp export: a patient who is removed goes with all rows, and comes back with a new one") {
    Extract e;
    e.patient("1001").patient("1002");
    for (const char* p : {"1001", "1002"})
        e.add("SRCode", {{"RowIdentifier", p}, {"IDPatient", p}, {"SNOMEDText", "Cough"}});
    e.deliver();
    e.add("SRPatient", {{"RowIdentifier", "1002"}, {"RemovedData", "1"}});
    e.deliver();
    const io::TestFolder folder;
    const Collected c = collected({e.folder.path}, folder / "out");
    CHECK(c.of(Fate::deleted, "SRCode", "patient-removed") == 1);
    CHECK(c.of(Fate::migrated, "SRCode") == 1);
    CHECK(c.of(Fate::migrated, "SRPatient") == 1);
    CHECK(c.result.patients == 1);
    CHECK(mapped(folder / "out") == mapped(e.folder.path));
}

TEST_CASE(
    "tpp export: one practice of several, with the rule for the shared record; without a choice nothing") {
    Extract e;
    e.patient("1001").patient("1002", {{"IDOrganisationVisibleTo", "Y99999"}});
    e.add("SRPatientRegistration", {{"RowIdentifier", "1"},
                                    {"IDPatient", "1001"},
                                    {"RegistrationStatus", "GMS"},
                                    {"IDOrganisation", "Y54321"},
                                    {"IDOrganisationRegisteredAt", kHere}});
    const auto code = [&](const std::string& id, const std::string& patient, const std::string& visible,
                          const std::string& registered) {
        e.add("SRCode", {{"RowIdentifier", id},
                         {"IDPatient", patient},
                         {"SNOMEDText", "Cough"},
                         {"IDOrganisationVisibleTo", visible},
                         {"IDOrganisationRegisteredAt", registered}});
    };
    code("1", "1001", kHere, kHere);
    code("2", "1001", kHere, "Y54321");  // GMS there before
    code("3", "1001", kHere, "Y77777");  // a community unit
    code("4", "1002", "Y99999", "Y99999");
    e.add("SRTask", {{"RowIdentifier", "1"}, {"IDOrganisationVisibleTo", "Y99999"}});
    e.add("SRTask", {{"RowIdentifier", "2"}, {"IDPatient", "1001"}});
    e.add(
        "SRConfiguredListOption",
        {{"RowIdentifier", "1"}, {"IDOrganisationVisibleTo", "Y99999"}, {"ConfiguredListOption", "Advice"}});
    e.deliver();
    const io::TestFolder folder;
    CHECK(refusal(e.folder.path, folder / "none").find("patients of 2 practices") != std::string::npos);
    const Collected c = collected({e.folder.path}, folder / "out", {kHere, {}});
    CHECK(c.of(Fate::migrated, "SRCode") == 2);
    CHECK(c.of(Fate::excluded, "SRCode", "shared-record") == 1);
    CHECK(c.of(Fate::excluded, "SRCode", "other-practice") == 1);
    CHECK(c.of(Fate::excluded, "SRPatient", "other-practice") == 1);
    CHECK(c.of(Fate::excluded, "SRTask", "other-practice") == 1);  // a table that no mapping knows is cut too
    CHECK(c.of(Fate::migrated, "SRTask") == 1);
    CHECK(c.of(Fate::migrated, "SRConfiguredListOption") == 1);  // everybody's
    CHECK(c.result.census.ods == kHere);
    CHECK(mapped(folder / "out") == mapped(e.folder.path, {kHere, {}}));
    check_again(folder, "out");
}

TEST_CASE("tpp export: the shared record stays where no practice is asked for, merged like the rest") {
    Extract e;
    e.patient("1001");
    const auto code = [&](const std::string& id, const std::string& text, const std::string& registered) {
        e.add("SRCode", {{"RowIdentifier", id},
                         {"IDPatient", "1001"},
                         {"SNOMEDText", text},
                         {"IDOrganisationRegisteredAt", registered}});
    };
    code("1", "unit, old", "Y77777");
    code("2", "unit, gone", "Y77777");
    code("3", "ours, then theirs", kHere);
    e.deliver();
    code("1", "unit, new", "Y77777");
    e.add("SRCode", {{"RowIdentifier", "2"}, {"RemovedData", "1"}});
    code("3", "theirs now", "Y77777");
    e.deliver();
    const io::TestFolder folder;
    const Collected c = collected({e.folder.path}, folder / "out");
    const auto rows = lines(folder, "out/SRCode.csv");
    CHECK(with(rows, "unit, old") == 0);
    CHECK(with(rows, "unit, new") == 1);
    CHECK(with(rows, "unit, gone") == 0);
    // What is not read may not take the place of what is.
    CHECK(with(rows, "ours, then theirs") == 1);
    CHECK(with(rows, "theirs now") == 1);
    CHECK(c.of(Fate::excluded, "SRCode") == 0);
    CHECK(c.of(Fate::deleted, "SRCode", "removal") == 1);
    CHECK(mapped(folder / "out") == mapped(e.folder.path));
    check_again(folder, "out");
    const Collected cut = collected({e.folder.path}, folder / "cut", {kHere, {}});
    CHECK(cut.of(Fate::excluded, "SRCode", "shared-record") == 4);  // every version of them
    CHECK(mapped(folder / "cut") == mapped(e.folder.path));
}

TEST_CASE(
    "tpp export: a registration elsewhere that only an older or removed row tells of is not forgotten") {
    Extract e;
    e.patient("1001");
    const auto registered = [&](const std::string& id, const std::string& where, tpp_test::Cells more = {}) {
        more["RowIdentifier"] = id;
        more["IDPatient"] = "1001";
        more["RegistrationStatus"] = "GMS";
        more["IDOrganisation"] = where;
        e.add("SRPatientRegistration", more);
    };
    registered("1", "Y11111");
    registered("2", "Y22222");
    registered("3", kHere);
    for (const char* where : {"Y11111", "Y22222", "Y33333"})
        e.add("SRCode", {{"RowIdentifier", std::string(where).substr(1)},
                         {"IDPatient", "1001"},
                         {"SNOMEDText", "Cough"},
                         {"IDOrganisationRegisteredAt", where}});
    e.deliver();
    registered("1", kHere);  // corrected
    e.add("SRPatientRegistration", {{"RowIdentifier", "2"}, {"RemovedData", "1"}});
    e.deliver();
    const auto before = mapped(e.folder.path);
    const io::TestFolder folder;
    collected({e.folder.path}, folder / "out");
    CHECK(mapped(folder / "out") == before);
    const Collected cut = collected({e.folder.path}, folder / "cut", {kHere, {}});
    CHECK(cut.of(Fate::migrated, "SRCode") == 2);
    CHECK(cut.of(Fate::excluded, "SRCode", "shared-record") == 1);
    CHECK(mapped(folder / "cut") == before);
    // Row 1 twice, row 2 with its removal, row 3.
    CHECK(cut.of(Fate::migrated, "SRPatientRegistration") == 5);
}

TEST_CASE("tpp export trap 14, 15: columns that come, go and change places stay with their values") {
    const std::string head = "FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo\r\n";
    Extract e;
    e.patient("1001");
    e.add("SRCode", {{"RowIdentifier", "1"}, {"IDPatient", "1001"}, {"SNOMEDText", "Say \"aah\", please"}});
    e.deliver("20260301_0200");
    e.folder.put("20260302_0200/SRCode.csv",
                 "SNOMEDText|RowIdentifier|IDPatient|IDOrganisationVisibleTo|Novelty|RemovedData\r\n"
                 " caf\xE9\xA0 |2|1001|Y12345|new|\r\nWheeze|3|1001|Y12345|x|0\r\n");
    e.folder.put("20260302_0200/SRManifest.csv", head + "SRCode,Y,N,20260301_0200,20260302_0200\r\n");
    const io::TestFolder folder;
    collected({e.folder.path}, folder / "out");
    CHECK(
        folder.get("out/SRCode.csv") ==
        "\xEF\xBB\xBF\"SNOMEDText\"|\"RowIdentifier\"|\"IDPatient\"|\"IDOrganisationVisibleTo\"|\"Novelty\"|"
        "\"RemovedData\"\r\n"
        "\"Say \"\"aah\"\", please\"|\"1\"|\"1001\"|\"Y12345\"|\"\"|\"\"\r\n"
        " caf\u00E9\u00A0 |2|1001|Y12345|new|\r\nWheeze|3|1001|Y12345|x|0\r\n");
    CHECK(mapped(folder / "out") == mapped(e.folder.path));
    check_again(folder, "out");
}

TEST_CASE(
    "tpp export trap 16: undefined bytes are copied as control characters, and told of with their line") {
    Extract e;
    e.patient("1001");
    e.add("SRCode", {{"RowIdentifier", "1"}, {"IDPatient", "1001"}, {"SNOMEDText", "good"}});
    e.add("SRCode", {{"RowIdentifier", "2"}, {"IDPatient", "1001"}, {"SNOMEDText", "odd \x81"}});
    e.deliver();
    const io::TestFolder folder;
    const Collected c = collected({e.folder.path}, folder / "out");
    const auto found = std::ranges::find(c.issues, std::string("TPP-BYTE-001"), &Issue::code);
    REQUIRE(found != c.issues.end());
    CHECK(found->line == 3);
    CHECK(folder.get("out/SRCode.csv").find("odd \u0081") != std::string::npos);
    Extract again;
    const auto issues = [&](const std::string& path) {
        record::SourceOptions options;
        options.files = pipeline::unsealed(archive::Place::open(path));
        options.mapping = &tpp_test::tables();
        const auto source = tpp::system().open(options);
        IssueList list;
        contract::Everything all;
        contract::Keep target(all);
        record::Origin origin;
        origin.census = &source->census();
        pipeline::Options o;
        o.jobs = 1;
        o.mapping = &tpp_test::tables();
        o.issues = &list;
        pipeline::run(*source, target, origin, o);
        return std::ranges::count(list.issues, std::string("TPP-BYTE-001"), &Issue::code);
    };
    CHECK(issues(folder / "out") == 1);
    CHECK(mapped(folder / "out") == mapped(e.folder.path));
}

TEST_CASE("tpp export: a row whose quotes go wrong comes through deliveries verbatim, and hides no other") {
    Extract e;
    e.patient("1001");
    for (const char* id : {"1", "2", "3"})
        e.add("SRCode",
              {{"RowIdentifier", id}, {"IDPatient", "1001"}, {"SNOMEDText", "code " + std::string(id)}});
    e.deliver();
    std::string bytes = e.folder.get("20260301_0200/SRCode.csv");
    bytes.insert(bytes.find("code 2"), "\"x");
    e.folder.put("20260301_0200/SRCode.csv", bytes);
    e.add("SRCode", {{"RowIdentifier", "3"}, {"IDPatient", "1001"}, {"SNOMEDText", "code 3 again"}});
    e.add("SRCode", {{"RowIdentifier", "4"}, {"IDPatient", "1001"}, {"SNOMEDText", "code 4"}});
    e.deliver();
    const io::TestFolder folder;
    const Collected c = collected({e.folder.path}, folder / "out");
    CHECK(c.of(Fate::migrated, "SRCode") == 4);
    const auto rows = lines(folder, "out/SRCode.csv");
    CHECK(with({rows.back()}, "\"\"xcode 2") == 1);
    CHECK(mapped(folder / "out") == mapped(e.folder.path));
    // With other columns in the delta it cannot be told what the row would become.
    e.folder.put("20260302_0200/SRCode.csv",
                 "RowIdentifier,IDOrganisationVisibleTo,IDPatient,Novelty\r\n4,Y12345,1001,x\r\n");
    CHECK(refusal(e.folder.path, folder / "none").find("SRCode.csv:3: a row that cannot be read") !=
          std::string::npos);
    CHECK(!std::filesystem::exists(folder / "none"));
}

TEST_CASE("tpp export: what is no GP record, or unknown to all, is merged and copied like the rest") {
    Extract e;
    e.patient("1001");
    e.add("SRTask", {{"RowIdentifier", "1"}, {"Note", "old"}});
    e.add("SRBrandNew", {{"RowIdentifier", "1"}, {"What", "old"}});
    e.deliver();
    e.add("SRTask", {{"RowIdentifier", "2"}, {"Note", "second"}});
    e.add("SRBrandNew", {{"RowIdentifier", "1"}, {"What", "new"}});
    e.deliver();
    const io::TestFolder folder;
    const Collected c = collected({e.folder.path}, folder / "out");
    CHECK(c.of(Fate::migrated, "SRTask") == 2);
    CHECK(c.of(Fate::migrated, "SRBrandNew") == 1);
    CHECK(c.of(Fate::superseded, "SRBrandNew") == 1);
    CHECK(with(lines(folder, "out/SRBrandNew.csv"), "new") == 1);
    CHECK(with(lines(folder, "out/SRManifest.csv"), "SRBrandNew,N,N,,20260302_0200") == 1);
}

TEST_CASE("tpp export: what goes with what was removed, and what stays, is the same in the copy") {
    Extract e;
    const auto row = [&](const std::string& table, const std::string& id, tpp_test::Cells more) {
        more.insert({{"RowIdentifier", id}, {"IDPatient", "1001"}, {"DateEvent", "03 Feb 2020 09:10:00"}});
        e.add(table, more);
    };
    const auto removal = [&](const std::string& table, const std::string& id) {
        e.add(table, {{"RowIdentifier", id}, {"RemovedData", "1"}});
    };
    e.patient("1001").patient("1002").below("X0003", "H33..");
    e.add("SRStaffMember", {{"RowIdentifier", "11"}, {"StaffName", "Dr Ada Drama"}});
    row("SRCode", "1", {{"CTV3Code", "H33.."}, {"IDDoneBy", "11"}});
    row("SRCode", "2", {{"CTV3Code", "H33.."}});
    row("SRProblem", "8", {{"IDCode", "2"}});
    row("SRDrugSensitivity", "1", {{"IDPatient", "1002"}, {"IDMultiLexAction", "812"}});
    e.deliver();
    for (const auto& [table, id] : {std::pair{"SRStaffMember", "11"}, {"SRCode", "2"}, {"SRPatient", "1002"}})
        removal(table, id);
    e.deliver();
    e.patient("1002").deliver();
    const io::TestFolder folder;
    const Collected c = collected({e.folder.path}, folder / "out");
    CHECK(c.of(Fate::deleted, "SRProblem", "coded-entry-removed") == 1);
    CHECK(c.of(Fate::deleted, "SRDrugSensitivity", "patient-removed") == 1);
    CHECK(c.of(Fate::migrated, "SRStaffMember") == 2);  // the row and its removal
    CHECK(mapped(folder / "out") == mapped(e.folder.path));
    check_again(folder, "out");
}

TEST_CASE("tpp export: a licensee's specification and the archive's parts: one folder comes out") {
    const io::TestFolder folder;
    std::filesystem::create_directories(folder / "tables");
    std::filesystem::copy(kRoot + "/testdata/tpp", folder / "tables");
    std::filesystem::create_directories(folder / "in");
    for (const char* beside : {"SRManifest.csv", "SRMapping.csv", "SRMappingGroup.csv"})
        std::filesystem::rename(folder / ("tables/" + std::string(beside)),
                                folder / ("in/" + std::string(beside)));
    archive::pack(folder / "tables", folder / "in/SRExtract.zip", archive::Packing::zip);
    folder.put("in/Specification v123.csv",
               "TableName,ColumnName,ColumnDataType\r\nSRCode,Novelty,Boolean\r\n");
    collected({kRoot + "/testdata/tpp"}, folder / "plain");
    collected({folder / "in"}, folder / "out");
    auto out = members(folder / "out");
    CHECK(out.at("Specification v123.csv") == folder.get("in/Specification v123.csv"));
    out.erase("Specification v123.csv");
    CHECK(out == members(folder / "plain"));
    check_again(folder, "out");
}

TEST_CASE("tpp export: what cannot be whole is refused, and nothing is written") {
    const io::TestFolder folder;
    const auto fresh = [&] {
        std::filesystem::remove_all(folder / "in");
        std::filesystem::copy(kDeltas, folder / "in", std::filesystem::copy_options::recursive);
    };
    const auto refused = [&] { return refusal(folder / "in", folder / "out"); };
    fresh();
    std::filesystem::remove(folder / "in/20260301_0200/SRManifest.csv");
    CHECK(refused().find("holds changes since") !=
          std::string::npos);  // the others stand, unfinished is unread
    fresh();
    std::filesystem::remove(folder / "in/20260302_0200/SRCode.csv");
    CHECK(refused().find("lists files that are not here: SRCode") != std::string::npos);
    fresh();
    std::filesystem::remove(folder / "in/20260301_0200/SREvent.csv");
    std::string manifest = folder.get("in/20260301_0200/SRManifest.csv");
    const std::size_t at = manifest.find("SREvent,");
    manifest.erase(at, manifest.find('\n', at) + 1 - at);
    folder.put("in/20260301_0200/SRManifest.csv", manifest);
    CHECK(refused().find("no file for SREvent") != std::string::npos);
    CHECK(!std::filesystem::exists(folder / "out"));
}
