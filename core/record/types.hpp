#pragma once
#include "core/record/type.hpp"

/// The building blocks: FHIR R4 data types as far as a GP record uses them. Field names are FHIR's.
/// All are plain structs of views and lists in an arena: copy them freely.
namespace gpswitch::record {

struct Period {
    Text start, end;
};

struct LogicalId {
    Text system, value;
};

struct Reference {
    Text reference;  ///< "Observation/<id>"; may lead nowhere, then the source's own id is kept here
    Text type;
    LogicalId identifier;  ///< when the source names the thing by identifier only
    Text display;
};

struct Coding {
    Text system, version, code, display, user_selected;
    Text description_id;       ///< coding-sctdescid: SNOMED CT description id
    Text description_display;  ///< Extension-UKCore-CodingSCTDescDisplay: that description's term
};

struct Concept {
    List<Coding> coding;  ///< in order; the chosen one has user_selected "true"
    Text text;            ///< the user's own words
};

struct Identifier {
    Text use;
    Concept type;
    Text system, value;
    Period period;
    Reference assigner;
    Concept verification_status;  ///< Extension-UKCore-NHSNumberVerificationStatus
};

struct Quantity {
    Text value;  ///< decimal as text
    Text comparator, unit, system, code;
    Text quantity_text;  ///< Extension-UKCore-MedicationQuantityText (retired)
    Text approximate;    ///< source said "about" (CareConnect ValueApproximation)
};

struct Range {
    Quantity low, high;
};
struct Ratio {
    Quantity numerator, denominator;
};

struct HumanName {
    Text use, text, family;
    List<Text> given, prefix, suffix;
    Period period;
};

struct Address {
    Text use, type, text;
    List<Text> line;
    Text city, district, state, postal_code, country;
    Period period;
};

struct ContactPoint {
    Text system, value, use, rank;
    Period period;
};

struct Annotation {
    Reference author_reference;
    Text author_string, time, text;
};

struct Attachment {
    Text content_type, language, data, url, size, hash, title, creation;
};

struct Meta {
    Text version_id, last_updated, source;
    List<Text> profile;
    List<Coding> security,
        tag;  ///< security: confidentiality labels, inherited by what is derived, never loosened
};

/// A row an entity came from. role is "primary" or "part".
struct SourceRow {
    Text table, key, role;
};

/// What the model has no field for: path and verbatim value. Counted, never dropped in silence.
struct Rest {
    Text path, value;
};

/// What every entity begins (id, meta, identifier) and ends with.
struct Entity {
    Text id;  ///< UUIDv5 of the source key, or the id as read from a standard source
    Meta meta;
    Text language;
    List<Text> contained;         ///< raw resources we do not take apart
    List<Identifier> identifier;  ///< the source key among them
    List<Text> extensions;        ///< extensions without a field, verbatim JSON
    List<Text> inferred;  ///< element paths whose value was inferred, with the rule ("effectivePeriod.end:
                          ///< last issue")
    List<SourceRow> source;
    List<Rest> rest;
};

/// URLs of our own extensions start with this.
inline constexpr std::string_view kOwn = "https://gpswitch.org/fhir/";

/// Identifiers of source rows have this system, then the source system's name, '/' and the table.
inline constexpr std::string_view kRowId = "https://gpswitch.org/Id/";
/// The row that the first identifier names: {table, key, "primary"}; an empty table when it names none. JSON
/// leaves this row out of `source` when it is the only primary one and comes first.
SourceRow row_of_identifier(const Entity& entity);

}  // namespace gpswitch::record
