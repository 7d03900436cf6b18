#pragma once
#include <cstdint>
#include <set>

#include "core/diff/pairing.hpp"

/// Components that a layout writes as rows of their own: each comes back as an Observation that the whole has
/// as its member.
namespace gpswitch::diff {

class Readings {
  public:
    /// Finds, among the Observations that only AFTER has, those that are a component of a BEFORE whose
    /// partner has them as a member: the same words or code, and the same number. One each.
    void find(const record::Record& before, const record::Record& after, const EntityPairs& pairs);
    /// `component`: of BEFORE, as it stands in its list.
    bool apart(const void* component) const { return components_.contains(component); }
    bool is_one(const record::Entity& after) const { return entries_.contains(&after); }
    static constexpr const char* kRule = "Observation.component: a row of its own, and a member of the whole";

  private:
    std::set<const void*> components_;
    std::set<const record::Entity*> entries_;
};

}  // namespace gpswitch::diff
