#include "core/record/system.hpp"

#include "core/record/exporter.hpp"
#include "core/util/error.hpp"

namespace gpswitch::record {

std::unique_ptr<Source> System::open(const SourceOptions&) const {
    throw UsageError(std::string(name()) + " cannot be read from", "`gpswitch systems` lists what can");
}

std::unique_ptr<Target> System::create(const TargetOptions&) const {
    throw UsageError(std::string(name()) + " cannot be written to", "`gpswitch systems` lists what can");
}

std::unique_ptr<Exporter> System::exporter(const SourceOptions&) const {
    throw UsageError(
        "an export is not available for " + std::string(name()),
        "it is for suppliers' extracts; `gpswitch map` and `gpswitch import` read " + std::string(name()));
}

}  // namespace gpswitch::record
