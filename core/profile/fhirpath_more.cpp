#include <algorithm>
#include <charconv>

#include "core/profile/fhirpath_terms.hpp"
#include "core/profile/table.hpp"
#include "core/util/text.hpp"

/// Functions that few invariants use.
namespace gpswitch::profile {

using Term = Expression::Term;

namespace {

Item text_item(std::string_view s) {
    return {.kind = Item::Kind::text, .flag = false, .node = 0, .number = 0, .text = s};
}
Item number_item(double n) {
    return {.kind = Item::Kind::number, .flag = false, .node = 0, .number = n, .text = {}};
}

std::string replaced(std::string_view s, std::string_view part, std::string_view by) {
    if (part.empty()) return std::string(s);
    std::string out;
    for (std::size_t i = s.find(part); i != std::string_view::npos; i = s.find(part)) {
        out.append(s.substr(0, i)).append(by);
        s.remove_prefix(i + part.size());
    }
    return out.append(s);
}

}  // namespace

const std::regex* LazyRegex::get(const std::string& pattern) {
    std::call_once(once, [&] {
        try {
            regex.emplace(pattern);
        } catch (const std::regex_error&) {
            regex.reset();  // said where it is used
        }
    });
    return regex ? &*regex : nullptr;
}

Evaluator::Range Evaluator::keep_range(std::size_t from, std::size_t first, std::size_t last) {
    shift(from, {first, last});
    return {from, stack_.size()};
}

Evaluator::Range Evaluator::one(Item item, std::size_t from) {
    stack_.resize(from);
    stack_.push_back(item);
    return {from, stack_.size()};
}

/// The resource a reference leads to, when it is contained or an entry of the Bundle and has been looked at;
/// 0 when not. Source: FHIR R4, "fhirpath.html", resolve().
std::uint32_t Evaluator::target_of(const Item& reference) const {
    const Table::Known& known = table_.known();
    std::string_view url = text_of(reference);
    if (reference.kind == Item::Kind::node && doc_[reference.node].kind == Node::Kind::object) {
        const std::uint32_t m = doc_.member(reference.node, known.reference_a);
        url = m == 0 ? std::string_view{} : doc_.text(doc_[m]);
    }
    const auto string_of = [&](std::uint32_t object, Atom name) {
        const std::uint32_t m = doc_.member(object, name);
        return m != 0 && doc_[m].kind == Node::Kind::string ? doc_.text(doc_[m]) : std::string_view{};
    };
    if (url == "#") return root_;
    if (url.starts_with('#')) {
        const std::uint32_t list = doc_.member(root_, known.contained);
        for (std::uint32_t i = list + 1; list != 0 && i < doc_[list].next; i = doc_[i].next)
            if (string_of(i, known.id) == url.substr(1)) return doc_[i].type != 0 ? i : 0;
        return 0;
    }
    if (url.empty() || doc_[0].type != known.bundle) return 0;
    const std::uint32_t list = doc_.member(0, known.entry);
    for (std::uint32_t i = list + 1; list != 0 && i < doc_[list].next; i = doc_[i].next) {
        const std::uint32_t at = doc_.member(i, known.resource_a);
        if (at == 0 || doc_[at].type == 0) continue;
        const std::string_view type = string_of(at, known.resource_type), id = string_of(at, known.id);
        const bool by_id = !id.empty() && url.size() == type.size() + 1 + id.size() &&
                           url.starts_with(type) && url.ends_with(id);
        if (by_id || string_of(i, known.full_url) == url) return at;
    }
    return 0;
}

Evaluator::Range Evaluator::call_more(const Term& t, Range a, std::size_t from, Range focus) {
    const auto texts = [this](Range r) {
        return r.size() == 1 ? text_of(stack_[r.from]) : std::string_view{};
    };
    const auto holds = [this](Range r, const Item& item) {
        for (std::size_t i = r.from; i < r.to; ++i)
            if (same(stack_[i], item)) return true;
        return false;
    };
    const auto nothing = [&] { return keep_range(from, a.to, a.to); };
    switch (t.fn) {
        case Fn::resolve: {
            std::size_t kept = a.from;
            for (std::size_t i = a.from; i < a.to; ++i)
                if (const std::uint32_t to = target_of(stack_[i]))
                    stack_[kept++] = {
                        .kind = Item::Kind::node, .flag = false, .node = to, .number = 0, .text = {}};
            return keep_range(from, a.from, kept);
        }
        case Fn::lower:
        case Fn::upper: {
            if (a.size() != 1) return nothing();
            std::string s = lower(text_of(stack_[a.from]));
            if (t.fn == Fn::upper)
                for (char& c : s)
                    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
            return one(text_item(keep(std::move(s))), from);
        }
        case Fn::index_of: {
            const Range b = eval(term(t.right), focus);
            if (a.size() != 1 || b.size() != 1) return nothing();
            const std::size_t at = texts(a).find(texts(b));
            return one(number_item(at == std::string_view::npos ? -1.0 : static_cast<double>(at)), from);
        }
        case Fn::replace:
        case Fn::replace_matches: {
            const Range b = eval(term(t.right), focus), c = eval(term(t.third), focus);
            if (a.size() != 1 || b.size() != 1 || c.size() != 1) return nothing();
            const std::string s(texts(a));
            if (t.fn == Fn::replace) return one(text_item(keep(replaced(s, texts(b), texts(c)))), from);
            const std::regex* regex = t.regex->get(t.text);
            if (regex == nullptr || s.size() > 4096) {
                ++untried_;
                return nothing();
            }
            return one(text_item(keep(std::regex_replace(s, *regex, std::string(texts(c))))), from);
        }
        case Fn::skip:
        case Fn::take: {
            const Range b = eval(term(t.right), focus);
            double n = 0;
            if (b.size() == 1) number_of(stack_[b.from], n);
            const std::size_t many = std::min(a.size(), n <= 0 ? 0 : static_cast<std::size_t>(n));
            return t.fn == Fn::skip ? keep_range(from, a.from + many, a.to)
                                    : keep_range(from, a.from, a.from + many);
        }
        case Fn::single: return a.size() == 1 ? keep_range(from, a.from, a.to) : nothing();
        case Fn::exclude: {
            const Range b = eval(term(t.right), focus);
            std::size_t kept = a.from;
            for (std::size_t i = a.from; i < a.to; ++i)
                if (!holds(b, stack_[i])) stack_[kept++] = Item(stack_[i]);
            return keep_range(from, a.from, kept);
        }
        case Fn::subset_of:
        case Fn::superset_of: {
            const Range b = eval(term(t.right), focus);
            const Range inner = t.fn == Fn::subset_of ? a : b, outer = t.fn == Fn::subset_of ? b : a;
            bool good = true;
            for (std::size_t i = inner.from; i < inner.to; ++i) good = good && holds(outer, stack_[i]);
            return boolean(good ? Truth::yes : Truth::no, from);
        }
        case Fn::to_decimal: {
            const std::string_view s = texts(a);
            double n = 0;
            const auto [end, bad] = std::from_chars(s.data(), s.data() + s.size(), n);
            if (s.empty() || bad != std::errc() || end != s.data() + s.size()) return nothing();
            return one(number_item(n), from);
        }
        case Fn::repeat: {
            // What a step finds is stepped from again; a document has an end.
            const std::size_t first = stack_.size();
            for (std::size_t i = a.from; i < a.to; ++i) eval(term(t.right), {i, i + 1});
            for (std::size_t i = first; i < stack_.size(); ++i) {
                if (stack_.size() - first > 100000) {  // it leads back to itself
                    ++untried_;
                    return nothing();
                }
                eval(term(t.right), {i, i + 1});
            }
            return keep_range(from, first, stack_.size());
        }
        default: return boolean(Truth::unknown, from);
    }
}

}  // namespace gpswitch::profile
