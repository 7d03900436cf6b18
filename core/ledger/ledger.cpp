#include "core/ledger/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace gpswitch::ledger {

using record::Fate;
using record::kEntityKinds;
using record::kFates;

namespace {

std::uint16_t rule_index(Account& a, record::Text rule) {
    if (rule.empty()) return 0;
    // The same few again and again, mostly the one before.
    for (std::size_t i = a.rules.size(); i-- > 1;)
        if (a.rules[i] == rule) return static_cast<std::uint16_t>(i);
    if (a.rules.size() > 0xFFFF) throw LedgerError("more than 65,535 different rules in one batch");
    a.rules.emplace_back(rule);
    return static_cast<std::uint16_t>(a.rules.size() - 1);
}

void degrade(Account& a, const record::Degradation& d) {
    const auto same = std::ranges::find_if(a.degraded, [&](const Account::Degraded& known) {
        return known.kind == d.kind && known.reason == d.reason;
    });
    if (same != a.degraded.end())
        ++same->count;
    else
        a.degraded.push_back({std::string(d.reason), d.kind, 1});
}

}  // namespace

void account(Account& a, const record::Record& record, const std::vector<RowFate>& fates) {
    const bool held = !record.held.empty();
    if (!record.key.empty()) {
        ++a.patients;
        if (held) ++a.patients_held;
    }
    for (const RowFate& f : fates) {
        const record::Row& row = record.rows[f.row];
        a.rows.push_back({row.table, f.fate, rule_index(a, f.rule), row.slot, row.line});
    }
    for (const record::Item& item : record.items) {
        const auto k = static_cast<std::size_t>(item.kind);
        ++(held ? a.held : a.written)[k];
        if (!held && !item.made.empty()) ++a.made[k];
    }
    if (!held)
        for (const record::Degradation& d : record.degradations) degrade(a, d);
    for (const Issue& issue : record.issues) ++a.issues[static_cast<std::size_t>(issue.severity)];
}

Ledger::Ledger(const record::Census& census) : absent_(census.absent), warnings_(census.warnings) {
    for (const record::Table& t : census.tables) {
        tables_.push_back({t, {}, std::vector<std::uint64_t>((t.rows + 63) / 64)});
    }
}

void Ledger::add(const Account& account) {
    // By rule, table and fate; few, so each is counted before its name is made.
    struct Settled {
        std::uint16_t rule, table;
        Fate fate;
        std::uint64_t count;
    };
    std::vector<Settled> settled;
    const auto count = [&](const Account::Entry& e) {
        for (Settled& s : settled)
            if (s.rule == e.rule && s.table == e.table && s.fate == e.fate) {
                ++s.count;
                return;
            }
        settled.push_back({e.rule, e.table, e.fate, 1});
    };
    for (const Account::Entry& e : account.rows) {
        TableCount& t = tables_.at(e.table);
        if (e.slot >= t.table.rows)
            throw LedgerError(fmt::format("{}: a row that was never registered was settled (line {})",
                                          t.table.member, e.line));
        std::uint64_t& word = t.seen[e.slot / 64];
        const std::uint64_t bit = std::uint64_t{1} << (e.slot % 64);
        if ((word & bit) != 0)
            throw LedgerError(fmt::format("{}:{}: row settled twice", t.table.member, e.line));
        word |= bit;
        ++t.fates[static_cast<std::size_t>(e.fate)];
        if (e.fate == Fate::excluded) ++excluded_[account.rules[e.rule]].rows;
        if (e.rule != 0) count(e);
    }
    for (const Settled& s : settled)
        rules_[fmt::format("{}\t{}\t{}", tables_[s.table].table.name, record::to_text(s.fate),
                           account.rules[s.rule])] += s.count;
    for (std::size_t k = 0; k < kEntityKinds; ++k) {
        written_[k] += account.written[k];
        made_[k] += account.made[k];
        held_entities_ += account.held[k];
    }
    for (const Account::Degraded& d : account.degraded)
        degraded_[{d.reason, std::string(record::name_of(d.kind))}] += d.count;
    for (std::size_t i = 0; i < 4; ++i) issues_[i] += account.issues[i];
    patients_ += account.patients;
    held_patients_ += account.patients_held;
    for (const std::string& rule : account.excluded_by) {
        ++excluded_[rule].patients;
        ++excluded_patients_;
    }
}

void Ledger::add(const Issue& issue) { ++issues_[static_cast<std::size_t>(issue.severity)]; }

void Ledger::check() const {
    for (const TableCount& t : tables_) {
        std::uint64_t settled = 0;
        for (std::uint64_t n : t.fates) settled += n;
        if (settled != t.table.rows)
            throw LedgerError(
                fmt::format("{}: {} rows read but {} settled", t.table.member, t.table.rows, settled));
    }
}

bool Ledger::balanced() const {
    try {
        check();
        return true;
    } catch (const LedgerError&) { return false; }
}

std::string Ledger::json() const {
    using nlohmann::ordered_json;
    ordered_json tables = ordered_json::array();
    for (const TableCount& t : tables_) {
        ordered_json fates = ordered_json::object();
        for (std::size_t f = 1; f < kFates; ++f)
            fates[std::string(record::to_text(static_cast<Fate>(f)))] = t.fates[f];
        tables.push_back(
            {{"table", t.table.name}, {"bytes", t.table.bytes}, {"read", t.table.rows}, {"fates", fates}});
    }
    ordered_json resources = ordered_json::array();
    for (std::size_t k = 0; k < kEntityKinds; ++k) {
        if (written_[k] == 0) continue;
        resources.push_back({{"type", record::name_of(static_cast<record::EntityKind>(k))},
                             {"written", written_[k]},
                             {"made", made_[k]}});
    }
    ordered_json degraded = ordered_json::array();
    for (const auto& [key, n] : degraded_)
        degraded.push_back({{"reason", key.first}, {"type", key.second}, {"count", n}});
    ordered_json rules = ordered_json::array();
    for (const auto& [key, n] : rules_) {
        const auto a = key.find('\t');
        const auto b = key.find('\t', a + 1);
        rules.push_back({{"table", key.substr(0, a)},
                         {"fate", key.substr(a + 1, b - a - 1)},
                         {"rule", key.substr(b + 1)},
                         {"count", n}});
    }
    ordered_json patients = {{"read", patients_}, {"held", held_patients_}};
    if (excluded_patients_ > 0) patients["excluded"] = excluded_patients_;
    ordered_json out = {{"ledger", 1},
                        {"balanced", balanced()},
                        {"patients", patients},
                        {"tables", tables},
                        {"resources", resources},
                        {"degraded", degraded},
                        {"rules", rules},
                        {"issues",
                         {{"information", issues_[0]},
                          {"warning", issues_[1]},
                          {"error", issues_[2]},
                          {"fatal", issues_[3]}}},
                        {"absent", absent_},
                        {"warnings", warnings_}};
    return out.dump(2) + "\n";
}

std::uint64_t Ledger::rows(Fate fate) const {
    std::uint64_t n = 0;
    for (const TableCount& t : tables_) n += t.fates[static_cast<std::size_t>(fate)];
    return n;
}

std::uint64_t Ledger::read() const {
    std::uint64_t n = 0;
    for (const TableCount& t : tables_) n += t.table.rows;
    return n;
}

std::uint64_t Ledger::written(record::EntityKind kind) const {
    return written_[static_cast<std::size_t>(kind)];
}

std::uint64_t Ledger::written() const {
    std::uint64_t n = 0;
    for (std::uint64_t w : written_) n += w;
    return n;
}

std::uint64_t Ledger::issues(Severity severity) const { return issues_[static_cast<std::size_t>(severity)]; }

}  // namespace gpswitch::ledger
