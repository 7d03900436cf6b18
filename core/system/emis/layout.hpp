#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
};
inline constexpr std::size_t kTabs = 21;

/// How a row is keyed. patient: the column with the patient's GUID (empty: practice-wide). key: the column of
/// the row's own key, unique with the patient's (empty: rows are events without a key).
struct TableShape {
    Tab tab;
    std::string_view name, patient, key;
};
const TableShape& shape(Tab tab);
std::optional<Tab> tab_named(std::string_view name);

/// A file name taken apart: `{bulk|delta}_{n}_{Schema}_{Table}_{time}_{guid}.csv` or
/// `{first}-{last}_{Schema}_{Table}_...`. Table names hold exactly one underscore, ours included, so both
/// ends are parsed inwards.
struct FileName {
    std::string kind;   ///< "bulk", "delta", or "" for the older pattern
    std::string range;  ///< extract number or ProcessingId range
    std::string time;   ///< yyyyMMddHHmmss
    std::string agreement;
    Tab tab;
};
/// Nothing when the name follows neither pattern or names no known table. `path` may have folders before it.
std::optional<FileName> parse_name(std::string_view path);

/// A header row matched to a table: number of every column by canonical name (older spellings included).
struct Header {
    std::vector<std::string> columns;  ///< canonical names in file order; unknown ones as they are
    /// Position of a column; -1 when this file has none.
    int find(std::string_view column) const;
};
/// Canonical spelling of a column name (case and the older misspellings of versions 5.0 and 5.1 accepted).
std::string canonical(std::string_view column);

}  // namespace gpswitch::emis
