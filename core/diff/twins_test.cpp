#include "core/diff/twins.hpp"

#include <doctest/doctest.h>

#include <map>

#include "core/diff/memory_source.hpp"
#include "core/io/test_folder.hpp"
#include "core/mapping/safeguards.hpp"
#include "core/record/json.hpp"
#include "core/system/all.hpp"

using namespace gpswitch;
using namespace gpswitch::diff;
using namespace gpswitch::diff::test;

namespace {

/// The clinic as lines: file name to lines.
using Lines = std::map<std::string, std::vector<std::string>>;

Lines clinic() {
    Lines out;
    MemorySource source;
    fill_clinic(source, 3);
    const auto keep = [&](const record::Record& r) {
        for (const record::Item& item : r.items) {
            std::string line;
            record::append_json(line, item.kind, *item.entity);
            out[std::string(record::name_of(item.kind))].push_back(line);
        }
    };
    record::Record r;
    for (int n = 0; n < 3; ++n) {
        r.clear();
        clinic_patient(r, n);
        nth<record::Patient>(r).general_practitioner.add(r.arena).reference = "Practitioner/dr-1";
        keep(r);
    }
    for (const char* id : {"dr-1", "dr-2"}) {
        r.clear();
        clinic_practitioner(r, id);
        keep(r);
    }
    return out;
}

std::unique_ptr<record::Source> package(const io::TestFolder& folder, const std::string& name,
                                        const Lines& files) {
    for (const auto& [type, lines] : files) {
        std::string text;
        for (const std::string& line : lines) text += line + "\n";
        folder.put(name + "/" + type + ".ndjson", text);
    }
    record::SourceOptions options;
    options.place = folder / name;
    options.files = archive::Place::open(options.place);
    return systems::find("fhir")->open(options);
}

/// A source of which only records are known.
struct Plain : record::Source {
    record::Source& in;
    explicit Plain(record::Source& s) : in(s) {}
    const record::Census& census() const override { return in.census(); }
    std::unique_ptr<record::Cursor> read(std::span<const std::uint32_t> p) override { return in.read(p); }
    std::unique_ptr<record::Cursor> leftovers() override { return in.leftovers(); }
    bool find(const record::Need& need, record::Record& r) override { return in.find(need, r); }
    const std::vector<Issue>& issues() const override { return in.issues(); }
};

void safeguard(record::Record& r) {
    mapping::Safeguards::mark(r);
    mapping::strictest().no_false_none(r);
}

/// All that a comparison says, with its sources read line by line or not.
std::string told(const Lines& before, const Lines& after, bool lines, bool threads) {
    io::TestFolder folder;
    const auto a = package(folder, "a", before), b = package(folder, "b", after);
    Plain x(*a), y(*b);
    Options options;
    options.threads = threads;
    options.test_numbers = true;
    std::string out;
    const auto writer = make_writer(Format::jsonl, [&](std::string_view s) { out += s; });
    compare({lines ? a.get() : &x, safeguard, lines}, {lines ? b.get() : &y, safeguard, lines}, options,
            *writer);
    return out;
}

void replace(std::string& text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("diff: what lines of the same bytes are not read for is told as if they were") {
    struct Change {
        const char* what;
        std::function<void(Lines& before, Lines& after)> make;
        const char* must_say;
    };
    const Change changes[] = {
        {"nothing", [](Lines&, Lines&) {}, "\"equal\":29"},
        {"a value", [](Lines&, Lines& b) { replace(b["Observation"][2], "81.50", "81.5"); }, "DIFF-CHG-001"},
        {"an allergy goes",
         [](Lines&, Lines& b) { b["AllergyIntolerance"].erase(b["AllergyIntolerance"].begin()); },
         "DIFF-NEV-001"},
        {"a line twice", [](Lines&, Lines& b) { b["Observation"].push_back(b["Observation"][0]); },
         "DIFF-AFT-001"},
        {"another order", [](Lines&, Lines& b) { std::swap(b["Observation"][0], b["Observation"][1]); },
         "\"equal\":29"},
        {"another id",
         [](Lines&, Lines& b) { replace(b["Condition"][1], "\"id\":\"con-1\"", "\"id\":\"con-x\""); },
         "\"equal\":"},
        {"no id on both sides",
         [](Lines& a, Lines& b) {
             for (Lines* l : {&a, &b}) replace((*l)["Flag"][1], "\"id\":\"flag-1\",", "");
         },
         "\"equal\":"},
        {"white space in a line that differs",
         [](Lines&, Lines& b) { replace(b["Flag"][1], "{\"resourceType\"", "{ \"resourceType\""); },
         "\"equal\":29"},
        {"an allergy held on both sides, its lines the same",
         [](Lines& a, Lines& b) {
             for (Lines* l : {&a, &b})
                 replace((*l)["AllergyIntolerance"][1], "\"code\":{", "\"code\":7,\"x\":{");
         },
         "held: FHIR-TYPE-001"},
        {"held in AFTER alone",
         [](Lines&, Lines& b) {
             replace(b["MedicationRequest"][0], "\"status\":\"active\"", "\"status\":7");
         },
         "\"heldAfter\":1"},
        {"a line that cannot be read, and lists that say none",
         [](Lines& a, Lines& b) {
             for (Lines* l : {&a, &b}) (*l)["List"][0].insert(1, "\"emptyReason\":{\"text\":\"none\"},");
             b["Flag"][0].pop_back();
         },
         "DIFF-NEV-001"},
        {"a practitioner that only lines of the same bytes refer to",
         [](Lines&, Lines& b) { replace(b["Practitioner"][0], "SECRETDOCTOR", "SECRETOTHER"); },
         "DIFF-CHG-001"},
        {"a practitioner that nobody refers to", [](Lines&, Lines& b) { b["Practitioner"].pop_back(); },
         "DIFF-BEF-001"},
        {"another patient's number",
         [](Lines&, Lines& b) { replace(b["Patient"][0], "9990000018", "9990000026"); }, "DIFF-CHG-001"},
        {"a moved entry", [](Lines&, Lines& b) { replace(b["Flag"][0], "Patient/pat-0", "Patient/pat-1"); },
         "DIFF-MOV-001"},
    };
    for (const Change& c : changes) {
        CAPTURE(std::string(c.what));
        Lines before = clinic(), after = before;
        c.make(before, after);
        const std::string whole = told(before, after, false, false);
        CHECK(whole.find(c.must_say) != std::string::npos);
        CHECK(told(before, after, true, false) == whole);
        CHECK(told(before, after, true, true) == whole);
    }
}

TEST_CASE("diff: lines of the same bytes are not read, but for what may hold a patient") {
    const Lines files = clinic();
    io::TestFolder folder;
    Lines other = files;
    replace(other["Observation"][2], "81.50", "81.5");
    const auto a = package(folder, "a", files), b = package(folder, "b", other);
    Twins twins({a.get(), {}}, {b.get(), {}}, {{0, 0}, {1, 1}});
    REQUIRE(twins.possible());
    const auto count = [](const Twins::Plan& plan, Twins::Read what) {
        return std::count(plan.begin(), plan.end(), what);
    };
    const Twins::Plan same = twins.take(0), changed = twins.take(1);
    REQUIRE(same.size() == kClinicEntities);
    CHECK(count(same, Twins::Read::both) == 1);    // the Patient
    CHECK(count(same, Twins::Read::before) == 2);  // the allergy, the medication
    CHECK(count(changed, Twins::Read::both) == 2);
    CHECK(!Twins({a.get(), [](record::Record&) {}}, {b.get(), {}}, {}).possible());
}
