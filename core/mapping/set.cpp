// Loading a mapping set and numbering its columns.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/io/file.hpp"
#include "core/mapping/compiled.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::mapping {
namespace detail {
namespace {

constexpr Text kFile = "mapping.json";
using nlohmann::json;

std::string text(const json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

/// "m/values/x.csv: No such file" without the path, which the problem's own address says.
std::string without_path(const std::string& what, const std::string& path) {
    return what.starts_with(path + ": ") ? what.substr(path.size() + 2) : what;
}

/// Every file as its hash says, and every CSV file with a hash.
void check_hashes(const std::string& folder, const json& document, Problems& problems) {
    const json hashes = document.value("hashes", json::object());
    if (!hashes.is_object()) {
        problems.add(kFile, 0, "\"hashes\" is not an object");
        return;
    }
    for (const auto& [name, hash] : hashes.items()) {
        try {
            if (!hash.is_string() || sha256_hex(io::read_all(folder + "/" + name)) != hash.get<std::string>())
                problems.add(name, 0, "is not the file whose SHA-256 is in mapping.json");
        } catch (const Error& e) { problems.add(name, 0, without_path(e.what(), folder + "/" + name)); }
    }
    for (const std::string& name : csv_files(folder))
        if (!hashes.contains(name)) problems.add(name, 0, "is not under \"hashes\" in mapping.json");
}

std::vector<Values> declared_values(const json& document, Problems& problems) {
    std::vector<Values> out;
    const json tables = document.value("values", json::object());
    if (!tables.is_object()) problems.add(kFile, 0, "\"values\" is not an object");
    for (const auto& [name, systems] : tables.items()) {
        if (!systems.is_object() || text(systems, "source").empty()) {
            problems.add(kFile, 0, fmt::format("values \"{}\" needs a \"source\" system", name));
            continue;
        }
        Values v;
        v.name = name;
        v.source_system = text(systems, "source");
        v.target_system = text(systems, "target");
        v.case_sensitive = systems.value("case", json{}) == true;
        out.push_back(std::move(v));
    }
    return out;
}

}  // namespace

void load_source_columns(const std::string& folder, MappingSet::Impl& impl, Problems& problems) {
    impl.has_tables_file = io::exists(folder + "/tables.csv");
    if (!impl.has_tables_file) return;
    for (const TableRow& row : read_table(folder, "tables.csv", {"table", "column", "since", "until", "why"},
                                          impl.arena, problems)) {
        const auto& c = row.cells;
        if (c[0].empty() || c[1].empty()) problems.add("tables.csv", row.line, "no table or no column");
        impl.source_columns.push_back({row.line, c[0], c[1], c[2], c[3]});
        impl.table_columns[std::string(c[0])].push_back(
            {std::string(c[0]), std::string(c[1]), std::string(c[2]), std::string(c[3]), std::string(c[4])});
    }
}

}  // namespace detail

std::shared_ptr<MappingSet> MappingSet::Impl::read(const std::string& folder, detail::Problems& problems) {
    using namespace detail;
    std::shared_ptr<MappingSet> set(new MappingSet);
    set->folder_ = folder;
    std::string bytes;
    try {
        bytes = io::read_all(folder + "/mapping.json");
    } catch (const Error& e) {
        problems.add(kFile, 0, e.what());
        return nullptr;
    }
    set->sha256_ = sha256_hex(bytes);
    const json document = json::parse(bytes, nullptr, false);
    if (!document.is_object()) {
        problems.add(kFile, 0, "is not a JSON object");
        return nullptr;
    }
    if (document.value("mapping", json{}) != 1)
        problems.add(kFile, 0, "\"mapping\": 1 is the only format known");
    Impl& impl = *set->impl_;
    set->id_ = text(document, "id");
    set->version_ = text(document, "version");
    impl.parent = text(document, "parent");
    const auto path = std::filesystem::absolute(folder + "/.").lexically_normal().parent_path();
    if (set->version_.empty() || set->version_ != path.filename())
        problems.add(kFile, 0, fmt::format("version \"{}\" is not the folder's name", set->version_));
    if (set->id_.empty() || set->id_ != path.parent_path().filename())
        problems.add(kFile, 0, fmt::format("id \"{}\" is not the name of the folder above", set->id_));
    const json source = document.value("source", json::object());
    if (source.is_object()) {
        const json versions = source.value("versions", json::array());
        for (const json& v : versions)
            if (v.is_string()) impl.versions.push_back(v.get<std::string>());
    }
    set->description_ = text(document, "description");
    if (set->description_.empty())
        set->description_ = fmt::format("{} to {}", source.is_object() ? text(source, "system") : "",
                                        text(document, "standard"));

    check_hashes(folder, document, problems);
    set->values_ = declared_values(document, problems);
    load_values(folder, set->values_, impl.arena, problems);
    load_lists(folder, impl, problems);
    load_source_columns(folder, impl, problems);
    load_routes(folder, impl, problems);
    load_columns(folder, impl, set->values_, problems);
    set->rules_ = compile(impl, set->values_, {}, problems);
    compile_elements(impl, set->values_, {});
    return set;
}

MappingSet::MappingSet() : impl_(std::make_unique<Impl>()) {}
MappingSet::~MappingSet() = default;

std::shared_ptr<MappingSet> MappingSet::load(const std::string& folder) {
    detail::Problems problems;
    std::shared_ptr<MappingSet> set = Impl::read(folder, problems);
    if (problems.list.empty()) return set;
    const Problem& p = problems.list.front();
    const std::string where = p.line > 0 ? fmt::format("{}:{}", p.file, p.line) : p.file;
    throw MappingError(
        fmt::format("{}/{}: {}", folder, where, p.message),
        fmt::format("run `gpswitch mappings check` to see {}",
                    problems.list.size() == 1 ? std::string("whether that is all")
                                              : fmt::format("all {} problems", problems.list.size())));
}

void MappingSet::bind(const ColumnNumbers& numbers, const std::string& version) {
    const auto number = [&](Text table, Text column, Text file, int line) {
        if (column.empty()) return -1;
        const int n = numbers(table, column);
        if (n < 0)
            throw MappingError(
                fmt::format("{}/{}:{}: table {} has no column {}", folder_, file, line, table, column));
        return n;
    };
    for (auto& [name, table] : impl_->routes) {
        for (std::size_t i = 0; i < table.tests.size(); ++i)
            for (detail::Test& test : table.tests[i])
                test.column = number(table.routes[i].table, test.name, "routes.csv", table.routes[i].line);
        if (!table.program.build(table.tests, table.added))
            throw MappingError(fmt::format("{}/routes.csv: table {} asks more than {} different questions",
                                           folder_, name, detail::RouteProgram::kMostQuestions));
    }
    detail::Problems none;
    rules_ = detail::compile(*impl_, values_, version, none);
    detail::compile_elements(*impl_, values_, version);
    const auto number_rule = [&](ColumnRule& rule, Text table) {
        rule.column = number(table, rule.name, "columns.csv", rule.line);
        if (!rule.arg_origin.empty()) rule.arg_column = number(table, rule.args[0], "columns.csv", rule.line);
    };
    for (std::size_t i = 0; i < rules_.size(); ++i)
        for (ColumnRule& rule : rules_[i]) number_rule(rule, impl_->rule_sets[i].table);
    calls_.clear();
    for (const auto& rules : rules_) calls_.emplace_back(rules);
    for (auto& [table, rules] : impl_->elements)
        for (ColumnRule& rule : rules) number_rule(rule, table);
}

std::optional<std::uint16_t> MappingSet::rules_index(Text table, Text made) const {
    const auto it = impl_->rule_sets_of.find(table);
    const Text type = made.substr(0, made.find(':'));
    const Text variant = type.size() < made.size() ? made.substr(type.size() + 1) : Text{};
    if (it == impl_->rule_sets_of.end()) return std::nullopt;
    std::optional<std::uint16_t> fallback;
    for (const std::uint16_t i : it->second) {
        const detail::RuleSet& set = impl_->rule_sets[i];
        if (record::name_of(set.kind) != type) continue;
        if (set.variant == variant) return i;
        if (set.variant.empty()) fallback = i;
    }
    return fallback;
}

const std::vector<ColumnRule>& MappingSet::rules(Text table, Text made) const {
    static const std::vector<ColumnRule> none;
    const auto index = rules_index(table, made);
    return index ? rules_[*index] : none;
}

const std::vector<TableColumn>& MappingSet::table_columns(Text table) const {
    static const std::vector<TableColumn> none;
    const auto it = impl_->table_columns.find(table);
    return it == impl_->table_columns.end() ? none : it->second;
}

const std::vector<ColumnRule>& MappingSet::elements(Text table) const {
    static const std::vector<ColumnRule> none;
    const auto it = impl_->elements.find(table);
    return it == impl_->elements.end() ? none : it->second;
}

}  // namespace gpswitch::mapping
