#pragma once
#include "core/record/exporter.hpp"

/// The verbatim copy of an EMIS extract, see core/record/exporter.hpp.
namespace gpswitch::emis {

std::unique_ptr<record::Exporter> open_exporter(const record::SourceOptions& options);

}  // namespace gpswitch::emis
