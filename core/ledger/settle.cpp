#include <fmt/format.h>

#include <algorithm>

#include "core/ledger/ledger.hpp"
#include "core/util/bytes.hpp"
#include "core/util/text.hpp"

namespace gpswitch::ledger {

using record::Fate;
using record::Record;
using record::Role;

namespace {

[[noreturn]] void fail(const Record& record, std::uint32_t row, const record::Census& census,
                       const char* what) {
    const record::Row& r = record.rows[row];
    throw LedgerError(fmt::format("{}:{}: row {}", census.tables[r.table].member, r.line, what));
}

// Row members shared by fates and held.
void put_address(Bytes& out, const record::Row& row, const RowFate& fate, const record::Census& census) {
    out.put("{\"table\":");
    out.put_string(census.tables[row.table].name);
    if (row.line != 0) {
        out.put(",\"line\":");
        out.put(row.line);
    }
    out.put(",\"key\":");
    out.put_string(row.key);
    out.put(",\"fate\":\"");
    out.put(record::to_text(fate.fate));
    out.put('"');
    if (fate.rule.empty()) return;
    out.put(",\"rule\":");
    out.put_string(fate.rule);
}

Bytes& scratch() {
    thread_local Bytes bytes;
    bytes.clear();
    return bytes;
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
    // Items per row, in claim order: claims come almost in the order of rows.
    thread_local std::vector<std::pair<std::uint32_t, std::uint32_t>> made;
    made.clear();
    bool sorted = true;
    for (const record::Claim& c : record.claims) {
        sorted = sorted && (made.empty() || made.back().first <= c.row);
        made.emplace_back(c.row, c.item);
    }
    if (!sorted)
        std::stable_sort(made.begin(), made.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
    auto next = made.cbegin();
    Bytes& text = scratch();
    for (const RowFate& f : fates) {
        put_address(text, record.rows[f.row], f, census);
        while (next != made.cend() && next->first < f.row) ++next;
        bool any = false;
        for (; next != made.cend() && next->first == f.row; ++next) {
            if (!record.held.empty()) continue;
            const record::Item& item = record.items[next->second];
            text.put(any ? ",\"" : ",\"resources\":[\"");
            any = true;
            text.put(record::name_of(item.kind));
            text.put('/');
            text.put(item.entity->id);
            text.put('"');
        }
        text.put(any ? "]}\n" : "}\n");
    }
    out += text.view();
}

void append_held(std::string& out, const Record& record, const std::vector<RowFate>& fates,
                 const record::Census& census) {
    Bytes& text = scratch();
    for (const RowFate& f : fates) {
        if (f.fate != Fate::held) continue;
        const record::Row& row = record.rows[f.row];
        put_address(text, row, f, census);
        if (valid_utf8(row.raw) || row.raw.empty()) {
            text.put(",\"raw\":");
            text.put_string(row.raw);
        } else {
            text.put(",\"base64\":\"");
            text.put(base64(row.raw));
            text.put('"');
        }
        text.put("}\n");
    }
    out += text.view();
}

}  // namespace gpswitch::ledger
