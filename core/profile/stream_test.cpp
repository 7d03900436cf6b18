#include "core/profile/stream.hpp"

#include <atomic>
#include <mutex>
#include <set>

#include "core/io/file.hpp"
#include "core/profile/test_table.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

namespace {

struct Outcome {
    std::vector<std::string> found;  ///< "member:line:column code"
    StreamTotals totals;
};

Outcome check(const std::vector<std::pair<std::string, std::string>>& files, unsigned jobs) {
    StreamOptions options;
    options.jobs = jobs;
    Stream stream(shipped(), options);
    std::vector<StreamFile> list;
    for (const auto& [name, text] : files)
        list.push_back({name, text.size(), [&text] { return std::string_view(text); }});
    IssueList sink;
    stream.check(list, sink);
    Outcome out;
    for (const Issue& i : sink.issues)
        out.found.push_back(i.member + ":" + std::to_string(i.line) + ":" + std::to_string(i.column) + " " +
                            i.code);
    out.totals = stream.totals();
    return out;
}

using Found = std::vector<std::string>;
const std::string kGood = R"({"resourceType":"Patient","gender":"female"})";
const std::string kBad = R"({"resourceType":"Patient","gender":"f"})";

}  // namespace

TEST_CASE("profile stream: lines, and what is wrong with them, by their numbers") {
    struct Row {
        std::string text;
        Found found;
        std::uint64_t resources;
        const char* why;
    };
    const Row rows[] = {
        {kGood + "\n" + kBad + "\n", {"a.ndjson:2:37 FHIR-BIND-001"}, 2, "a code that is none, at its value"},
        {kGood + "\n\n \t\r\n" + kBad, {"a.ndjson:4:37 FHIR-BIND-001"}, 2, "blank lines count as lines"},
        {"\xEF\xBB\xBF" + kGood + "\r\n" + kBad + "\r\n", {"a.ndjson:2:37 FHIR-BIND-001"}, 2, "BOM, CRLF"},
        {"", {}, 0, "nothing"},
        {kGood + "\n" + R"({"resourceType":"Patient",)" + "\n" + kBad + "\n",
         {"a.ndjson:2:27 FHIR-JSON-001", "a.ndjson:3:37 FHIR-BIND-001"},
         3,
         "cut off: the next line is read"},
        {kGood + "\n" + R"({"resourceType":"Patient","id")" + "\n" + kBad + "\n",
         {"a.ndjson:2:27 FHIR-JSON-001", "a.ndjson:3:37 FHIR-BIND-001"},
         3,
         "a name whose value would be the next line"},
        {kGood + "\n" + R"({"resourceType":"Patient","contained":[)" + "\n" + kGood + "\n" + kBad + "\n",
         {"a.ndjson:2:40 FHIR-JSON-001", "a.ndjson:4:37 FHIR-BIND-001"},
         4,
         "an array whose item would be the next line"},
        {kGood + "\n" + R"({"resourceType":"Patient","id":"a)" + "\n" + kBad + "\n",
         {"a.ndjson:2:34 FHIR-JSON-001", "a.ndjson:3:37 FHIR-BIND-001"},
         3,
         "a string that does not end"},
        {kGood + "\n" + kGood + kGood + "\n" + kBad + "\n",
         {"a.ndjson:2:45 FHIR-JSON-001", "a.ndjson:3:37 FHIR-BIND-001"},
         3,
         "two in one line"},
        {kGood + "\n" + R"("x")" + "\n" + "7\n" + kBad + "\n",
         {"a.ndjson:2:1 FHIR-JSON-001", "a.ndjson:3:1 FHIR-JSON-001", "a.ndjson:4:37 FHIR-BIND-001"},
         4,
         "neither an object nor an array"},
        {kGood + "\n" + "{\"resourceType\":\"Patient\",\"id\":\"\xFF\"}\n" + kBad + "\n",
         {"a.ndjson:2:33 FHIR-JSON-001", "a.ndjson:3:37 FHIR-BIND-001"},
         3,
         "not UTF-8"},
        {kGood + "\n" + R"({"resourceType":"Patient","name":[{"text":"\ud800"}]})" + "\n" + kBad + "\n",
         {"a.ndjson:2:44 FHIR-JSON-001", "a.ndjson:3:37 FHIR-BIND-001"},
         3,
         "half of a surrogate pair"},
        {R"({"resourceType":"Patient","name":[{"text":"a\"b \\ \u00e9"}],"gender":"\u006d\u0061le"})",
         {},
         1,
         "escapes stand for what they mean"},
        {R"({"\u0072esourceType":"Patient","g\u0065nder":"f"})",
         {"a.ndjson:1:47 FHIR-BIND-001"},
         1,
         "in names too"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        for (const unsigned jobs : {1u, 3u}) {
            const Outcome o = check({{"a.ndjson", row.text}}, jobs);
            CHECK(o.found == row.found);
            CHECK(o.totals.resources == row.resources);
        }
    }
}

TEST_CASE(
    "profile stream: many lines and many files give the same in the same order with any number of jobs") {
    // Three pieces and more of lines of uneven length, with a line that ends in the middle of each piece and
    // breaks it; files of one resource; a Bundle.
    std::string lines;
    Found wanted;
    for (int i = 1; lines.size() < 900'000; ++i) {
        if (i % 1000 == 0) {
            wanted.push_back("b.ndjson:" + std::to_string(i) + ":37 FHIR-BIND-001");
            lines += kBad + "\n";
        } else if (i % 2500 == 1) {
            wanted.push_back("b.ndjson:" + std::to_string(i) + ":3 FHIR-JSON-001");
            lines += "{\"\n";
        } else {
            lines +=
                R"({"resourceType":"Patient","name":[{"text":")" + std::string(i % 97 + 1, 'x') + "\"}]}\n";
        }
    }
    std::vector<std::pair<std::string, std::string>> files{{"a.json", kBad}};
    files.emplace_back("b.ndjson", lines);
    wanted.insert(wanted.begin(), "a.json:1:37 FHIR-BIND-001");
    for (int i = 0; i < 50; ++i) {
        const std::string name = "c" + std::to_string(i) + ".json";
        files.emplace_back(name, "{\n \"resourceType\": \"Patient\",\n \"gender\": \"f\"\n}\n");
        wanted.push_back(name + ":3:13 FHIR-BIND-001");
    }
    for (const unsigned jobs : {1u, 2u, 5u}) {
        CAPTURE(jobs);
        const Outcome o = check(files, jobs);
        REQUIRE(o.found.size() == wanted.size());
        CHECK(o.found == wanted);
    }
}

TEST_CASE("profile stream: every byte of a file is left once it is read, in any order") {
    std::string lines;
    while (lines.size() < 700'000) lines += kGood + "\n";
    StreamOptions options;
    options.jobs = 2;
    std::mutex mutex;
    std::set<std::pair<const char*, std::size_t>> left;
    options.leave = [&](std::string_view part) {
        const std::lock_guard lock(mutex);
        left.emplace(part.data(), part.size());
    };
    std::uint64_t last = 0;
    options.progress = [&](const StreamTotals& t) {
        CHECK(t.bytes > last);
        last = t.bytes;
    };
    Stream stream(shipped(), options);
    IssueList sink;
    stream.check(lines, "a.ndjson", sink);
    const char* at = lines.data();
    for (const auto& [from, size] : left) {
        CHECK(from == at);
        at = from + size;
    }
    CHECK(at == lines.data() + lines.size());
    CHECK(left.size() >= 2);
    CHECK(last == lines.size());
}

TEST_CASE("profile stream: a file that cannot be opened, and a sink that cannot write, end the check") {
    std::string lines;
    while (lines.size() < 600'000) lines += kBad + "\n";
    struct Full : IssueSink {
        void add(const Issue&) override { throw std::runtime_error("full"); }
    };
    for (const unsigned jobs : {1u, 4u}) {
        StreamOptions options;
        options.jobs = jobs;
        Stream stream(shipped(), options);
        Full full;
        CHECK_THROWS_WITH(stream.check(lines, "a.ndjson", full), "full");
        IssueList kept;
        const std::vector<StreamFile> files{
            {"a.json", kBad.size(), [] { return std::string_view(kBad); }},
            {"gone.json", 10, []() -> std::string_view { throw std::runtime_error("gone"); }},
            {"gone.ndjson", 10'000'000, []() -> std::string_view { throw std::runtime_error("gone"); }}};
        CHECK_THROWS_WITH(stream.check(files, kept), "gone");
        CHECK(kept.issues.size() == 1);  // what comes before it is told
    }
}

TEST_CASE("profile stream: nesting to 64 levels is read, deeper is refused") {
    const auto nested = [](std::size_t levels) {
        std::string text = R"({"resourceType":"Patient","extension":)";
        for (std::size_t i = 0; i + 2 < levels; ++i)
            text += i % 2 == 0 ? "[" : R"({"url":"http://e","extension":)";
        text += "1";
        for (std::size_t i = levels - 2; i-- > 0;) text += i % 2 == 0 ? "]" : "}";
        return text + "}\n";
    };
    const auto refused = [&](std::size_t levels) {
        return check({{"a.ndjson", nested(levels)}}, 1).totals.refused;
    };
    CHECK(refused(64) == 0);
    CHECK(refused(65) == 1);
    CHECK(refused(5000) == 1);
}
