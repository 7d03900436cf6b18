#include "core/pipeline/export.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/io/test_folder.hpp"
#include "core/pipeline/seal.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"

using namespace gpswitch;
using namespace gpswitch::pipeline;
using record::Fate;

namespace {

/// A supplier whose extract is any files; a row is a line. Lines that begin with '#' are excluded, with '?'
/// held.
struct Lines : record::System {
    std::string_view name() const override { return "lines"; }
    std::string_view summary() const override { return "lines, for tests"; }
    record::Recognition recognise(const archive::Place&) const override { return {}; }

    bool forgets = false;  ///< a row without a fate

    struct Copy : record::Exporter {
        record::Census all;
        std::vector<Issue> found;
        std::shared_ptr<archive::Place> files;
        const record::Census& census() const override { return all; }
        const std::vector<Issue>& issues() const override { return found; }
        void write(record::ExportWriter& out) override {
            for (std::size_t i = 0; i < files->members().size(); ++i) {
                out.member(files->members()[i].name, i);
                std::string_view rest = files->bytes(i);
                for (std::uint64_t line = 1; !rest.empty(); ++line) {
                    const std::string_view row = rest.substr(0, rest.find('\n') + 1);
                    rest.remove_prefix(row.size());
                    if (row[0] == '#')
                        out.settle(i, Fate::excluded, "comment");
                    else if (row[0] == '?')
                        out.hold(i, line, "key", "LINE-001", row.substr(0, row.size() - 1));
                    else
                        out.write(row, 1);
                }
            }
        }
    };
    std::unique_ptr<record::Exporter> exporter(const record::SourceOptions& options) const override {
        auto copy = std::make_unique<Copy>();
        copy->files = options.files;
        copy->all.system = "lines";
        copy->all.as_of = "2026-03-01T00:00:00+00:00";
        for (std::size_t i = 0; i < options.files->members().size(); ++i) {
            const std::string_view bytes = options.files->bytes(i);
            const auto rows = static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
            copy->all.tables.push_back(
                {"T" + std::to_string(i + 1), "", bytes.size(), rows + (forgets ? 1 : 0)});
            copy->all.inputs.push_back({options.files->members()[i].name, sha256_hex(bytes), bytes.size()});
        }
        return copy;
    }
};

ExportResult run(const std::string& from, const std::string& to, const record::System& system = Lines{}) {
    ExportOptions options;
    options.output = to;
    return export_to(system, {archive::Place::open(from)}, options);
}

std::string refusal(const std::string& place) {
    try {
        unsealed(archive::Place::open(place));
    } catch (const InputError& e) { return e.what(); }
    return "none";
}

}  // namespace

TEST_CASE("export: every row is written, left out by name, or held; the manifest says so") {
    const io::TestFolder folder;
    folder.put("in/a.txt", "one\n#two\n?three\nfour\n");
    folder.put("in/b.txt", "five\n");
    const ExportResult result = run(folder / "in", folder / "out");
    CHECK(result.read() == 5);
    CHECK(result.rows(Fate::migrated) == 3);
    CHECK(result.rows(Fate::excluded) == 1);
    CHECK(result.rows(Fate::held) == 1);
    CHECK(folder.get("out/a.txt") == "one\nfour\n");
    CHECK(folder.get("out/held/rows.ndjson") ==
          R"({"table":"T1","line":3,"key":"key","rule":"LINE-001","raw":"?three"})"
          "\n");
    const auto manifest = nlohmann::json::parse(folder.get("out/manifest.json"));
    CHECK(manifest["export"] == 1);
    CHECK(manifest["asOf"] == "2026-03-01T00:00:00+00:00");
    CHECK(manifest["source"]["inputs"][0]["sha256"] == sha256_hex("one\n#two\n?three\nfour\n"));
    CHECK(manifest["tables"][0]["read"] == 4);
    CHECK(manifest["tables"][0]["fates"]["written"] == 2);
    CHECK(manifest["tables"][0]["rules"][0]["rule"] == "comment");
    CHECK(manifest["members"][0]["name"] == "a.txt");
    CHECK(manifest["members"][0]["rows"] == 2);
    CHECK(manifest["members"][0]["bytes"] == 9);
    CHECK(manifest["members"][0]["sha256"] == sha256_hex("one\nfour\n"));
}

TEST_CASE("export: a row without a fate publishes nothing") {
    const io::TestFolder folder;
    folder.put("in/a.txt", "one\n");
    Lines system;
    system.forgets = true;
    CHECK_THROWS_AS(run(folder / "in", folder / "out", system), LedgerError);
    CHECK(folder.entries() == 1);
}

TEST_CASE("export: exporting an export changes nothing, packed or not") {
    const io::TestFolder folder;
    folder.put("in/a.txt", "one\n#two\n?three\n");
    run(folder / "in", folder / "out");
    const ExportResult result = run(folder / "out", folder / "again");
    CHECK(result.resealed);
    CHECK(result.read() == 3);
    CHECK(result.rows(Fate::held) == 1);
    for (const char* name : {"a.txt", "held/rows.ndjson", "manifest.json"})
        CHECK(folder.get("again/" + std::string(name)) == folder.get("out/" + std::string(name)));
    run(folder / "out", folder / "out.zip");
    run(folder / "out.zip", folder / "unpacked");
    CHECK(folder.get("unpacked/manifest.json") == folder.get("out/manifest.json"));
    run(folder / "in", folder / "in.zip");
    CHECK(folder.get("in.zip") == folder.get("out.zip"));
}

TEST_CASE("export: a seal notices what was changed, added or taken away") {
    const io::TestFolder folder;
    folder.put("in/a.txt", "one\n");
    folder.put("in/b.txt", "two\n");
    const std::string out = folder / "out";
    run(folder / "in", out);
    CHECK(refusal(out) == "none");
    CHECK(unsealed(archive::Place::open(out))->members().size() == 2);
    folder.put("out/a.txt", "0ne\n");
    CHECK(refusal(out).starts_with(out + "/a.txt was changed"));
    folder.put("out/a.txt", "one\n");
    folder.put("out/c.txt", "three\n");
    CHECK(refusal(out).starts_with(out + "/c.txt was added"));
    std::filesystem::remove(folder / "out/c.txt");
    std::filesystem::remove(folder / "out/b.txt");
    CHECK(refusal(out).find("names b.txt, which is not there") != std::string::npos);
    folder.put("out/b.txt", "two\n");
    CHECK(refusal(out) == "none");
    // Written anew by another program, with other blanks and another order of the keys, it is a seal still.
    const std::string manifest = folder.get("out/manifest.json");
    auto j = nlohmann::json::parse(manifest);
    j["absent"] = std::vector<std::string>(20, "something that is never in an extract of this kind");
    folder.put("out/manifest.json", j.dump(1));
    folder.put("out/a.txt", "0ne\n");
    CHECK(refusal(out).starts_with(out + "/a.txt was changed"));
    folder.put("out/a.txt", "one\n");
    CHECK(refusal(out) == "none");
    j["tables"][0]["fates"]["written"] = 0;
    folder.put("out/manifest.json", j.dump());
    CHECK(refusal(out).find("the fates of T1 do not add up to its rows") != std::string::npos);
    folder.put("out/manifest.json", manifest.substr(0, 300));
    CHECK(refusal(out).find("is not a manifest of an export") != std::string::npos);
}

TEST_CASE("export: an export is of the system that it says") {
    const io::TestFolder folder;
    folder.put("in/a.txt", "one\n");
    run(folder / "in", folder / "out");
    struct Other : Lines {
        std::string_view name() const override { return "others"; }
    };
    CHECK_THROWS_WITH_AS(run(folder / "out", folder / "again", Other{}), "an export of lines, not of others",
                         InputError);
    CHECK(!std::filesystem::exists(folder / "again"));
}

TEST_CASE("export: a dry run writes nothing and counts the same") {
    const io::TestFolder folder;
    folder.put("in/a.txt", "one\n#two\n");
    const ExportResult result = run(folder / "in", "");
    CHECK(result.rows(Fate::migrated) == 1);
    CHECK(folder.entries() == 1);
}
