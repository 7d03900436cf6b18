#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "cmd/context.hpp"
#include "cmd/rules.hpp"
#include "core/validate/validate.hpp"

namespace gpswitch::cmd {

/// The consistency rules of validate, applied while the records pass by in the workers: called with a record
/// it adds findings to it. Thread-safe.
class Inspection {
  public:
    /// Reads the rule tables (Context::rule_file); the census must outlive it.
    Inspection(const OpenSource& source, const Context& context);
    void operator()(record::Record& record);
    /// Findings over all patients; sorted, because the workers saw them in any order. Call once, last.
    void finish(IssueSink& sink) const;

  private:
    const record::Census& census_;
    std::unique_ptr<validate::Checker> checker_;
    validate::PracticeChecker practice_;
    std::mutex mutex_;
};

}  // namespace gpswitch::cmd
