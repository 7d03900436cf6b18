#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/mapping/fold.hpp"

/// The shape of an EMIS Web extract: its tables, how files are named, which columns key a row. Decides
/// nothing about meaning.
namespace gpswitch::emis {

/// The 21 tables in reading order (supplier's names; '.' never occurs in them).
enum class Tab : std::uint8_t {
    Agreements_SharingOrganisation,
    Coding_ClinicalCode,
    Coding_DrugCode,
    Admin_Organisation,
    Admin_Location,
    Admin_OrganisationLocation,
    Admin_UserInRole,
    Appointment_Session,
    Appointment_SessionUser,
    Admin_Patient,
    Admin_PatientHistory,
    Audit_RegistrationAudit,
    CareRecord_Consultation,
    CareRecord_Observation,
    CareRecord_Problem,
    CareRecord_ObservationReferral,
    CareRecord_Diary,
    Prescribing_DrugRecord,
    Prescribing_IssueRecord,
    Appointment_Slot,
    Audit_PatientAudit,
    Side_RegistrationStatus,
    Side_OriginalTerm,
};
/// Tables of an extract; the side files behind them are none of its tables and may come or not.
inline constexpr std::size_t kTabs = 21;
inline constexpr std::size_t kAllTabs = 23;

/// How a row is keyed. patient: the column with the patient's GUID (empty: practice-wide). key: the column of
/// the row's own key, unique with the patient's (empty: rows are events without a key). second: the column
/// that completes the key where one is not enough (both GUIDs of a link; CodeId and ParentCodeId).
struct TableShape {
    Tab tab;
    std::string_view name, patient, key, second;
};
const TableShape& shape(Tab tab);
std::optional<Tab> tab_named(std::string_view name);

/// A file name taken apart: `{bulk|delta}_{n}_{Schema}_{Table}_{time}_{guid}.csv` or
/// `{first}-{last}_{Schema}_{Table}_...`. Table names hold exactly one underscore, ours included, so both
/// ends are parsed inwards. Case counts nowhere.
struct FileName {
    std::string kind;       ///< "bulk", "delta", or "" for the older pattern
    std::string range;      ///< extract number or ProcessingId range
    std::string time;       ///< yyyyMMddHHmmss
    std::string agreement;  ///< in upper case, without braces
    std::string table;      ///< as the name has it
    Tab tab{};
    bool known = false;  ///< false: named like a file of an extract, but of no table we know
    std::string packed;  ///< what still wraps the file (".gpg", ".gz" ...); empty: nothing
};
/// Nothing when the name follows neither pattern. `path` may have folders before it.
std::optional<FileName> parse_file_name(std::string_view path);
/// The same for files that can be read and whose table is known; nothing otherwise.
std::optional<FileName> parse_name(std::string_view path);
/// The side file that a name means: text files whose name says RegistrationStatusHistory, RegistrationHistory
/// or OriginalTerm.
std::optional<Tab> side_file(std::string_view path);
/// Columns of a side file, which has no header.
std::span<const std::string_view> side_columns(Tab tab);

/// A header row matched to a table: number of every column by canonical name (older spellings included).
struct Header {
    std::vector<std::string> columns;  ///< canonical names in file order; unknown ones as they are
    std::unordered_map<std::string, int, mapping::FoldHash, mapping::FoldEqual> index;  ///< name to position
    void add(std::string name);
    /// Position of a column; -1 when this file has none.
    int find(std::string_view column) const;
};
/// Canonical spelling of a column name (case and the older misspellings of versions 5.0 and 5.1 accepted).
std::string canonical(std::string_view column);

}  // namespace gpswitch::emis
