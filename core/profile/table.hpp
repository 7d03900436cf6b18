#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/profile/definitions.hpp"
#include "core/profile/document.hpp"
#include "core/profile/fhirpath.hpp"
#include "core/util/arena.hpp"

namespace gpswitch::profile {

struct Shape;
struct Rule;
using TypeId = std::uint16_t;

/// A value set ready to be asked. `missing` as in the table: then a code that is not in it may still be
/// right.
struct CodeSet {
    std::string_view url, missing;
    bool whole() const { return missing.empty(); }
    bool has(std::string_view system, std::string_view code) const;
    /// For elements of type code, which have no system.
    bool has(std::string_view code) const;
    /// Every system and code, sorted by code.
    const std::vector<std::pair<std::string_view, std::string_view>>& all() const;

    /// The table's lines of it; read when the set is first asked.
    std::string_view lines;

  private:
    mutable std::once_flag once_;
    mutable std::vector<std::pair<std::string_view, std::string_view>> codes_;  ///< code, system
    mutable std::deque<std::string> kept_;
};

struct TypeUse {
    TypeId type = 0;
    std::vector<std::string_view> urls;  ///< of the profiles of which one must hold
    std::vector<const Rule*> profiles;   ///< their roots
    std::vector<TypeId> targets;
};

struct Check {
    std::string_view key;
    bool error = true;
    const Expression* expression = nullptr;  ///< nullptr when it cannot be compiled: `reason` says why
    std::string_view source;                 ///< profile URL, or type
    std::string_view reason;
    enum class When : std::uint8_t {
        always,
        with_contained,  ///< said of every resource, but only of use where others are contained
        never            ///< found out otherwise
    };
    When when = When::always;
};

struct Test {
    SliceTest::Kind kind = SliceTest::Kind::equals;
    std::vector<Atom> path;
    const json::Value* value = nullptr;
    std::vector<TypeId> types;
    const CodeSet* set = nullptr;
};

/// What a type or a profile demands of one element. For an element of a type (`defined`) min, max and types
/// are always set; a profile's leave open what it does not say.
struct Rule {
    Atom name = 0;            ///< of a choice, without "[x]"
    std::string_view label;   ///< as defined: "value[x]"
    std::string_view slice;   ///< name of the slice
    std::string_view source;  ///< URL of the profile, or name of the type
    std::uint32_t min = 0, max = kNoMax;
    bool choice = false, many = false, must_support = false;
    bool valued = false;  ///< something is said of the value itself: fixed, pattern, binding or limits
    std::vector<TypeUse> types;
    std::string_view content;      ///< "Questionnaire.item" when defined like that element
    const Shape* shape = nullptr;  ///< an element defined in place, or by reference
    Strength strength = Strength::none;
    const CodeSet* set = nullptr;
    const json::Value* fixed = nullptr;
    const json::Value* pattern = nullptr;
    std::string_view min_value, max_value;
    std::uint32_t max_length = 0;
    std::vector<Check> checks;
    SliceRules slicing = SliceRules::none;
    bool ordered = false;
    std::vector<Test> tests;
    std::vector<Rule> children;  ///< of a profile
    std::vector<Rule> slices;

    std::vector<Atom> names;            ///< of the children; side by side, to be looked through quickly
    std::vector<std::uint16_t> wanted;  ///< children of which something has to be there
    std::uint64_t hint = 0;             ///< which names may be among them: bit (name mod 64)

    const Rule* child(Atom child_name) const {
        if ((hint >> (child_name & 63) & 1) == 0) return nullptr;
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == child_name) return &children[i];
        return nullptr;
    }
};

/// What may stand in an object.
struct Shape {
    struct Slot {
        Atom key = 0;
        std::uint8_t element = 0, type = 0;
        bool underscore = false;
    };
    std::string path;                   ///< "Patient.contact"
    TypeId type = 0;                    ///< Patient, BackboneElement
    std::vector<const Rule*> elements;  ///< inherited ones first
    std::vector<Rule> own;
    std::vector<std::uint8_t> required;  ///< of the elements
    std::vector<const Check*> checks;
    std::vector<Check> own_checks;
    std::vector<Slot> slots;
    std::uint32_t mask = 0;

    const Slot* find(Atom key) const {
        for (std::uint32_t i = key * 2654435761u >> 16 & mask;; i = (i + 1) & mask) {
            if (slots[i].key == key) return &slots[i];
            if (slots[i].key == 0) return nullptr;
        }
    }
};

enum class Primitive : std::uint8_t {
    none,
    base64,
    boolean,
    canonical,
    code,
    date,
    date_time,
    decimal,
    id,
    instant,
    integer,
    markdown,
    oid,
    positive_int,
    string,
    time,
    unsigned_int,
    uri,
    url,
    uuid,
    xhtml
};

struct TypeInfo {
    std::string_view name;
    Type::Kind kind = Type::Kind::complex;
    TypeId base = 0;
    Primitive primitive = Primitive::none;
    Shape shape;
    bool is_abstract = false;
};

struct ProfileInfo {
    std::string_view url, version, status, base;
    TypeId type = 0;
    Rule root;
    /// Where an extension may stand: element, extension, fhirpath; or an invariant that has to hold there.
    struct Context {
        std::string_view kind, text;
        const Expression* expression = nullptr;  ///< of fhirpath and invariant; nullptr: cannot be compiled
    };
    std::vector<Context> contexts;
};

/// The compiled definitions, ready for checking. const and thread-safe once loaded.
///
///     auto table = profile::Table::load(io::MappedFile::open(path)->bytes(), path);
///
/// The text must outlive the table. Errors: MappingError with name and line when it is not a table, is of
/// another version, names what it does not define, or has another hash than it says.
class Table {
  public:
    static std::shared_ptr<const Table> load(std::string_view text, const std::string& name);

    /// 0 when there is no such type.
    TypeId type(std::string_view name) const;
    const TypeInfo& info(TypeId t) const { return *info_[t]; }
    /// How many numbers of types there are.
    std::size_t types() const { return info_.size(); }
    bool derives(TypeId t, TypeId from) const;
    const ProfileInfo* profile(std::string_view url) const;
    /// The profile for resources of the type that claim none; nullptr when there is none.
    const ProfileInfo* default_of(TypeId t) const { return defaults_[t]; }
    /// Profiles and elements that cannot be checked, with the reason; by URL, "#" and element.
    const std::vector<Unchecked>& unchecked() const { return unchecked_; }
    const Atoms& atoms() const { return atoms_; }
    std::string_view sha256() const { return sha256_; }
    const std::vector<std::pair<std::string_view, std::string_view>>& packages() const { return packages_; }

    /// Numbers of what the checker has to know by name.
    struct Known {
        TypeId element, resource, domain_resource, extension, reference, narrative, quantity, coding,
            codeable_concept, identifier, bundle;
        Atom resource_type, id, meta, profile, extension_a, modifier_extension, url, value, contained,
            reference_a, type, system, code, coding_a, entry, full_url, resource_a, div, patient, subject,
            link, focus, identifier_a;
    };
    const Known& known() const { return known_; }

  private:
    friend class Loader;
    Table() = default;
    Atoms atoms_;
    std::deque<TypeInfo> types_;
    std::vector<const TypeInfo*> info_;  ///< by number
    std::unordered_map<std::string_view, TypeId> type_ids_;
    std::vector<TypeId> type_of_atom_;
    std::unordered_map<std::string_view, ProfileInfo> profiles_;
    Atoms urls_;                                  ///< of the profiles
    std::vector<const ProfileInfo*> profile_of_;  ///< by number of the URL
    std::unordered_map<std::string_view, CodeSet> sets_;
    std::vector<const ProfileInfo*> defaults_;
    std::deque<Shape> shapes_;
    std::vector<Unchecked> unchecked_;
    std::vector<std::pair<std::string_view, std::string_view>> packages_;
    std::unordered_map<std::string_view, std::unique_ptr<Expression>> expressions_;
    std::deque<std::string> kept_;
    Arena arena_;
    std::string sha256_;
    Known known_{};
};

}  // namespace gpswitch::profile
