#include "core/summary/summary.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/util/error.hpp"

namespace gpswitch::summary {

using Json = nlohmann::json;

namespace {
constexpr std::string_view kOutcomes[] = {"passed", "reserved", "failed", "not-run"};
}

std::string_view to_text(Outcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)]; }

std::optional<Outcome> outcome_of(std::string_view text) {
    for (std::size_t i = 0; i < std::size(kOutcomes); ++i)
        if (kOutcomes[i] == text) return static_cast<Outcome>(i);
    return {};
}

const std::vector<FateMeaning>& fates() {
    static const std::vector<FateMeaning> list = {
        {"migrated", "became an entry of its own"},          {"merged", "part of another row's entry"},
        {"lookup", "reference data, used or not"},           {"deleted", "the source says it is deleted"},
        {"superseded", "a newer version of the row won"},    {"excluded", "left out by a named policy"},
        {"held", "held back, with a finding that says why"},
    };
    return list;
}

std::uint64_t Summary::rows() const {
    std::uint64_t n = 0;
    for (const Table& t : tables) n += t.rows;
    return n;
}

std::uint64_t Summary::rows(std::string_view fate) const {
    std::uint64_t n = 0;
    for (const Table& t : tables)
        for (const Count& f : t.fates)
            if (f.name == fate) n += f.n;
    return n;
}

std::uint64_t Summary::entries_held() const {
    std::uint64_t n = 0;
    for (const HeldEntries& h : held_entries) n += h.n;
    return n;
}

std::uint64_t Summary::written() const {
    std::uint64_t n = 0;
    for (const Resource& r : resources) n += r.written;
    return n;
}

std::uint64_t Summary::findings_of(Severity severity) const {
    std::uint64_t n = 0;
    for (const Finding& f : findings)
        if (f.severity == severity) n += f.n;
    return n;
}

std::vector<std::string> Summary::not_checked_words() const {
    std::vector<std::string> out;
    for (const Count& c : not_checked)
        out.push_back(c.n == 0 ? c.name
                               : c.name + " (" + std::to_string(c.n) + (c.n == 1 ? " time)" : " times)"));
    return out;
}

void add_ledger(Summary& s, std::string_view ledger_json) {
    try {
        const Json ledger = Json::parse(ledger_json);
        s.patients = ledger.at("patients").at("read");
        s.patients_held = ledger.at("patients").at("held");
        for (const Json& t : ledger.at("tables")) {
            Table table{t.at("table"), t.at("bytes"), t.at("read"), {}};
            for (const FateMeaning& f : fates())
                table.fates.push_back({std::string(f.name), t.at("fates").at(std::string(f.name))});
            s.tables.push_back(std::move(table));
        }
        for (const Json& r : ledger.at("resources"))
            s.resources.push_back({r.at("type"), r.at("written"), r.at("made")});
        for (const Json& d : ledger.at("degraded"))
            s.degraded.push_back({d.at("reason"), d.at("type"), d.at("count")});
        s.absent = ledger.at("absent").get<std::vector<std::string>>();
        s.warnings = ledger.at("warnings").get<std::vector<std::string>>();
    } catch (const Json::exception& e) {
        throw InputError(std::string("ledger.json is not a ledger: ") + e.what(),
                         "make it again with gpswitch map");
    }
}

void add_export(Summary& s, std::string_view manifest_json) {
    try {
        const Json manifest = Json::parse(manifest_json);
        for (const Json& t : manifest.at("tables")) {
            const std::string name = t.at("table");
            for (std::size_t i = 0; i < fates().size(); ++i) {
                const std::uint64_t n = t.at("fates").value(std::string(fates()[i].name), std::uint64_t{0});
                if (n == 0) continue;
                auto table = std::find_if(s.tables.begin(), s.tables.end(),
                                          [&name](const Table& known) { return known.name == name; });
                if (table == s.tables.end()) {
                    table = s.tables.insert(table, {name, 0, 0, {}});
                    for (const FateMeaning& f : fates()) table->fates.push_back({std::string(f.name), 0});
                }
                table->rows += n;
                table->fates[i].n += n;
            }
        }
    } catch (const Json::exception& e) {
        throw InputError(std::string("manifest.json is not that of an export: ") + e.what(),
                         "make it again with gpswitch export");
    }
}

void add_finding(Summary& s, const Issue& issue, std::string_view title) {
    for (Finding& f : s.findings) {
        if (f.code != issue.code || f.severity != issue.severity) continue;
        ++f.n;
        return;
    }
    s.findings.push_back(
        {issue.severity, issue.code, title.empty() ? issue.message : std::string(title), issue.hint, 1});
}

void rank(Summary& s) {
    std::ranges::stable_sort(s.held_entries, std::ranges::greater{}, &HeldEntries::n);
    std::stable_sort(s.degraded.begin(), s.degraded.end(),
                     [](const Degraded& a, const Degraded& b) { return a.n > b.n; });
    std::stable_sort(s.findings.begin(), s.findings.end(), [](const Finding& a, const Finding& b) {
        if (a.severity != b.severity) return a.severity > b.severity;
        return a.n != b.n ? a.n > b.n : a.code < b.code;
    });
    std::stable_sort(s.unmapped.begin(), s.unmapped.end(), [](const UnmappedCode& a, const UnmappedCode& b) {
        if (a.patients != b.patients) return a.patients > b.patients;
        if (a.entries != b.entries) return a.entries > b.entries;
        return std::tie(a.system, a.code) < std::tie(b.system, b.code);
    });
}

}  // namespace gpswitch::summary
