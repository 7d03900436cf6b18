#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/document.hpp"

/// The part of FHIRPath that invariants are written in, compiled once and evaluated over a Document's nodes.
///
/// Known: paths, indexes, literals, $this, %resource, %rootResource, %context, %extension, %ucum, the
/// operators or and xor implies = != ~ < <= > >= in contains is as | & + - * / div mod, and the functions
/// exists empty not where select all count first last tail hasValue isDistinct distinct startsWith endsWith
/// contains matches length substring toInteger toString iif trace extension ofType is as children descendants
/// intersect combine union allTrue allFalse anyTrue anyFalse htmlChecks resolve lower upper indexOf replace
/// replaceMatches skip take single exclude subsetOf supersetOf toDecimal repeat; comparisons of dates as
/// precise as they are. Source: FHIRPath 2.0.0 (N1); FHIR R4, "fhirpath.html" for variables and the functions
/// FHIR adds.
namespace gpswitch::profile {

class Table;

class Expression {
  public:
    /// nullptr when it cannot be compiled; `reason` then says why ("the function resolve").
    static std::unique_ptr<Expression> compile(std::string_view text, Atoms& atoms, std::string& reason);
    ~Expression();
    Expression(const Expression&) = delete;
    Expression& operator=(const Expression&) = delete;

    std::string_view text() const { return text_; }

    struct Term;

  private:
    Expression();
    std::string_view text_;
    std::vector<Term> terms_;
    std::uint32_t root_ = 0;
    friend class Parser;
    friend class Evaluator;
};

enum class Truth : std::uint8_t { no, yes, unknown };

/// A value on the way: a node of the document or a computed one.
struct Item {
    enum class Kind : std::uint8_t { node, text, number, boolean };
    Kind kind = Kind::node;
    bool flag = false;
    std::uint32_t node = 0;
    double number = 0;
    std::string_view text;
};

/// Evaluates expressions; one per worker. Not thread-safe.
class Evaluator {
  public:
    Evaluator(const Table& table, const Document& document) : table_(table), doc_(document) {}
    /// `focus` is what the invariant stands on; `resource` the resource it is in, `root` the one around that.
    /// An empty result is `unknown`: no proof of a fault.
    Truth truth(const Expression& e, std::uint32_t focus, std::uint32_t resource, std::uint32_t root,
                std::uint32_t extension = 0);
    /// Whether `node` is among what the expression selects from `resource`.
    bool selects(const Expression& e, std::uint32_t resource, std::uint32_t node);
    /// Patterns that could not be tried: unusable, or on a text of more than 4,096 bytes.
    std::uint64_t untried() const { return untried_; }

  private:
    struct Range {
        std::size_t from, to;
        std::size_t size() const { return to - from; }
        bool empty() const { return from == to; }
    };
    Range eval(const Expression::Term& t, Range focus);
    Range itself(Range focus);
    Range distinct(Range r);
    Range call(const Expression::Term& t, Range focus);
    Range call_more(const Expression::Term& t, Range a, std::size_t from, Range focus);
    Range keep_range(std::size_t from, std::size_t first, std::size_t last);
    Range one(Item item, std::size_t from);
    std::uint32_t target_of(const Item& reference) const;
    Range binary(const Expression::Term& t, Range focus);
    Range filter(const Expression::Term& t, Range focus);
    void navigate(const Item& item, Atom name);
    void members(std::uint32_t node, Atom name);
    void below(std::uint32_t node);
    Truth truth_of(Range r) const;
    Range boolean(Truth t, std::size_t from);
    Truth equals(Range a, Range b) const;
    bool same(const Item& a, const Item& b) const;
    bool same_nodes(std::uint32_t a, std::uint32_t b) const;
    Truth compare(std::uint8_t op, Range a, Range b) const;
    std::string_view text_of(const Item& i) const;
    bool number_of(const Item& i, double& out) const;
    bool is_type(const Item& i, std::string_view name) const;
    bool html_good(std::uint32_t node) const;
    const Expression::Term& term(std::uint32_t i) const;
    std::string_view keep(std::string s);
    void shift(std::size_t to, Range r);

    const Table& table_;
    const Document& doc_;
    const Expression* expression_ = nullptr;
    std::vector<Item> stack_;
    std::deque<std::string> kept_;
    std::uint32_t context_ = 0, resource_ = 0, root_ = 0, extension_ = 0;
    std::uint64_t untried_ = 0;
};

/// What is wrong with a narrative's XHTML; empty when nothing is. Source: FHIR R4, "Narrative": well-formed,
/// a <div> of the XHTML namespace, only formatting elements and their attributes, and some content.
std::string_view xhtml_fault(std::string_view div);

}  // namespace gpswitch::profile
