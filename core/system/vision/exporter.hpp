#pragma once
#include "core/record/exporter.hpp"

/// The verbatim copy of a Vision extract, see core/record/exporter.hpp.
namespace gpswitch::vision {

/// `absent`: what such an extract never carries.
std::unique_ptr<record::Exporter> open_exporter(const record::SourceOptions& options,
                                                std::vector<std::string> absent);

}  // namespace gpswitch::vision
