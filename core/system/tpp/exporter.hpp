#pragma once
#include "core/record/exporter.hpp"

/// The verbatim copy of a SystmOne extract, see core/record/exporter.hpp.
namespace gpswitch::tpp {

/// `absent`: what such an extract never carries.
std::unique_ptr<record::Exporter> open_exporter(const record::SourceOptions& options,
                                                std::vector<std::string> absent);

}  // namespace gpswitch::tpp
