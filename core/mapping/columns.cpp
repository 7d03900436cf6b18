// columns.csv as written: transforms, entities and field paths understood.
#include <fmt/format.h>

#include <array>

#include "core/mapping/compiled.hpp"

namespace gpswitch::mapping::detail {
namespace {

constexpr Text kFile = "columns.csv";

struct Form {
    Text name;
    Transform transform;
    std::size_t least, most;  ///< arguments
};
constexpr std::array<Form, 22> kForms = {{
    {"text", Transform::text, 0, 0},           {"trim", Transform::trim, 0, 0},
    {"boolean", Transform::boolean, 0, 0},     {"decimal", Transform::decimal, 0, 0},
    {"integer", Transform::integer, 0, 0},     {"date", Transform::date, 0, 1},
    {"date-time", Transform::date_time, 0, 1}, {"time-on", Transform::time_on, 1, 1},
    {"code", Transform::code, 0, 0},           {"identifier", Transform::identifier, 1, 1},
    {"telecom", Transform::telecom, 1, 2},     {"append", Transform::append, 0, 0},
    {"note", Transform::note, 0, 1},           {"label", Transform::label, 2, 3},
    {"flag", Transform::flag, 1, 3},           {"concept", Transform::concept_, 0, 0},
    {"term", Transform::term, 0, 0},           {"reference", Transform::reference, 1, 1},
    {"part", Transform::part, 0, 0},           {"constant", Transform::constant, 1, 3},
    {"rest", Transform::rest, 0, 0},           {"ignore", Transform::ignore, 0, 0},
}};

void split(Text s, char separator, std::vector<Text>& out) {
    while (true) {
        const std::size_t at = s.find(separator);
        out.push_back(trim(s.substr(0, at)));
        if (at == Text::npos) return;
        s.remove_prefix(at + 1);
    }
}

}  // namespace

Text name_of(Transform transform) {
    for (const Form& f : kForms)
        if (f.transform == transform) return f.name;
    return {};
}

std::string parse_transform(Text written, Transform& transform, std::vector<Text>& args) {
    const std::size_t open = written.find('(');
    const Text name = trim(written.substr(0, open));
    if (open != Text::npos) {
        if (written.back() != ')') return fmt::format("\"{}\" lacks its closing parenthesis", written);
        const Text inside = trim(written.substr(open + 1, written.size() - open - 2));
        if (!inside.empty()) split(inside, '|', args);
    }
    for (const Form& f : kForms) {
        if (name.empty() || f.name != name) continue;
        transform = f.transform;
        if (args.size() < f.least || args.size() > f.most)
            return fmt::format("{} takes {} to {} arguments, not {}", name, f.least, f.most, args.size());
        return {};
    }
    return fmt::format("unknown transform \"{}\"", name);
}

Text arg_column(const ColumnRow& row) {
    const bool names_one = row.transform == Transform::date || row.transform == Transform::date_time ||
                           row.transform == Transform::time_on;
    return names_one && !row.args.empty() ? row.args[0] : Text{};
}

std::string resolve(const record::Type& type, Text path, std::vector<Step>& steps, const Field*& field) {
    const record::Type* here = &type;
    std::vector<Text> names;
    split(path, '.', names);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const Field* f = here->find(names[i]);
        if (f == nullptr) return fmt::format("{} has no field \"{}\"", here->name, names[i]);
        if (i + 1 == names.size()) {
            field = f;
            return {};
        }
        if (f->kind != record::Kind::structure)
            return fmt::format("{}.{} has no fields of its own", here->name, names[i]);
        steps.push_back({f->offset, f->list, f->type});
        here = f->type;
    }
    return {};
}

void load_columns(const std::string& folder, MappingSet::Impl& impl, const std::vector<Values>& values,
                  Problems& problems) {
    for (const TableRow& row :
         read_table(folder, kFile,
                    {"table", "column", "entity", "field", "transform", "values", "since", "until", "why"},
                    impl.arena, problems)) {
        const auto problem = [&](std::string text) { problems.add(kFile, row.line, std::move(text)); };
        const auto& c = row.cells;
        ColumnRow r;
        r.line = row.line;
        r.table = c[0];
        r.column = c[1];
        r.entity = c[2];
        r.field = c[3];
        r.since = c[6];
        r.until = c[7];
        r.why = c[8];
        bool good = true;
        const auto wrong = [&](std::string text) {
            if (text.empty()) return;
            good = false;
            problem(std::move(text));
        };
        if (r.table.empty()) wrong("no table");
        if (r.entity != "*") {
            EntityKind kind{};
            if (parse_made(r.entity, kind, r.variant))
                r.kind = kind;
            else
                wrong(fmt::format("\"{}\" is no entity", r.entity));
        }
        wrong(parse_transform(c[4], r.transform, r.args));
        if (!good) continue;
        const bool settles_column = r.transform == Transform::rest || r.transform == Transform::ignore;
        if (r.column.empty() != (r.transform == Transform::constant))
            wrong("a constant has no column, and nothing else has none");
        if (r.field.empty() && !settles_column && r.transform != Transform::part) wrong("no field");
        if (r.transform == Transform::reference && !record::kind_of(r.args[0]))
            wrong(fmt::format("\"{}\" is no entity", r.args[0]));
        if (r.transform == Transform::code || (r.transform == Transform::part && !c[5].empty())) {
            for (std::size_t i = 0; i < values.size(); ++i)
                if (values[i].name == c[5]) r.values = static_cast<int>(i);
            if (r.values < 0)
                wrong(c[5].empty() ? "code needs a values table"
                                   : fmt::format("there is no values table \"{}\"", c[5]));
        } else if (!c[5].empty()) {
            wrong("only code and part take a values table");
        }
        if (good) impl.columns.push_back(std::move(r));
    }
    // Entities that the brick makes without a route have rules as well.
    for (const ColumnRow& r : impl.columns)
        if (r.kind) impl.rule_set(r.table, *r.kind, r.variant, r.line);
}

}  // namespace gpswitch::mapping::detail
