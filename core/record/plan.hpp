#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/record/type.hpp"

/// The tables of fit.hpp, compiled for one type: part of its declaration.
namespace gpswitch::record {

/// When a demand holds: any of the terms, or none of them.
struct When {
    struct Term {
        std::vector<const Field*> path;       ///< from the object; no lists on the way
        std::vector<std::string_view> words;  ///< empty: something stands there
    };
    enum class Kind : std::uint8_t { always, any, none, before_start };
    Kind kind = Kind::always;
    std::vector<Term> terms;
    bool holds(const void* object) const;
};

struct Plan {
    enum class Demand : std::uint8_t { refers_to, least, codes, form, single, displaced };
    struct Test {
        Demand demand;
        std::vector<const Field*> path;       ///< to the field; no lists on the way
        std::vector<std::string_view> words;  ///< types, codes or systems, sorted
        std::int64_t least = 0;
        When when;
        std::string_view why;
        std::size_t number = 0;  ///< of the path's first field
        const Field& field() const { return *path.back(); }
    };
    /// Has to be there, unless one of `satisfied` is.
    struct Need {
        std::size_t field;
        std::uint64_t satisfied[2];  ///< bits of fields, this one included
        When when;
    };
    std::vector<Test> tests;
    std::vector<Need> needs;
    std::vector<const Field*> inside;  ///< structures that have tests of their own somewhere
    /// Fields as bits: those that a test looks at, and those of `inside`.
    std::uint64_t tested[2] = {0, 0}, within[2] = {0, 0};

    bool empty() const { return tests.empty() && inside.empty(); }
    bool needs_field(const Field& f, const Type& type) const {
        for (const Need& n : needs)
            if (&type.fields[n.field] == &f) return true;
        return false;
    }
};

/// The plan of a type whose fields are declared; nullptr when nothing is demanded of it.
std::shared_ptr<const Plan> make_plan(const Type& type);

}  // namespace gpswitch::record
