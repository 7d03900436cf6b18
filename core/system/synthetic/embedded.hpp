#pragma once
#include <string_view>

namespace gpswitch::synthetic {

/// codes.csv, words.csv and fill.csv as they were when the program was built.
extern const std::string_view kCodesCsv, kWordsCsv, kFillCsv;

}  // namespace gpswitch::synthetic
