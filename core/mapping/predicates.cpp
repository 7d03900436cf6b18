#include "core/mapping/predicates.hpp"

#include <fmt/format.h>

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
        if (name.empty() || !arguments(args)) return fmt::format("a predicate and (...) expected at \"{}{}\"", name, rest);
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
        } else if (name == "empty") {
            if (args.empty() || pair) return wants("empty(Column)");
            t.op = Test::Op::empty;
            t.name = args;
        } else if (name == "equals" || name == "in" || name == "under" || name == "under-any") {
            if (first.empty() || second.empty())
                return wants(name == "in"          ? "in(Column,list)"
                             : name == "under"     ? "under(Column,code)"
                             : name == "under-any" ? "under-any(Column,list)"
                                                   : "equals(Column,text)");
            t.op = name == "in"          ? Test::Op::in
                   : name == "under"     ? Test::Op::under
                   : name == "under-any" ? Test::Op::under_any
                                         : Test::Op::equals;
            t.name = first;
            t.arg = second;
            if ((t.op == Test::Op::in || t.op == Test::Op::under_any) && (t.list = list_named(second)) == nullptr)
                return fmt::format("there is no lists/{}.csv", second);
        } else {
            return fmt::format("unknown predicate \"{}\"", name);
        }
        tests.push_back(t);
        return {};
    }
};

}  // namespace

std::string parse_when(Text when, const std::function<const FoldSet*(Text)>& list_named, std::vector<Test>& tests) {
    Parser p{trim(when), list_named};
    while (!p.rest.empty()) {
        if (std::string wrong = p.term(tests); !wrong.empty()) return wrong;
        p.rest = trim(p.rest);
        if (p.rest.empty()) break;
        if (p.word() != "and" || trim(p.rest).empty()) return "terms are joined by \"and\"; another way is another route";
    }
    return {};
}

bool all_hold(const std::vector<Test>& tests, const RowFacts& facts) {
    for (const Test& t : tests) {
        bool holds = false;
        switch (t.op) {
            case Test::Op::empty: holds = trim(facts.cell(t.column)).empty(); break;
            case Test::Op::equals: holds = same_ignoring_case(trim(facts.cell(t.column)), t.arg); break;
            case Test::Op::in: holds = t.list->find(trim(facts.cell(t.column))) != t.list->end(); break;
            case Test::Op::under: holds = facts.under(t.column, t.arg); break;
            case Test::Op::under_any:
                for (const auto& code : *t.list) holds = holds || facts.under(t.column, code);
                break;
            case Test::Op::has_row: holds = facts.has_row(t.arg); break;
            case Test::Op::has_children: holds = facts.has_children(); break;
        }
        if (holds == t.negated) return false;
    }
    return true;
}

}  // namespace gpswitch::mapping::detail
