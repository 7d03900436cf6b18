#pragma once
#include <functional>
#include <string>

#include "core/json/json.hpp"
#include "core/record/record.hpp"
#include "core/util/bytes.hpp"

/// FHIR R4 JSON of the record model, both ways, derived from the declarations.
namespace gpswitch::record {

/// Appends the entity as one compact JSON object: resourceType, id, meta, extensions, identifier, own
/// elements. No newline. Fields that are extensions, `source`, `inferred` and `rest` become entries of
/// "extension"; `source` and `rest` as one text each ("part Table key", "path=value"), and the row that the
/// first identifier names is not said twice (gpswitch-package(5)). Speed: about 1 GB/s. False: something in
/// it had to be displaced (fit.hpp).
bool append_json(Bytes& out, EntityKind kind, const Entity& entity);
void append_json(std::string& out, EntityKind kind, const Entity& entity);
/// Appends a building block ({"system":...}); nothing else than "{}" when it is empty.
void append_json(std::string& out, const void* object, const Type& type);
/// Appends one field's value (a string, a number, an object, a list).
void append_json_value(std::string& out, const void* object, const Field& field);
void append_json_value(Bytes& out, const void* object, const Field& field);

struct ReadContext {
    Arena* arena = nullptr;
    Entity* entity = nullptr;  ///< gets the `rest` of whatever level has no field for a value
    /// Called for each Reference.reference read; may be empty.
    std::function<void(Text reference)> on_reference;
    /// Called for what is wrong with a value: its path, the offset in the parsed text, and why. The value
    /// goes to rest.
    std::function<void(Text path, std::uint64_t offset, const char* why)> on_bad_value;
};

/// Fills `entity` from a parsed resource. What has no field goes to entity.rest with its path
/// ("name[0]._given") as compact JSON; unknown extensions of the entity to entity.extensions verbatim, of
/// inner elements to rest. Values of the wrong JSON type (a number for a string, an object for a code) go to
/// rest, reported.
void read_json(const json::Value& resource, EntityKind kind, Entity& entity, ReadContext& context);
/// Reads a building block from `value` into `object`; `path` prefixes what goes to rest.
void read_json(const json::Value& value, const Type& type, void* object, Text path, ReadContext& context);

}  // namespace gpswitch::record
