#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/mapping/mapping.hpp"

/// The `when` column of routes.csv, compiled. Grammar in mapping.hpp.
namespace gpswitch::mapping::detail {

struct Test {
    enum class Op : std::uint8_t {
        empty,
        equals,
        in,
        past,
        has_word,
        under,
        under_any,
        has_row,
        has_children
    };
    Op op = Op::empty;
    bool negated = false;
    int column = -1;                ///< set by bind
    Text name;                      ///< the column as written; empty when the predicate asks about none
    Text arg;                       ///< text, code or table
    const FoldSet* list = nullptr;  ///< of in(), has-word() and under-any()
};

/// Empty `tests` hold always. Returns what is wrong with `when`, or nothing. The tests are views into `when`.
std::string parse_when(Text when, const std::function<const FoldSet*(Text)>& list_named,
                       std::vector<Test>& tests);
/// The routes of one table as a program that asks each question about a row once at most, and skips the
/// routes that ask again what has just failed. EMIS's Observation has 414 routes: one after the other 3
/// microseconds a row, so 0.2.
class RouteProgram {
  public:
    static constexpr std::size_t kMostQuestions = 512;  ///< different ones, per table
    /// `tests` of each route in order, columns numbered. False when there are too many different questions.
    /// `added`: the additive ones among them, by index.
    bool build(const std::vector<std::vector<Test>>& tests, const std::vector<std::size_t>& added);
    struct Taken {
        int route = -1;          ///< the first route, not additive, whose tests all hold; -1 when none does
        std::uint32_t mask = 0;  ///< bit a: the tests of the additive route added[a] hold too
    };
    /// Allocates nothing.
    Taken first(const RowFacts& facts) const;

    struct Literal {
        std::uint16_t question;
        bool negated;
        std::uint16_t next;  ///< when it fails: the first later route that does not have it
    };
    /// What is left to ask of a row when its code is known: the routes that the code does not rule out, in
    /// order, up to the first that holds for certain.
    struct Rest {
        struct Way {
            std::uint32_t route;        ///< of an additive one: its place in `added`
            std::uint32_t first, last;  ///< literals that are left; none: it holds
        };
        std::vector<Way> ways, added;
        std::vector<Literal> literals;
    };
    /// The plain column whose code most questions are about; -1 when none are.
    int code_column() const { return code_column_; }
    /// For the code of the row at hand.
    Rest rest(const RowFacts& facts) const;
    Taken first(const RowFacts& facts, const Rest& rest) const;

  private:
    class Answers;
    bool about_code(const Test& test) const;
    void find_code_column();
    /// All equals() and in() about one column: a single look-up answers them.
    struct Words {
        int column;
        std::vector<std::uint16_t> questions;
        std::unordered_map<std::string, std::vector<std::uint16_t>, FoldHash, FoldEqual> yes;
    };
    std::vector<Test> questions_;         ///< negation left out
    std::vector<std::int16_t> words_of_;  ///< by question: index into words_, or -1
    std::vector<Words> words_;
    std::vector<std::vector<Literal>> routes_;
    std::vector<std::size_t> added_;
    std::vector<bool> is_added_;
    int code_column_ = -1;
};

}  // namespace gpswitch::mapping::detail
