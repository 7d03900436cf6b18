#include <fmt/format.h>

#include <algorithm>

#include "core/json/json.hpp"
#include "core/ledger/ledger.hpp"
#include "core/util/text.hpp"

namespace gpswitch::ledger {

using record::Fate;
using record::Record;
using record::Role;

namespace {

[[noreturn]] void fail(const Record& record, std::uint32_t row, const record::Census& census,
                       const char* what) {
    const record::Row& r = record.rows[row];
    const record::Table& t = census.tables[r.table];
    throw LedgerError(
        fmt::format("{}:{}: row {}", t.parts.empty() ? t.member : t.parts[r.part], r.line, what));
}

// Row members shared by fates and held.
void append_address(std::string& out, const record::Row& row, const RowFate& fate,
                    const record::Census& census) {
    out += "{\"table\":";
    json::append_string(out, census.tables[row.table].name);
    if (const auto& parts = census.tables[row.table].parts; !parts.empty()) {
        out += ",\"member\":";
        json::append_string(out, parts[row.part]);
    }
    if (row.line != 0) fmt::format_to(std::back_inserter(out), ",\"line\":{}", row.line);
    out += ",\"key\":";
    json::append_string(out, row.key);
    out += ",\"fate\":\"";
    out += record::to_text(fate.fate);
    out += '"';
    if (!fate.rule.empty()) {
        out += ",\"rule\":";
        json::append_string(out, fate.rule);
    }
}

}  // namespace

std::vector<RowFate> settle(const Record& record, const record::Census& census) {
    std::vector<RowFate> fates(record.rows.size());
    for (std::uint32_t i = 0; i < fates.size(); ++i) fates[i] = {i, Fate::unsettled, {}};
    for (const record::Settlement& s : record.settlements) {
        if (fates[s.row].fate != Fate::unsettled) fail(record, s.row, census, "settled twice");
        fates[s.row].fate = s.fate;
        fates[s.row].rule = s.rule;
    }
    std::vector<bool> claimed_item(record.items.size());
    for (const record::Claim& c : record.claims) {
        RowFate& f = fates[c.row];
        if (!f.rule.empty() ||
            (f.fate != Fate::unsettled && f.fate != Fate::migrated && f.fate != Fate::merged))
            fail(record, c.row, census, "both settled and made into something");
        if (c.role == Role::primary)
            f.fate = Fate::migrated;
        else if (f.fate == Fate::unsettled)
            f.fate = Fate::merged;
        claimed_item[c.item] = true;
    }
    for (std::uint32_t i = 0; i < record.items.size(); ++i)
        if (!claimed_item[i] && record.items[i].made.empty())
            throw LedgerError(fmt::format("a {} has no source row and no reason for being made",
                                          record::name_of(record.items[i].kind)));
    for (RowFate& f : fates) {
        if (f.fate == Fate::unsettled) fail(record, f.row, census, "has no fate");
        // A row that the source deleted, superseded or only looked up keeps that fate when its patient is
        // held.
        if (!record.held.empty() && (f.fate == Fate::migrated || f.fate == Fate::merged)) {
            f.fate = Fate::held;
            f.rule = record.held;
        }
    }
    return fates;
}

void append_fates(std::string& out, const Record& record, const std::vector<RowFate>& fates,
                  const record::Census& census) {
    // Items per row, in claim order.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> made;
    made.reserve(record.claims.size());
    for (const record::Claim& c : record.claims) made.emplace_back(c.row, c.item);
    std::stable_sort(made.begin(), made.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    auto next = made.begin();
    for (const RowFate& f : fates) {
        append_address(out, record.rows[f.row], f, census);
        while (next != made.end() && next->first < f.row) ++next;
        bool any = false;
        for (; next != made.end() && next->first == f.row; ++next) {
            if (!record.held.empty()) continue;
            const record::Item& item = record.items[next->second];
            out += any ? ",\"" : ",\"resources\":[\"";
            any = true;
            out += record::name_of(item.kind);
            out += '/';
            out += item.entity->id;
            out += '"';
        }
        if (any) out += ']';
        out += "}\n";
    }
}

void append_held(std::string& out, const Record& record, const std::vector<RowFate>& fates,
                 const record::Census& census) {
    for (const RowFate& f : fates) {
        if (f.fate != Fate::held) continue;
        const record::Row& row = record.rows[f.row];
        append_address(out, row, f, census);
        if (valid_utf8(row.raw) || row.raw.empty()) {
            out += ",\"raw\":";
            json::append_string(out, row.raw);
        } else {
            out += ",\"base64\":\"" + base64(row.raw) + "\"";
        }
        out += "}\n";
    }
}

}  // namespace gpswitch::ledger
