// Qualifiers of an immunisation: an XML fragment of which only the shape of an item is known (key, codeId,
// value). What an item plainly says is copied into the field for it; the fragment itself stays in rest.
#include <map>

#include "core/system/emis/rows.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

struct Item {
    std::string code_id, value;
};
/// Items by their key in lower case, letters only; an item that comes again with something else has no value.
using Items = std::map<std::string, Item, std::less<>>;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
}

/// The five entities of XML; false for any other.
bool plain(Text escaped, std::string& out) {
    static constexpr std::pair<Text, char> kEntities[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    out.clear();
    for (std::size_t i = 0; i < escaped.size();) {
        if (escaped[i] != '&') {
            out += escaped[i++];
            continue;
        }
        bool known = false;
        for (const auto& [entity, c] : kEntities)
            if (escaped.substr(i).starts_with(entity)) {
                out += c;
                i += entity.size();
                known = true;
                break;
            }
        if (!known) return false;
    }
    return true;
}

std::string folded(Text key) {
    std::string s;
    for (const char c : lower(key))
        if (c >= 'a' && c <= 'z') s += c;
    return s;
}

/// Tags with quoted attributes, closed in order, and nothing else. False for anything that is not this:
/// nothing of it is used then.
bool scan(Text xml, Items& items) {
    std::vector<Text> open;
    std::size_t i = 0;
    const auto spaces = [&] {
        while (i < xml.size() && is_space(xml[i])) ++i;
    };
    const auto name = [&] {
        const std::size_t start = i;
        while (i < xml.size() && is_name(xml[i])) ++i;
        return xml.substr(start, i - start);
    };
    for (spaces(); i < xml.size(); spaces()) {
        if (xml[i++] != '<') return false;
        if (i < xml.size() && xml[i] == '/') {
            ++i;
            const Text tag = name();
            spaces();
            if (open.empty() || open.back() != tag || i >= xml.size() || xml[i++] != '>') return false;
            open.pop_back();
            continue;
        }
        const Text tag = name();
        if (tag.empty() || open.size() > 16) return false;
        std::string key, value, code_id, text;
        for (spaces(); i < xml.size() && is_name(xml[i]); spaces()) {
            const Text attribute = name();
            spaces();
            if (i >= xml.size() || xml[i++] != '=') return false;
            spaces();
            if (i >= xml.size() || (xml[i] != '"' && xml[i] != '\'')) return false;
            const char quote = xml[i++];
            const std::size_t end = xml.find(quote, i);
            if (end == Text::npos || !plain(xml.substr(i, end - i), text)) return false;
            i = end + 1;
            if (same_ignoring_case(attribute, "key")) key = text;
            if (same_ignoring_case(attribute, "value")) value = text;
            if (same_ignoring_case(attribute, "codeId")) code_id = text;
        }
        bool closed = false;
        if (i < xml.size() && xml[i] == '/') {
            closed = true;
            ++i;
        }
        if (i >= xml.size() || xml[i++] != '>') return false;
        if (!closed) open.push_back(tag);
        if (trim(key).empty() || trim(value).empty()) continue;
        const auto [it, fresh] = items.emplace(folded(key), Item{code_id, value});
        if (!fresh && (it->second.value != value || it->second.code_id != code_id)) it->second = {};
    }
    return open.empty();
}

}  // namespace

void Maker::qualifiers(const Row& row, record::Immunization& out) {
    const Text xml = cell(row, "Qualifiers");
    if (xml.empty()) return;
    Items items;
    if (!scan(xml, items)) {
        issue(row, Severity::information, "EMIS-QUAL-001", "the qualifiers cannot be read: kept as they are",
              "CareRecord_Observation.Qualifiers");
        return;
    }
    const auto item = [&](std::initializer_list<Text> keys) -> const Item* {
        for (const Text key : keys)
            if (const auto it = items.find(key); it != items.end() && !it->second.value.empty())
                return &it->second;
        return nullptr;
    };
    const auto words = [&](const Item* i, record::Concept& to) {
        if (i == nullptr) return;
        if (const Code& code = codes_.find(Tab::Coding_ClinicalCode, i->code_id); code.known)
            codes_.concept_of(code, Tab::Coding_ClinicalCode, record_->arena, to);
        to.text = record_->arena.copy(i->value);
    };
    if (const Item* i = item({"batchnumber", "batch", "lotnumber"}))
        out.lot_number = record_->arena.copy(i->value);
    if (const Item* i = item({"manufacturer"})) out.manufacturer.display = record_->arena.copy(i->value);
    if (const Item* i = item({"expirydate", "batchexpirydate", "expirationdate"})) {
        const Text day = trim(Text(i->value).substr(0, 10)), time = trim(Text(i->value).substr(day.size()));
        // A day in another form stays in rest: day and month could be taken for each other.
        if (civil_time::is_day(day) && (time.empty() || time == "00:00:00" || time == "T00:00:00"))
            out.expiration_date = record_->arena.copy(day);
    }
    words(item({"site", "injectionsite"}), out.site);
    words(item({"route"}), out.route);
}

}  // namespace gpswitch::emis
