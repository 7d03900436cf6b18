#pragma once
#include <memory>

#include "core/report/writer.hpp"

namespace gpswitch {

/// Format::html. Findings are put together by rule, and within one by kind: the same message, source and
/// element, whichever item of it. Each kind has its count and its first places; a page with all places of a
/// big run could not be opened. Memory: at most 100 kinds a rule with 50 places each, whatever the number of
/// findings; kinds beyond are counted under their rule.
std::unique_ptr<IssueWriter> make_page_writer(Output output, WriterOptions options);

}  // namespace gpswitch
