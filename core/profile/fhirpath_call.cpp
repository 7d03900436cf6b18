#include <algorithm>
#include <charconv>

#include "core/profile/fhirpath_terms.hpp"
#include "core/profile/table.hpp"

namespace gpswitch::profile {

using Term = Expression::Term;
using NodeKind = Node::Kind;

namespace {

Truth either(bool b) { return b ? Truth::yes : Truth::no; }

}  // namespace

/// where, all, exists(...), select: the argument is evaluated for each item.
Evaluator::Range Evaluator::filter(const Term& t, Range focus) {
    const std::size_t from = stack_.size();
    const Range left = t.left == Term::kNone ? itself(focus) : eval(term(t.left), focus);
    std::size_t kept = left.from;
    bool all = true;
    for (std::size_t i = left.from; i < left.to; ++i) {
        const std::size_t at = stack_.size();
        const Truth r = truth_of(eval(term(t.right), {i, i + 1}));
        stack_.resize(at);
        all = all && r == Truth::yes;
        if (r == Truth::yes) stack_[kept++] = Item(stack_[i]);
    }
    if (t.fn == Fn::all) return boolean(either(all), from);
    if (t.fn == Fn::exists) return boolean(either(kept > left.from), from);
    stack_.resize(kept);
    return {from, kept};
}

Evaluator::Range Evaluator::call(const Term& t, Range focus) {
    if (t.fn == Fn::where || t.fn == Fn::all || (t.fn == Fn::exists && t.right != Term::kNone))
        return filter(t, focus);
    const std::size_t from = stack_.size();
    const Range a = t.left == Term::kNone ? itself(focus) : eval(term(t.left), focus);
    const auto keep_range = [&](std::size_t first, std::size_t last) {
        return this->keep_range(from, first, last);
    };
    const auto one_text = [&](Item item) { return one(item, from); };
    const auto number = [&](double n) {
        return one_text({.kind = Item::Kind::number, .flag = false, .node = 0, .number = n, .text = {}});
    };
    const auto truths = [&](bool wanted, bool every) {
        bool any = false, all = true;
        for (std::size_t i = a.from; i < a.to; ++i) {
            const bool is = truth_of({i, i + 1}) == either(wanted);
            any = any || is;
            all = all && is;
        }
        return boolean(either(every ? all : any), from);
    };
    switch (t.fn) {
        case Fn::exists: return boolean(either(!a.empty()), from);
        case Fn::empty: return boolean(either(a.empty()), from);
        case Fn::not_: {
            const Truth x = truth_of(a);
            return boolean(x == Truth::unknown ? x : either(x == Truth::no), from);
        }
        case Fn::count: return number(static_cast<double>(a.size()));
        case Fn::first: return keep_range(a.from, std::min(a.to, a.from + 1));
        case Fn::last: return keep_range(a.empty() ? a.to : a.to - 1, a.to);
        case Fn::tail: return keep_range(std::min(a.to, a.from + 1), a.to);
        case Fn::trace: return keep_range(a.from, a.to);
        case Fn::has_value: {
            const bool good = a.size() == 1 && (stack_[a.from].kind != Item::Kind::node ||
                                                (doc_[stack_[a.from].node].kind > NodeKind::null &&
                                                 doc_[stack_[a.from].node].kind < NodeKind::array));
            return boolean(either(good), from);
        }
        case Fn::select:
            for (std::size_t i = a.from; i < a.to; ++i) eval(term(t.right), {i, i + 1});
            return keep_range(a.to, stack_.size());
        case Fn::children:
        case Fn::descendants:
            for (std::size_t i = a.from; i < a.to; ++i) {
                const Item item = stack_[i];
                if (item.kind != Item::Kind::node) continue;
                if (t.fn == Fn::children)
                    members(item.node, 0);
                else
                    below(item.node);
            }
            return keep_range(a.to, stack_.size());
        case Fn::is_distinct: {
            const std::size_t all = a.size();
            return boolean(either(distinct(a).size() == all), from);
        }
        case Fn::distinct: return distinct(a);
        case Fn::starts_with:
        case Fn::ends_with:
        case Fn::contains: {
            const Range b = eval(term(t.right), focus);
            if (a.size() != 1 || b.size() != 1) return boolean(Truth::unknown, from);
            const std::string_view s = text_of(stack_[a.from]), part = text_of(stack_[b.from]);
            return boolean(either(t.fn == Fn::starts_with ? s.starts_with(part)
                                  : t.fn == Fn::ends_with ? s.ends_with(part)
                                                          : s.find(part) != std::string_view::npos),
                           from);
        }
        case Fn::matches: {
            if (a.size() != 1) return boolean(Truth::unknown, from);
            const std::regex* regex = t.regex->get(t.text);
            const std::string_view s = text_of(stack_[a.from]);
            if (regex == nullptr || s.size() > 4096) {  // std::regex recurses with the text
                ++untried_;
                return boolean(Truth::unknown, from);
            }
            return boolean(either(std::regex_match(s.begin(), s.end(), *regex)), from);
        }
        case Fn::length:
            return a.size() == 1 ? number(static_cast<double>(text_of(stack_[a.from]).size()))
                                 : keep_range(a.to, a.to);
        case Fn::substring: {
            const Range b = eval(term(t.right), focus);
            double start = -1, size = -1;
            if (b.size() == 1) number_of(stack_[b.from], start);
            if (t.third != Term::kNone) {
                const Range c = eval(term(t.third), focus);
                if (c.size() == 1) number_of(stack_[c.from], size);
            }
            std::string_view s = a.size() == 1 ? text_of(stack_[a.from]) : std::string_view{};
            if (a.size() != 1 || start < 0 || start >= static_cast<double>(s.size()))
                return keep_range(a.to, a.to);
            s.remove_prefix(static_cast<std::size_t>(start));
            if (size >= 0) s = s.substr(0, static_cast<std::size_t>(size));
            return one_text({.kind = Item::Kind::text, .flag = false, .node = 0, .number = 0, .text = s});
        }
        case Fn::to_integer: {
            const std::string_view s = a.size() == 1 ? text_of(stack_[a.from]) : std::string_view{};
            long n = 0;
            const auto [end, bad] = std::from_chars(s.data(), s.data() + s.size(), n);
            if (s.empty() || bad != std::errc() || end != s.data() + s.size()) return keep_range(a.to, a.to);
            return number(static_cast<double>(n));
        }
        case Fn::to_string: {
            if (a.size() != 1) return keep_range(a.to, a.to);
            return one_text({.kind = Item::Kind::text,
                             .flag = false,
                             .node = 0,
                             .number = 0,
                             .text = text_of(stack_[a.from])});
        }
        case Fn::iif: {
            const Truth x = truth_of(eval(term(t.right), a));
            if (!t.flag) {
                if (x != Truth::yes) return keep_range(a.to, a.to);
                const Range r = eval(term(t.third), a);
                return keep_range(r.from, r.to);
            }
            const Term& pair = term(t.third);
            const Range r = eval(term(x == Truth::yes ? pair.left : pair.right), a);
            return keep_range(r.from, r.to);
        }
        case Fn::extension: {
            const Range b = eval(term(t.right), focus);
            const std::string_view url = b.size() == 1 ? text_of(stack_[b.from]) : std::string_view{};
            const std::size_t first = stack_.size();
            for (std::size_t i = a.from; i < a.to; ++i) navigate(Item(stack_[i]), table_.known().extension_a);
            std::size_t kept = first;
            for (std::size_t i = first; i < stack_.size(); ++i) {
                const std::uint32_t m = doc_.member(stack_[i].node, table_.known().url);
                if (m != 0 && doc_.text(doc_[m]) == url) stack_[kept++] = Item(stack_[i]);
            }
            return keep_range(first, kept);
        }
        case Fn::of_type:
        case Fn::as: {
            std::size_t kept = a.from;
            for (std::size_t i = a.from; i < a.to; ++i)
                if (is_type(stack_[i], t.text)) stack_[kept++] = Item(stack_[i]);
            return keep_range(a.from, kept);
        }
        case Fn::is:
            return a.empty() ? keep_range(a.to, a.to)
                             : boolean(either(is_type(stack_[a.from], t.text)), from);
        case Fn::intersect: {
            const Range b = eval(term(t.right), focus);
            std::size_t kept = a.from;
            for (std::size_t i = a.from; i < a.to; ++i) {
                bool in = false;
                for (std::size_t k = b.from; k < b.to; ++k) in = in || same(stack_[i], stack_[k]);
                if (in) stack_[kept++] = Item(stack_[i]);
            }
            return keep_range(a.from, kept);
        }
        case Fn::combine:
        case Fn::unite: {
            const Range b = eval(term(t.right), focus);
            return t.fn == Fn::combine ? keep_range(a.from, b.to) : distinct({a.from, b.to});
        }
        case Fn::all_true: return truths(true, true);
        case Fn::all_false: return truths(false, true);
        case Fn::any_true: return truths(true, false);
        case Fn::any_false: return truths(false, false);
        case Fn::html_checks: {
            bool good = true;
            for (std::size_t i = a.from; i < a.to; ++i)
                good = good && (stack_[i].kind != Item::Kind::node || html_good(stack_[i].node));
            return boolean(either(good), from);
        }
        default: return call_more(t, a, from, focus);
    }
}

}  // namespace gpswitch::profile
