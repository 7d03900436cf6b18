#pragma once
#include "core/layout/pages.hpp"
#include "core/record/foresight.hpp"

/// Targets that write tables of a supplier's layout: findings and held entries, and a writer for each worker.
namespace gpswitch::layout {

/// A record's losses and held entries become findings, degradations and fates of rows.
class Target : public record::Target, public record::Foresight {
  public:
    Target();
    /// Fills the worker's pages, holds what must be held until nothing more has to be, and says what is lost.
    void limit(Record& record) const override;
    /// A supplier's layout has no place for it.
    bool keeps_account() const override { return false; }
    void foresee(const Record& record, std::vector<record::Foreseen>& out) const override;

  protected:
    /// A worker's own writer; called once for each.
    virtual std::unique_ptr<Pages> pages() const = 0;
    virtual void fill(Pages& pages, const Record& record) const = 0;
    /// The pages of this record, filled by limit() or now. In the same worker as limit().
    Pages& filled(const Record& record) const;

  private:
    struct Desk {
        const Target* owner = nullptr;
        std::uint64_t serial = 0;
        std::unique_ptr<Pages> pages;
        const Record* record = nullptr;
    };
    Desk& mine() const;
    std::uint64_t serial_;
    mutable std::unique_ptr<Pages> asked_;  ///< for foresee()
};

}  // namespace gpswitch::layout
