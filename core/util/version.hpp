#pragma once

namespace gpswitch {
/// Set by CMake from project(VERSION).
inline constexpr const char* kVersion = GPSWITCH_VERSION;
}  // namespace gpswitch
