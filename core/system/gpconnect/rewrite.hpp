#pragma once
#include <string>

#include "core/json/json.hpp"
#include "core/report/issue.hpp"
#include "core/system/gpconnect/tables.hpp"

/// Rewrites one STU3 resource tree into the R4 tree that record::read_json understands, by the rules of a
/// Table. Whatever no rule places goes to the rest list under its source path, verbatim: no leaf can vanish.
namespace gpswitch::gpconnect {

/// What the rewriter asks of the bundle reader.
struct Host {
    virtual ~Host() = default;
    /// A Reference as the record writes it; `in` is an object. Members it has no use for go to rest by the
    /// caller.
    virtual json::Value* reference(const json::Value& in, Text path) = 0;
    /// A value of the wrong JSON type, or empty; it has gone to rest.
    virtual void bad_value(const json::Value& v, Text path, const char* why) = 0;
    /// A date that does not exist; it has gone to rest.
    virtual void bad_date(const json::Value& v, Text path, const char* why) = 0;
    /// A path the tables do not have; it has gone to rest (or, an extension of the resource, stays an
    /// extension).
    virtual void unknown(const json::Value& v, Text path) = 0;
    virtual void degrade(Text reason) = 0;
    /// A modifierExtension: it may turn the meaning of what it stands in. It has gone to rest.
    virtual void modifier(const json::Value& v, Text path) = 0;
    /// The id of a contained resource that stays contained: itself when it is a legal FHIR id.
    virtual Text contained_id(Text id) = 0;
    /// A contained resource that becomes an entity of its own.
    virtual bool hoisted(const json::Value& contained) const = 0;
};

struct Rewritten {
    json::Value* tree = nullptr;
    List<record::Rest> rest;
    List<Text> inferred;
};

Rewritten rewrite(const Tables& tables, const Table& table, const json::Value& resource, Arena& arena,
                  Host& host);

/// New tree nodes.
json::Value* new_object(Arena& arena);
json::Value* new_text(Arena& arena, Text text);
void set(Arena& arena, json::Value& object, Text name, json::Value* value);

}  // namespace gpswitch::gpconnect
