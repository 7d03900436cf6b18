#pragma once
#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/profile/checker.hpp"
#include "core/profile/fhirpath.hpp"

namespace gpswitch::profile {

/// Kinds of JSON in words, by Node::Kind.
inline constexpr std::string_view kKinds[] = {"null",     "true or false", "a number",
                                              "a string", "an array",      "an object"};

/// What profiles say of one place, beside its type.
struct Overlays {
    static constexpr std::size_t kMost = 24;
    std::array<const Rule*, kMost> rules;  // only as many as `size` says mean anything, or are copied
    std::size_t size = 0;
    bool over = false;  ///< there were more
    Overlays() = default;
    Overlays(const Overlays& o) : size(o.size), over(o.over) {
        std::copy_n(o.rules.data(), size, rules.data());
    }
    Overlays& operator=(const Overlays& o) {
        size = o.size;
        over = o.over;
        std::copy_n(o.rules.data(), size, rules.data());
        return *this;
    }
    void add(const Rule* r) {
        for (std::size_t i = 0; i < size; ++i)
            if (rules[i] == r) return;
        if (size < kMost)
            rules[size++] = r;
        else
            over = true;
    }
    const Rule* const* begin() const { return rules.data(); }
    const Rule* const* end() const { return rules.data() + size; }
};

/// The way through one document. Methods in files by what they check. No other worker's in its cache lines.
struct alignas(128) Checker::Walk {
    Walk(const Table& t, CheckOptions o) : table(t), options(std::move(o)), known(t.known()) {
        if (options.tally) counter = std::make_unique<Counter>(t);
    }

    struct Step {
        std::uint32_t node = 0;  ///< the member; its name in the text is the step's name
        std::uint32_t index = 0;
        bool is_index = false;
        const Shape* shape = nullptr;  ///< what the step's element is defined in
        const Rule* rule = nullptr;
        TypeId type = 0;                  ///< of the value there
        std::string_view extension = {};  ///< its URL, when it is one
    };

    // walk.cpp: objects and elements
    /// `given`: what profiles say of the resource where it stands; may be nullptr.
    void resource(std::uint32_t n, bool contained, const Overlays* given = nullptr);
    TypeId type_of_resource(std::uint32_t n) const;
    void object(std::uint32_t n, const Shape& shape, const Overlays& overlays, bool whole_resource);
    struct Seen {
        std::uint32_t node, sibling;
        std::uint8_t type;
    };
    void element(std::uint32_t parent, const Shape& shape, const Rule& r, const Seen& seen,
                 const Overlays& inner);
    struct Lent;
    void absent(std::uint32_t parent, const Rule& r);
    void counts(std::uint32_t n, std::size_t count, const Rule& r, const Overlays& inner);
    void item(const Shape& shape, const Rule& r, const TypeUse* use, std::uint32_t n, std::uint32_t sibling,
              const Overlays& overlays);
    void null_or_empty(std::uint32_t n);
    void unknown(std::uint32_t n);
    void doubled_keys(std::uint32_t n);
    std::size_t profiles_of(std::uint32_t n, TypeId type, Overlays& out, bool contained);

    // check_values.cpp
    bool primitive(std::uint32_t n, const TypeInfo& type, const Rule& r);
    void values(std::uint32_t n, const TypeUse* use, const Rule& r);
    void binding(std::uint32_t n, TypeId type, const Rule& r);
    void checks(std::uint32_t n, const std::vector<Check>& list);
    void check(std::uint32_t n, const Check& c);
    void limits(std::uint32_t n, const Rule& r);
    bool equal(const json::Value& v, std::uint32_t n) const;
    bool matches(const json::Value& v, std::uint32_t n) const;
    void known_ids(std::uint32_t n, TypeId type);

    // check_slices.cpp
    bool slices(std::uint32_t parent, const TypeUse* use, std::uint32_t array, const Overlays& inner,
                std::vector<Overlays>& per_item);
    void slice(const Rule& sliced, const TypeUse* use, std::uint32_t array,
               const std::vector<std::uint32_t>& items, std::vector<Overlays>& per_item,
               const std::vector<std::size_t>& index);
    bool in_slice(const Rule& s, const TypeUse* use, std::uint32_t n) const;
    bool test(const Test& t, const TypeUse* use, std::uint32_t n, std::size_t depth) const;
    static bool told_apart(const Rule& sliced);

    // check_references.cpp
    void reference(std::uint32_t n, const TypeUse* base, const Overlays& overlays);
    void extension(std::uint32_t n, const Shape& shape, const Rule& r, Overlays& overlays);
    bool context_fits(const ProfileInfo& p, std::uint32_t n);
    std::uint32_t holder_of(std::uint32_t n) const;
    void context_invariants();
    bool stands_in(std::string_view wanted, std::size_t holder) const;
    void contained_used(std::uint32_t n);
    TypeId type_of_target(std::string_view text, std::uint32_t reference);
    TypeId address_type(std::string_view url) const;

    // check_links.cpp: where references lead, and ids
    void resource_link(std::uint32_t n, TypeId type);
    void reference_link(std::uint32_t n, std::uint32_t m, std::string_view url);
    void bundle_reference(std::uint32_t m, std::string_view url, bool relative);
    TypeId entry_type(std::string_view full_url);
    void read_entries();
    void doubled_entries(std::uint32_t n);
    std::string_view base_here() const;

    // findings; what a message ends with in brackets, a type or a URL, is its source
    void report(Severity severity, std::string_view code, std::uint32_t offset, std::string message,
                std::string_view more_path = {});
    std::string_view name_of(const Step& s) const;
    std::string path() const;
    std::string resource_label() const;
    std::string_view text(std::uint32_t n) const { return doc->text((*doc)[n]); }
    std::string shown(std::uint32_t n) const;
    // wording.cpp
    /// A URL of the input, for what is named as not checked; not when it may say something about a person.
    std::string url_shown(std::string_view url) const;
    void cannot(std::string what);
    void unknown_extension(std::string_view url);
    /// What of the table cannot be checked, and was met.
    void add_gaps(NotChecked& all) const;

    const Table& table;
    const CheckOptions options;
    const Table::Known& known;
    Document* doc = nullptr;
    std::vector<Finding>* out = nullptr;
    std::vector<Link>* links = nullptr;
    std::uint64_t patient = 0;  ///< of whom the resource is
    enum Way : std::uint8_t { kOutside, kByUrn, kBySearch, kByIdentifier, kOutOfBundle, kWays };
    std::array<std::uint64_t, kWays> not_followed{};
    static constexpr std::size_t kMostNamed = 1000;  ///< of what is named only to be counted
    NotChecked missing;
    std::unordered_map<const CodeSet*, std::uint64_t>
        missing_sets;  ///< asked too often to be named each time
    std::unordered_map<const Rule*, std::uint64_t> missing_slices;
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };
    std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>> missing_extensions;  ///< by URL
    std::unordered_map<const Check*, std::uint64_t> missing_checks;

    struct Later {
        const Expression* expression;
        std::string_view url;
        std::uint32_t extension, holder;
        std::string path;
    };
    std::vector<Later> later;  ///< invariants of places, for when the resource was looked at

    std::vector<Step> steps;
    std::vector<std::uint32_t> resources;  ///< nodes of the resources around here
    std::uint32_t root = 0;                ///< the resource that holds the contained ones
    std::size_t first_finding = 0;
    std::unordered_set<std::size_t> told_places;  ///< hashes of code and path of the document's findings
    std::vector<std::uint32_t> slice_scratch, slice_items;
    std::vector<std::size_t> slice_index;
    std::vector<std::vector<Overlays>> pool;  ///< what is said of each item of an array, from call to call
    std::size_t pool_used = 0;
    struct Entry {
        TypeId type = 0;
        std::uint32_t node = 0;
    };
    std::unordered_map<std::string_view, Entry>
        entries;  ///< of the Bundle, by fullUrl; read when first asked
    std::unordered_map<std::string_view, TypeId> entry_ids;  ///< "Type/id" of its resources
    std::deque<std::string> entry_names;
    bool entries_read = false;
    std::string link_name;                 ///< room for "Type/id"
    mutable std::uint32_t entry_hint = 0;  ///< the entry last looked for
    std::unique_ptr<Evaluator> evaluator;
    std::unique_ptr<Counter> counter;  ///< when a tally is asked for
};

}  // namespace gpswitch::profile
