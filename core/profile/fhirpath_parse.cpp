#include <cctype>
#include <charconv>

#include "core/profile/fhirpath_terms.hpp"

namespace gpswitch::profile {

Expression::Expression() = default;
Expression::~Expression() = default;

namespace {

struct Function {
    std::string_view name;
    Fn fn;
    int least, most;  ///< arguments
};
constexpr Function kFunctions[] = {
    {"exists", Fn::exists, 0, 1},
    {"empty", Fn::empty, 0, 0},
    {"not", Fn::not_, 0, 0},
    {"where", Fn::where, 1, 1},
    {"select", Fn::select, 1, 1},
    {"all", Fn::all, 1, 1},
    {"count", Fn::count, 0, 0},
    {"first", Fn::first, 0, 0},
    {"last", Fn::last, 0, 0},
    {"tail", Fn::tail, 0, 0},
    {"hasValue", Fn::has_value, 0, 0},
    {"isDistinct", Fn::is_distinct, 0, 0},
    {"distinct", Fn::distinct, 0, 0},
    {"startsWith", Fn::starts_with, 1, 1},
    {"endsWith", Fn::ends_with, 1, 1},
    {"contains", Fn::contains, 1, 1},
    {"matches", Fn::matches, 1, 1},
    {"length", Fn::length, 0, 0},
    {"substring", Fn::substring, 1, 2},
    {"toInteger", Fn::to_integer, 0, 0},
    {"toString", Fn::to_string, 0, 0},
    {"iif", Fn::iif, 2, 3},
    {"trace", Fn::trace, 1, 2},
    {"extension", Fn::extension, 1, 1},
    {"ofType", Fn::of_type, 1, 1},
    {"is", Fn::is, 1, 1},
    {"as", Fn::as, 1, 1},
    {"children", Fn::children, 0, 0},
    {"descendants", Fn::descendants, 0, 0},
    {"intersect", Fn::intersect, 1, 1},
    {"combine", Fn::combine, 1, 1},
    {"union", Fn::unite, 1, 1},
    {"allTrue", Fn::all_true, 0, 0},
    {"allFalse", Fn::all_false, 0, 0},
    {"anyTrue", Fn::any_true, 0, 0},
    {"anyFalse", Fn::any_false, 0, 0},
    {"htmlChecks", Fn::html_checks, 0, 0},
    {"resolve", Fn::resolve, 0, 0},
    {"lower", Fn::lower, 0, 0},
    {"upper", Fn::upper, 0, 0},
    {"indexOf", Fn::index_of, 1, 1},
    {"replace", Fn::replace, 2, 2},
    {"replaceMatches", Fn::replace_matches, 2, 2},
    {"skip", Fn::skip, 1, 1},
    {"take", Fn::take, 1, 1},
    {"single", Fn::single, 0, 0},
    {"exclude", Fn::exclude, 1, 1},
    {"subsetOf", Fn::subset_of, 1, 1},
    {"supersetOf", Fn::superset_of, 1, 1},
    {"toDecimal", Fn::to_decimal, 0, 0},
    {"repeat", Fn::repeat, 1, 1},
};

struct Operator {
    std::string_view text;
    Op op;
    int rank;  ///< binds tighter, the higher
};
constexpr Operator kOperators[] = {
    {"implies", Op::implies, 1}, {"xor", Op::xor_, 2},          {"or", Op::or_, 2},      {"and", Op::and_, 3},
    {"in", Op::in, 4},           {"contains", Op::contains, 4}, {"!=", Op::unequal, 5},  {"=", Op::equal, 5},
    {"~", Op::like, 5},          {"<=", Op::at_most, 6},        {">=", Op::at_least, 6}, {"<", Op::less, 6},
    {">", Op::more, 6},          {"|", Op::unite, 7},           {"is", Op::is, 8},       {"as", Op::as, 8},
    {"+", Op::plus, 9},          {"-", Op::minus, 9},           {"&", Op::join, 9},      {"*", Op::times, 10},
    {"/", Op::over, 10},         {"div", Op::div, 10},          {"mod", Op::mod, 10},
};

bool word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

class Parser {
  public:
    Parser(std::string_view text, Atoms& atoms, Expression& e) : text_(text), atoms_(atoms), e_(e) {}

    std::string run() {
        e_.root_ = expression(0);
        blanks();
        if (reason_.empty() && at_ != text_.size()) fail("something at character " + std::to_string(at_ + 1));
        return reason_;
    }

  private:
    using Term = Expression::Term;

    std::uint32_t fail(const std::string& reason) {
        if (reason_.empty()) reason_ = reason;
        return 0;
    }
    std::uint32_t add(Term t) {
        e_.terms_.push_back(std::move(t));
        return static_cast<std::uint32_t>(e_.terms_.size() - 1);
    }
    static Term make(Op op) {
        Term t;
        t.op = op;
        return t;
    }
    void blanks() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    }
    bool take(std::string_view s) {
        blanks();
        if (!text_.substr(at_).starts_with(s)) return false;
        at_ += s.size();
        return true;
    }
    std::string_view word() {
        const std::size_t from = at_;
        while (at_ < text_.size() && word_char(text_[at_])) ++at_;
        return text_.substr(from, at_ - from);
    }

    const Operator* binary() {
        blanks();
        for (const Operator& o : kOperators) {
            if (!text_.substr(at_).starts_with(o.text)) continue;
            const std::size_t end = at_ + o.text.size();
            if (word_char(o.text[0]) && end < text_.size() && word_char(text_[end])) continue;
            return &o;
        }
        return nullptr;
    }

    std::string type_name() {
        blanks();
        std::string name(word());
        if ((name == "FHIR" || name == "System") && take(".")) name = word();
        return name;
    }

    std::uint32_t expression(int least) {
        if (++depth_ > 60) return fail("nesting too deep");
        std::uint32_t left = unary();
        while (reason_.empty()) {
            const Operator* o = binary();
            if (o == nullptr || o->rank < least) break;
            at_ += o->text.size();
            Term t = make(o->op);
            t.left = left;
            if (o->op == Op::is || o->op == Op::as)
                t.text = type_name();
            else
                t.right = expression(o->rank + 1);
            left = add(std::move(t));
        }
        --depth_;
        return left;
    }

    std::uint32_t unary() {
        if (take("-")) {
            Term t = make(Op::minus);
            Term zero = make(Op::number);
            t.left = add(zero);
            t.right = unary();
            return add(std::move(t));
        }
        std::uint32_t left = primary();
        while (reason_.empty()) {
            blanks();
            if (at_ < text_.size() && text_[at_] == '.') {
                ++at_;
                left = step(left);
            } else if (take("[")) {
                Term t = make(Op::index);
                t.left = left;
                t.right = expression(0);
                if (!take("]")) return fail("an index that does not end");
                left = add(std::move(t));
            } else {
                break;
            }
        }
        return left;
    }

    std::uint32_t literal_text() {
        Term t = make(Op::text);
        ++at_;
        while (at_ < text_.size() && text_[at_] != '\'') {
            char c = text_[at_++];
            if (c == '\\' && at_ < text_.size()) {
                c = text_[at_++];
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
            }
            t.text += c;
        }
        if (at_ == text_.size()) return fail("a text that does not end");
        ++at_;
        return add(std::move(t));
    }

    /// "@2020-01", "@T12:00": told apart from a text by being compared with one.
    std::uint32_t literal_moment() {
        Term t = make(Op::text);
        ++at_;
        while (at_ < text_.size() && (word_char(text_[at_]) || text_[at_] == '-' || text_[at_] == ':' ||
                                      (text_[at_] == '.' && at_ + 1 < text_.size() && text_[at_ + 1] <= '9')))
            t.text += text_[at_++];
        if (t.text.starts_with('T')) t.text.erase(0, 1);
        if (t.text.empty()) return fail("a date that is none");
        return add(std::move(t));
    }

    std::uint32_t variable() {
        ++at_;
        const std::string_view name = word();
        if (name == "resource") return add(make(Op::resource));
        if (name == "rootResource") return add(make(Op::root));
        if (name == "context") return add(make(Op::context));
        if (name == "extension") return add(make(Op::extension));
        Term t = make(Op::text);
        t.text = name == "ucum"  ? "http://unitsofmeasure.org"
                 : name == "sct" ? "http://snomed.info/sct"
                                 : "http://loinc.org";
        if (name != "ucum" && name != "sct" && name != "loinc")
            return fail("the variable %" + std::string(name));
        return add(std::move(t));
    }

    std::uint32_t primary() {
        blanks();
        if (at_ == text_.size()) return fail("an expression that breaks off");
        const char c = text_[at_];
        if (c == '(') {
            ++at_;
            const std::uint32_t inner = expression(0);
            if (!take(")")) return fail("a bracket that does not close");
            return inner;
        }
        if (c == '{') {
            if (take("{") && take("}")) return add(make(Op::empty));
            return fail("a bracket that does not close");
        }
        if (c == '\'') return literal_text();
        if (c == '%') return variable();
        if (c == '@') return literal_moment();
        if (c >= '0' && c <= '9') {
            Term t = make(Op::number);
            const auto [end, bad] =
                std::from_chars(text_.data() + at_, text_.data() + text_.size(), t.number);
            if (bad != std::errc()) return fail("a number that is none");
            at_ = static_cast<std::size_t>(end - text_.data());
            return add(std::move(t));
        }
        return step(Term::kNone);
    }

    std::uint32_t step(std::uint32_t left) {
        blanks();
        Term t = make(Op::name);
        t.left = left;
        if (take("$this")) return add(make(Op::self));
        std::string name;
        if (at_ < text_.size() && text_[at_] == '`') {
            const std::size_t end = text_.find('`', at_ + 1);
            if (end == std::string_view::npos) return fail("a name that does not end");
            name = text_.substr(at_ + 1, end - at_ - 1);
            at_ = end + 1;
        } else {
            name = word();
        }
        if (name.empty()) return fail("something at character " + std::to_string(at_ + 1));
        if (left == Term::kNone && (name == "true" || name == "false")) {
            t.op = Op::boolean;
            t.flag = name == "true";
            return add(std::move(t));
        }
        blanks();
        if (at_ < text_.size() && text_[at_] == '(') return call(std::move(t), name);
        t.from_type = left == Term::kNone && name[0] >= 'A' && name[0] <= 'Z';
        t.text = name;
        t.atom = atoms_.add(name);
        return add(std::move(t));
    }

    std::uint32_t call(Term t, const std::string& name) {
        ++at_;
        const Function* f = nullptr;
        for (const Function& known : kFunctions)
            if (known.name == name) f = &known;
        if (f == nullptr) return fail("the function " + name);
        t.op = Op::call;
        t.fn = f->fn;
        int arguments = 0;
        blanks();
        if (f->fn == Fn::of_type || f->fn == Fn::is || f->fn == Fn::as) {
            t.text = type_name();
            arguments = 1;
        } else if (at_ < text_.size() && text_[at_] != ')') {
            do {
                const std::uint32_t argument = expression(0);
                (arguments == 0 ? t.right : arguments == 1 ? t.third : extra_) = argument;
                ++arguments;
            } while (take(","));
        }
        if (!take(")")) return fail("a bracket that does not close");
        if (arguments < f->least || arguments > f->most) return fail("arguments of " + name);
        if (f->fn == Fn::iif && arguments == 3) {
            Term other = make(Op::empty);
            other.left = t.third;
            other.right = extra_;
            t.third = add(std::move(other));
            t.flag = true;
        }
        if (f->fn == Fn::matches || f->fn == Fn::replace_matches) {
            const Term& pattern = e_.terms_[t.right];
            if (pattern.op != Op::text) return fail("a pattern that is not given as text");
            t.text = pattern.text;
            t.regex = std::make_shared<LazyRegex>();
        }
        return add(std::move(t));
    }

    std::string_view text_;
    Atoms& atoms_;
    Expression& e_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::uint32_t extra_ = 0;
    std::string reason_;
};

std::unique_ptr<Expression> Expression::compile(std::string_view text, Atoms& atoms, std::string& reason) {
    std::unique_ptr<Expression> e(new Expression());
    e->text_ = text;
    reason = text.empty() ? "it has no expression" : Parser(text, atoms, *e).run();
    if (!reason.empty()) return nullptr;
    return e;
}

}  // namespace gpswitch::profile
