#include "core/diff/patients.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/csv/csv.hpp"
#include "core/record/made_number.hpp"
#include "core/util/error.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::diff {
namespace {

constexpr std::string_view kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";

// Equal as far as both are precise.
bool births_agree(const Identity& a, const Identity& b) {
    const std::size_t n = std::min(a.birth.size(), b.birth.size());
    return n != 0 && a.birth.compare(0, n, b.birth, 0, n) == 0;
}

// Both say who they are, and say different people: the same key in two systems that both count from one.
bool contradict(const Identity& a, const Identity& b) {
    return !a.nhs.empty() && !b.nhs.empty() && a.nhs != b.nhs && !a.birth.empty() && !b.birth.empty() &&
           !births_agree(a, b);
}

std::string as_uuid(const std::string& text) { return text.size() == 36 ? lower(text) : std::string(); }
std::string as_number(const Identity& i) { return i.key.size() == 18 ? i.key : std::string(); }

std::string made_of(const std::string& id) {
    if (id.empty()) return {};
    const auto number = record::made_number(record::EntityKind::Patient, id);
    return {number.data(), number.size()};
}
std::string made_of_id(const Identity& i) { return made_of(i.id); }
// Where a layout has that id for a key.
std::string made_of_key(const Identity& i) { return made_of(as_uuid(i.key)); }

struct Matcher {
    const std::vector<Identity>& before;
    const std::vector<Identity>& after;
    std::vector<bool> done_before, done_after;
    std::vector<PatientMatch> pairs;

    Matcher(const std::vector<Identity>& b, const std::vector<Identity>& a)
        : before(b), after(a), done_before(b.size(), false), done_after(a.size(), false) {}

    // `value` names what must be equal; what stands twice on a side pairs nobody.
    template <class Value, class Agree>
    void stage(std::string_view how, Value value, Agree agree) {
        stage(how, value, value, agree);
    }
    template <class Value, class Other, class Agree>
    void stage(std::string_view how, Value value, Other other, Agree agree) {
        constexpr std::size_t kTwice = static_cast<std::size_t>(-1);
        std::unordered_map<std::string, std::size_t> places, seen;
        for (std::size_t j = 0; j < after.size(); ++j)
            if (!done_after[j] && !other(after[j]).empty())
                if (const auto [it, fresh] = places.try_emplace(other(after[j]), j); !fresh)
                    it->second = kTwice;
        for (std::size_t i = 0; i < before.size(); ++i)
            if (!done_before[i]) ++seen[value(before[i])];
        for (std::size_t i = 0; i < before.size(); ++i) {
            if (done_before[i] || seen[value(before[i])] != 1) continue;
            const auto it = places.find(value(before[i]));
            if (it == places.end() || it->second == kTwice || !agree(before[i], after[it->second])) continue;
            done_before[i] = done_after[it->second] = true;
            pairs.push_back({before[i].index, after[it->second].index, how});
        }
    }
};

// Where each key stands; what stands twice is nobody.
class Places {
  public:
    Places(const record::Census& census, const char* side) : side_(side) {
        for (std::uint32_t i = 0; i < census.patients.size(); ++i) {
            const auto [it, fresh] = places_.try_emplace(census.patients[i].key, i);
            if (!fresh) it->second = kTwice;
        }
    }
    // Each place is given once.
    std::uint32_t take(const std::string& key, std::size_t row) {
        const auto it = places_.find(key);
        const char* why = nullptr;
        if (it == places_.end()) why = "no patient has that key";
        if (it != places_.end() && it->second == kTwice) why = "more than one patient has that key";
        if (why == nullptr && !taken_.insert(it->second).second) why = "that patient is in a pair already";
        if (why != nullptr)
            throw UsageError("pairs: row " + std::to_string(row) + ", " + side_ + ": " + why,
                             "keys are the source's own patient keys, as in the ledger");
        return it->second;
    }

  private:
    static constexpr std::uint32_t kTwice = static_cast<std::uint32_t>(-1);
    const char* side_;
    std::unordered_map<std::string_view, std::uint32_t> places_;
    std::unordered_set<std::uint32_t> taken_;
};

}  // namespace

Identity identify(const record::Record& record, std::uint32_t index, bool test_numbers) {
    Identity who{index, std::string(record.key), std::string(record.patient_id), {}, {}};
    for (const record::Item& item : record.items) {
        if (item.kind != record::EntityKind::Patient) continue;
        const auto& p = static_cast<const record::Patient&>(*item.entity);
        if (who.id.empty()) who.id = p.id;
        who.birth = p.birth_date;
        for (const record::Identifier& i : p.identifier) {
            if (i.system != kNhsNumber || i.use == "old" || !who.nhs.empty()) continue;
            const std::string digits = nhs_number::parse(i.value);
            if (test_numbers || nhs_number::in_issued_range(digits)) who.nhs = digits;
        }
        break;
    }
    return who;
}

PatientMatches pair_patients(const std::vector<Identity>& before, const std::vector<Identity>& after,
                             const NumberCounts& before_numbers, const NumberCounts& after_numbers) {
    Matcher m(before, after);
    const auto once = [](const NumberCounts& counts, const std::string& nhs) {
        const auto it = counts.find(nhs);
        return it != counts.end() && it->second == 1;
    };
    m.stage(
        "NHS number", [](const Identity& i) -> const std::string& { return i.nhs; },
        [&](const Identity& a, const Identity& b) {
            return births_agree(a, b) && once(before_numbers, a.nhs) && once(after_numbers, a.nhs);
        });
    m.stage(
        "id", [](const Identity& i) -> const std::string& { return i.id; },
        [](const Identity&, const Identity&) { return true; });
    // A layout whose keys are UUIDs has the record's own.
    m.stage(
        "key made of the id", [](const Identity& i) { return as_uuid(i.id); },
        [](const Identity& i) { return as_uuid(i.key); },
        [](const Identity& a, const Identity& b) { return !contradict(a, b); });
    m.stage(
        "key made of the id", [](const Identity& i) { return as_uuid(i.key); },
        [](const Identity& i) { return as_uuid(i.id); },
        [](const Identity& a, const Identity& b) { return !contradict(a, b); });
    // One with numbers makes them of the id.
    const auto agree = [](const Identity& a, const Identity& b) { return !contradict(a, b); };
    m.stage("key made of the id", made_of_id, as_number, agree);
    m.stage("key made of the id", as_number, made_of_id, agree);
    m.stage("keys made of one id", made_of_key, as_number, agree);
    m.stage("keys made of one id", as_number, made_of_key, agree);
    m.stage(
        "source key", [](const Identity& i) -> const std::string& { return i.key; },
        [](const Identity& a, const Identity& b) { return !contradict(a, b); });
    PatientMatches out;
    out.pairs = std::move(m.pairs);
    std::sort(out.pairs.begin(), out.pairs.end(),
              [](const auto& a, const auto& b) { return a.before < b.before; });
    for (std::size_t i = 0; i < before.size(); ++i)
        if (!m.done_before[i]) out.only_before.push_back(before[i].index);
    for (std::size_t j = 0; j < after.size(); ++j)
        if (!m.done_after[j]) out.only_after.push_back(after[j].index);
    return out;
}

std::vector<PatientMatch> decided(const std::vector<PatientPair>& pairs, const record::Census& before,
                                  const record::Census& after) {
    std::vector<PatientMatch> out;
    Places left(before, "BEFORE"), right(after, "AFTER");
    for (std::size_t i = 0; i < pairs.size(); ++i)
        out.push_back(
            {left.take(pairs[i].before_key, i + 1), right.take(pairs[i].after_key, i + 1), "pairs file"});
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.before < b.before; });
    return out;
}

std::vector<PatientPair> load_pairs(std::string_view text, const std::string& name) {
    csv::Scanner scan(text);
    csv::RowSpan span;
    csv::LineIndex lines(text);
    Arena arena;
    std::vector<std::string_view> cells;
    std::vector<PatientPair> out;
    std::unordered_set<std::string> before, after;
    bool header = true;
    while (scan.next(span)) {
        lines.add(span.offset);
        const auto fail = [&](const std::string& why) {
            throw UsageError(name + ":" + std::to_string(lines.line_of(span.offset)) + ": " + why,
                             "the file has two columns: before_key,after_key");
        };
        if (csv::split(text.substr(span.offset, span.length), {}, arena, cells) != csv::State::good ||
            cells.size() != 2)
            fail("two columns are expected");
        if (header) {
            if (trim(cells[0]) != "before_key" || trim(cells[1]) != "after_key")
                fail("the header is not before_key,after_key");
            header = false;
            continue;
        }
        if (trim(cells[0]).empty() || trim(cells[1]).empty()) fail("an empty key");
        out.push_back({std::string(trim(cells[0])), std::string(trim(cells[1]))});
        if (!before.insert(out.back().before_key).second || !after.insert(out.back().after_key).second)
            fail("the key stands in another row already");
    }
    if (header) throw UsageError(name + ": no header before_key,after_key");
    return out;
}

std::string label(std::string_view type, std::string_view id) {
    return std::string(type) + "/" +
           (nhs_number::parse(id).empty() ? std::string(id) : std::string("(id not shown)"));
}

}  // namespace gpswitch::diff
