#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "core/json/json.hpp"
#include "core/system/gpconnect/tables.hpp"

/// Finding bundles in a member and resources in a bundle.
namespace gpswitch::gpconnect {

/// Where a bundle lies in its member. `quoted`: inside a JSON string, so its text must be unescaped first.
struct Extent {
    std::uint64_t offset = 0, length = 0;
    bool quoted = false;
};

/// The body of an HTTP dump (the bytes after the first empty line); anything else as it is, without a byte
/// order mark.
std::string_view body_of(std::string_view bytes);
/// Could be JSON: the first character that is no space is { [ or a quote.
bool looks_like_json(std::string_view body);
bool is_bundle(const json::Value* v);
/// A FHIR resource, or a list or envelope with one in it, however deep.
bool holds_resource(const json::Value& v);
/// Every bundle in a parsed document, wrapped or not, in document order. `base`: of the document in the
/// member.
std::vector<Extent> find_bundles(const json::Value& document, std::string_view text, std::uint64_t base);
/// The end of the JSON value that starts at `offset` (its syntax is known to be good).
std::uint64_t end_of_value(std::string_view text, std::uint64_t offset);

/// Line and column of offsets in one text.
class Lines {
  public:
    explicit Lines(std::string_view text);
    std::uint64_t line(std::uint64_t offset) const;
    std::uint64_t column(std::uint64_t offset) const;

  private:
    std::vector<std::uint64_t> starts_;
};

inline constexpr std::uint32_t kNone = 0xffffffff;

/// A resource of a bundle: an entry's, or one that stands contained in another and becomes an entity of its
/// own.
struct Resource {
    const json::Value* tree = nullptr;
    std::string_view type, id;  ///< as given; empty when missing
    std::string key;    ///< the row's key: the id, or "-" and the ordinal; a list without id: code|title
    std::string table;  ///< resourceType, or "<Type>.contained"
    const Table* rules = nullptr;
    std::uint32_t parent = kNone;  ///< of a contained one
    std::uint32_t ordinal = 0;
    std::uint64_t offset = 0, length = 0;
    std::uint32_t same_as = kNone;  ///< equal resource with the same type and id before it
    bool clash = false;             ///< different resource with the same type and id before it
    bool bare = false;              ///< an entry without a resource: `tree` is the entry itself
};

/// All resources of a bundle in document order, contained ones behind their parent.
struct Bundle {
    const json::Value* tree = nullptr;
    std::vector<Resource> resources;
    std::vector<std::uint32_t> patients;                          ///< distinct Patient resources
    std::unordered_map<std::string, std::uint32_t> by_reference;  ///< "Type/id", fullUrl

    Bundle(const json::Value& bundle, std::string_view text, const Tables& tables);
    /// The resource a reference text means, said by resource `from`; kNone when it is not here.
    std::uint32_t find(Text reference, std::uint32_t from) const;
    /// The patient's managing organisation; nullptr when it is not in the bundle.
    const json::Value* practice() const;
    /// The supplier's own id of that organisation, or the supplier's identifier system, or "".
    std::string practice_key() const;
    /// ODS code of the practice; empty when it cannot be told.
    std::string ods() const;

  private:
    void add(const json::Value& resource, std::string_view text, std::uint32_t parent, const Tables& tables);
    void add_bare(const json::Value& entry, std::string_view text);
    std::uint32_t by_uuid(std::string_view uuid) const;
    void set_key(Resource& r);
    void find_same(Resource& r, std::uint32_t index);
};

/// Letters alone, the first a capital: could be the name of a resource type.
bool could_be_a_type(std::string_view name);

/// The items of a list; a single object where a list should be is its one item.
std::vector<json::Value*> items_of(const json::Value* list);

/// The resource without id and meta, as compact JSON: what two resources are compared by.
std::string content_of(const json::Value& resource);

/// What a List says is missing from it: codes of the values table list-warning, each once, "other" for a code
/// it does not have. Said by the warning extension, or in the words of a note (values table list-notes).
std::vector<std::string> list_warning_codes(const Tables& tables, const json::Value& list);
/// "warning informational" and the like: severity and codes of an OperationOutcome.issue, never its words.
std::string outcome_code(const json::Value& issue);

/// The row of `values` for the concept's first coding that has one, spaces at the ends and letter case aside.
const ValueRow* row_for(const Values& values, const json::Value* concept_value);

}  // namespace gpswitch::gpconnect
