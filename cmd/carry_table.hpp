#pragma once
#include <map>
#include <string>
#include <vector>

#include "cmd/context.hpp"
#include "core/mapping/carry.hpp"

namespace gpswitch::cmd {

/// What each system can carry: from System::cannot_carry and the carry.csv of its mapping set, and for a
/// system that is only read from the rows there that say `absent`. Systems without a layout of their own
/// (synthetic) are left out; those in standard form carry everything.
class CarryTable {
  public:
    /// Throws MappingError when a mapping set cannot be read.
    explicit CarryTable(const Context& context);
    /// A row for each type of entry, and below it one for each of its fields that some system carries
    /// otherwise than whole. "x" whole, "~" in part or said otherwise, "-" not at all, "." nothing is said of
    /// a system that is only read.
    std::string text() const;
    /// Every declaration: system, entity, field, how, to, why, and the rule as `diff` names it.
    std::string json() const;

  private:
    struct Column {
        std::string system;
        bool writes = false;
        std::vector<mapping::Carry> declared;
    };
    char mark(const Column& column, record::EntityKind kind, std::string_view field) const;
    std::vector<Column> columns_;
};

}  // namespace gpswitch::cmd
