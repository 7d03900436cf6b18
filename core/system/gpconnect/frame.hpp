#pragma once
#include "core/system/gpconnect/rewrite.hpp"

/// The target side of a rewrite: where in the R4 tree we are, and how values get into fields, extensions
/// included.
namespace gpswitch::gpconnect {

struct Frame {
    json::Value* out = nullptr;          ///< the object that gets members
    const record::Type* type = nullptr;  ///< its declaration
    const Frame* parent = nullptr;
    const record::Field* field = nullptr;  ///< of the parent, by which it was opened; nullptr for the entity

    /// Number of fields from the entity down to here.
    std::size_t depth() const { return parent == nullptr ? 0 : parent->depth() + 1; }
    /// The fields from the entity down to here are the first ones of `chain`.
    bool leads_to(const std::vector<const record::Field*>& chain) const;
};

/// "dispenseRequest.quantity" for a field of the frame.
std::string field_path(const Frame& frame, const record::Field& field);

enum class Open : std::uint8_t {
    add,    ///< a list gets a new item
    enter,  ///< a list's first item is used when there is one
};
/// The object in a structure field, made when missing.
Frame* open(Arena& arena, const Frame& frame, const record::Field& field, Open how);
/// Takes the object out again when nothing got into it.
void close(const Frame& frame);
/// A finished value into a field; false when the field holds a single value already.
bool put(Arena& arena, const Frame& frame, const record::Field& field, json::Value* value);
/// The value in a single field, or nullptr.
json::Value* value_of(const Frame& frame, const record::Field& field);
/// Takes the value out of a single element field.
void remove(const Frame& frame, const record::Field& field);

}  // namespace gpswitch::gpconnect
