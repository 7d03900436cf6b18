#include "core/system/emis/layout.hpp"

#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

constexpr std::array<TableShape, kAllTabs> kShapes = {{
    {Tab::Agreements_SharingOrganisation, "Agreements_SharingOrganisation", "", "OrganisationGuid", ""},
    {Tab::Coding_ClinicalCode, "Coding_ClinicalCode", "", "CodeId", "ParentCodeId"},
    {Tab::Coding_DrugCode, "Coding_DrugCode", "", "CodeId", ""},
    {Tab::Admin_Organisation, "Admin_Organisation", "", "OrganisationGuid", ""},
    {Tab::Admin_Location, "Admin_Location", "", "LocationGuid", ""},
    {Tab::Admin_OrganisationLocation, "Admin_OrganisationLocation", "", "LocationGuid", "OrganisationGuid"},
    {Tab::Admin_UserInRole, "Admin_UserInRole", "", "UserInRoleGuid", ""},
    {Tab::Appointment_Session, "Appointment_Session", "", "AppointmentSessionGuid", ""},
    {Tab::Appointment_SessionUser, "Appointment_SessionUser", "", "SessionGuid", "UserInRoleGuid"},
    {Tab::Admin_Patient, "Admin_Patient", "PatientGuid", "PatientGuid", ""},
    {Tab::Admin_PatientHistory, "Admin_PatientHistory", "PatientGuid", "", ""},
    {Tab::Audit_RegistrationAudit, "Audit_RegistrationAudit", "PatientGuid", "", ""},
    {Tab::CareRecord_Consultation, "CareRecord_Consultation", "PatientGuid", "ConsultationGuid", ""},
    {Tab::CareRecord_Observation, "CareRecord_Observation", "PatientGuid", "ObservationGuid", ""},
    {Tab::CareRecord_Problem, "CareRecord_Problem", "PatientGuid", "ObservationGuid", ""},
    {Tab::CareRecord_ObservationReferral, "CareRecord_ObservationReferral", "PatientGuid", "ObservationGuid",
     ""},
    {Tab::CareRecord_Diary, "CareRecord_Diary", "PatientGuid", "DiaryGuid", ""},
    {Tab::Prescribing_DrugRecord, "Prescribing_DrugRecord", "PatientGuid", "DrugRecordGuid", ""},
    {Tab::Prescribing_IssueRecord, "Prescribing_IssueRecord", "PatientGuid", "IssueRecordGuid", ""},
    {Tab::Appointment_Slot, "Appointment_Slot", "PatientGuid", "SlotGuid", ""},
    {Tab::Audit_PatientAudit, "Audit_PatientAudit", "PatientGuid", "", ""},
    {Tab::Side_RegistrationStatus, "Side_RegistrationStatus", "PatientGuid", "", ""},
    {Tab::Side_OriginalTerm, "Side_OriginalTerm", "PatientGuid", "ObservationGuid", ""},
}};

constexpr std::string_view kStatusColumns[] = {"OrganisationGuid",   "PatientGuid",      "Date",
                                               "RegistrationStatus", "RegistrationType", "ProcessingOrder"};
constexpr std::string_view kTermColumns[] = {"OrganisationCdb", "OrganisationOds", "PatientGuid",
                                             "ObservationGuid", "OriginalTerm"};

struct Alias {
    std::string_view older, name;
};
constexpr Alias kAliases[] = {
    {"ExternalUsusalGP", "ExternalUsualGP"},
    {"ExternalUsusalGPOrganisation", "ExternalUsualGPOrganisation"},
    {"ClinicanUserInRoleGuid", "ClinicianUserInRoleGuid"},
    {"PersonGUID", "PersonGuid"},
    {"DateofDeactivation", "DateOfDeactivation"},
    {"ParentCodeID", "ParentCodeId"},
};

bool digits(std::string_view s) {
    if (s.empty()) return false;
    for (char c : s)
        if (c < '0' || c > '9') return false;
    return true;
}

}  // namespace

const TableShape& shape(Tab tab) { return kShapes[static_cast<std::size_t>(tab)]; }

std::optional<Tab> tab_named(std::string_view name) {
    for (const TableShape& s : kShapes)
        if (same_ignoring_case(s.name, name)) return s.tab;
    return std::nullopt;
}

std::optional<FileName> parse_file_name(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    const std::string folded = lower(slash == std::string_view::npos ? path : path.substr(slash + 1));
    const std::size_t csv = folded.rfind(".csv");
    if (csv == std::string::npos) return std::nullopt;
    FileName f;
    f.packed = folded.substr(csv + 4);
    if (!f.packed.empty() && f.packed.front() != '.') return std::nullopt;
    const std::string_view name = path.substr(path.size() - folded.size(), csv);
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= name.size();) {
        std::size_t end = name.find('_', at);
        if (end == std::string_view::npos) end = name.size();
        parts.push_back(name.substr(at, end - at));
        at = end + 1;
    }
    if (parts.size() != 5 && parts.size() != 6) return std::nullopt;
    const bool modern = parts.size() == 6;
    const std::size_t table = modern ? 2 : 1;
    if (!digits(parts[table + 2])) return std::nullopt;
    if (modern) {
        f.kind = lower(parts[0]);
        if (f.kind != "bulk" && f.kind != "delta") return std::nullopt;
    }
    f.range = parts[table - 1];
    f.time = parts[table + 2];
    normal_guid(parts[table + 3], f.agreement);
    f.table = std::string(parts[table]) + "_" + std::string(parts[table + 1]);
    const auto tab = tab_named(f.table);
    f.known = tab && *tab < Tab::Side_RegistrationStatus;
    if (f.known) f.tab = *tab;
    return f;
}

std::optional<FileName> parse_name(std::string_view path) {
    auto f = parse_file_name(path);
    if (!f || !f->known || !f->packed.empty()) return std::nullopt;
    return f;
}

std::optional<Tab> side_file(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    const std::string name = lower(slash == std::string_view::npos ? path : path.substr(slash + 1));
    if (!name.ends_with(".txt")) return std::nullopt;
    if (name.find("originalterm") != std::string::npos) return Tab::Side_OriginalTerm;
    if (name.find("registrationstatushistory") != std::string::npos ||
        name.find("registrationhistory") != std::string::npos)
        return Tab::Side_RegistrationStatus;
    return std::nullopt;
}

std::span<const std::string_view> side_columns(Tab tab) {
    if (tab == Tab::Side_RegistrationStatus) return kStatusColumns;
    return kTermColumns;
}

std::string canonical(std::string_view column) {
    column = trim(column);
    for (const Alias& a : kAliases)
        if (same_ignoring_case(a.older, column)) return std::string(a.name);
    return std::string(column);
}

void Header::add(std::string name) {
    index.emplace(name, static_cast<int>(columns.size()));
    columns.push_back(std::move(name));
}

int Header::find(std::string_view column) const {
    const auto it = index.find(column);
    return it == index.end() ? -1 : it->second;
}

}  // namespace gpswitch::emis
