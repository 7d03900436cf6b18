#pragma once
#include "core/record/system.hpp"

/// EMIS Web bulk extract (CSV, 21 tables). Source: the supplier's extract specification 8.2; facts in
/// gpswitch-systems(5).
namespace gpswitch::emis {

const record::System& system();

}  // namespace gpswitch::emis
