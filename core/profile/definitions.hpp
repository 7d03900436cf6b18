#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What FHIR packages define, reduced to facts: no descriptions, no displays, no mappings.
///
///     profile::Sources sources;
///     profile::read_package("/path/to/hl7.fhir.r4.core", sources);      // base first
///     profile::read_package("/path/to/uk.core.tgz", sources);
///     const profile::Definitions found = profile::compile(sources);
///     out.write(profile::to_text(found));                               // what load() reads
namespace gpswitch::profile {

inline constexpr std::uint32_t kNoMax = 0xFFFFFFFF;  ///< "*"

/// A type an element may have. `profiles`: canonical URLs of which the value must satisfy one. `targets`:
/// resource types a Reference may lead to; empty: any.
struct TypeRef {
    std::string code;
    std::vector<std::string> profiles, targets;
};

enum class Strength : std::uint8_t { none, required, extensible };

/// How an item is known to belong to a slice. `path` in dotted element names, empty for the item itself.
struct SliceTest {
    enum class Kind : std::uint8_t { equals, pattern, type, exists, absent, in_set, unsupported };
    Kind kind = Kind::equals;
    std::string path;
    std::string value;  ///< JSON; type names joined by '|'; URL of a value set; the reason
};

struct Invariant {
    std::string key;
    bool error = true;  ///< else a warning
    std::string expression;
};

enum class SliceRules : std::uint8_t { none, open, closed, open_at_end };

/// One element as a type defines it, or what a profile says about one ("unset" where it says nothing).
struct Element {
    std::string name;   ///< "value[x]" for a choice
    std::string slice;  ///< name of the slice; empty for the element itself
    std::optional<std::uint32_t> min, max;
    std::vector<TypeRef> types;
    std::string content;  ///< "Questionnaire.item": defined like that element
    Strength strength = Strength::none;
    std::string value_set;
    std::string fixed, pattern;  ///< JSON
    std::string min_value, max_value;
    std::uint32_t max_length = 0;
    bool must_support = false, modifier = false;
    std::vector<Invariant> invariants;
    SliceRules rules = SliceRules::none;
    bool ordered = false;
    std::vector<std::pair<std::string, std::string>> discriminators;  ///< type, path
    std::vector<SliceTest> tests;                                     ///< of a slice
    std::vector<Element> children, slices;
    bool from_type = false;  ///< copied from the profile of its type, which is applied anyway

    Element* child(std::string_view child_name);
    const Element* child(std::string_view child_name) const;
    Element* find_slice(std::string_view slice_name);
};

/// A data type or resource of FHIR itself. `root.children` are its own elements; those of `base` come first.
struct Type {
    enum class Kind : std::uint8_t { primitive, complex, resource };
    Kind kind = Kind::complex;
    std::string name, base;
    bool abstract_type = false;
    Element root;
};

/// Where an extension may stand.
struct ExtensionContext {
    /// element, extension, fhirpath; inside: anywhere in a resource; invariant: what has to hold there
    std::string kind;
    std::string expression;
};

/// A profile or extension definition: what it demands beyond its type.
struct Profile {
    std::string url, version, name, status, type, base;
    Element root;
    std::vector<ExtensionContext> contexts;  ///< of an extension
};

struct ValueSet {
    std::string url, version;
    std::string missing;                                    ///< why it is not whole; empty when it is
    std::map<std::string, std::vector<std::string>> codes;  ///< by system; sorted
};

/// Something a package says that is not checked, and why.
struct Unchecked {
    std::string where, reason;
};

struct Definitions {
    std::vector<std::pair<std::string, std::string>> packages;  ///< name, version
    std::map<std::string, Type> types;
    std::map<std::string, Profile> profiles;
    std::map<std::string, ValueSet> value_sets;
    std::map<std::string, std::string> defaults;  ///< resource type to profile
    std::vector<Unchecked> unchecked;
};

}  // namespace gpswitch::profile
