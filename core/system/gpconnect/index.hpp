#pragma once
#include <map>
#include <optional>

#include "core/record/system.hpp"
#include "core/system/gpconnect/bundle.hpp"

/// What opening a place leaves behind: where the bundles lie, whose they are, and the practice-wide
/// resources.
namespace gpswitch::gpconnect {

/// A practice-wide resource, of which equal copies come in many bundles: the first one is it.
struct Shared {
    std::uint32_t bundle = 0;
    std::uint64_t offset = 0, length = 0, line = 0;  ///< in the bundle's text
    const Table* rules = nullptr;
    std::string key, sha256, id;  ///< source id; content; UUID
    std::uint16_t table = 0;
    std::uint64_t slot = 0;
    std::map<std::string, std::uint32_t> links;  ///< reference text to index of the Shared it means
};

struct BundleInfo {
    std::size_t member = 0;
    Extent extent;
    std::uint64_t line = 1, column = 1;  ///< where it starts
    std::string practice;                ///< key used in ids
    std::string patient;                 ///< source id of the patient; empty: no patient in it
    std::string key;      ///< census key: patient, with the member when two bundles have that patient
    std::string part;     ///< last part of ids: the member, for the second bundle of a patient
    std::string held;     ///< issue code: identity contradicted
    std::string settled;  ///< "same-bundle", "other-practice": not read, its rows settled by this rule
    bool read_as_patient() const { return !patient.empty() && settled.empty(); }
    std::uint64_t resources = 0;
    std::map<std::string, std::uint64_t> slots;  ///< table to its first slot here
};

inline constexpr std::string_view kOtherPractice = "other-practice";

/// A file that cannot be read as JSON or as a bundle: one row of the table kFileTable, held.
struct Fault {
    std::size_t member = 0;
    std::uint64_t slot = 0;
    bool readable = true;  ///< its bytes can be kept
    std::string rule;
    Issue issue;
};
inline constexpr std::string_view kFileTable = "(file)";

/// A member's text with the bundles in it; no text: it is none of ours.
struct MemberText {
    std::string_view bytes;  ///< the whole member
    std::vector<Extent> bundles;
};

struct Index {
    std::vector<BundleInfo> bundles;
    std::vector<Fault> faults;
    std::vector<Shared> shared;
    std::map<std::string, std::vector<std::uint32_t>, std::less<>> by_name;  ///< practice, type, id: variants
    record::Census census;
    std::map<std::string, std::uint16_t> tables;  ///< name to index in census.tables
    std::vector<std::uint32_t> patients;          ///< census index to bundle
    std::vector<Issue> issues;

    /// The Shared that stands for this resource of bundle `b`; kNone when there is none.
    std::uint32_t shared_of(const BundleInfo& b, const Resource& r) const;
    /// Row::part of what stands in this member.
    std::uint16_t part_of(std::size_t member) const;
};

/// The bundle's text: a view of the member, or unescaped into the arena.
std::string_view text_of(const archive::Place& place, const BundleInfo& bundle, Arena& arena);
/// Address of an offset in the bundle's text.
void locate(Issue& issue, const archive::Place& place, const BundleInfo& bundle, const Lines& lines,
            std::uint64_t offset);

/// A member's bundles. What cannot be read becomes a fault of the index, or an issue when the member is no
/// JSON and is not called so. False: nothing to read in it.
bool read_member(const archive::Place& place, std::size_t member, Index& index, json::Parser& parser,
                 Arena& arena, MemberText& out);
/// Adds a fault at a line and column of the member.
void add_fault(const archive::Place& place, std::size_t member, Index& index, const char* rule,
               const char* code, std::uint64_t line, std::uint64_t column, std::string message,
               std::string hint);
/// Parses; a fault of the index and nullptr when it is no JSON. `base`: where the text starts in the member.
const json::Value* parse_or_fault(const archive::Place& place, std::size_t member, Index& index,
                                  json::Parser& parser, Arena& arena, std::string_view text,
                                  std::uint64_t base);

/// The indexing pass. A file that cannot be read is held (a Fault) and the others go on. Throws InputError
/// when there is no bundle at all: with the first fault's words when there is one. `practice`: source id or
/// ODS code of the one practice to read; empty: all.
Index build_index(const archive::Place& place, const Tables& tables, const std::string& practice);

}  // namespace gpswitch::gpconnect
