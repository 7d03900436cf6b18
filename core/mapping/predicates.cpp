#include "core/mapping/predicates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>

namespace gpswitch::mapping::detail {
namespace {

struct Parser {
    Text rest;
    const std::function<const FoldSet*(Text)>& list_named;

    Text word() {
        rest = trim(rest);
        std::size_t n = 0;
        while (n < rest.size() && ((rest[n] >= 'a' && rest[n] <= 'z') || rest[n] == '-')) ++n;
        const Text w = rest.substr(0, n);
        rest.remove_prefix(n);
        return w;
    }

    /// What stands between '(' and its ')'; text may hold parentheses that are balanced.
    bool arguments(Text& args) {
        rest = trim(rest);
        if (rest.empty() || rest.front() != '(') return false;
        int depth = 0;
        for (std::size_t i = 0; i < rest.size(); ++i) {
            depth += rest[i] == '(' ? 1 : rest[i] == ')' ? -1 : 0;
            if (depth != 0) continue;
            args = trim(rest.substr(1, i - 1));
            rest.remove_prefix(i + 1);
            return true;
        }
        return false;
    }

    std::string term(std::vector<Test>& tests) {
        Test t;
        Text name = word();
        if (name == "not") {
            t.negated = true;
            name = word();
        }
        Text args;
        if (name.empty() || !arguments(args))
            return fmt::format("a predicate and (...) expected at \"{}{}\"", name, rest);
        const std::size_t comma = args.find(',');
        const bool pair = comma != Text::npos;
        const Text first = trim(args.substr(0, comma));
        const Text second = pair ? trim(args.substr(comma + 1)) : Text{};
        const auto wants = [&](const char* form) { return fmt::format("{} is written {}", name, form); };
        if (name == "always" || name == "has-children") {
            if (!args.empty()) return wants(name == "always" ? "always()" : "has-children()");
            if (name == "always") return t.negated ? "not always() never holds" : std::string{};
            t.op = Test::Op::has_children;
        } else if (name == "has-row") {
            if (args.empty() || pair) return wants("has-row(TABLE)");
            t.op = Test::Op::has_row;
            t.arg = args;
        } else if (name == "empty" || name == "past") {
            if (args.empty() || pair) return wants(name == "empty" ? "empty(Column)" : "past(Column)");
            t.op = name == "empty" ? Test::Op::empty : Test::Op::past;
            t.name = args;
        } else if (name == "equals" || name == "in" || name == "has-word" || name == "under" ||
                   name == "under-any") {
            if (first.empty() || second.empty())
                return wants(name == "in"          ? "in(Column,list)"
                             : name == "has-word"  ? "has-word(Column,list)"
                             : name == "under"     ? "under(Column,code)"
                             : name == "under-any" ? "under-any(Column,list)"
                                                   : "equals(Column,text)");
            t.op = name == "in"          ? Test::Op::in
                   : name == "has-word"  ? Test::Op::has_word
                   : name == "under"     ? Test::Op::under
                   : name == "under-any" ? Test::Op::under_any
                                         : Test::Op::equals;
            t.name = first;
            t.arg = second;
            if ((t.op == Test::Op::in || t.op == Test::Op::has_word || t.op == Test::Op::under_any) &&
                (t.list = list_named(second)) == nullptr)
                return fmt::format("there is no lists/{}.csv", second);
        } else {
            return fmt::format("unknown predicate \"{}\"", name);
        }
        tests.push_back(t);
        return {};
    }
};

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Some word of the text begins with an entry of the list: "declin" is in "first dose declined".
bool has_word(Text text, const FoldSet& list) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i > 0 && letter(text[i - 1])) continue;
        for (const std::string& word : list)
            if (starts_with_ignoring_case(text.substr(i), word)) return true;
    }
    return false;
}

}  // namespace

std::string parse_when(Text when, const std::function<const FoldSet*(Text)>& list_named,
                       std::vector<Test>& tests) {
    Parser p{trim(when), list_named};
    while (!p.rest.empty()) {
        if (std::string wrong = p.term(tests); !wrong.empty()) return wrong;
        p.rest = trim(p.rest);
        if (p.rest.empty()) break;
        if (p.word() != "and" || trim(p.rest).empty())
            return "terms are joined by \"and\"; another way is another route";
    }
    return {};
}

bool RouteProgram::build(const std::vector<std::vector<Test>>& tests, const std::vector<std::size_t>& added) {
    *this = {};
    added_ = added;
    is_added_.assign(tests.size(), false);
    for (const std::size_t a : added) is_added_[a] = true;
    const auto same = [](const Test& a, const Test& b) {
        return a.op == b.op && a.column == b.column && a.list == b.list &&
               (a.op == Test::Op::equals ? same_ignoring_case(a.arg, b.arg) : a.arg == b.arg);
    };
    for (const auto& route : tests) {
        auto& literals = routes_.emplace_back();
        for (const Test& test : route) {
            std::size_t q = 0;
            while (q < questions_.size() && !same(questions_[q], test)) ++q;
            if (q == questions_.size()) questions_.push_back(test);
            literals.push_back({static_cast<std::uint16_t>(q), test.negated, 0});
        }
    }
    if (questions_.size() > kMostQuestions || routes_.size() > 0xFFFF) return false;
    for (std::size_t i = 0; i < routes_.size(); ++i)
        for (Literal& l : routes_[i]) {
            std::size_t next = i + 1;
            while (next < routes_.size() && std::ranges::any_of(routes_[next], [&](const Literal& other) {
                       return other.question == l.question && other.negated == l.negated;
                   }))
                ++next;
            l.next = static_cast<std::uint16_t>(next);
        }
    find_code_column();
    words_of_.assign(questions_.size(), -1);
    for (std::uint16_t q = 0; q < questions_.size(); ++q) {
        const Test& test = questions_[q];
        if (test.op != Test::Op::equals && test.op != Test::Op::in) continue;
        std::size_t w = 0;
        while (w < words_.size() && words_[w].column != test.column) ++w;
        if (w == words_.size()) words_.push_back({test.column, {}, {}});
        words_of_[q] = static_cast<std::int16_t>(w);
        words_[w].questions.push_back(q);
        if (test.op == Test::Op::equals) words_[w].yes[std::string(test.arg)].push_back(q);
        if (test.op == Test::Op::in)
            for (const std::string& word : *test.list) words_[w].yes[word].push_back(q);
    }
    return true;
}

// Columns reached through a code, and under() of the column it stands in.
void RouteProgram::find_code_column() {
    for (const Test& test : questions_) {
        const bool under = test.op == Test::Op::under || test.op == Test::Op::under_any;
        const bool through = test.column >= kMostColumns;
        if (code_column_ < 0 && (under || through)) code_column_ = test.column % kMostColumns;
    }
}

bool RouteProgram::about_code(const Test& test) const {
    if (code_column_ < 0 || test.column < 0 || test.column % kMostColumns != code_column_) return false;
    return test.column >= kMostColumns || test.op == Test::Op::under || test.op == Test::Op::under_any;
}

/// What is known about the row at hand.
class RouteProgram::Answers {
  public:
    Answers(const RouteProgram& program, const RowFacts& facts) : p_(program), facts_(facts) {}
    bool operator()(std::uint16_t question) {
        if (!known_[question]) ask(question);
        return yes_[question];
    }

  private:
    static constexpr std::size_t kFew = 4;  ///< words compared one by one: no hash of the cell
    void ask(std::uint16_t question) {
        if (p_.words_of_[question] >= 0) {
            const Words& words = p_.words_[static_cast<std::size_t>(p_.words_of_[question])];
            for (const std::uint16_t q : words.questions) known_[q] = true;
            const Text cell = trim(facts_.cell(words.column));
            if (words.yes.size() <= kFew) {
                for (const auto& [word, asked] : words.yes)
                    if (same_ignoring_case(word, cell))
                        for (const std::uint16_t q : asked) yes_[q] = true;
                return;
            }
            const auto it = words.yes.find(cell);
            if (it == words.yes.end()) return;
            for (const std::uint16_t q : it->second) yes_[q] = true;
            return;
        }
        known_[question] = true;
        const Test& t = p_.questions_[question];
        switch (t.op) {
            case Test::Op::empty: yes_[question] = trim(facts_.cell(t.column)).empty(); break;
            case Test::Op::past: yes_[question] = facts_.past(t.column); break;
            case Test::Op::has_word: yes_[question] = has_word(facts_.cell(t.column), *t.list); break;
            case Test::Op::under: yes_[question] = facts_.under(t.column, t.arg); break;
            case Test::Op::under_any:
                yes_[question] = std::ranges::any_of(
                    *t.list, [&](const std::string& code) { return facts_.under(t.column, code); });
                break;
            case Test::Op::has_row: yes_[question] = facts_.has_row(t.arg); break;
            case Test::Op::has_children: yes_[question] = facts_.has_children(); break;
            case Test::Op::equals:
            case Test::Op::in: break;
        }
    }
    const RouteProgram& p_;
    const RowFacts& facts_;
    std::bitset<kMostQuestions> known_, yes_;
};

RouteProgram::Rest RouteProgram::rest(const RowFacts& facts) const {
    Rest out;
    Answers answers(*this, facts);
    // The literals that the code leaves open; false when it fails one.
    const auto open = [&](std::size_t route, std::uint32_t name, std::vector<Rest::Way>& ways) {
        const auto first = static_cast<std::uint32_t>(out.literals.size());
        for (const Literal& l : routes_[route]) {
            if (!about_code(questions_[l.question])) {
                out.literals.push_back(l);
            } else if (answers(l.question) == l.negated) {
                out.literals.resize(first);
                return false;
            }
        }
        ways.push_back({name, first, static_cast<std::uint32_t>(out.literals.size())});
        return out.literals.size() == first;
    };
    for (std::size_t i = 0; i < routes_.size(); ++i)
        if (!is_added_[i] && open(i, static_cast<std::uint32_t>(i), out.ways)) break;
    for (std::size_t a = 0; a < added_.size(); ++a) open(added_[a], static_cast<std::uint32_t>(a), out.added);
    return out;
}

RouteProgram::Taken RouteProgram::first(const RowFacts& facts, const Rest& rest) const {
    Answers answers(*this, facts);
    const auto holds = [&](const Rest::Way& way) {
        for (std::uint32_t i = way.first; i < way.last; ++i)
            if (answers(rest.literals[i].question) == rest.literals[i].negated) return false;
        return true;
    };
    for (const Rest::Way& way : rest.ways) {
        if (!holds(way)) continue;
        Taken taken{static_cast<int>(way.route), 0};
        for (const Rest::Way& extra : rest.added)
            if (holds(extra)) taken.mask |= 1u << extra.route;
        return taken;
    }
    return {};
}

RouteProgram::Taken RouteProgram::first(const RowFacts& facts) const {
    Answers answers(*this, facts);
    const auto holds = [&](const Literal& l) { return answers(l.question) != l.negated; };
    std::size_t i = 0;
    while (i < routes_.size()) {
        if (is_added_[i]) {
            ++i;
            continue;
        }
        std::size_t next = i;
        for (const Literal& l : routes_[i])
            if (!holds(l)) {
                next = l.next;
                break;
            }
        if (next == i) {
            Taken taken{static_cast<int>(i), 0};
            for (std::size_t a = 0; a < added_.size(); ++a)
                if (std::ranges::all_of(routes_[added_[a]], holds)) taken.mask |= 1u << a;
            return taken;
        }
        i = next;
    }
    return {};
}

}  // namespace gpswitch::mapping::detail
