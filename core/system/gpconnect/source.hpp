#pragma once
#include "core/record/system.hpp"
#include "core/system/gpconnect/tables.hpp"

namespace gpswitch::gpconnect {

/// Opens a place with loaded tables; what system().open() does with the mapping set's folder.
std::unique_ptr<record::Source> open_source(std::shared_ptr<archive::Place> place,
                                            std::shared_ptr<const Tables> tables,
                                            const std::string& practice = {});

}  // namespace gpswitch::gpconnect
