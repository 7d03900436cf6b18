#pragma once
#include "core/system/emis/extract.hpp"

/// Codes of an extract: CodeId to terms, Read code, SNOMED CT, category, and the way up through ParentCodeId.
namespace gpswitch::emis {

/// One CodeId with its rows joined (one row per parent).
struct Code {
    Text code_id;              ///< as it was asked for
    std::uint32_t number = 0;  ///< 1 and up in the order of asking: this cursor's own
    bool known = false;        ///< has a row
    RowText row;               ///< the first row's cells
    Text term;
    Text read;   ///< Read v2 code padded to five characters; empty when the code is no Read code
    Text local;  ///< EMIS or other local code of ReadTermId, when it is no Read code
    Text snomed, description;  ///< SNOMED CT concept and description id, only when their check digits are
                               ///< right and they are no EMIS-namespace ids
    Text emis_snomed;          ///< an EMIS-namespace concept id: looks like SNOMED CT and is in no release
    Text category;
    Text dmd;
    std::vector<Text> parents;
    List<record::Coding> coding;  ///< frozen (record::freeze): shared by every entity with this code
};

/// Reads codes on demand and keeps them. One per cursor; not thread-safe.
class Codes {
  public:
    Codes(const Extract& extract, const mapping::MappingSet& mapping)
        : extract_(extract), mapping_(mapping) {}
    /// `tab`: Coding_ClinicalCode or Coding_DrugCode. Always something; `known` says whether there is a row.
    /// Lives as long as this object.
    const Code& find(Tab tab, Text code_id);
    /// The code is `wanted` or stands below it. A Read code (with its dots) is compared by its place in the
    /// hierarchy, with the nearest ancestor's when the code itself is not Read; a SNOMED concept id with the
    /// code's and all its ancestors'.
    bool under(const Code& code, Text wanted);
    /// CodeableConcept: SNOMED CT, Read v2, local code, EMIS code id (drugs: dm+d, EMIS code id); text is the
    /// term.
    void concept_of(const Code& code, Tab tab, Arena& arena, record::Concept& out) const;

  private:
    void read_term(Code& code, Text text);
    void describe(Code& code, Tab tab);
    bool read_under(const Code& code, Text prefix, int depth);
    bool snomed_under(const Code& code, Text wanted, int depth);
    const Extract& extract_;
    const mapping::MappingSet& mapping_;
    Arena arena_;
    std::unique_ptr<Code> read(Tab tab, Text code_id);
    std::array<std::unordered_map<Text, std::unique_ptr<Code>>, 2> cache_;  ///< by code_id
    std::uint32_t numbers_ = 0;
};

}  // namespace gpswitch::emis
