#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/checker.hpp"
#include "core/profile/spool_sort.hpp"

namespace gpswitch::profile {

/// What is known of how whole the files are.
enum class Scope : std::uint8_t {
    open,    ///< some resources: what they refer to may be elsewhere; ids may come again (a warning)
    listed,  ///< an export with a file for each type: whole as far as a type has a file
    whole    ///< a package: all that is referred to is in it. Its reader says which ids come twice, and which
             ///< resources are of nobody in it; these two are not said again
};

/// References and ids over all files of a run; what one document says is Checker's.
///
///     Links links(table, Scope::listed, "/tmp");
///     const auto m = links.member(name, bytes, true);
///     links.add(m, found_by_the_checker);
///     links.finish(sink, not_checked);
///
/// Found: FHIR-LINK-003 (leads to nothing), FHIR-LINK-004 (one id twice), FHIR-LINK-005 (into another
/// patient's record), in the order of the files and the text, whatever the number of jobs.
///
/// Memory: 32 bytes for a resource and 32 for a reference, 32 MiB at most, the rest in a nameless file in the
/// spool folder. Ids are compared by 64 bits of hash: among 100 million the chance of one mistake is below
/// 1 in 3,000. Only what is wrong is read again, for its path.
class Links {
  public:
    Links(const Table& table, Scope scope, std::string spool_folder);
    /// `bytes` must live until finish(). `lines`: a resource a line, else one document.
    std::uint32_t member(std::string name, std::string_view bytes, bool lines);
    /// What was met in this member; `document` of each is set.
    void add(std::uint32_t member, const std::vector<Link>& met);
    void finish(IssueSink& sink, NotChecked& not_checked);

  private:
    struct Member {
        std::string name;
        std::string_view bytes;
        bool lines;
    };
    struct ByKey {
        static std::uint64_t spread(const Link& l) { return l.key; }
        bool operator()(const Link& a, const Link& b) const;
    };
    struct ByPlace {
        bool operator()(const Link& a, const Link& b) const;
    };
    void judge(const std::vector<Link>& same_key, const Link& reference, NotChecked& not_checked);
    const Table& table_;
    const Scope scope_;
    const std::string spool_;
    std::vector<Member> members_;
    std::vector<bool> types_;  ///< that have a resource here
    SpoolSort<Link, ByKey> met_;
    SpoolSort<Link, ByPlace> faults_;
};

}  // namespace gpswitch::profile
