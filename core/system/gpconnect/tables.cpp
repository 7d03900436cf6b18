#include "core/system/gpconnect/tables.hpp"

#include <algorithm>
#include <filesystem>

#include "core/csv/csv.hpp"
#include "core/io/file.hpp"
#include "core/json/json.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::gpconnect {
namespace {

void cut_prefix(std::string_view& s, std::string_view prefix) {
    if (s.starts_with(prefix)) s.remove_prefix(prefix.size());
}

std::string extension_key(std::string_view url) { return "extension(" + lower(tail_of(url)) + ")"; }

// "extension(A).extension(b).c" in steps; an extension's name is compared in lower case.
std::vector<std::string> steps_of(std::string_view path) {
    std::vector<std::string> steps;
    std::string step;
    int depth = 0;
    for (const char c : path) {
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (c == '.' && depth == 0) {
            steps.push_back(std::move(step));
            step.clear();
        } else {
            step += c;
        }
    }
    steps.push_back(std::move(step));
    for (auto& s : steps)
        if (s.starts_with("extension(") && s.back() == ')')
            s = extension_key(std::string_view(s).substr(10, s.size() - 11));
    return steps;
}

constexpr std::pair<std::string_view, Transform> kTransforms[] = {
    {"move", Transform::move},
    {"concept", Transform::concept_},
    {"code", Transform::code},
    {"coding", Transform::coding},
    {"annotation", Transform::annotation},
    {"minus-one", Transform::minus_one},
    {"split", Transform::split},
    {"fold", Transform::fold},
    {"into", Transform::into},
    {"as-extension", Transform::as_extension},
    {"constant", Transform::constant},
    {"rest", Transform::rest},
    {"ignore", Transform::ignore},
};

}  // namespace

std::string_view tail_of(std::string_view url) {
    const std::size_t slash = url.rfind('/');
    if (slash != std::string_view::npos) url.remove_prefix(slash + 1);
    for (std::string_view prefix : {"Extension-", "CareConnect-", "UKCore-", "GPC-"}) cut_prefix(url, prefix);
    const std::size_t dash = url.rfind('-');
    if (dash != std::string_view::npos && dash + 1 < url.size() &&
        std::all_of(url.begin() + static_cast<std::ptrdiff_t>(dash) + 1, url.end(),
                    [](char c) { return c >= '0' && c <= '9'; }))
        url.remove_suffix(url.size() - dash);
    return url;
}

const ValueRow* Values::find(Text source) const {
    auto it = rows.find(lower(trim(source)));
    if (it == rows.end()) it = rows.find("*");
    return it == rows.end() ? nullptr : &it->second;
}

const Element* Element::find(std::string_view name) const {
    const auto it = below.find(name);
    return it == below.end() ? nullptr : it->second.get();
}

const Element* Element::extension(std::string_view url) const {
    if (below.empty()) return nullptr;
    return find(extension_key(url));
}

struct Loader {
    std::string folder;
    std::shared_ptr<Tables> out = std::make_shared<Tables>();
    Arena arena;

    [[noreturn]] static void fail(const std::string& file, std::size_t line, const std::string& what) {
        throw MappingError(file + ":" + std::to_string(line) + ": " + what);
    }

    template <class F>
    void rows(const std::string& name, std::size_t width, F&& row) {
        const std::string file = folder + "/" + name;
        if (!io::exists(file)) throw MappingError(file + ": missing from the mapping set");
        const std::string text = io::read_all(file);
        csv::Scanner scan(text);
        csv::RowSpan span;
        std::vector<std::string_view> cells;
        for (std::size_t line = 1; scan.next(span); ++line) {
            const auto state =
                csv::split(std::string_view(text).substr(span.offset, span.length), {}, arena, cells);
            if (state != csv::State::good) fail(file, line, "not a row: " + std::string(csv::to_text(state)));
            if (cells.size() != width)
                fail(file, line,
                     std::to_string(width) + " fields are expected, found " + std::to_string(cells.size()));
            if (line > 1) row(cells, file, line);
        }
    }

    void values() {
        json::Parser parser;
        json::Error error;
        const std::string file = folder + "/mapping.json";
        const std::string text = io::read_all(file);
        const json::Value* set = parser.parse(text, arena, error);
        if (set == nullptr) fail(file, 1, error.message);
        const json::Value* tables = set->find("values");
        if (tables == nullptr) return;
        for (const json::Member& m : tables->members) {
            Values& v = out->values_[std::string(m.name)];
            v.name = m.name;
            v.source_system = m.value->text_of("source");
            v.target_system = m.value->text_of("target");
            rows("values/" + v.name + ".csv", 6, [&](const auto& c, const std::string& f, std::size_t line) {
                if (!v.rows
                         .try_emplace(lower(trim(c[0])), ValueRow{std::string(c[1]), std::string(c[2]),
                                                                  std::string(c[3]), c[4] == "true"})
                         .second)
                    fail(f, line, "the same source twice");
            });
        }
    }

    static record::EntityKind kind_of(std::string_view entity, const std::string& file, std::size_t line) {
        const auto kind = record::kind_of(entity);
        if (!kind) fail(file, line, "no such entity: " + std::string(entity));
        return *kind;
    }

    void routes() {
        rows("routes.csv", 5, [&](const auto& c, const std::string& file, std::size_t line) {
            Table& t = out->tables_[std::string(c[0])];
            t.name = c[0];
            std::string_view entity = c[3];
            t.part = entity == "part";
            if (t.part) return;
            const std::size_t space = entity.find(' ');
            t.entity = kind_of(entity.substr(0, space), file, line);
            if (space == std::string_view::npos) return;
            t.also = std::make_unique<Table>();
            t.also->name = t.name;
            t.also->entity = kind_of(entity.substr(space + 1), file, line);
        });
    }

    static std::vector<const record::Field*> chain_of(const record::Type& from, std::string_view path,
                                                      const std::string& file, std::size_t line) {
        std::vector<const record::Field*> chain;
        const record::Type* type = &from;
        for (const std::string& step : steps_of(path)) {
            const record::Field* f = type == nullptr ? nullptr : type->find(step);
            if (f == nullptr) fail(file, line, "no such field: " + std::string(path));
            chain.push_back(f);
            type = f->type;
        }
        return chain;
    }

    Rule* rule(const std::vector<std::string_view>& c, const std::string& file, std::size_t line) {
        auto r = std::make_unique<Rule>();
        r->column = c[1];
        r->field = c[3];
        std::string_view name = c[4];
        const std::size_t open = name.find('(');
        if (open != std::string_view::npos && name.back() == ')') {
            std::string_view args = name.substr(open + 1, name.size() - open - 2);
            for (std::size_t bar; (bar = args.find('|')) != std::string_view::npos;
                 args.remove_prefix(bar + 1))
                r->args.emplace_back(args.substr(0, bar));
            r->args.emplace_back(args);
            name = name.substr(0, open);
        }
        const auto* t = std::find_if(std::begin(kTransforms), std::end(kTransforms),
                                     [&](const auto& k) { return k.first == name; });
        if (t == std::end(kTransforms)) fail(file, line, "no such transform: " + std::string(name));
        r->transform = t->second;
        if (!c[5].empty()) {
            const auto v = out->values_.find(c[5]);
            if (v == out->values_.end()) fail(file, line, "no such values table: " + std::string(c[5]));
            r->values = &v->second;
        }
        out->rules_.push_back(std::move(r));
        return out->rules_.back().get();
    }

    static void hang(Element& root, const Rule* r) {
        Element* e = &root;
        for (const std::string& step : steps_of(r->column)) {
            auto& next = e->below[step];
            if (!next) next = std::make_unique<Element>();
            e = next.get();
        }
        e->rules.push_back(r);
    }

    void columns() {
        rows("elements.csv", 9, [&](const auto& c, const std::string& file, std::size_t line) {
            const auto t = out->tables_.find(c[0]);
            if (t == out->tables_.end()) fail(file, line, "no route for table " + std::string(c[0]));
            Rule* r = rule(c, file, line);
            Table& first = t->second;
            const bool second = first.also != nullptr && c[2] == record::name_of(first.also->entity);
            Table& table = second ? *first.also : first;
            const record::Type& type = record::type_of(table.entity);
            if (!r->field.empty()) r->chain = chain_of(type, r->field, file, line);
            if (r->transform == Transform::move && !r->args.empty())
                r->overflow = chain_of(type, r->args[0], file, line);
            if (r->chain.empty() && r->transform != Transform::rest && r->transform != Transform::ignore &&
                r->transform != Transform::split && r->transform != Transform::as_extension)
                fail(file, line, "a field is expected");
            if (r->transform == Transform::constant)
                table.constants.push_back(r);
            else
                hang(table.root, r);
        });
        rows("datatypes.csv", 9, [&](const auto& c, const std::string& file, std::size_t line) {
            hang(out->datatypes_[std::string(c[0])], rule(c, file, line));
        });
    }
};

std::shared_ptr<const Tables> Tables::load(const std::string& folder) {
    Loader loader;
    loader.folder = folder;
    loader.values();
    loader.routes();
    loader.columns();
    return loader.out;
}

const Table* Tables::find(Text resource_type) const {
    const auto it = tables_.find(resource_type);
    return it == tables_.end() ? nullptr : &it->second;
}

const Element* Tables::datatype(std::string_view type_name) const {
    const auto it = datatypes_.find(type_name);
    return it == datatypes_.end() ? nullptr : &it->second;
}

const Values& Tables::values(std::string_view name) const {
    const auto it = values_.find(name);
    if (it == values_.end()) throw MappingError("no values table " + std::string(name));
    return it->second;
}

}  // namespace gpswitch::gpconnect
