#pragma once
#include "core/record/system.hpp"

/// The supplier's own part of `gpswitch export`: a verbatim copy of an extract as of a moment, in the
/// supplier's own layout. Values are copied as they stand; only the character set may change, to UTF-8.
/// Nothing is mapped.
namespace gpswitch::record {

/// Where an Exporter writes. One member at a time; not thread-safe. Errors: TargetError.
struct ExportWriter {
    virtual ~ExportWriter() = default;
    /// For member(): a file that has no rows of any table, as a supplier's own manifest.
    static constexpr std::size_t kNoTable = SIZE_MAX;
    /// Begins a member of the export and ends the one before. `name` has no folder that only this machine
    /// knows; `table`: index into Exporter::census().tables, whose rows it holds, or kNoTable. Two members
    /// with one name are a defect.
    virtual void member(const std::string& name, std::size_t table) = 0;
    /// More bytes of that member (UTF-8), with the number of source rows in them: those rows are settled as
    /// written.
    virtual void write(std::string_view bytes, std::uint64_t rows) = 0;
    /// Rows of a table that are not in the copy, and by which rule: superseded, deleted or excluded.
    virtual void settle(std::size_t table, Fate fate, std::string_view rule, std::uint64_t rows = 1) = 0;
    /// A row that cannot be told where it belongs: kept verbatim beside the tables. `rule`: the issue's code.
    virtual void hold(std::size_t table, std::uint64_t line, std::string_view key, std::string_view rule,
                      std::string_view raw) = 0;
};

/// An extract, with its deltas, opened for a copy. Everything that can be refused is refused in opening it:
/// InputError when a table, a delivery or a manifest entry is missing, deliveries are out of order, or a
/// sharing agreement is disabled.
struct Exporter {
    virtual ~Exporter() = default;
    /// Of all that was given. tables[].rows counts the rows of every delivery; each is written, settled or
    /// held by write(), or the export is refused as a defect. as_of: the moment of the copy.
    virtual const Census& census() const = 0;
    /// Found while opening. What write() finds is added to them.
    virtual const std::vector<Issue>& issues() const = 0;
    /// Writes every member, in an order that depends on the input alone. Call once. The same input gives the
    /// same bytes, and an export given as input gives itself.
    virtual void write(ExportWriter& out) = 0;
};

}  // namespace gpswitch::record
