#pragma once
#include <string_view>

#include "core/report/issue.hpp"

namespace gpswitch {

/// A rule that findings come from, as documents, SARIF and --list-rules show it.
struct RuleInfo {
    std::string_view code;  ///< stable: "VAL-REF-001"
    Severity severity;
    std::string_view title;   ///< what is found, a sentence without a full stop
    std::string_view why;     ///< why it matters, and how it is decided
    std::string_view source;  ///< specification or observation it rests on
    std::string_view hint;    ///< what to do
};

}  // namespace gpswitch
