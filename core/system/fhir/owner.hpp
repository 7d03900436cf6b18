#pragma once
#include <functional>
#include <string>
#include <unordered_map>

#include "core/json/json.hpp"
#include "core/json/peek.hpp"
#include "core/record/record.hpp"

/// Whose a line of a package is, and what depends on it.
namespace gpswitch::fhir {

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
/// By name: places of patients, of lines.
template <class Place>
using Names = std::unordered_map<std::string, Place, TextHash, std::equal_to<>>;

/// The id after "Patient/" in the reference that says so; empty when it does not say.
record::Text patient_of(const json::Value& resource, record::EntityKind kind);
/// The same without a tree. Lives until the next Peek::open().
record::Text patient_of(const json::Peek& resource, record::EntityKind kind);
/// The first patient that a line names, which need not be JSON.
record::Text patient_named(record::Text line);

/// What nobody may do without: a patient with such a line unread would have a shorter list than is true.
bool vital(record::EntityKind kind);
/// An element without which a vital line says something else than it did.
bool vital(record::EntityKind kind, record::Text path);

}  // namespace gpswitch::fhir
