#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/archive/archive.hpp"
#include "core/json/json.hpp"
#include "core/ledger/ledger.hpp"
#include "core/record/json.hpp"
#include "core/record/system.hpp"
#include "core/util/error.hpp"

/// What the fuzz programs share. Each defines LLVMFuzzerTestOneInput; an Error (of input, usage, mapping) is
/// a good answer to bad bytes, anything else thrown, and any promise broken, ends the program with a report.
namespace gpswitch::fuzz {

/// A promise that must hold whatever the bytes are.
inline void promise(bool kept, const char* what) {
    if (kept) return;
    std::fprintf(stderr, "promise broken: %s\n", what);
    std::abort();
}

struct MemoryPlace : archive::Place {
    std::vector<archive::Member> list;
    std::vector<std::string> texts;
    std::vector<Refused> none;
    void add(const std::string& name, std::string text) {
        list.push_back({name, "box/" + name, text.size()});
        texts.push_back(std::move(text));
    }
    const std::vector<archive::Member>& members() const override { return list; }
    std::string_view bytes(std::size_t m) const override { return texts[m]; }
    const std::vector<Refused>& refused() const override { return none; }
    void check() const override {}
};

/// The record as a target would write it: well-formed JSON, every row with one fate.
inline std::uint64_t use(record::Record& record, const record::Census& census,
                         std::set<std::pair<std::uint16_t, std::uint64_t>>& seen) {
    const auto fates = ledger::settle(record, census);
    std::string text;
    json::Parser parser;
    for (const record::Item& item : record.items) {
        text.clear();
        record::append_json(text, item.kind, *item.entity);
        Arena arena;
        json::Error error;
        promise(parser.parse(text, arena, error) != nullptr, "an entity is written as JSON that can be read");
    }
    for (const record::Row& row : record.rows)
        promise(seen.insert({row.table, row.slot}).second, "no row comes twice");
    text.clear();
    ledger::append_fates(text, record, fates, census);
    ledger::append_held(text, record, fates, census);
    for (const Issue& issue : record.issues) text += issue.json();
    return record.rows.size();
}

/// Reads all of a source as the pipeline does and counts: rows registered are rows settled.
inline void drain(record::Source& source) {
    const record::Census& census = source.census();
    std::set<std::pair<std::uint16_t, std::uint64_t>> seen;
    std::vector<std::uint32_t> patients(census.patients.size());
    for (std::uint32_t i = 0; i < patients.size(); ++i) patients[i] = i;
    record::Record record;
    std::vector<std::pair<record::Need, std::string>> needs;
    const auto note = [&] {
        for (const record::Need& n : record.needs) needs.emplace_back(n, std::string(n.id));
    };
    std::uint64_t rows = 0;
    const auto cursor = source.read(patients);
    std::size_t given = 0;
    while (cursor->next(record)) {
        ++given;
        note();
        rows += use(record, census, seen);
    }
    promise(given == patients.size(), "a cursor gives the patients it was asked for");
    std::set<std::string> fetched;
    for (std::size_t i = 0; i < needs.size(); ++i) {
        if (!fetched.insert(std::string(record::name_of(needs[i].first.kind)) + needs[i].second).second)
            continue;
        record.clear();
        record::Need need = needs[i].first;
        const std::string id = needs[i].second;
        need.id = id;
        if (!source.find(need, record)) continue;
        note();
        rows += use(record, census, seen);
    }
    const auto rest = source.leftovers();
    while (rest->next(record)) rows += use(record, census, seen);
    std::uint64_t registered = 0;
    for (const record::Table& t : census.tables) registered += t.rows;
    promise(rows == registered, "every row registered has one fate");
}

}  // namespace gpswitch::fuzz
