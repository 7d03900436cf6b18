#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/profile/table.hpp"
#include "core/report/issue.hpp"

namespace gpswitch::profile {

/// What many resources are like, in counts and in the words of the table: nothing in it is text of the input.
/// Views lead into the table. Sums of tallies are the same in whatever order they are added.
struct Tally {
    struct Type {
        std::uint64_t resources = 0, with_errors = 0;  ///< contained ones count with what holds them
    };
    struct Filled {
        std::uint64_t resources = 0;          ///< that the profile was applied to
        std::vector<std::uint64_t> elements;  ///< how many have a value there, as in must_support()
    };
    std::map<std::string_view, Type> types;
    std::map<std::string_view, Filled> profiles;           ///< by URL
    std::map<std::string_view, std::uint64_t> extensions;  ///< those of the table, by URL
    std::uint64_t untyped = 0;  ///< resources of no type, or of one that FHIR does not have
    std::uint64_t other_extensions = 0, other_profiles = 0;  ///< met, not in the table
    std::map<std::string, std::uint64_t> not_checked;        ///< of the table, with how often

    void add(const Tally& other);
};

/// An element that a profile says must be supported.
struct MustSupport {
    const Rule* rule = nullptr;
    std::string path;  ///< "Patient.identifier:nhsNumber.value"
};
/// All of a profile, in the order of its definition; those of its extensions belong to them.
std::vector<MustSupport> must_support(const Table& table, const ProfileInfo& profile);

/// Counts along the way of a checker. Not thread-safe; one per checker.
class Counter {
  public:
    explicit Counter(const Table& table) : table_(table) {}
    /// A resource begins; the rules are the roots of its profiles. What is contained is part of what holds
    /// it.
    void enter(TypeId type, const Rule* const* begin, const Rule* const* end, bool contained);
    void leave();
    /// An element with a value, by what a profile says of it.
    void fill(const Rule& rule) {
        if (rule.must_support && !frames_.empty()) mark(rule);
    }
    void found(Severity severity);
    void extension(const ProfileInfo* known);
    void unknown_profile() { ++tally_.other_profiles; }
    const Tally& tally() const { return tally_; }

  private:
    struct Place {
        Tally::Filled* filled;
        std::size_t element;
    };
    struct Frame {
        Tally::Type* type = nullptr;  ///< none of a contained resource
        bool error = false;
        std::vector<const Rule*> filled;
    };
    void mark(const Rule& rule);
    Tally::Filled& profile(const ProfileInfo& p);
    const Table& table_;
    Tally tally_;
    std::unordered_map<const Rule*, Place> places_;
    std::vector<Frame> frames_;
};

}  // namespace gpswitch::profile
