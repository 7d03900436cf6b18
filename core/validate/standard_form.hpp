#pragma once
#include <cstdint>
#include <memory>

#include "core/profile/checker.hpp"
#include "core/validate/validate.hpp"

namespace gpswitch::validate {

/// Records against FHIR and its profiles, as the standard form would have them: every entity is written as
/// JSON by the model's own writer, into a buffer that is used again, and checked. Findings have no line and
/// column of a text that is nowhere: they name the entity and the path, and their address is the row the
/// entity was made from. For a package the text itself is checked instead (profile::Stream).
///
/// Thread-safe: each thread that is in check() has a document, a checker and a buffer of its own, kept for
/// the next. Speed: that of the writer and of profile::Checker together.
class StandardForm : public Checker {
  public:
    /// The table must outlive it.
    StandardForm(const profile::Table& table, profile::CheckOptions options, const record::Census* census);
    ~StandardForm() override;
    void check(const record::Record& record, IssueSink& sink) const override;

    std::uint64_t resources() const;
    profile::NotChecked not_checked() const;
    /// With CheckOptions::tally.
    profile::Tally tally() const;

  private:
    struct Desk;
    struct Desks;
    std::unique_ptr<Desks> desks_;
};

}  // namespace gpswitch::validate
