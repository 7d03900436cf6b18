#include "core/summary/certificate.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "core/io/file.hpp"
#include "core/io/test_folder.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"

using namespace gpswitch;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

summary::CertificateFacts facts() {
    summary::CertificateFacts f;
    f.version = "9.9.9";
    f.source_json = R"({"system":"emis"})";
    f.mapping_json = "null";
    f.gates = {{"map", summary::Outcome::passed, "", 1.0}};
    f.ledger_json =
        R"({"patients":{"read":1,"held":0},"tables":[{"table":"T","bytes":1,"read":2,"fates":{"migrated":2,"merged":0,"lookup":0,"deleted":0,"superseded":0,"excluded":0,"held":0}}],"resources":[],"degraded":[],"absent":[],"warnings":[]})";
    f.of_this_run = {"timings.json"};
    return f;
}

struct Certified {
    io::TestFolder folder;
    fs::path path;
    Certified() : path(fs::path(folder.path) / "move") {
        put(path / "ledger.json", "{}");
        put(path / "package" / "Patient.ndjson", "one\ntwo\n");
        put(path / "timings.json", "12:00");
        seal();
    }
    void seal() { put(path / "certificate.json", summary::certificate(path.string(), facts())); }
    std::string text() const { return io::read_all((path / "certificate.json").string()); }
    /// "package/Patient.ndjson: changed", shortened at the second colon.
    std::string found() const {
        std::string out;
        for (const auto& d : summary::verify(path.string()).discrepancies)
            out += (out.empty() ? "" : "; ") + d.path + ": " + d.what.substr(0, d.what.find(':'));
        return out;
    }
};

void replace(std::string& text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("certificate: an untouched folder is as it was") {
    const Certified c;
    const auto v = summary::verify(c.path.string());
    CHECK(v.discrepancies.empty());
    CHECK(v.files == 3);
    CHECK(v.bytes == 2 + 8 + 5);
    CHECK(v.answer == "map passed");
}

TEST_CASE("certificate: its hash is over what stands before the last line") {
    const Certified c;
    const std::string text = c.text();
    const auto last = text.rfind("  \"sha256\": \"");
    CHECK(text.substr(last) == "  \"sha256\": \"" + sha256_hex(text.substr(0, last)) + "\"\n}\n");
}

TEST_CASE("certificate: what was changed, removed or added is named") {
    Certified c;
    put(c.path / "ledger.json", "[]");
    CHECK(c.found() == "ledger.json: changed");
    put(c.path / "package" / "Patient.ndjson", "one\n");
    fs::remove(c.path / "ledger.json");
    put(c.path / "package" / "more" / "x", "");
    CHECK(c.found() == "ledger.json: missing; package/Patient.ndjson: changed; package/more/x: added");
}

TEST_CASE("certificate: a link in the place of a file is not followed") {
    Certified c;
    fs::rename(c.path / "ledger.json", c.path.parent_path() / "ledger.json");
    fs::create_symlink("../ledger.json", c.path / "ledger.json");
    CHECK(c.found() == "ledger.json: not a plain file");
}

TEST_CASE("certificate: a certificate that was changed says so itself") {
    Certified c;
    std::string text = c.text();
    replace(text, "\"passed\"", "\"failed\"");
    put(c.path / "certificate.json", text);
    CHECK(c.found() == "certificate.json: changed; certificate.json: changed");
    put(c.path / "certificate.json", text.substr(0, text.size() / 2));
    CHECK(c.found() == "certificate.json: changed");
    text = c.text();
    put(c.path / "certificate.json", "{\"certificate\": 1}");
    CHECK(c.found() == "certificate.json: changed");
}

TEST_CASE("certificate: no certificate, or one of a later format, is no answer") {
    Certified c;
    put(c.path / "certificate.json", "{\"certificate\": 2}");
    CHECK_THROWS_AS(summary::verify(c.path.string()), InputError);
    fs::remove(c.path / "certificate.json");
    CHECK_THROWS_AS(summary::verify(c.path.string()), InputError);
    CHECK_THROWS_AS(summary::verify((c.path / "nowhere").string()), InputError);
}

TEST_CASE("certificate: the content hash does not know what hour it is, nor where the target lies") {
    Certified c;
    const auto content = [&c] {
        const std::string text = c.text();
        const auto at = text.find("\"content\": \"");
        REQUIRE(at != std::string::npos);
        return text.substr(at, 80);
    };
    const std::string first = content();
    put(c.path / "timings.json", "13:00");
    c.seal();
    CHECK(content() == first);
    put(c.path / "ledger.json", "{ }");
    c.seal();
    CHECK(content() != first);
}
