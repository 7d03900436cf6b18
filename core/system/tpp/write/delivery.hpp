#pragma once
#include <array>
#include <map>
#include <set>

#include "core/system/tpp/write/sheet.hpp"

/// What a record is on its way from a worker into the files of a delivery.
namespace gpswitch::tpp::write {

/// A row that waits: for its other half, or for the keys of what it refers to.
struct Waiting {
    std::size_t table = 0;
    std::vector<std::string> cells;
    bool half = false;       ///< a taken slot: the booking is still to come
    std::string own, other;  ///< "Type/id": of the entity, of the one it shares the row with
};

/// Words that stand in SRMapping or SRConfiguredListOption.
struct Words {
    std::string column, words;
    bool option = false;
};

/// A record ready to be written.
struct Written : record::Encoded {
    std::vector<std::string> bytes;
    layout::Patches patches;
    std::vector<Waiting> waiting;
    std::vector<CodeUse> codes;
    std::map<std::string, std::pair<std::string, std::string>> contents;
    std::set<std::array<std::string, 3>> products;
    std::map<std::string, Words> words;  ///< by id
    std::vector<std::pair<std::string, Known>> keys;
    std::vector<std::pair<std::size_t, std::uint64_t>> numbers;  ///< RowIdentifiers that were made
    std::string latest;
};

/// The moment of the data, never of the run, as the manifest has it: yyyyMMdd_HHmm.
std::string stamp_of(const std::string& moment);
/// The bytes of SRManifest.csv: every table is there, in full.
std::string manifest_of(const Layout& layout, const Sheet& sheet, const std::string& to);

}  // namespace gpswitch::tpp::write
