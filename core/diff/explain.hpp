#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diff/foreseen.hpp"
#include "core/diff/links.hpp"
#include "core/diff/project.hpp"
#include "core/diff/readings.hpp"

/// Why a field differs: by a declaration, or because a layout lies between the two sides.
namespace gpswitch::diff {

/// What is known beside the two entities.
struct Surroundings {
    Links* links = nullptr;
    /// "Condition/a" of BEFORE: the rule by which it is not in AFTER; empty when there is none.
    std::function<std::string(std::string_view)> gone;
    /// Siblings: the same of AFTER's entries in BEFORE.
    std::function<std::string(std::string_view)> gone_after;
    const Readings* readings = nullptr;
    const Predictions* before = nullptr;  ///< about BEFORE's entries: what AFTER will not have of them
    const Predictions* after = nullptr;   ///< siblings: about AFTER's
};

/// One pair of entities. Answers for each place where they differ.
class Explain {
  public:
    Explain(const Projection& projection, const Surroundings& around, record::EntityKind kind,
            const record::Entity& before, const record::Entity& after)
        : projection_(projection),
          around_(around),
          kind_(kind),
          before_(before),
          after_(after),
          foreseen_(around.before == nullptr ? nullptr : around.before->of(kind, before)) {}

    struct Spot {
        FieldDifference::Kind kind;
        std::string_view path;  ///< without indexes
        const record::Type& owner;
        const void *before, *after;  ///< the structure that has the field, on each side
        const record::Field& field;
        std::string_view at_before, at_after;  ///< with indexes, as each side has them
        /// Texts, and items of lists: what stands on the side that has it (structures: the object).
        record::Text was = {}, is = {};
        const void* item = nullptr;
    };
    /// True: accounted for, and the rule is noted. References that follow the pairing need none.
    bool accepts(const Spot& spot);
    /// Two references, or structures with one ("actor", "individual"), lead to the same practice-wide entity.
    bool same_target(const record::Type& type, const void* before, const void* after) const;
    /// Two codings of concepts differ in the layout's own code alone, which it makes anew; noted.
    bool made_anew(const record::Type& owner, const void* before, const void* after,
                   const record::Coding& was, const record::Coding& is_now);
    /// It may be worth looking inside of what is missing as a whole.
    bool inside(std::string_view path) const;

    std::vector<std::string> fired;  ///< each once
    bool linked = false;             ///< a reference followed the pairing

  private:
    bool by_layout(const Spot& spot);
    bool by_declaration(const Spot& spot);
    bool by_reference(const Spot& spot);
    bool by_prediction(const Spot& spot);
    bool by_inference(const Spot& spot);
    bool in_words(const Spot& spot) const;
    bool still_coded(const Spot& spot) const;
    bool foretold(const Spot& spot) const;
    bool joined(const Spot& spot) const;
    bool note(std::string rule);

    const Projection& projection_;
    const Surroundings& around_;
    record::EntityKind kind_;
    const record::Entity &before_, &after_;
    const Prediction* foreseen_;
};

/// Decimals of equal value, however many places they have.
bool same_number(std::string_view a, std::string_view b);

}  // namespace gpswitch::diff
