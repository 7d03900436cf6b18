#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "core/io/file.hpp"
#include "core/json/json.hpp"
#include "core/system/gpconnect/bundle.hpp"
#include "core/system/gpconnect/test_bundle.hpp"
#include "core/util/text.hpp"

using namespace gpswitch;
using namespace gpswitch::gpconnect;
using namespace gpswitch::gpconnect::test;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> corpus() {
    std::vector<std::string> files;
    // Beside the checkout, where there is one; the test says so when there is none.
    const char* named = std::getenv("GPSWITCH_CORPUS");
    const std::string corpus_folder =
        (named != nullptr ? std::string(named) : std::string(GPSWITCH_SOURCE_DIR) + "/../shared/corpus") +
        "/";
    for (const char* folder : {"gpconnect-migrator", "gpconnect"}) {
        std::error_code none;
        for (fs::recursive_directory_iterator i(corpus_folder + folder, none), end; !none && i != end; ++i)
            if (i->path().extension() == ".json") files.push_back(i->path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

// All scalar values of a tree, those inside texts that hold JSON (rest) too.
void collect(const json::Value& v, std::multiset<std::string>& out, json::Parser& parser, Arena& arena) {
    if (v.is_scalar()) {
        out.insert(std::string(v.text));
        if (v.kind == json::Kind::string && !v.text.empty() &&
            std::string_view("{[\"").find(v.text.front()) != std::string_view::npos) {
            json::Error error;
            const std::string_view boxed = arena.join("[", v.text, "]");
            if (const json::Value* inner = parser.parse(boxed, arena, error))
                collect(*inner, out, parser, arena);
        }
        return;
    }
    if (v.text_of("url") == std::string(record::kOwn) + "rest") {  // "path=value", the value as JSON
        const Text text = v.text_of("valueString");
        json::Error error;
        const json::Value* inner =
            parser.parse(arena.join("[", text.substr(text.find('=') + 1), "]"), arena, error);
        REQUIRE(inner != nullptr);
        return collect(*inner, out, parser, arena);
    }
    for (const json::Value* i : v.items) collect(*i, out, parser, arena);
    for (const json::Member& m : v.members) collect(*m.value, out, parser, arena);
}

struct Census {
    std::uint64_t leaves = 0, found = 0, changed = 0, ignored = 0, missing = 0;
};

// Walks the source's leaves against the output's values; each output value is used up once.
struct Walk {
    std::multiset<std::string>& output;
    const std::set<std::string>& renamed;  ///< values that a values table or an id changes
    Census& census;
    std::string type;

    void leaf(const std::string& path, const json::Value& v) {
        ++census.leaves;
        const std::string text(v.text);
        if (path == "resourceType" || path == "meta.profile" || path == "meta.versionId") {
            ++census.ignored;
            return;
        }
        if (path.ends_with("reference") || (path.ends_with("extension.url")) || renamed.contains(text)) {
            ++census.changed;
            return;
        }
        if (const auto it = output.find(text); it != output.end()) {
            output.erase(it);
            ++census.found;
            return;
        }
        ++census.missing;
        if (census.missing < 6) MESSAGE(type << "." << path << " is missing");
    }
    void walk(const json::Value& v, const std::string& path) {
        if (v.is_scalar()) return leaf(path, v);
        for (const json::Value* i : v.items) walk(*i, path);
        for (const json::Member& m : v.members)
            if (m.name != "contained")  // taken out: resources of the bundle like the others
                walk(*m.value, path.empty() ? std::string(m.name) : path + "." + std::string(m.name));
    }
};

// Every reference of the output leads to an entity of the record, or says by identifier where it led.
int loose_references(const record::Record& record) {
    std::set<std::string> known;
    for (const auto& i : record.items)
        known.insert(std::string(record::name_of(i.kind)) + "/" + std::string(i.entity->id));
    int loose = 0;
    json::Parser parser;
    for (const auto& i : record.items) {
        std::string text;
        record::append_json(text, i.kind, *i.entity);
        Arena arena;
        json::Error error;
        const json::Value* tree = parser.parse(text, arena, error);
        REQUIRE(tree != nullptr);
        const auto check = [&](const auto& self, const json::Value& v) -> void {
            const auto r = v.text_of("reference");
            if (!r.empty() && !known.contains(std::string(r))) ++loose;
            for (const json::Value* x : v.items) self(self, *x);
            for (const json::Member& m : v.members) self(self, *m.value);
        };
        check(check, *tree);
    }
    return loose;
}

}  // namespace

TEST_CASE("gpconnect corpus: every leaf of every resource is in the output or accounted for") {
    const auto files = corpus();
    if (files.empty()) {
        MESSAGE("skipped: no corpus here");
        return;
    }
    std::set<std::string> renamed;
    for (const auto& name : {"systems", "condition-category", "list-warning"}) {
        const std::string text = io::read_all(
            std::string(GPSWITCH_SOURCE_DIR "/mappings/gpconnect/1.0.0/values/") + name + ".csv");
        if (std::string(name) != "systems") continue;
        for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
            const std::string line = text.substr(at, end - at);
            renamed.insert(line.substr(0, line.find(',')));
        }
    }
    renamed.insert({"has-member", "derived-from"});  // name the field now
    for (const auto& file : files) {
        CAPTURE(file);
        const std::string text = io::read_all(file);
        Read read(Read::Files{{"a.json", text}});
        CHECK(read.record.held.empty());
        CHECK(read.balanced());
        for (std::size_t n = 0; n < read.record.needs.size(); ++n) {
            const record::Need need = read.record.needs[n];
            CHECK(read.source->find(need, read.record));
        }
        const int loose = loose_references(read.record);
        const auto rest_cursor = read.source->leftovers();
        record::Record rest;
        std::string all;
        std::multiset<std::string> output;
        json::Parser parser;
        Arena arena;
        const auto take = [&](const record::Record& r) {
            for (const auto& i : r.items) {
                all.clear();
                record::append_json(all, i.kind, *i.entity);
                json::Error error;
                const std::string_view kept = arena.copy(all);
                const json::Value* tree = parser.parse(kept, arena, error);
                REQUIRE_MESSAGE(tree != nullptr, error.message);
                collect(*tree, output, parser, arena);
            }
        };
        std::uint64_t rows = read.record.rows.size();
        take(read.record);
        while (rest_cursor->next(rest)) {
            rows += rest.rows.size();
            take(rest);
        }
        std::uint64_t counted = 0;
        for (const auto& t : read.source->census().tables) counted += t.rows;
        CHECK(rows == counted);

        Arena source_arena;
        json::Error error;
        const json::Value* document = parser.parse(text, source_arena, error);
        REQUIRE(document != nullptr);
        Census census;
        const Bundle bundle(*document, text, *tables());
        for (const Resource& r : bundle.resources)  // settled as superseded when equal to one before it
            if (r.same_as == kNone) Walk{output, renamed, census, std::string(r.type)}.walk(*r.tree, "");
        CHECK(census.missing == 0);
        CHECK(loose == 0);
        MESSAGE(fs::path(file).filename().string()
                << ": leaves " << census.leaves << ", found " << census.found << ", renamed "
                << census.changed << ", ignored " << census.ignored << ", missing " << census.missing
                << "; rows " << rows << ", loose references " << loose << ", unknown elements "
                << read.degraded("element-unknown") << ", dangling " << read.degraded("reference-dangling")
                << ", unmapped " << read.degraded("value-unmapped") << ", issues "
                << read.record.issues.size());
        for (const Issue& i : read.record.issues)
            if (i.code == "GPC-ELEM-001" || i.code == "GPC-JSON-001") MESSAGE(i.text());
    }
}
