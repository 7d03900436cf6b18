#include "core/profile/scorecard.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace gpswitch::profile {
namespace {

using Json = nlohmann::ordered_json;

/// "FHIR-ELEM-002"; anything else did not come from gpswitch.
bool is_code(std::string_view code) {
    if (code.size() < 5 || code.size() > 32 || code[code.size() - 4] != '-') return false;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const char c = code[i];
        const bool digit = c >= '0' && c <= '9';
        if (i + 3 >= code.size() ? !digit : !digit && c != '-' && (c < 'A' || c > 'Z')) return false;
    }
    return true;
}

Json counts(const std::map<std::string, std::uint64_t>& by_name, const char* name) {
    Json out = Json::array();
    for (const auto& [key, n] : by_name) {
        Json one = Json::object();
        if (!key.empty()) one[name] = key;
        one["findings"] = n;
        out.push_back(one);
    }
    return out;
}

}  // namespace

/// "Patient.name.given" for "Bundle.entry[2].resource.name[0].given[1]": every name has to be one that the
/// table has, or nothing is said.
std::string Scorecard::element(const Issue& issue, const std::string& type) const {
    if (type.empty() || issue.path.empty() || issue.path.size() > 1000) return {};
    std::vector<std::string> names;
    std::string name;
    bool inside = false;  // of [ ]
    for (const char c : issue.path + ".") {
        if (c == '[' || c == ']') {
            if (c == '[' && name.empty()) return {};
            inside = c == '[';
        } else if (inside) {
            if (c == 'x') name += "[x]";  // a choice, as it is defined
            if (c != 'x' && (c < '0' || c > '9')) return {};
        } else if (c == '.') {
            names.push_back(name);
            name.clear();
        } else {
            name += c;
        }
    }
    std::size_t first = 0;
    if (names[0] == type || (table_.type(names[0]) != 0 && names.size() > 1)) first = 1;
    for (std::size_t i = first; i < names.size(); ++i)
        if (names[i] == "resource" || names[i] == "contained") first = i + 1;
    std::string out = type;
    for (std::size_t i = first; i < names.size(); ++i) {
        std::string_view name_alone = names[i];
        if (name_alone.ends_with("[x]")) name_alone.remove_suffix(3);
        if (table_.atoms().find(name_alone) == 0) return {};
        out += '.' + names[i];
    }
    return out;
}

void Scorecard::add(const Issue& issue) {
    const std::string code = is_code(issue.code) ? issue.code : "OTHER-000";
    std::string type = issue.resource.substr(0, std::min(issue.resource.find('/'), issue.resource.size()));
    const TypeId known = table_.type(type);
    if (known == 0 || table_.info(known).kind != profile::Type::Kind::resource) type.clear();
    Found& found = rules_[{-static_cast<int>(issue.severity), code}];
    ++found.count;
    ++found.types[type];
    ++found.elements[element(issue, type)];
    if (type.empty()) return;
    Type& t = types_[type];
    if (issue.severity >= Severity::error) ++t.errors;
    if (issue.severity == Severity::warning) ++t.warnings;
}

void Scorecard::count(const StreamTotals& totals) {
    tally_.add(totals.tally);
    unreadable_ += totals.refused + totals.tally.untyped;
    for (const auto& [name, t] : totals.tally.types) {
        Type& mine = types_[std::string(name)];
        mine.resources += t.resources;
        mine.with_errors += t.with_errors;
        mine.checked = true;
    }
}

void Scorecard::count(std::string_view type, std::uint64_t entries) {
    Type& mine = types_[std::string(type)];
    if (!mine.checked) mine.resources += entries;
}

std::uint64_t Scorecard::resources() const {
    std::uint64_t n = unreadable_;
    for (const auto& [name, t] : types_) n += t.resources;
    return n;
}

std::uint64_t Scorecard::checked() const {
    std::uint64_t n = unreadable_;
    for (const auto& [name, t] : types_) n += t.checked ? t.resources : 0;
    return n;
}

std::uint64_t Scorecard::without_error() const {
    std::uint64_t n = 0;
    for (const auto& [name, t] : types_) n += t.checked ? t.resources - t.with_errors : 0;
    return n;
}

std::uint64_t Scorecard::findings(Severity severity) const {
    std::uint64_t n = 0;
    for (const auto& [key, found] : rules_) n += key.first == -static_cast<int>(severity) ? found.count : 0;
    return n;
}

std::string Scorecard::json() const {
    Json out;
    out["gpswitch-scorecard"] = 1;
    out["version"] = options_.version;
    if (!options_.title.empty()) out["title"] = options_.title;
    out["tables"] = Json::array();
    for (const auto& [name, version] : table_.packages())
        out["tables"].push_back({{"name", name}, {"version", version}});
    out["tablesSha256"] = table_.sha256();
    out["resources"] = {{"read", resources()},
                        {"checked", checked()},
                        {"withoutError", without_error()},
                        {"unreadable", unreadable_}};
    for (const auto s : {Severity::fatal, Severity::error, Severity::warning, Severity::information})
        out["findings"][std::string(to_text(s))] = findings(s);
    out["types"] = Json::array();
    for (const auto& [name, t] : types_) {
        Json type = {{"type", name}, {"resources", t.resources}};
        if (t.checked) type["withoutError"] = t.resources - t.with_errors;
        type["errors"] = t.errors;
        type["warnings"] = t.warnings;
        out["types"].push_back(type);
    }
    out["rules"] = Json::array();
    for (const auto& [key, found] : rules_) {
        const RuleInfo* rule = options_.describe == nullptr ? nullptr : options_.describe(key.second);
        Json one = {{"code", key.second}, {"severity", to_text(static_cast<Severity>(-key.first))}};
        if (rule != nullptr) one["title"] = rule->title;
        one["findings"] = found.count;
        one["types"] = counts(found.types, "type");
        one["elements"] = counts(found.elements, "element");
        out["rules"].push_back(one);
    }
    out["mustSupport"] = Json::array();
    for (const auto& [url, filled] : tally_.profiles) {
        const ProfileInfo& p = *table_.profile(url);
        Json elements = Json::array();
        const auto list = must_support(table_, p);
        for (std::size_t i = 0; i < list.size(); ++i)
            elements.push_back({{"element", list[i].path}, {"filled", filled.elements[i]}});
        out["mustSupport"].push_back({{"profile", url},
                                      {"version", p.version},
                                      {"type", table_.info(p.type).name},
                                      {"resources", filled.resources},
                                      {"elements", elements}});
    }
    Json used = Json::array();
    for (const auto& [url, n] : tally_.extensions) used.push_back({{"extension", url}, {"used", n}});
    out["extensions"] = {{"inTables", used}, {"notInTables", tally_.other_extensions}};
    out["profilesNotInTables"] = tally_.other_profiles;
    out["notChecked"] = Json::array();
    for (const auto& [what, n] : tally_.not_checked)
        out["notChecked"].push_back({{"what", what}, {"times", n}});
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace gpswitch::profile
