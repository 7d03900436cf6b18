#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>

#include "core/profile/code_form.hpp"
#include "core/profile/moment.hpp"
#include "core/profile/rules.hpp"
#include "core/profile/walk.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::profile {

using Kind = Node::Kind;

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr auto kIdCharacter = [] {
    std::array<bool, 256> is{};
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."))
        is[static_cast<unsigned char>(c)] = true;
    return is;
}();

/// A whole number as FHIR writes it, within 32 bits.
bool whole(std::string_view s, std::int64_t least) {
    const std::string_view d = s.starts_with('-') ? s.substr(1) : s;
    if (d.empty() || d.size() > 10 || (d.size() > 1 && d[0] == '0')) return false;
    for (const char c : d)
        if (!digit(c)) return false;
    std::int64_t n = 0;
    std::from_chars(s.data(), s.data() + s.size(), n);
    return n >= least && n <= 2147483647 && n >= -2147483648ll;
}

bool is_code(std::string_view s) {
    // Words with one blank between them.
    if (s.empty() || space(s.front()) || space(s.back())) return false;
    for (std::size_t i = 1; i < s.size(); ++i)
        if (space(s[i]) && space(s[i - 1])) return false;
    return true;
}

bool is_id(std::string_view s) {
    if (s.empty() || s.size() > 64) return false;
    bool good = true;
    for (const char c : s) good = good && kIdCharacter[static_cast<unsigned char>(c)];
    return good;
}

/// Whether there is a blank (only 0x20) in it; most texts are of 16 to 64 bytes, and a call for each is dear.
bool has_blank(std::string_view s) {
    constexpr std::uint64_t kOnes = 0x0101010101010101ull, kBlanks = kOnes * ' ';
    const auto in_word = [](const char* p) {
        std::uint64_t w = 0;
        std::memcpy(&w, p, 8);
        w ^= kBlanks;
        return (w - kOnes) & ~w & (kOnes << 7);
    };
    if (s.size() < 8) return s.find(' ') != std::string_view::npos;
    std::uint64_t found = in_word(s.data() + s.size() - 8);
    for (std::size_t i = 0; i + 8 < s.size(); i += 8) found |= in_word(s.data() + i);
    return found != 0;
}

bool no_blanks(std::string_view s) {
    for (const char c : s)
        if (space(c)) return false;
    return true;
}

bool is_oid(std::string_view s) {
    if (!s.starts_with("urn:oid:") || s.size() < 11 || s[8] < '0' || s[8] > '2') return false;
    s.remove_prefix(9);
    while (!s.empty()) {
        if (s[0] != '.') return false;
        s.remove_prefix(1);
        std::size_t n = 0;
        while (n < s.size() && digit(s[n])) ++n;
        if (n == 0 || (n > 1 && s[0] == '0')) return false;
        s.remove_prefix(n);
    }
    return true;
}

bool is_uuid_urn(std::string_view s) {
    if (!s.starts_with("urn:uuid:") || s.size() != 45) return false;
    s.remove_prefix(9);
    for (std::size_t i = 0; i < s.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !(digit(s[i]) || (s[i] >= 'a' && s[i] <= 'f'))) return false;
    }
    return true;
}

bool is_base64(std::string_view s) {
    std::size_t n = 0, pads = 0;
    for (const char c : s) {
        if (space(c)) continue;
        ++n;
        if (c == '=') {
            ++pads;
            continue;
        }
        if (pads != 0 ||
            (!digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '+' && c != '/'))
            return false;
    }
    return n > 0 && n % 4 == 0 && pads <= 2;
}

bool printable(std::string_view s) {
    for (const char c : s)
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
    return true;
}

enum class Verdict : std::uint8_t { good, form, no_such_day };

Verdict date_verdict(std::string_view s, Moment::Precision least, Moment::Precision most) {
    Moment m;
    bool form = false;
    const bool real = Moment::read(s, m, form);
    if (!form || m.time_only || m.precision < least || m.precision > most) return Verdict::form;
    return real ? Verdict::good : Verdict::no_such_day;
}

/// `escaped`: the text had escapes; only those can bring in control characters.
Verdict verdict(Primitive p, std::string_view s, bool escaped) {
    using enum Primitive;
    using P = Moment::Precision;
    const auto is = [](bool b) { return b ? Verdict::good : Verdict::form; };
    switch (p) {
        case date: return date_verdict(s, P::year, P::day);
        case date_time: return date_verdict(s, P::year, P::second);
        case instant: return date_verdict(s, P::second, P::second);
        case time: {
            Moment m;
            return is(Moment::read(s, m) && m.time_only);
        }
        case code: return is(is_code(s));
        case id: return is(is_id(s));
        case uri:
        case url:
        case canonical: return is(escaped ? no_blanks(s) : !has_blank(s));
        case oid: return is(is_oid(s));
        case uuid: return is(is_uuid_urn(s));
        case base64: return is(is_base64(s));
        case string:
        case markdown:
        case xhtml: return is(!escaped || printable(s));
        default: return Verdict::good;
    }
}

}  // namespace

bool Checker::Walk::primitive(std::uint32_t n, const TypeInfo& type, const Rule& r) {
    const Node& node = (*doc)[n];
    const Primitive p = type.primitive;
    const bool number = p == Primitive::decimal || p == Primitive::integer || p == Primitive::positive_int ||
                        p == Primitive::unsigned_int;
    const Kind wanted = p == Primitive::boolean ? Kind::boolean : number ? Kind::number : Kind::string;
    if (node.kind != wanted) {
        report(Severity::error, "FHIR-PRIM-001", node.begin,
               fmt::format("{0} is written as {1}, not as {2} [{0}]", type.name,
                           wanted == Kind::boolean ? "true or false"
                           : number                ? "a number"
                                                   : "a string",
                           kKinds[static_cast<std::size_t>(node.kind)]));
        doubled_keys(n);
        return false;
    }
    const std::string_view s = doc->text(node);
    bool good = true;
    if (number) {
        if (p != Primitive::decimal)
            good = whole(s, p == Primitive::positive_int   ? 1
                            : p == Primitive::unsigned_int ? 0
                                                           : -2147483648ll);
    } else if (wanted == Kind::string) {
        if (s.empty()) {
            report(Severity::error, "FHIR-ELEM-006", node.begin, "a string may not be empty");
            return false;
        }
        const Verdict v = verdict(p, s, (node.flags & Node::kEscaped) != 0);
        if (v == Verdict::no_such_day) {
            report(Severity::error, "FHIR-PRIM-003", node.begin,
                   fmt::format("there is no such day{} [{}]", shown(n), type.name));
            return false;
        }
        good = v == Verdict::good;
        if (good && space(s[0]) && s.find_first_not_of(" \t\r\n") == std::string_view::npos)
            report(Severity::warning, "FHIR-PRIM-005", node.begin, "a text of blanks alone");
    }
    if (!good)
        report(Severity::error, "FHIR-PRIM-002", node.begin,
               fmt::format("FHIR writes {0} in another form{1} [{0}]", type.name, shown(n)));
    (void)r;
    return good;
}

bool Checker::Walk::equal(const json::Value& v, std::uint32_t n) const {
    const Node& node = (*doc)[n];
    if (static_cast<std::uint8_t>(v.kind) != static_cast<std::uint8_t>(node.kind)) return false;
    if (v.is_scalar()) return v.text == doc->text(node);
    const std::uint32_t size = v.kind == json::Kind::array ? v.items.size : v.members.size;
    return size == node.count && matches(v, n);
}

/// All that the pattern has is there; of an array, each of its items is among the items.
bool Checker::Walk::matches(const json::Value& v, std::uint32_t n) const {
    const Node& node = (*doc)[n];
    if (static_cast<std::uint8_t>(v.kind) != static_cast<std::uint8_t>(node.kind)) return false;
    if (v.is_scalar()) return v.text == doc->text(node);
    if (v.kind == json::Kind::object) {
        for (const json::Member& m : v.members) {
            const std::uint32_t other = doc->member(n, table.atoms().find(m.name));
            if (other == 0 || !matches(*m.value, other)) return false;
        }
        return true;
    }
    for (const json::Value* item : v.items) {
        bool found = false;
        for (std::uint32_t i = n + 1; i < node.next && !found; i = (*doc)[i].next) found = matches(*item, i);
        if (!found) return false;
    }
    return true;
}

namespace {

std::string words(const json::Value& v) {
    std::string s;
    json::append(s, v);
    return s;
}

}  // namespace

void Checker::Walk::values(std::uint32_t n, const TypeUse* use, const Rule& r) {
    if (r.fixed != nullptr && !equal(*r.fixed, n))
        report(Severity::error, "FHIR-FIX-001", (*doc)[n].begin,
               fmt::format("only {} is allowed here{} [{}]", words(*r.fixed), shown(n), r.source));
    if (r.pattern != nullptr && !matches(*r.pattern, n))
        report(Severity::error, "FHIR-FIX-002", (*doc)[n].begin,
               fmt::format("this has to hold {} [{}]", words(*r.pattern), r.source));
    if (r.strength != Strength::none && use != nullptr) binding(n, use->type, r);
    if (r.max_length != 0 || !r.min_value.empty() || !r.max_value.empty()) limits(n, r);
}

void Checker::Walk::limits(std::uint32_t n, const Rule& r) {
    const Node& node = (*doc)[n];
    if (node.kind == Kind::string && r.max_length != 0) {
        std::size_t letters = 0;
        for (const char c : doc->text(node))
            letters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
        if (letters > r.max_length)
            report(Severity::error, "FHIR-PRIM-004", node.begin,
                   fmt::format("at most {} characters, not {} [{}]", r.max_length, letters, r.source));
    }
    const auto number = [](std::string_view s, double& x) {
        return std::from_chars(s.data(), s.data() + s.size(), x).ec == std::errc();
    };
    const auto side = [&](std::string_view limit, bool least) {
        if (limit.empty()) return;
        double x = 0, y = 0;
        bool good = true;
        if (node.kind == Kind::number && number(doc->text(node), x) && number(limit, y)) {
            good = least ? x >= y : x <= y;
        } else if (node.kind == Kind::string && limit.starts_with('"')) {
            Moment a, b;
            int order = 0;
            if (Moment::read(doc->text(node), a) && Moment::read(limit.substr(1, limit.size() - 2), b) &&
                Moment::compare(a, b, order))
                good = least ? order >= 0 : order <= 0;
        }
        if (!good)
            report(Severity::error, "FHIR-PRIM-004", node.begin,
                   fmt::format("at {} {} [{}]", least ? "least" : "most", limit, r.source));
    };
    side(r.min_value, true);
    side(r.max_value, false);
}

void Checker::Walk::binding(std::uint32_t n, TypeId type, const Rule& r) {
    const CodeSet& set = *r.set;
    const Node& node = (*doc)[n];
    const bool required = r.strength == Strength::required;
    const auto wrong = [&](const std::string& what) {
        report(required ? Severity::error : Severity::warning, required ? "FHIR-BIND-001" : "FHIR-BIND-002",
               node.begin, fmt::format("{} the value set {}{} [{}]", what, set.url, shown(n), r.source));
    };
    const auto member_text = [this](std::uint32_t object, Atom key) {
        const std::uint32_t m = doc->member(object, key);
        return m != 0 && (*doc)[m].kind == Kind::string ? text(m) : std::string_view{};
    };
    const auto coding_in = [&](std::uint32_t coding) {
        const std::string_view code = member_text(coding, known.code);
        if (set.whole()) return set.has(member_text(coding, known.system), code);
        return code_form(set.url, member_text(coding, known.system), code) != Form::bad;
    };
    if (!set.whole()) {
        ++missing_sets[&set];
        if (!required || code_form(set.url, "", "") == Form::unknown)
            return;  // else at least its form is looked at
    }
    if (node.kind == Kind::string) {
        const bool good =
            set.whole() ? set.has(doc->text(node)) : code_form(set.url, "", doc->text(node)) != Form::bad;
        if (!good) wrong("not a code of");
        return;
    }
    if (node.kind != Kind::object) return;
    if (table.derives(type, known.codeable_concept)) {
        const std::uint32_t list = doc->member(n, known.coding_a);
        bool any = false, good = false;
        if (list != 0 && (*doc)[list].kind == Kind::array)
            for (std::uint32_t i = list + 1; i < (*doc)[list].next; i = (*doc)[i].next) {
                any = true;
                good = good || coding_in(i);
            }
        if (any ? !good : required && doc->member(n, known.extension_a) == 0)
            wrong(any ? "none of the codings is of" : "a coding is needed, of");
        return;
    }
    if (table.derives(type, known.coding) || table.derives(type, known.quantity)) {
        if (doc->member(n, known.code) == 0) {
            if (required && table.derives(type, known.coding) && doc->member(n, known.extension_a) == 0)
                wrong("a code is needed, of");
            return;
        }
        if (!coding_in(n)) wrong("not a code of");
    }
}

void Checker::Walk::checks(std::uint32_t n, const std::vector<Check>& list) {
    for (const Check& c : list) check(n, c);
}

void Checker::Walk::check(std::uint32_t n, const Check& c) {
    const std::uint32_t inner = resources.empty() ? 0 : resources.back();
    if (c.when == Check::When::never) return;
    if (c.when == Check::When::with_contained && doc->member(n, known.contained) == 0) return;
    if (c.expression == nullptr) {
        ++missing_checks[&c];
        return;
    }
    if (evaluator->truth(*c.expression, n, inner, root) != Truth::no) return;
    report(c.error ? Severity::error : Severity::warning, c.error ? "FHIR-INV-001" : "FHIR-INV-002",
           (*doc)[n].begin, fmt::format("{} does not hold: {} [{}]", c.key, c.expression->text(), c.source));
}

namespace {

constexpr std::uint8_t kMultiply[10][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
                                            {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
                                            {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
                                            {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
                                            {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
constexpr std::uint8_t kPermute[8][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
                                          {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
                                          {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
                                          {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};

/// A SNOMED CT concept identifier: 6 to 18 digits, partition 00 or 10, Verhoeff check digit.
/// Source: SNOMED CT Release File Specifications, "SCTID".
bool is_concept_id(std::string_view s) {
    if (s.size() < 6 || s.size() > 18 || s[0] == '0') return false;
    std::uint8_t check = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
        const char c = s[s.size() - 1 - i];
        if (!digit(c)) return false;
        check = kMultiply[check][kPermute[i % 8][c - '0']];
    }
    const std::string_view partition = s.substr(s.size() - 3, 2);
    return check == 0 && (partition == "00" || partition == "10");
}

}  // namespace

/// What every system in Britain can check of an identifier.
void Checker::Walk::known_ids(std::uint32_t n, TypeId type) {
    const auto member = [this, n](Atom key) {
        const std::uint32_t m = doc->member(n, key);
        return m != 0 && (*doc)[m].kind == Kind::string ? m : 0;
    };
    if (type == known.identifier) {
        const std::uint32_t system = member(known.system), value = member(known.value);
        if (system == 0 || value == 0 || text(system) != "https://fhir.nhs.uk/Id/nhs-number") return;
        // A warning: FHIR does not judge what an identifier says, and UK Core's example of a baby has a wrong
        // check digit.
        if (nhs_number::parse(text(value)).empty() || text(value).size() != 10)
            report(Severity::warning, "FHIR-NHS-001", (*doc)[value].begin,
                   fmt::format("not an NHS number: ten digits with a right check digit{} [{}]", shown(value),
                               find_rule("FHIR-NHS-001")->source),
                   ".value");
    } else if (type == known.coding) {
        const std::uint32_t system = member(known.system), code = member(known.code);
        if (system == 0 || code == 0 || text(system) != "http://snomed.info/sct") return;
        // A postcoordinated expression is not one identifier.
        if (text(code).find_first_not_of("0123456789") == std::string_view::npos &&
            !is_concept_id(text(code)))
            report(Severity::error, "FHIR-SCT-001", (*doc)[code].begin,
                   fmt::format(
                       "not the identifier of a SNOMED CT concept: check digit or partition is wrong{} [{}]",
                       shown(code), find_rule("FHIR-SCT-001")->source),
                   ".code");
    }
}

}  // namespace gpswitch::profile
