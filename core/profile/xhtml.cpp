#include <algorithm>
#include <string>
#include <vector>

#include "core/profile/fhirpath.hpp"
#include "core/util/text.hpp"

namespace gpswitch::profile {
namespace {

constexpr std::string_view kElements[] = {
    "a",  "abbr",    "acronym", "address", "area",   "b",        "bdo", "big",   "blockquote",
    "br", "caption", "cite",    "code",    "col",    "colgroup", "dd",  "dfn",   "div",
    "dl", "dt",      "em",      "h1",      "h2",     "h3",       "h4",  "h5",    "h6",
    "hr", "i",       "img",     "kbd",     "li",     "map",      "ol",  "p",     "pre",
    "q",  "samp",    "small",   "span",    "strong", "sub",      "sup", "table", "tbody",
    "td", "tfoot",   "th",      "thead",   "tr",     "tt",       "ul",  "var"};

constexpr std::string_view kSpace = " \t\r\n";

bool name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == ':' || c == '_' || c == '.';
}

/// Reads a fragment once; `fault` is the first thing wrong.
struct Reader {
    std::string_view s;
    std::size_t at = 0;
    std::vector<std::string_view> open;
    bool content = false, namespaced = false;

    std::string_view name() {
        const std::size_t from = at;
        while (at < s.size() && name_char(s[at])) ++at;
        return s.substr(from, at - from);
    }
    void blanks() {
        while (at < s.size() && kSpace.find(s[at]) != std::string_view::npos) ++at;
    }
    bool skip_to(std::string_view end) {
        const std::size_t found = s.find(end, at);
        if (found == std::string_view::npos) return false;
        at = found + end.size();
        return true;
    }

    std::string_view attributes(bool root) {
        std::vector<std::string_view> seen;
        while (true) {
            const std::size_t before = at;
            blanks();
            if (at == s.size()) return "a tag that does not end";
            if (s[at] == '>' || s[at] == '/') return "";
            if (at == before) return "attributes that run together";
            const std::string_view n = name();
            blanks();
            if (n.empty() || at == s.size() || s[at] != '=') return "an attribute without a value";
            ++at;
            blanks();
            if (at == s.size() || (s[at] != '"' && s[at] != '\''))
                return "an attribute's value without quotes";
            const char quote = s[at++];
            const std::size_t end = s.find(quote, at);
            if (end == std::string_view::npos) return "an attribute that does not end";
            const std::string_view value = s.substr(at, end - at);
            at = end + 1;
            if (value.find('<') != std::string_view::npos) return "a < in an attribute";
            if (std::find(seen.begin(), seen.end(), n) != seen.end()) return "an attribute given twice";
            seen.push_back(n);
            if (starts_with_ignoring_case(n, "on")) return "an event handler";
            if (starts_with_ignoring_case(trim(value), "javascript:")) return "a script";
            if (root && n == "xmlns") namespaced = value == "http://www.w3.org/1999/xhtml";
        }
    }

    std::string_view tag() {
        ++at;
        if (at < s.size() && s[at] == '/') {
            ++at;
            const std::string_view n = name();
            blanks();
            if (at == s.size() || s[at] != '>') return "a tag that does not end";
            ++at;
            if (open.empty() || open.back() != n) return "tags that do not match";
            open.pop_back();
            return "";
        }
        if (s.substr(at).starts_with("!--")) return skip_to("-->") ? "" : "a comment that does not end";
        if (s.substr(at).starts_with("![CDATA["))
            return skip_to("]]>") ? "" : "a CDATA section that does not end";
        if (at < s.size() && (s[at] == '!' || s[at] == '?')) return "a declaration or processing instruction";
        const std::string_view n = name();
        if (std::find(std::begin(kElements), std::end(kElements), n) == std::end(kElements))
            return "an element that narrative may not have";
        if (n == "img") content = true;
        if (const auto fault = attributes(open.empty()); !fault.empty()) return fault;
        if (s[at] == '/') {
            ++at;
            if (at == s.size() || s[at] != '>') return "a tag that does not end";
        } else {
            open.push_back(n);
        }
        ++at;
        return "";
    }

    std::string_view entity() {
        const std::size_t end = s.find(';', at);
        if (end == std::string_view::npos || end == at + 1 || end - at > 12)
            return "an & that stands for nothing";
        const std::string_view n = s.substr(at + 1, end - at - 1);
        for (std::size_t i = n[0] == '#' ? 1 : 0; i < n.size(); ++i)
            if (!name_char(n[i])) return "an & that stands for nothing";
        at = end + 1;
        content = true;
        return "";
    }
};

}  // namespace

std::string_view xhtml_fault(std::string_view div) {
    Reader r{.s = trim(div), .at = 0, .open = {}, .content = false, .namespaced = false};
    if (!r.s.starts_with("<div")) return "it is not a div";
    while (r.at < r.s.size()) {
        std::string_view fault;
        const char c = r.s[r.at];
        if (c == '<') {
            fault = r.tag();
            if (fault.empty() && r.open.empty() && r.at < r.s.size()) fault = "something behind the div";
        } else if (c == '&') {
            fault = r.entity();
        } else {
            r.content = r.content || kSpace.find(c) == std::string_view::npos;
            ++r.at;
        }
        if (!fault.empty()) return fault;
    }
    if (!r.open.empty()) return "a tag that is not closed";
    if (!r.namespaced) return "it is not in the XHTML namespace";
    return r.content ? "" : "it has no content";
}

}  // namespace gpswitch::profile
