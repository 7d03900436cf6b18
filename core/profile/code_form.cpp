#include "core/profile/code_form.hpp"

#include <algorithm>

namespace gpswitch::profile {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

/// Parts of 1 to 8 letters and digits; the first of letters, at least 2 unless it is x or i.
bool is_language(std::string_view code) {
    std::size_t part = 0;
    bool first = true;
    for (std::size_t i = 0; i <= code.size(); ++i) {
        const char c = i == code.size() ? '-' : code[i];
        if (c == '-') {
            if (part == 0 || part > 8 ||
                (first && part < 2 && (code[0] | 32) != 'x' && (code[0] | 32) != 'i'))
                return false;
            first = false;
            part = 0;
            continue;
        }
        if (!letter(c) && (first || !digit(c))) return false;
        ++part;
    }
    return true;
}

/// "type/subtype" of token characters, then parameters. Source: RFC 6838, section 4.2.
bool is_media_type(std::string_view code) {
    const std::string_view name = code.substr(0, code.find(';'));
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 >= name.size()) return false;
    std::string_view sub = name.substr(slash + 1);
    while (sub.ends_with(' ')) sub.remove_suffix(1);
    const auto good = [](std::string_view s) {
        return !s.empty() && (letter(s[0]) || digit(s[0]) || s == "*") &&
               std::all_of(s.begin(), s.end(), [](char c) {
                   return letter(c) || digit(c) ||
                          std::string_view("!#$&-^_.+*").find(c) != std::string_view::npos;
               });
    };
    return good(name.substr(0, slash)) && good(sub);
}

/// Terms joined by '.' and '/', brackets in pairs, no blanks. Source: UCUM, sections 2.2 and 2.3.
bool is_unit(std::string_view code) {
    if (code.empty()) return false;
    std::size_t round = 0;
    char before = '/';
    for (std::size_t i = 0; i < code.size(); ++i) {
        const char c = code[i];
        if (c < 33 || c > 126) return false;
        if (c == '{' || c == '[') {
            const std::size_t end = code.find(c == '{' ? '}' : ']', i);
            if (end == std::string_view::npos || (c == '[' && end == i + 1)) return false;
            for (std::size_t k = i + 1; k < end; ++k)
                if (code[k] < 33 || code[k] > 126 || code[k] == '{' || code[k] == '[') return false;
            i = end;
            before = 'a';
            continue;
        }
        if (c == '}' || c == ']') return false;
        if (c == '(') ++round;
        if (c == ')' && (round-- == 0 || before == '.' || before == '/' || before == '(')) return false;
        const bool joins = before == '.' || before == '/' || before == '(';
        if (c == '.' && joins) return false;
        if (c == '/' && joins && i != 0 && before != '(') return false;
        before = c;
    }
    return round == 0 && before != '.' && before != '/';
}

struct Known {
    std::string_view set, system;
    bool (*good)(std::string_view);
};

bool is_currency(std::string_view code) {
    return code.size() == 3 &&
           std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

constexpr Known kKnown[] = {
    {"http://hl7.org/fhir/ValueSet/all-languages", "urn:ietf:bcp:47", is_language},
    {"http://hl7.org/fhir/ValueSet/mimetypes", "urn:ietf:bcp:13", is_media_type},
    {"http://www.rfc-editor.org/bcp/bcp13.txt", "urn:ietf:bcp:13", is_media_type},
    {"http://hl7.org/fhir/ValueSet/currencies", "urn:iso:std:iso:4217", is_currency},
    {"http://hl7.org/fhir/ValueSet/ucum-units", "http://unitsofmeasure.org", is_unit},
    {"http://hl7.org/fhir/ValueSet/all-distance-units", "http://unitsofmeasure.org", is_unit},
};

}  // namespace

Form code_form(std::string_view set, std::string_view system, std::string_view code) {
    for (const Known& k : kKnown)
        if (k.set == set)
            return (system.empty() || system == k.system) && k.good(code) ? Form::good : Form::bad;
    return Form::unknown;
}

}  // namespace gpswitch::profile
