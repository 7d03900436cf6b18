// routes.csv: which row becomes what.
#include <fmt/format.h>

#include <algorithm>

#include "core/mapping/compiled.hpp"

namespace gpswitch::mapping {
namespace detail {
namespace {

constexpr Text kFile = "routes.csv";

/// "deleted", "part", "superseded", or a word with its reason.
std::string check_settle(Text settles) {
    const std::size_t colon = settles.find(':');
    const Text word = settles.substr(0, colon);
    const Text reason = colon == Text::npos ? Text{} : settles.substr(colon + 1);
    if (word == "deleted" || word == "part" || word == "superseded")
        return colon == Text::npos ? std::string{} : fmt::format("\"{}\" takes no reason", word);
    if (word != "lookup" && word != "excluded" && word != "held")
        return fmt::format("\"{}\" is no entity and no settle word", settles);
    return reason.empty() ? fmt::format("\"{}\" needs a reason: {}:reason", word, word) : std::string{};
}

/// Additive routes of one table: every combination with every other route is made ready.
constexpr std::size_t kMostAdded = 6;

void join(TableRoutes& t) {
    const std::size_t masks = std::size_t{1} << t.added.size();
    for (const Route& route : t.routes) {
        for (std::size_t mask = 0; mask < masks; ++mask) {
            Route r = route;
            for (std::size_t a = 0; a < t.added.size(); ++a) {
                if ((mask >> a & 1) == 0 || !route.settles.empty()) continue;
                for (const Made& extra : t.routes[t.added[a]].makes)
                    if (std::ranges::none_of(r.makes, [&](const Made& m) { return m.kind == extra.kind; }))
                        r.makes.push_back(extra);
            }
            t.joined.push_back(std::move(r));
        }
    }
}

}  // namespace

void load_routes(const std::string& folder, MappingSet::Impl& impl, Problems& problems) {
    const auto list_named = [&](Text name) -> const FoldSet* {
        const auto it = impl.lists.find(name);
        return it == impl.lists.end() ? nullptr : &it->second;
    };
    struct Read {
        Route route;
        std::vector<Test> tests;
        Text why;
    };
    ByName<std::vector<Read>> tables;
    for (const TableRow& row :
         read_table(folder, kFile, {"table", "order", "when", "entity", "why"}, impl.arena, problems)) {
        const auto problem = [&](std::string text) { problems.add(kFile, row.line, std::move(text)); };
        Read r;
        r.route.table = row.cells[0];
        r.route.when = row.cells[2];
        r.route.line = row.line;
        r.why = row.cells[4];
        if (r.route.table.empty()) problem("no table");
        const auto order = to_integer(row.cells[1]);
        if (!order) problem("order is a whole number");
        r.route.order = static_cast<int>(order.value_or(0));
        if (std::string wrong = parse_when(row.cells[2], list_named, r.tests); !wrong.empty())
            problem(std::move(wrong));
        Text entity = row.cells[3];
        if (entity.empty()) problem("no entity");
        if (!entity.empty() && entity[0] >= 'a' && entity[0] <= 'z') {
            r.route.settles = entity;
            if (std::string wrong = check_settle(entity); !wrong.empty()) problem(std::move(wrong));
        } else {
            while (!entity.empty()) {
                const std::size_t space = entity.find(' ');
                Text written = entity.substr(0, space);
                if (written.starts_with('+')) {
                    r.route.adds = true;
                    written.remove_prefix(1);
                }
                entity = space == Text::npos ? Text{} : trim(entity.substr(space));
                EntityKind kind{};
                Text variant;
                if (parse_made(written, kind, variant))
                    r.route.makes.push_back({kind, std::string(variant), 0});
                else
                    problem(fmt::format("\"{}\" is no entity", written));
            }
        }
        tables[r.route.table].push_back(std::move(r));
    }
    // Rule sets are numbered in the order of the file, so that the numbers do not depend on hashing.
    std::vector<std::vector<Read>*> in_order;
    for (auto& [name, rows] : tables) in_order.push_back(&rows);
    std::ranges::sort(in_order, {}, [](const auto* rows) { return rows->front().route.line; });
    for (auto* rows : in_order) {
        std::ranges::stable_sort(*rows, {}, [](const Read& r) { return r.route.order; });
        TableRoutes& out = impl.routes[rows->front().route.table];
        for (std::size_t i = 0; i < rows->size(); ++i) {
            Read& r = (*rows)[i];
            if (i > 0 && r.route.order == (*rows)[i - 1].route.order)
                problems.add(kFile, r.route.line,
                             fmt::format("{} has two routes of order {}", r.route.table, r.route.order));
            for (Made& made : r.route.makes)
                made.rules =
                    impl.rule_set(impl.arena.copy(r.route.table), made.kind, made.variant, r.route.line);
            if (r.route.adds) out.added.push_back(i);
            out.routes.push_back(std::move(r.route));
            out.tests.push_back(std::move(r.tests));
            out.whys.push_back(r.why);
        }
        if (out.added.size() > kMostAdded)
            problems.add(kFile, out.routes.front().line,
                         fmt::format("more than {} additive routes for one table", kMostAdded));
        else
            join(out);
    }
}

bool parse_made(Text written, EntityKind& kind, Text& variant) {
    const std::size_t colon = written.find(':');
    const auto found = record::kind_of(written.substr(0, colon));
    variant = colon == Text::npos ? Text{} : written.substr(colon + 1);
    if (!found || (colon != Text::npos && variant.empty())) return false;
    kind = *found;
    return true;
}

std::string RuleSet::made() const {
    const Text type = record::name_of(kind);
    return variant.empty() ? std::string(type) : fmt::format("{}:{}", type, variant);
}

}  // namespace detail

std::uint16_t MappingSet::Impl::rule_set(Text table, EntityKind kind, Text variant, int line) {
    auto& of_table = rule_sets_of[std::string(table)];
    for (const std::uint16_t i : of_table)
        if (rule_sets[i].kind == kind && rule_sets[i].variant == variant) return i;
    const auto index = static_cast<std::uint16_t>(rule_sets.size());
    rule_sets.push_back({table, kind, std::string(variant), line});
    of_table.push_back(index);
    return index;
}

const std::vector<Route>& MappingSet::routes(Text table) const {
    static const std::vector<Route> none;
    const auto it = impl_->routes.find(table);
    return it == impl_->routes.end() ? none : it->second.routes;
}

const Route* MappingSet::first(Text table, const RowFacts& facts) const {
    const auto it = impl_->routes.find(table);
    if (it == impl_->routes.end()) return nullptr;
    return it->second.route(it->second.program.first(facts));
}

}  // namespace gpswitch::mapping
