#pragma once
#include "core/report/words.hpp"

/// How numbers and lists are put to people: core/report/words.hpp, under the names commands use.
namespace gpswitch::cmd {

using words::aligned;
using words::clock;
using words::count;
using words::grouped;
using words::joined;

}  // namespace gpswitch::cmd
