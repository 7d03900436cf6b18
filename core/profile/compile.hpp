#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "core/profile/sources.hpp"

/// Parts of compile() that have a file each.
namespace gpswitch::profile {

/// What a StructureDefinition's element says; `name` and `slice` are left to the caller.
void read_element(const json::Value& row, Element& out);
/// "http://hl7.org/fhir/StructureDefinition/Patient|4.0.1" -> without the version.
std::string_view canonical(std::string_view url);
/// The segments of an element's id: "Observation", "component:Systolic", "value[x]".
std::vector<std::string> segments(const json::Value& row);

/// Types with their own elements, from the snapshots.
void compile_types(const Sources& sources, Definitions& out);

/// What discriminators come to, slice by slice; children first.
class Slicing {
  public:
    Slicing(Definitions& definitions, const std::string& where) : d_(definitions), where_(where) {}
    void settle(Element& element);

  private:
    void settle_slice(const Element& sliced, Element& slice);
    bool value_test(const Element& slice, const std::string& path, SliceTest& test) const;
    Definitions& d_;
    const std::string& where_;
};

/// Profiles over the chain of their bases, each once.
class Profiles {
  public:
    Profiles(const Sources& sources, Definitions& out) : s_(sources), d_(out) {}
    void all();

  private:
    const Profile* one(const std::string& url);
    void apply(const json::Value& row, Profile& p);
    Element* step(Element& at, const std::string& segment, std::vector<const Element*>& base,
                  const Profile& p);
    std::vector<const Element*> children_of(const Element& overlay, const std::vector<const Element*>& base,
                                            const Profile& p);
    const Element* definition(const std::vector<const Element*>& base, std::string_view name,
                              std::string& choice) const;
    void types_of(const json::Value& structure, Element& e);
    const Sources& s_;
    Definitions& d_;
    std::set<std::string> open_, failed_;
};

}  // namespace gpswitch::profile
