#pragma once
#include "core/record/system.hpp"
#include "core/system/gpconnect/tables.hpp"

namespace gpswitch::gpconnect {

/// Opens a place with loaded tables; what system().open() does with the mapping set's folder.
std::unique_ptr<record::Source> open_source(std::shared_ptr<archive::Place> place,
                                            std::shared_ptr<const Tables> tables,
                                            const std::string& practice = {});

/// The verbatim copy of files of bundles, see core/record/exporter.hpp.
std::unique_ptr<record::Exporter> open_exporter(const record::SourceOptions& options);

}  // namespace gpswitch::gpconnect
