#pragma once
#include "core/record/system.hpp"

namespace gpswitch::pipeline {

/// Findings of the mapping and the rules name an entity: they get the place of the first row that is its own.
/// What a cell that feeds two entities was found to be is said once. Runs in the workers.
void address_issues(record::Record& record, const record::Census& census);

/// "Condition/id" into `to`.
void name_of(const record::Item& item, std::string& to);

}  // namespace gpswitch::pipeline
