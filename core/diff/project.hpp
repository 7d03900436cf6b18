#pragma once
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/diff/diff.hpp"
#include "core/diff/path.hpp"

/// BEFORE as AFTER could hold it: what is declared about AFTER, and what any layout does.
namespace gpswitch::diff {

/// The declarations, resolved once. Immutable afterwards.
class Projection {
  public:
    /// Throws std::logic_error when a declaration names a type or field that is not in the record model.
    explicit Projection(const Options& options);

    /// The rule by which a whole entity may be missing; empty when there is none, or a guard stands in the
    /// way.
    std::string missing(record::EntityKind kind, const record::Entity& before) const;
    /// The same without a look at the entity.
    const std::string& missing(record::EntityKind kind) const {
        return whole_[static_cast<std::size_t>(kind)];
    }
    /// The rule by which AFTER may have a whole entity that BEFORE has not: it repeats what the patient of
    /// AFTER's record (may be nullptr) has, shares the row of another entry there, or says of itself that it
    /// was inferred. Empty: none.
    std::string made(record::EntityKind kind, const record::Entity& after, const record::Record* whole) const;

    /// The rule by which a practice-wide entity may be missing that nobody in AFTER refers to; empty: none.
    const std::string& unreferred(record::EntityKind kind) const {
        return unreferred_[static_cast<std::size_t>(kind)];
    }

    /// Turns BEFORE's labels into those that AFTER's layout has for them; the rule, or nothing.
    std::string relabel(record::Entity& before, record::Entity& after) const;

    struct Rule {
        std::string field, name;  ///< name: "Patient.photo: why"
        mapping::Carry::How how = mapping::Carry::How::lost;
        Path path;
        std::string to = {};
    };
    const std::vector<Rule>& rules(record::EntityKind kind) const {
        return fields_[static_cast<std::size_t>(kind)];
    }
    Codes codes(std::string_view system) const;
    /// AFTER is read from a supplier's layout: its own codes and keys stand beside what was there.
    bool layout() const { return layout_; }
    /// Both sides were made from the same records.
    bool siblings() const { return siblings_; }

  private:
    void add(const std::string& entity, const std::string& field, mapping::Carry::How how,
             const std::string& to, const std::string& why);
    struct Label {
        std::string to, name;
    };
    std::array<std::vector<Rule>, record::kEntityKinds> fields_;
    struct Made {
        std::string name;
        Path path;                             ///< of the patient
        std::optional<record::EntityKind> of;  ///< whose row it shares
    };
    std::array<std::string, record::kEntityKinds> whole_, unreferred_;
    std::array<std::vector<Made>, record::kEntityKinds> made_;
    std::vector<Label> labels_;
    std::vector<CodeSystem> systems_;
    bool layout_ = false, siblings_ = false;
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
