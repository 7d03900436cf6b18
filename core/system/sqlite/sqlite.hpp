#pragma once
#include <memory>

#include "core/record/system.hpp"

/// A relational store in one SQLite file ("practice.db"); README.md beside this file explains the tables.
namespace gpswitch::sqlite {

const record::System& system();

std::unique_ptr<record::Source> open_store(const record::SourceOptions& options);
std::unique_ptr<record::Target> create_store(const record::TargetOptions& options);

}  // namespace gpswitch::sqlite
