#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "core/profile/test_table.hpp"
#include "core/record/fit.hpp"
#include "core/record/record.hpp"

/// core/record/facts.csv holds what the table of profiles says of the elements that the model has. The table
/// is the authority: this derives the file from it once more.
namespace gpswitch::validate {
namespace {

using profile::CodeSet;
using profile::Primitive;
using profile::Rule;
using profile::Shape;
using profile::Table;
using profile::TypeUse;
using record::Field;
using record::Type;

constexpr std::string_view kLanguages = "http://hl7.org/fhir/ValueSet/all-languages";

std::string joined(const std::set<std::string>& words) {
    std::string out;
    for (const std::string& w : words) out += (out.empty() ? "" : " ") + w;
    return out;
}

class Deriver {
  public:
    std::string all() {
        for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
            const Type& type = record::type_of(static_cast<record::EntityKind>(k));
            const profile::TypeId id = table_.type(type.name);
            REQUIRE(id != 0);
            const profile::ProfileInfo* p = table_.default_of(id);
            structure(type, table_.info(id).shape, p == nullptr ? nullptr : &p->root);
        }
        std::string out = "element,demand,what\n";
        for (const std::string& row : rows_) out += row + '\n';
        return out;
    }

  private:
    void row(const Type& type, const Field& f, std::string_view demand, std::string_view what) {
        rows_.insert(std::string(type.name) + '.' + std::string(f.name) + ',' + std::string(demand) + ',' +
                     std::string(what));
    }

    void structure(const Type& type, const Shape& shape, const Rule* overlay) {
        // Entity's own fields are met with every resource; a type by its name, with the first.
        if (!seen_.insert(type.name).second) return;
        std::map<const Rule*, std::vector<const Field*>> elements;
        for (const Field& f : type.fields) {
            if (f.where == record::Where::extension) {
                extension(type, f);
                continue;
            }
            if (f.where != record::Where::element) continue;
            const Shape::Slot* slot = shape.find(table_.atoms().find(f.name));
            if (slot == nullptr) continue;
            const Rule& r = *shape.elements[slot->element];
            const Rule* more = overlay == nullptr ? nullptr : overlay->child(r.name);
            elements[&r].push_back(&f);
            static const TypeUse none;
            const TypeUse& use = slot->type < r.types.size() ? r.types[slot->type] : none;
            value(type, f, r, use);
            if (more != nullptr)
                for (const TypeUse& t : more->types)
                    if (t.type == use.type) value(type, f, *more, t);
            if (f.kind == record::Kind::structure)
                structure(*f.type, r.shape != nullptr ? *r.shape : table_.info(use.type).shape,
                          r.shape != nullptr ? more : nullptr);
        }
        for (const auto& [r, fields] : elements) {
            const Rule* more = overlay == nullptr ? nullptr : overlay->child(r->name);
            std::set<std::string> others;
            for (std::size_t i = 1; i < fields.size(); ++i) others.insert(std::string(fields[i]->name));
            if (r->min > 0 || (more != nullptr && more->min > 0))
                row(type, *fields[0], "required", joined(others));
            // Of a choice only one may stand: the others make room for those declared before them.
            std::string before;
            for (const Field* f : fields) {
                if (!before.empty()) row(type, *f, "displaced", "when " + before);
                before += (before.empty() ? "" : "|") + std::string(f->name);
            }
        }
    }

    void value(const Type& type, const Field& f, const Rule& r, const TypeUse& use) {
        if (!use.targets.empty()) {
            std::set<std::string> names;
            for (const profile::TypeId t : use.targets) names.insert(std::string(table_.info(t).name));
            if (!names.contains("Resource")) row(type, f, "refers-to", joined(names));
        }
        const Primitive p = table_.info(use.type).primitive;
        if (p == Primitive::positive_int) row(type, f, "least", "1");
        if (p == Primitive::unsigned_int) row(type, f, "least", "0");
        if (p == Primitive::id) row(type, f, "form", "id");
        if (p == Primitive::code && f.kind == record::Kind::code) row(type, f, "form", "code");
        if ((p == Primitive::uri || p == Primitive::url || p == Primitive::canonical) &&
            f.kind == record::Kind::uri)
            row(type, f, "form", "uri");
        if (r.strength != profile::Strength::required || r.set == nullptr) return;
        const bool words = f.kind != record::Kind::structure;
        if (r.set->url == kLanguages && !words) row(type, f, "codes", "urn:ietf:bcp:47|*");
        if (!r.set->whole()) return;
        std::set<std::string> codes;
        for (const auto& [code, system] : r.set->all())
            codes.insert(words ? std::string(code) : std::string(system) + '|' + std::string(code));
        row(type, f, "codes", joined(codes));
    }

    void extension(const Type& type, const Field& f) {
        const profile::ProfileInfo* p = table_.profile(f.url);
        if (p == nullptr) return;
        const auto& value_name = table_.known().value;
        if (const Rule* v = p->root.child(value_name); v != nullptr && !f.value.empty())
            for (const TypeUse& use : v->types) value(type, f, *v, use);
        const Rule* parts = p->root.child(table_.known().extension_a);
        if (parts == nullptr || f.type == nullptr || !seen_.insert(f.type->name).second) return;
        for (const Rule& slice : parts->slices)
            for (const Field& part : f.type->fields)
                if (part.url == slice.slice)
                    if (const Rule* v = slice.child(value_name))
                        for (const TypeUse& use : v->types) value(*f.type, part, *v, use);
    }

    const Table& table_ = profile::shipped();
    std::set<std::string_view> seen_;
    std::set<std::string> rows_;
};

}  // namespace

TEST_CASE("fit: the facts of FHIR that the model knows are those of the table of profiles") {
    const std::string derived = Deriver().all();
    const std::string file = GPSWITCH_SOURCE_DIR "/core/record/facts.csv";
    if (std::getenv("GPSWITCH_REFRESH") != nullptr) std::ofstream(file) << derived;
    CHECK_MESSAGE(derived == record::fit_facts(), file,
                  ": run this test with GPSWITCH_REFRESH=1, build, and read the difference");
}

}  // namespace gpswitch::validate
