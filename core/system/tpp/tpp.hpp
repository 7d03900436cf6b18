#pragma once
#include "core/record/system.hpp"

/// TPP SystmOne's "Strategic Reporting" extract: SRManifest.csv, and SR*.csv beside it or in SRExtract.zip.
namespace gpswitch::tpp {

const record::System& system();

}  // namespace gpswitch::tpp
