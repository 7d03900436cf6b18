#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/report/issue.hpp"

/// SRManifest.csv: which files make a delivery, and of which time.
namespace gpswitch::tpp {

struct Listed {
    std::string name;  ///< table, as the manifest has it: no suffix
    bool delta = false, reference = false;
    std::string from, to;  ///< "2020-01-31 02:00:00"; empty when not given
};

struct Manifest {
    std::vector<Listed> files;
    std::string from;  ///< that all deltas share; empty: none of the files is a delta
    std::string to;    ///< moment of the data
    bool deltas = false, fulls = false;
    /// What is odd and does no harm: a file listed twice, reference files among the deltas.
    std::vector<Issue> issues;
};

/// Two tables have no dates in the manifest, ever: a fault of SystmOne.
bool undated(std::string_view table);

/// Reads a manifest; `origin` is what messages call it. Throws InputError, with the line, for one that cannot
/// be trusted: no header, a flag that is neither Y nor N, a moment that is none, a full file with a
/// beginning, a delta without, moments that differ between its rows.
Manifest read_manifest(std::string_view bytes, const std::string& origin);

/// The separator of a file, by its header: what follows the first column's name. A comma unless something
/// else is plainly there (the set-up of an extract lets a site choose).
char separator_of(std::string_view bytes);

}  // namespace gpswitch::tpp
