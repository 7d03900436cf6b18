// values/*.csv and lists/*.csv: what a source's value means.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/mapping/compiled.hpp"
#include "core/mapping/shape.hpp"

namespace gpswitch::mapping {
namespace {

/// R4 ConceptMapEquivalence, http://hl7.org/fhir/R4/valueset-concept-map-equivalence.html
constexpr std::array<Text, 10> kEquivalences = {"relatedto", "equivalent", "equal",       "wider",
                                                "subsumes",  "narrower",   "specializes", "inexact",
                                                "unmatched", "disjoint"};

}  // namespace

const ValueRow* Values::find(Text source) const {
    if (const auto it = index.find(trim(source)); it != index.end()) return &rows[it->second];
    if (const auto it = index_any_case.find(trim(source)); it != index_any_case.end())
        return &rows[it->second];
    const auto any = index.find(Text{"*"});
    return any == index.end() ? nullptr : &rows[any->second];
}

const ValueRow* Values::reverse(Text target) const {
    for (const ValueRow& row : rows)
        if (row.reverse && row.target == target) return &row;
    return nullptr;
}

namespace detail {

void load_values(const std::string& folder, std::vector<Values>& values, Arena& arena, Problems& problems) {
    for (Values& v : values) {
        const std::string file = fmt::format("values/{}.csv", v.name);
        for (const TableRow& row :
             read_table(folder, file, {"source", "target", "display", "equivalence", "reverse", "why"}, arena,
                        problems)) {
            const auto problem = [&](std::string text) { problems.add(file, row.line, std::move(text)); };
            ValueRow r;
            r.source = row.cells[0];
            r.target = row.cells[1];
            r.display = row.cells[2];
            r.equivalence = row.cells[3];
            r.why = row.cells[5];
            r.line = row.line;
            if (!row.cells[4].empty()) {
                r.reverse = row.cells[4] == "yes" || to_boolean(row.cells[4]).value_or(false);
                if (!r.reverse && row.cells[4] != "no" && !to_boolean(row.cells[4]))
                    problem("reverse is yes or no");
            }
            if (r.source.empty()) problem("no source value");
            if (std::ranges::find(kEquivalences, r.equivalence) == kEquivalences.end())
                problem(fmt::format("\"{}\" is none of FHIR's equivalence words", r.equivalence));
            // Without target: "unmatched" (known, has no home), or "equivalent" (the word says nothing).
            if (r.target.empty() ? r.equivalence != "unmatched" && r.equivalence != "equivalent"
                                 : r.equivalence == "unmatched")
                problem(
                    "a row without target is \"unmatched\", or \"equivalent\" when the word says nothing");
            if (r.reverse && (r.target.empty() || r.source == "*"))
                problem("nothing can be written back by this row");
            if (!v.index.emplace(r.source, v.rows.size()).second)
                problem(fmt::format("\"{}\" is there twice", r.source));
            else if (!v.case_sensitive && !v.index_any_case.emplace(r.source, v.rows.size()).second)
                problem(fmt::format(
                    "\"{}\" is there twice but for case: one row, or \"case\":true in mapping.json",
                    r.source));
            v.rows.push_back(std::move(r));
        }
    }
    std::error_code error;
    if (!std::filesystem::is_directory(folder + "/values", error)) return;
    for (const std::string& file : csv_files(folder + "/values"))
        if (std::ranges::none_of(values, [&](const Values& v) { return v.name + ".csv" == file; }))
            problems.add("values/" + file, 0,
                         "is not under \"values\" in mapping.json, which names its systems");
}

void load_lists(const std::string& folder, MappingSet::Impl& impl, Problems& problems) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder + "/lists", error)) return;
    for (const std::string& name : csv_files(folder + "/lists")) {
        const std::string file = "lists/" + name;
        FoldSet& list = impl.lists[name.substr(0, name.size() - 4)];
        for (const TableRow& row : read_table(folder, file, {"source", "why"}, impl.arena, problems)) {
            if (row.cells[0].empty()) problems.add(file, row.line, "no source value");
            if (!list.emplace(row.cells[0]).second)
                problems.add(file, row.line, fmt::format("\"{}\" is there twice", row.cells[0]));
        }
    }
}

}  // namespace detail

int MappingSet::values_index(Text name) const {
    for (std::size_t i = 0; i < values_.size(); ++i)
        if (values_[i].name == name) return static_cast<int>(i);
    return -1;
}

bool MappingSet::in_list(Text list, Text value) const {
    const auto it = impl_->lists.find(list);
    return it != impl_->lists.end() && it->second.find(trim(value)) != it->second.end();
}

}  // namespace gpswitch::mapping
