// cells.csv and write.csv: the layout that is written, and which entity becomes which rows of it.
#include "core/mapping/write.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/io/file.hpp"
#include "core/mapping/compiled.hpp"
#include "core/mapping/shape.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::mapping {
namespace {

constexpr Text kCells = "cells.csv";
constexpr Text kWrite = "write.csv";

std::vector<Text> split(Text s, Text separator) {
    std::vector<Text> out;
    while (true) {
        const std::size_t at = s.find(separator);
        if (const Text part = trim(s.substr(0, at)); !part.empty()) out.push_back(part);
        if (at == Text::npos) return out;
        s.remove_prefix(at + separator.size());
    }
}

bool parse_format(Text written, Cell& cell) {
    using F = Cell::Format;
    static constexpr std::pair<Text, F> kFormats[] = {
        {"text", F::text}, {"guid", F::guid}, {"code", F::code},           {"integer", F::integer},
        {"date", F::date}, {"time", F::time}, {"date-time", F::date_time}, {"boolean", F::boolean}};
    for (const auto& [name, format] : kFormats)
        if (written == name) {
            cell.format = format;
            return true;
        }
    if (written.size() == 10 && written.starts_with("decimal(") && written[8] >= '0' && written[8] <= '9') {
        cell.format = F::decimal;
        cell.places = static_cast<std::uint8_t>(written[8] - '0');
        return true;
    }
    return false;
}

bool parse_roles(Text written, Cell& cell) {
    static constexpr std::pair<Text, Cell::Role> kRoles[] = {{"key", Cell::key},
                                                             {"patient", Cell::patient},
                                                             {"practice", Cell::practice},
                                                             {"code", Cell::code},
                                                             {"label", Cell::label}};
    for (const Text word : split(written, " ")) {
        const auto known = std::ranges::find(kRoles, word, &std::pair<Text, Cell::Role>::first);
        if (known == std::end(kRoles)) return false;
        cell.roles |= known->second;
    }
    return true;
}

bool coded(const void* object, const Field& field, Shape shape, Text code) {
    const auto has = [&](const void* item) {
        if (shape == Shape::coding) return static_cast<const record::Coding*>(item)->code == code;
        for (const record::Coding& c : *detail::words_of(const_cast<void*>(item), *field.type).coding)
            if (c.code == code) return true;
        return false;
    };
    if (!field.list) return has(record::at(object, field));
    const record::AnyList& list = record::items_at(object, field);
    for (std::uint32_t i = 0; i < list.size; ++i)
        if (has(list.data + i * field.type->size)) return true;
    return false;
}

}  // namespace

/// One term of a `when`.
struct Test {
    enum class Op : std::uint8_t { empty, equals, begins, coded, same, from, part, rest };
    Op op = Op::empty;
    bool negated = false;
    std::vector<Step> steps, other_steps;
    const Field* field = nullptr;
    const Field* other = nullptr;
    Shape shape = Shape::none;
    std::string arg;

    bool holds(const Entity& e) const { return ask(e) != negated; }

  private:
    bool ask(const Entity& e) const;
    bool reference(const Entity& e) const;
};

bool Test::ask(const Entity& e) const {
    if (op == Op::from)
        return std::any_of(e.identifier.begin(), e.identifier.end(), [&](const record::Identifier& i) {
            return i.system.size() > arg.size() && i.system.ends_with(arg) &&
                   i.system[i.system.size() - arg.size() - 1] == '/';
        });
    if (op == Op::part)
        return std::any_of(e.source.begin(), e.source.end(),
                           [&](const record::SourceRow& r) { return r.table == arg; });
    if (op == Op::rest)
        return std::any_of(e.rest.begin(), e.rest.end(),
                           [&](const record::Rest& r) { return r.path == arg; });
    const void* object = look_down(&e, steps);
    if (object == nullptr) return op == Op::empty;
    if (op == Op::empty) return record::is_empty(object, *field);
    if (op == Op::coded) return mapping::coded(object, *field, shape, arg);
    if (op == Op::same) return reference(e);
    const auto fits = [&](Text t) { return op == Op::equals ? t == arg : t.starts_with(arg); };
    if (!field->list) return fits(record::text_at(object, *field));
    const auto& list = record::texts_at(object, *field);
    return std::any_of(list.begin(), list.end(), fits);
}

bool Test::reference(const Entity& e) const {
    const void* to = look_down(&e, other_steps);
    const void* object = look_down(&e, steps);
    if (to == nullptr || object == nullptr || other->list) return false;
    const Text wanted = static_cast<const record::Reference*>(record::at(to, *other))->reference;
    if (wanted.empty()) return false;
    if (!field->list)
        return static_cast<const record::Reference*>(record::at(object, *field))->reference == wanted;
    const auto& list = *static_cast<const gpswitch::List<record::Reference>*>(record::at(object, *field));
    return std::any_of(list.begin(), list.end(), [&](const auto& r) { return r.reference == wanted; });
}

struct WriteSet::Tests {
    /// Of each route of a kind, in order.
    std::array<std::vector<std::vector<Test>>, record::kEntityKinds> of;
    Arena arena;
};

namespace {

/// Returns what is wrong with a term, or nothing.
std::string parse_term(Text written, const record::Type& type, Test& test) {
    if (written.starts_with("not ")) {
        test.negated = true;
        written = trim(written.substr(4));
    }
    const std::size_t open = written.find('(');
    if (open == Text::npos || !written.ends_with(")")) return fmt::format("\"{}\" is no condition", written);
    const Text name = written.substr(0, open);
    const Text inside = written.substr(open + 1, written.size() - open - 2);
    const std::size_t comma = inside.find(',');
    const Text first = trim(inside.substr(0, comma));
    const Text second = comma == Text::npos ? Text{} : trim(inside.substr(comma + 1));
    using Op = Test::Op;
    struct Known {
        Text name;
        Op op;
        bool path, two;
    };
    static constexpr Known kKnown[] = {
        {"empty", Op::empty, true, false},  {"equals", Op::equals, true, true},
        {"begins", Op::begins, true, true}, {"coded", Op::coded, true, true},
        {"same", Op::same, true, true},     {"from", Op::from, false, false},
        {"part", Op::part, false, false},   {"rest", Op::rest, false, false},
    };
    const auto known = std::ranges::find(kKnown, name, &Known::name);
    if (known == std::end(kKnown)) return fmt::format("\"{}\" is no condition", name);
    if (first.empty() || known->two == second.empty()) return fmt::format("{} has the wrong arguments", name);
    test.op = known->op;
    test.arg = known->two ? second : first;
    if (!known->path) return {};
    if (std::string wrong = detail::resolve(type, first, test.steps, test.field); !wrong.empty())
        return wrong;
    test.shape = detail::shape_of(test.field);
    const bool code = test.shape == Shape::concept_ || test.shape == Shape::coding;
    if (test.op == Op::coded && !code) return fmt::format("{} holds no code", first);
    if ((test.op == Op::equals || test.op == Op::begins) && test.shape != Shape::text)
        return fmt::format("{} holds no text", first);
    if (test.op != Op::same) return {};
    if (std::string wrong = detail::resolve(type, second, test.other_steps, test.other); !wrong.empty())
        return wrong;
    return test.shape == Shape::reference && detail::shape_of(test.other) == Shape::reference
               ? ""
               : fmt::format("{} compares references", name);
}

/// "Column=value;Column=value" into the first row that has the column.
std::string parse_sets(Text written, const WriteSet& set, WriteRoute& route) {
    for (const Text one : split(written, ";")) {
        const std::size_t equals = one.find('=');
        if (equals == Text::npos) return fmt::format("\"{}\" sets nothing", one);
        bool found = false;
        for (WrittenRow& row : route.rows) {
            const int cell = set.tables()[row.table].find(trim(one.substr(0, equals)));
            if (cell < 0 || found) continue;
            row.sets.push_back({cell, std::string(trim(one.substr(equals + 1)))});
            found = true;
        }
        if (!found) return fmt::format("no row of this line has the column in \"{}\"", one);
    }
    return {};
}

std::string parse_rows(Text written, Text entity, const WriteSet& set, WriteRoute& route) {
    if (written == "derived" || written == "held") {
        route.fate = written == "held" ? WriteRoute::Fate::held : WriteRoute::Fate::derived;
        return {};
    }
    for (Text one : split(written, " ")) {
        WrittenRow row;
        if (one.ends_with("?")) {
            row.optional = true;
            one.remove_suffix(1);
        } else if (one.ends_with("+")) {
            row.by_brick = true;
            one.remove_suffix(1);
        }
        const std::size_t colon = one.find(':');
        const int table = set.table_index(one.substr(0, colon));
        if (table < 0) return fmt::format("there is no table \"{}\" in cells.csv", one.substr(0, colon));
        row.table = static_cast<std::size_t>(table);
        row.variant =
            colon == Text::npos ? std::string(entity) : fmt::format("{}:{}", entity, one.substr(colon + 1));
        route.rows.push_back(std::move(row));
    }
    return route.rows.empty() ? "no rows, and neither derived nor held" : "";
}

}  // namespace

WriteSet::WriteSet() : tests_(std::make_unique<Tests>()) {}
WriteSet::~WriteSet() = default;

int WrittenTable::find(Text column) const {
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (same_ignoring_case(cells[i].column, column)) return static_cast<int>(i);
    return -1;
}

int WrittenTable::find(Cell::Role role) const {
    const auto it = std::ranges::find_if(cells, [&](const Cell& c) { return (c.roles & role) != 0; });
    return it == cells.end() ? -1 : static_cast<int>(it - cells.begin());
}

int WriteSet::table_index(Text name) const {
    for (std::size_t i = 0; i < tables_.size(); ++i)
        if (same_ignoring_case(tables_[i].name, name)) return static_cast<int>(i);
    return -1;
}

const WriteRoute* WriteSet::first(EntityKind kind, const Entity& entity) const {
    const auto k = static_cast<std::size_t>(kind);
    for (std::size_t i = 0; i < routes_[k].size(); ++i)
        if (std::ranges::all_of(tests_->of[k][i], [&](const Test& t) { return t.holds(entity); }))
            return &routes_[k][i];
    return nullptr;
}

void WriteSet::read(const MappingSet& set, std::vector<Problem>& list) {
    detail::Problems problems;
    Arena& arena = tests_->arena;
    for (const auto& row : detail::read_table(set.folder(), kCells,
                                              {"table", "column", "format", "default", "max", "role", "why"},
                                              arena, problems)) {
        const auto& c = row.cells;
        if (tables_.empty() || tables_.back().name != c[0]) {
            if (table_index(c[0]) >= 0)
                problems.add(kCells, row.line, fmt::format("table {} is in two places", c[0]));
            tables_.push_back({std::string(c[0]), {}});
        }
        Cell cell;
        cell.column = c[1];
        cell.standing = c[3];
        if (!parse_format(c[2], cell))
            problems.add(kCells, row.line, fmt::format("\"{}\" is no format", c[2]));
        const auto max = c[4].empty() ? 0 : to_integer(c[4]);
        if (!max || *max < 0) problems.add(kCells, row.line, "max is a number of characters");
        cell.max = static_cast<std::uint32_t>(max.value_or(0));
        if (!parse_roles(c[5], cell)) problems.add(kCells, row.line, fmt::format("\"{}\" is no role", c[5]));
        if (c[1].empty() || tables_.back().find(c[1]) >= 0)
            problems.add(kCells, row.line, fmt::format("{}.{} is empty or there twice", c[0], c[1]));
        const auto& known = set.table_columns(c[0]);
        if (!known.empty() && std::ranges::none_of(known, [&](const TableColumn& k) {
                return same_ignoring_case(k.column, c[1]);
            }))
            problems.add(kCells, row.line, fmt::format("column {}.{} is not in tables.csv", c[0], c[1]));
        tables_.back().cells.push_back(std::move(cell));
    }
    for (const auto& row :
         detail::read_table(set.folder(), kWrite,
                            {"entity", "order", "when", "rows", "sets", "category", "parent", "brick", "why"},
                            arena, problems)) {
        const auto& c = row.cells;
        const auto wrong = [&](std::string text) {
            if (!text.empty()) problems.add(kWrite, row.line, std::move(text));
            return !text.empty();
        };
        const auto kind = record::kind_of(c[0]);
        if (!kind) {
            wrong(fmt::format("\"{}\" is no entity", c[0]));
            continue;
        }
        WriteRoute route;
        route.kind = *kind;
        route.line = row.line;
        route.order = static_cast<int>(to_integer(c[1]).value_or(-1));
        route.category = c[5];
        route.parent = c[6];
        route.why = c[8];
        auto& routes = routes_[static_cast<std::size_t>(*kind)];
        if (route.order < 0 || (!routes.empty() && routes.back().order >= route.order))
            wrong("the orders of an entity are numbers that grow");
        wrong(parse_rows(c[3], c[0], *this, route));
        if (route.fate == WriteRoute::Fate::held && route.why.empty()) wrong("held needs a reason in `why`");
        wrong(parse_sets(c[4], *this, route));
        std::vector<Test> tests;
        for (const Text term : split(c[2], " and ")) {
            if (term == "always()") continue;
            Test test;
            wrong(parse_term(term, record::type_of(*kind), test));
            tests.push_back(std::move(test));
        }
        const record::Type& type = record::type_of(*kind);
        route.covered.assign(type.fields.size(), false);
        route.own.assign(type.fields.size(), false);
        for (std::size_t i = 0; i < type.fields.size(); ++i) {
            const Text name = type.fields[i].name;
            route.own[i] = record::type_of<Entity>().find(name) != nullptr;
            route.covered[i] = route.own[i];
            for (const WrittenRow& w : route.rows)
                for (const ColumnRule& rule : set.rules(tables_[w.table].name, w.variant))
                    route.covered[i] = route.covered[i] || rule.path.substr(0, rule.path.find('.')) == name;
        }
        const auto own = [&](const Field* f) {
            route.own[static_cast<std::size_t>(f - type.fields.data())] = true;
            route.covered[static_cast<std::size_t>(f - type.fields.data())] = true;
        };
        if (const Field* patient = record::patient_field(*kind); patient != nullptr) own(patient);
        for (const Text name : split(c[7], " ")) {
            const Field* f = type.find(name);
            if (f == nullptr)
                wrong(fmt::format("{} has no field \"{}\"", c[0], name));
            else
                own(f);
        }
        routes.push_back(std::move(route));
        tests_->of[static_cast<std::size_t>(*kind)].push_back(std::move(tests));
    }
    std::size_t all_routes = 0, all_rows = 0;
    for (auto& routes : routes_)
        for (WriteRoute& route : routes) {
            route.number = all_routes++;
            for (WrittenRow& row : route.rows) row.number = all_rows++;
        }
    for (std::size_t k = 0; k < record::kEntityKinds && !tables_.empty(); ++k)
        if (routes_[k].empty() || !tests_->of[k].back().empty())
            problems.add(kWrite, 0,
                         fmt::format("not every {} has a line: the last one must hold always",
                                     record::name_of(static_cast<EntityKind>(k))));
    list.insert(list.end(), problems.list.begin(), problems.list.end());
}

std::shared_ptr<const WriteSet> WriteSet::load(const MappingSet& set) {
    std::shared_ptr<WriteSet> out(new WriteSet);
    std::vector<Problem> problems;
    out->read(set, problems);
    if (problems.empty()) return out;
    const Problem& p = problems.front();
    throw MappingError(
        fmt::format("{}/{}:{}: {}", set.folder(), p.file, p.line, p.message),
        fmt::format("run `gpswitch mappings check` to see {}",
                    problems.size() > 1 ? fmt::format("all {} problems", problems.size()) : "what is wrong"));
}

std::vector<Problem> WriteSet::check(const MappingSet& set) {
    std::vector<Problem> problems;
    if (!io::exists(fmt::format("{}/{}", set.folder(), kCells)) &&
        !io::exists(fmt::format("{}/{}", set.folder(), kWrite)))
        return problems;
    WriteSet out;
    out.read(set, problems);
    return problems;
}

}  // namespace gpswitch::mapping
