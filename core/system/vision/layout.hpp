#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

/// The tables of a Vision extract: their columns by position, in the live layout and in the supplier's test
/// pack. No file has a header. Source: columns.csv of the notes on the format.
namespace gpswitch::vision {

using Text = std::string_view;

enum class Tab : std::uint8_t { practice, staff, patient, encounter, journal, referral };
inline constexpr std::size_t kTabs = 6;

/// Positions in the live layout; HCP_CODE, which only the test pack has, stands behind them.
namespace practice {
enum : int {
    ID,
    NAME,
    IDENTIFIER,
    HA,
    ADDRESS,
    ADDRESS_1,
    ADDRESS_2,
    ADDRESS_3,
    ADDRESS_4,
    ADDRESS_5,
    POSTCODE,
    PHONE,
    EMAIL,
    FAX
};
}
namespace staff {
enum : int { ID, HCP_TYPE, GMP_CODE, SURNAME, FORENAME, TITLE, SEX, SERVICE_ID };
}
namespace patient {
enum : int {
    PID,
    REFERENCE,
    DATE_OF_BIRTH,
    SEX,
    POSTCODE,
    MARITAL_STATUS,
    GP,
    GP_USUAL,
    ACTIVE,
    REGISTERED_DATE,
    REMOVED_DATE,
    HA,
    PCG,
    SURGERY,
    MILEAGE,
    DISPENSING,
    ETHNIC,
    DATE_OF_DEATH,
    PRACTICE,
    SURNAME,
    FORENAME,
    TITLE,
    NHS_NUMBER,
    ADDRESS,
    ADDRESS_1,
    ADDRESS_2,
    ADDRESS_3,
    ADDRESS_4,
    ADDRESS_5,
    PHONE_NUMBER,
    MOBILE_NUMBER,
    EMAIL,
    PRACT_NUMBER,
    SERVICE_ID,
    ACTION
};
}
namespace encounter {
enum : int {
    PID,
    ID,
    DATE,
    HCP,
    HCP_TYPE,
    SESSION,
    LOCATION,
    TIME,
    DURATION,
    TRAVEL,
    LINKS,
    PRACT_NUMBER,
    SERVICE_ID,
    ACTION,
    HCP_CODE
};
}
namespace journal {
enum : int {
    PID,
    ID,
    DATE,
    RECORDED_DATE,
    CODE,
    SNOMED_CODE,
    BNF_CODE,
    HCP,
    HCP_TYPE,
    GMS,
    EPISODE,
    TEXT,
    RUBRIC,
    DRUG_FORM,
    DRUG_STRENGTH,
    DRUG_PACKSIZE,
    DMD_CODE,
    IMMS_STATUS,
    IMMS_COMPOUND,
    IMMS_SOURCE,
    IMMS_BATCH,
    IMMS_REASON,
    IMMS_METHOD,
    IMMS_SITE,
    ENTITY,
    VALUE1_NAME,
    VALUE1,
    VALUE1_UNITS,
    VALUE2_NAME,
    VALUE2,
    VALUE2_UNITS,
    END_DATE,
    TIME,
    CONTEXT,
    CERTAINTY,
    SEVERITY,
    LINKS,
    LINKS_EXT,
    SERVICE_ID,
    ACTION,
    SUBSET,
    DOCUMENT_ID,
    HCP_CODE
};
}
namespace referral {
enum : int {
    PID,
    ID,
    DATE,
    HCP,
    HCP_TYPE,
    TO_HCP,
    SPECIALTY,
    UNIT,
    TYPE,
    CONTRACTOR,
    CONTRACT,
    ACTION_DATE,
    LINKS,
    SERVICE_ID,
    ACTION
};
}

inline constexpr std::size_t kMostColumns = 43;  ///< of the journal, HCP_CODE included
inline constexpr std::size_t kMostDays = 4;      ///< columns of one table that hold a day

/// What the reader needs to know of a table before any mapping.
struct Shape {
    Tab tab;
    Text name, file_type;            ///< "journal", "journal_data_extract"
    std::span<const Text> columns;   ///< live, in file order; then HCP_CODE
    std::size_t live;                ///< columns of a live file
    std::span<const Text> test;      ///< test pack, in file order; empty: not in the pack
    int key, service, action, time;  ///< -1: none
    std::array<int, kMostDays> days;
    bool of_patients;  ///< the first column is PID
};
const Shape& shape(Tab tab);
/// Position of a column; -1 when the table has none of that name.
int position(Tab tab, Text column);

}  // namespace gpswitch::vision
