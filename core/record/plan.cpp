#include "core/record/plan.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "core/record/fit.hpp"
#include "core/util/text.hpp"

namespace gpswitch::record {
namespace {

/// A row of one of the tables. The texts are part of the program.
struct Fact {
    std::string_view path, demand, what, why;
};

std::string_view cut(std::string_view& s, char at) {
    const std::size_t end = std::min(s.find(at), s.size());
    const std::string_view head = s.substr(0, end);
    s.remove_prefix(std::min(end + 1, s.size()));
    return head;
}

std::vector<std::string_view> words_of(std::string_view s, char at) {
    std::vector<std::string_view> out;
    while (!s.empty()) out.push_back(cut(s, at));
    return out;
}

using Facts = std::unordered_map<std::string_view, std::vector<Fact>>;

void add_rows(Facts& rows, std::string_view csv) {
    cut(csv, '\n');
    while (!csv.empty()) {
        std::string_view line = cut(csv, '\n');
        std::string_view path = cut(line, ',');
        const std::string_view demand = cut(line, ','), what = cut(line, ',');
        const std::string_view type = cut(path, '.');
        rows[type].push_back({path, demand, what, line});
    }
}

/// By type.
const Facts& all_rows() {
    static const Facts rows = [] {
        Facts r;
        add_rows(r, fit_facts());
        add_rows(r, fit_invariants());
        return r;
    }();
    return rows;
}

/// Empty when the type has no such field: two declarations share the name Identifier.
std::vector<const Field*> resolve(const Type& type, std::string_view path) {
    std::vector<const Field*> out;
    const Type* here = &type;
    for (const std::string_view name : words_of(path, '.')) {
        const Field* f = here == nullptr ? nullptr : here->find(name);
        if (f == nullptr) return {};
        out.push_back(f);
        here = f->type;
    }
    return out;
}

When when_of(const Type& type, std::string_view what) {
    When when;
    if (what == "when it is before start") {
        when.kind = When::Kind::before_start;
        return when;
    }
    const bool any = what.starts_with("when ");
    if (!any && !what.starts_with("unless ")) return when;
    when.kind = any ? When::Kind::any : When::Kind::none;
    what.remove_prefix(any ? 5 : 7);
    const auto term = [&](std::string_view field, std::vector<std::string_view> words) {
        auto path = resolve(type, field);
        if (path.empty()) throw std::logic_error(std::string(type.name) + " has no " + std::string(field));
        when.terms.push_back({std::move(path), std::move(words)});
    };
    if (const std::size_t equals = what.find('='); equals != std::string_view::npos)
        term(what.substr(0, equals), words_of(what.substr(equals + 1), '|'));
    else
        for (const std::string_view field : words_of(what, '|')) term(field, {});
    return when;
}

std::optional<Plan::Demand> demand_of(std::string_view word) {
    if (word == "refers-to") return Plan::Demand::refers_to;
    if (word == "least") return Plan::Demand::least;
    if (word == "codes") return Plan::Demand::codes;
    if (word == "form") return Plan::Demand::form;
    if (word == "single") return Plan::Demand::single;
    if (word == "displaced") return Plan::Demand::displaced;
    return std::nullopt;
}

std::string_view why_of(const Fact& row) {
    if (!row.why.empty()) return row.why;
    if (row.demand == "refers-to") return "FHIR R4 or UK Core: a reference to this type may not stand there";
    if (row.demand == "codes") return "FHIR R4 or UK Core: the code is not of the required value set";
    if (row.demand == "displaced") return "FHIR R4: only one element of a choice may be given";
    return "FHIR R4: not the form of a value of this type";
}

std::size_t number_of(const Type& type, const Field* f) {
    return static_cast<std::size_t>(f - type.fields.data());
}

void mark(std::uint64_t (&bits)[2], std::size_t n) { bits[n / 64] |= std::uint64_t{1} << (n % 64); }

Plan::Need need_of(const Type& type, const Field* field, std::string_view what) {
    Plan::Need need{number_of(type, field), {0, 0}, when_of(type, what)};
    mark(need.satisfied, need.field);
    if (need.when.kind == When::Kind::always)
        for (const std::string_view other : words_of(what, ' '))
            if (const Field* f = type.find(other)) mark(need.satisfied, number_of(type, f));
    return need;
}

}  // namespace

std::shared_ptr<const Plan> make_plan(const Type& type) {
    auto plan = std::make_shared<Plan>();
    // What is tested last: conditions, on what the other tests have left.
    std::vector<Plan::Test> conditions;
    const auto rows = [&](std::string_view name) {
        const auto found = all_rows().find(name);
        if (found == all_rows().end()) return;
        for (const Fact& row : found->second) {
            const auto path = resolve(type, row.path);
            if (path.empty()) continue;
            if (row.demand == "required") {
                plan->needs.push_back(need_of(type, path[0], row.what));
                continue;
            }
            const auto demand = demand_of(row.demand);
            if (!demand) throw std::logic_error("an unknown demand: " + std::string(row.demand));
            Plan::Test test{*demand, path, {}, 0, {}, why_of(row), number_of(type, path[0])};
            mark(plan->tested, test.number);
            if (*demand == Plan::Demand::displaced) {
                test.when = when_of(type, row.what);
                conditions.push_back(std::move(test));
                continue;
            }
            if (*demand == Plan::Demand::least) test.least = to_integer(row.what).value();
            test.words = words_of(row.what, ' ');
            std::sort(test.words.begin(), test.words.end());
            plan->tests.push_back(std::move(test));
        }
    };
    rows(type.name);
    plan->tests.insert(plan->tests.end(), conditions.begin(), conditions.end());
    for (const Field& f : type.fields)
        if (f.kind == Kind::structure && f.type->plan != nullptr && !f.type->plan->empty())
            plan->inside.push_back(&f);
    for (const Field* f : plan->inside) mark(plan->within, number_of(type, f));
    if (plan->empty() && plan->needs.empty()) return nullptr;
    return plan;
}

}  // namespace gpswitch::record
