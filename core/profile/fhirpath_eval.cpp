#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/profile/fhirpath_terms.hpp"
#include "core/profile/moment.hpp"
#include "core/profile/table.hpp"

namespace gpswitch::profile {

using Kind = Node::Kind;
using Term = Expression::Term;

namespace {

Truth either(bool b) { return b ? Truth::yes : Truth::no; }
Item text_item(std::string_view s) {
    return {.kind = Item::Kind::text, .flag = false, .node = 0, .number = 0, .text = s};
}
Item number_item(double n) {
    return {.kind = Item::Kind::number, .flag = false, .node = 0, .number = n, .text = {}};
}
Item node_item(std::uint32_t n) {
    return {.kind = Item::Kind::node, .flag = false, .node = n, .number = 0, .text = {}};
}

}  // namespace

Truth Evaluator::truth(const Expression& e, std::uint32_t focus, std::uint32_t resource, std::uint32_t root,
                       std::uint32_t extension) {
    expression_ = &e;
    context_ = focus;
    resource_ = resource;
    root_ = root;
    extension_ = extension;
    stack_.clear();
    kept_.clear();
    stack_.push_back(node_item(focus));
    const Range r = eval(e.terms_[e.root_], {0, 1});
    return truth_of(r);
}

const Term& Evaluator::term(std::uint32_t i) const { return expression_->terms_[i]; }

std::string_view Evaluator::keep(std::string s) { return kept_.emplace_back(std::move(s)); }

/// Moves a result down over what its making left behind.
void Evaluator::shift(std::size_t to, Range r) {
    if (to != r.from)
        std::copy(stack_.begin() + static_cast<std::ptrdiff_t>(r.from),
                  stack_.begin() + static_cast<std::ptrdiff_t>(r.to),
                  stack_.begin() + static_cast<std::ptrdiff_t>(to));
    stack_.resize(to + r.size());
}

Truth Evaluator::truth_of(Range r) const {
    if (r.empty()) return Truth::unknown;
    if (r.size() > 1) return Truth::yes;
    const Item& i = stack_[r.from];
    if (i.kind == Item::Kind::boolean) return either(i.flag);
    if (i.kind == Item::Kind::node && doc_[i.node].kind == Kind::boolean)
        return either(doc_.text(doc_[i.node]) == "true");
    return Truth::yes;
}

Evaluator::Range Evaluator::boolean(Truth t, std::size_t from) {
    stack_.resize(from);
    if (t != Truth::unknown)
        stack_.push_back(
            {.kind = Item::Kind::boolean, .flag = t == Truth::yes, .node = 0, .number = 0, .text = {}});
    return {from, stack_.size()};
}

std::string_view Evaluator::text_of(const Item& i) const {
    if (i.kind == Item::Kind::text) return i.text;
    if (i.kind != Item::Kind::node) return {};
    const Node& n = doc_[i.node];
    return n.kind == Kind::string || n.kind == Kind::number || n.kind == Kind::boolean ? doc_.text(n)
                                                                                       : std::string_view{};
}

bool Evaluator::number_of(const Item& i, double& out) const {
    if (i.kind == Item::Kind::number) {
        out = i.number;
        return true;
    }
    if (i.kind != Item::Kind::node || doc_[i.node].kind != Kind::number) return false;
    const std::string_view s = doc_.text(doc_[i.node]);
    return std::from_chars(s.data(), s.data() + s.size(), out).ec == std::errc();
}

/// The elements called `name` in an object, items of arrays one by one; a primitive that has only extensions
/// is the node of those.
void Evaluator::members(std::uint32_t node, Atom name) {
    const Node& o = doc_[node];
    if (o.kind != Kind::object) {
        // The inside of a primitive lies beside it.
        if (o.sibling != 0) members(o.sibling, name);
        return;
    }
    for (std::uint32_t i = node + 1; i < o.next; i = doc_[i].next) {
        const Node& m = doc_[i];
        if ((name != 0 && m.name != name) || m.name == 0 || (m.flags & Node::kSkip) != 0) continue;
        if (m.kind != Kind::array) {
            if (m.kind != Kind::null) stack_.push_back(node_item(i));
            continue;
        }
        for (std::uint32_t k = i + 1; k < m.next; k = doc_[k].next) {
            if (doc_[k].kind != Kind::null)
                stack_.push_back(node_item(k));
            else if (doc_[k].sibling != 0)
                stack_.push_back(node_item(doc_[k].sibling));
        }
    }
}

void Evaluator::navigate(const Item& item, Atom name) {
    if (item.kind == Item::Kind::node) members(item.node, name);
}

void Evaluator::below(std::uint32_t node) {
    const std::size_t from = stack_.size();
    members(node, 0);
    const std::size_t to = stack_.size();
    for (std::size_t i = from; i < to; ++i) below(stack_[i].node);
}

bool Evaluator::same_nodes(std::uint32_t a, std::uint32_t b) const {
    const Node &x = doc_[a], &y = doc_[b];
    if (x.kind != y.kind || x.count != y.count) return false;
    if (x.kind == Kind::object) {
        for (std::uint32_t i = a + 1; i < x.next; i = doc_[i].next) {
            const std::uint32_t other = doc_.member(b, doc_[i].key);
            if (other == 0 || !same_nodes(i, other)) return false;
        }
        return true;
    }
    if (x.kind == Kind::array) {
        for (std::uint32_t i = a + 1, k = b + 1; i < x.next; i = doc_[i].next, k = doc_[k].next)
            if (!same_nodes(i, k)) return false;
        return true;
    }
    return doc_.text(x) == doc_.text(y);
}

bool Evaluator::same(const Item& a, const Item& b) const {
    if (a.kind == Item::Kind::node && b.kind == Item::Kind::node && doc_[a.node].kind >= Kind::array)
        return same_nodes(a.node, b.node);
    double x = 0, y = 0;
    if (number_of(a, x) && number_of(b, y)) return x == y;
    const auto as_bool = [this](const Item& i, bool& out) {
        if (i.kind == Item::Kind::boolean) out = i.flag;
        if (i.kind == Item::Kind::node && doc_[i.node].kind == Kind::boolean)
            out = doc_.text(doc_[i.node]) == "true";
        return i.kind == Item::Kind::boolean ||
               (i.kind == Item::Kind::node && doc_[i.node].kind == Kind::boolean);
    };
    bool p = false, q = false;
    if (as_bool(a, p) && as_bool(b, q)) return p == q;
    if (a.kind == Item::Kind::node && doc_[a.node].kind >= Kind::array) return false;
    if (b.kind == Item::Kind::node && doc_[b.node].kind >= Kind::array) return false;
    return text_of(a) == text_of(b);
}

Truth Evaluator::equals(Range a, Range b) const {
    if (a.empty() || b.empty()) return Truth::unknown;
    if (a.size() != b.size()) return Truth::no;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!same(stack_[a.from + i], stack_[b.from + i])) return Truth::no;
    return Truth::yes;
}

namespace {

Truth ordered(Op op, int order) {
    switch (op) {
        case Op::less: return either(order < 0);
        case Op::at_most: return either(order <= 0);
        case Op::more: return either(order > 0);
        default: return either(order >= 0);
    }
}

}  // namespace

Truth Evaluator::compare(std::uint8_t raw_op, Range a, Range b) const {
    const Op op = static_cast<Op>(raw_op);
    if (a.size() != 1 || b.size() != 1) return Truth::unknown;
    Item x = stack_[a.from], y = stack_[b.from];
    const auto quantity = [this](const Item& i) {
        return i.kind == Item::Kind::node && doc_[i.node].kind == Kind::object;
    };
    if (quantity(x) && quantity(y)) {
        // Quantities: of one unit, by value.
        const Table::Known& k = table_.known();
        for (const Atom part : {k.code, k.system}) {
            const std::uint32_t m = doc_.member(x.node, part), n = doc_.member(y.node, part);
            if ((m == 0) != (n == 0) || (m != 0 && doc_.text(doc_[m]) != doc_.text(doc_[n])))
                return Truth::unknown;
        }
        const std::uint32_t m = doc_.member(x.node, k.value), n = doc_.member(y.node, k.value);
        if (m == 0 || n == 0) return Truth::unknown;
        x = node_item(m);
        y = node_item(n);
    } else if (quantity(x) || quantity(y)) {
        return Truth::unknown;
    }
    double p = 0, q = 0;
    if (number_of(x, p) && number_of(y, q)) return ordered(op, p < q ? -1 : p > q ? 1 : 0);
    const std::string_view s = text_of(x), t = text_of(y);
    if (s.empty() || t.empty()) return Truth::unknown;
    Moment m, n;
    if (Moment::read(s, m) && Moment::read(t, n)) {
        int order = 0;
        return Moment::compare(m, n, order) ? ordered(op, order) : Truth::unknown;
    }
    return ordered(op, s.compare(t));
}

bool Evaluator::is_type(const Item& i, std::string_view name) const {
    if (i.kind == Item::Kind::text) return name == "string" || name == "String";
    if (i.kind == Item::Kind::boolean) return name == "boolean" || name == "Boolean";
    if (i.kind == Item::Kind::number)
        return name == "decimal" || name == "Decimal" || name == "integer" || name == "Integer";
    const TypeId type = doc_[i.node].type;
    if (table_.info(type).name == name || table_.derives(type, table_.type(name)))
        return table_.type(name) != 0;
    if (name == "Boolean") return table_.info(type).name == "boolean";
    if (name == "String") return doc_[i.node].kind == Kind::string;
    return false;
}

/// Keeps the first of what is the same; the range ends the stack.
Evaluator::Range Evaluator::distinct(Range r) {
    std::size_t kept = r.from;
    for (std::size_t i = r.from; i < r.to; ++i) {
        bool seen = false;
        for (std::size_t k = r.from; k < kept && !seen; ++k) seen = same(stack_[k], stack_[i]);
        if (!seen) stack_[kept++] = Item(stack_[i]);
    }
    stack_.resize(kept);
    return {r.from, kept};
}

Evaluator::Range Evaluator::itself(Range focus) {
    const std::size_t from = stack_.size();
    for (std::size_t i = focus.from; i < focus.to; ++i) stack_.push_back(Item(stack_[i]));
    return {from, stack_.size()};
}

Evaluator::Range Evaluator::eval(const Term& t, Range focus) {
    const std::size_t from = stack_.size();
    switch (t.op) {
        case Op::empty: return {from, from};
        case Op::text: stack_.push_back(text_item(t.text)); break;
        case Op::number: stack_.push_back(number_item(t.number)); break;
        case Op::boolean: return boolean(either(t.flag), from);
        case Op::self: return itself(focus);
        case Op::resource: stack_.push_back(node_item(resource_)); break;
        case Op::root: stack_.push_back(node_item(root_)); break;
        case Op::context: stack_.push_back(node_item(context_)); break;
        case Op::extension: stack_.push_back(node_item(extension_)); break;
        case Op::name: {
            if (t.left == Term::kNone) {
                // "Patient.name": the type's own name stands for the resource itself.
                if (t.from_type && focus.size() == 1 && stack_[focus.from].kind == Item::Kind::node &&
                    table_.info(doc_[stack_[focus.from].node].type).name == t.text) {
                    stack_.push_back(Item(stack_[focus.from]));
                    break;
                }
                for (std::size_t i = focus.from; i < focus.to; ++i) navigate(Item(stack_[i]), t.atom);
                break;
            }
            const Range left = eval(term(t.left), focus);
            const std::size_t to = stack_.size();
            for (std::size_t i = left.from; i < left.to; ++i) navigate(Item(stack_[i]), t.atom);
            shift(from, {to, stack_.size()});
            break;
        }
        case Op::index: {
            const Range left = eval(term(t.left), focus);
            const Range at = eval(term(t.right), focus);
            double n = -1;
            if (at.size() == 1) number_of(stack_[at.from], n);
            const auto i = n < 0 ? left.size() : static_cast<std::size_t>(n);
            if (i < left.size())
                shift(from, {left.from + i, left.from + i + 1});
            else
                stack_.resize(from);
            break;
        }
        case Op::call: return call(t, focus);
        default: return binary(t, focus);
    }
    return {from, stack_.size()};
}

namespace {

double reckoned(Op op, double x, double y) {
    switch (op) {
        case Op::plus: return x + y;
        case Op::minus: return x - y;
        case Op::times: return x * y;
        case Op::over: return x / y;
        case Op::div: return std::trunc(x / y);
        default: return std::fmod(x, y);
    }
}

}  // namespace

Evaluator::Range Evaluator::binary(const Term& t, Range focus) {
    const std::size_t from = stack_.size();
    const Range a = eval(term(t.left), focus);
    if (t.op == Op::is || t.op == Op::as) {
        if (a.empty()) return a;
        const bool good = is_type(stack_[a.from], t.text);
        if (t.op == Op::is) return boolean(either(good), from);
        if (!good) stack_.resize(from);
        return {from, stack_.size()};
    }
    const auto both = [&](auto decide) {
        const Truth x = truth_of(a);
        // What needs no right side is not given one.
        const Truth early = decide(x, Truth::yes), other = decide(x, Truth::no);
        if (early == other && early == decide(x, Truth::unknown)) return boolean(early, from);
        const Truth y = truth_of(eval(term(t.right), focus));
        return boolean(decide(x, y), from);
    };
    const Truth yes = Truth::yes, no = Truth::no, unknown = Truth::unknown;
    switch (t.op) {
        case Op::or_:
            return both([&](Truth x, Truth y) {
                return x == yes || y == yes ? yes : x == no && y == no ? no : unknown;
            });
        case Op::and_:
            return both([&](Truth x, Truth y) {
                return x == no || y == no ? no : x == yes && y == yes ? yes : unknown;
            });
        case Op::xor_:
            return both(
                [&](Truth x, Truth y) { return x == unknown || y == unknown ? unknown : either(x != y); });
        case Op::implies:
            return both([&](Truth x, Truth y) {
                return x == no || y == yes ? yes : x == yes && y == no ? no : unknown;
            });
        default: break;
    }
    const Range b = eval(term(t.right), focus);
    switch (t.op) {
        case Op::equal:
        case Op::like: return boolean(t.op == Op::like && a.empty() && b.empty() ? yes : equals(a, b), from);
        case Op::unequal: {
            const Truth e = equals(a, b);
            return boolean(e == unknown ? unknown : either(e == no), from);
        }
        case Op::less:
        case Op::at_most:
        case Op::more:
        case Op::at_least: return boolean(compare(static_cast<std::uint8_t>(t.op), a, b), from);
        case Op::in:
        case Op::contains: {
            const Range item = t.op == Op::in ? a : b, list = t.op == Op::in ? b : a;
            if (item.empty()) return boolean(unknown, from);
            bool found = false;
            for (std::size_t i = list.from; i < list.to; ++i)
                found = found || same(stack_[i], stack_[item.from]);
            return boolean(either(found), from);
        }
        case Op::unite: return distinct({from, stack_.size()});
        case Op::join: {
            std::string s;
            if (!a.empty()) s = text_of(stack_[a.from]);
            if (!b.empty()) s += text_of(stack_[b.from]);
            stack_.resize(from);
            stack_.push_back(text_item(keep(std::move(s))));
            return {from, stack_.size()};
        }
        case Op::plus:
        case Op::minus:
        case Op::times:
        case Op::over:
        case Op::div:
        case Op::mod: {
            double x = 0, y = 0;
            const bool numbers = a.size() == 1 && b.size() == 1 && number_of(stack_[a.from], x) &&
                                 number_of(stack_[b.from], y);
            std::string s;
            const bool texts = !numbers && t.op == Op::plus && a.size() == 1 && b.size() == 1;
            if (texts) s = std::string(text_of(stack_[a.from])) + std::string(text_of(stack_[b.from]));
            stack_.resize(from);
            const bool divided = t.op == Op::over || t.op == Op::div || t.op == Op::mod;
            if (numbers && (!divided || y != 0)) stack_.push_back(number_item(reckoned(t.op, x, y)));
            if (texts) stack_.push_back(text_item(keep(std::move(s))));
            return {from, stack_.size()};
        }
        default: return boolean(unknown, from);
    }
}

bool Evaluator::selects(const Expression& e, std::uint32_t resource, std::uint32_t node) {
    truth(e, resource, resource, resource);
    return std::any_of(stack_.begin() + 1, stack_.end(),
                       [node](const Item& i) { return i.kind == Item::Kind::node && i.node == node; });
}

bool Evaluator::html_good(std::uint32_t node) const { return xhtml_fault(doc_.text(doc_[node])).empty(); }

}  // namespace gpswitch::profile
