#pragma once
#include <array>
#include <string>
#include <vector>

#include "core/diff/path.hpp"
#include "core/record/system.hpp"

/// BEFORE as AFTER could hold it.
namespace gpswitch::diff {

/// The declarations of what AFTER cannot carry, resolved once. Immutable afterwards.
class Projection {
  public:
    /// Throws std::logic_error when a declaration names a type or field that is not in the record model.
    explicit Projection(const std::vector<record::CannotCarry>& declared);

    /// Clears in `before` each declared field where it holds something, `after` holds nothing, and no guard
    /// stands in the way. Appends the names of the rules that fired.
    void apply(record::EntityKind kind, record::Entity& before, const record::Entity& after,
               std::vector<std::string>& fired) const;
    /// The rule by which a whole entity may be missing; empty when there is none, or a guard stands in the
    /// way.
    std::string missing(record::EntityKind kind, const record::Entity& before) const;

  private:
    struct Rule {
        std::string field, name;  ///< name: "Patient.photo: why"
        Path path;
    };
    std::array<std::vector<Rule>, record::kEntityKinds> fields_;
    std::array<std::string, record::kEntityKinds> whole_;
};

/// Paths that are left out of the comparison on both sides: "Patient.meta.lastUpdated", "*.issued".
class Ignored {
  public:
    /// Throws UsageError when a path names no field.
    explicit Ignored(const std::vector<std::string>& paths);
    void clear(record::EntityKind kind, record::Entity& entity) const;

  private:
    std::array<std::vector<Path>, record::kEntityKinds> paths_;
};

}  // namespace gpswitch::diff
