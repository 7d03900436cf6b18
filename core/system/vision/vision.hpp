#pragma once
#include "core/record/system.hpp"

/// Vision (INPS, Cegedim): the CSV bulk extract without headers, live layout and test pack.
namespace gpswitch::vision {

const record::System& system();

}  // namespace gpswitch::vision
