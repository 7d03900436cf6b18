#include "core/mapping/safeguards.hpp"

#include <algorithm>
#include <optional>

#include "core/mapping/rule_table.hpp"
#include "core/record/json.hpp"
#include "core/util/text.hpp"

namespace gpswitch::mapping {
namespace {

using record::EntityKind;
using record::Text;

constexpr std::string_view kEmptyReasons = "http://terminology.hl7.org/CodeSystem/list-empty-reason";

}  // namespace

void Safeguards::load_labels(std::string_view csv, const std::string& name) {
    read_rule_table(
        csv, name, "system,code,display,scope,rank,why", [&](const auto& cells, const FailRow& fail) {
            static constexpr std::string_view kScopes[] = {"record", "person", "beside", "none"};
            const auto scope = std::find(std::begin(kScopes), std::end(kScopes), cells[3]);
            if (scope == std::end(kScopes)) fail("scope is record, person, beside or none");
            const auto rank = cells[4].empty() ? std::optional<std::int64_t>(0) : to_integer(cells[4]);
            if (!rank || *rank < 0 || *rank > 100) fail("rank is a whole number, 100 at most, or empty");
            record::Coding coding;
            coding.system = cells[0];
            coding.code = cells[1];
            if (find(coding) != nullptr) fail("the label stands in another row already");
            labels_.push_back({std::string(cells[0]), std::string(cells[1]),
                               static_cast<Scope>(scope - std::begin(kScopes)), static_cast<int>(*rank)});
        });
}

void Safeguards::load_empty_reasons(std::string_view csv, const std::string& name) {
    read_rule_table(csv, name, "system,code,display,says,why", [&](const auto& cells, const FailRow& fail) {
        if (cells[3] != "none" && cells[3] != "unknown") fail("says is none or unknown");
        if (cells[3] == "unknown") unknown_.emplace_back(cells[0], cells[1]);
    });
}

void Safeguards::mark(record::Record& record) {
    for (const record::Item& item : record.items) {
        if (item.kind != EntityKind::Patient) continue;
        auto& tags = item.entity->meta.tag;
        const bool marked = std::any_of(tags.begin(), tags.end(), [](const record::Coding& c) {
            return c.system == kMarkSystem && c.code == kIncomplete;
        });
        if (marked) record.incomplete = true;
        if (marked || !record.incomplete) continue;
        record::Coding& tag = tags.add(record.arena);
        tag.system = kMarkSystem;
        tag.code = kIncomplete;
        tag.display = "Part of the record could not be read";
    }
}

bool Safeguards::says_none(const record::FhirList& list) const {
    if (!list.entry.empty()) return false;
    return std::none_of(
        list.empty_reason.coding.begin(), list.empty_reason.coding.end(), [&](const record::Coding& c) {
            return std::any_of(unknown_.begin(), unknown_.end(),
                               [&](const auto& u) { return u.first == c.system && u.second == c.code; });
        });
}

void Safeguards::no_false_none(record::Record& record) const {
    if (!record.incomplete) return;
    const record::Field& field = *record::type_of<record::FhirList>().find("emptyReason");
    for (const record::Item& item : record.items) {
        if (item.kind != EntityKind::List) continue;
        auto& list = static_cast<record::FhirList&>(*item.entity);
        const bool said = !record::is_empty(&list, field);
        const bool unavailable = std::any_of(
            list.empty_reason.coding.begin(), list.empty_reason.coding.end(),
            [](const record::Coding& c) { return c.system == kEmptyReasons && c.code == "unavailable"; });
        if (unavailable || !says_none(list)) continue;
        if (said) {
            std::string before;
            record::append_json_value(before, &list, field);
            list.rest.add(record.arena, {"List.emptyReason", record.arena.copy(before)});
        }
        list.empty_reason = {};
        record::Coding& c = list.empty_reason.coding.add(record.arena);
        c.system = kEmptyReasons;
        c.code = "unavailable";
        c.display = "Unavailable";
        list.inferred.add(record.arena) = "emptyReason: part of the record could not be read";
    }
}

void Safeguards::apply(record::Record& record) const {
    mark(record);
    no_false_none(record);
    inherit_labels(record);
}

const Safeguards& strictest() {
    static const Safeguards all;
    return all;
}

}  // namespace gpswitch::mapping
