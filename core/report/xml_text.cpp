#include "core/report/xml_text.hpp"

#include "core/util/text.hpp"

namespace gpswitch {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Bytes of the character that starts at s[i]; 0 when it is not well-formed UTF-8.
std::size_t character(std::string_view s, std::size_t i) {
    const auto c = static_cast<unsigned char>(s[i]);
    const std::size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (i + n > s.size()) return 0;
    return c == 0 || valid_utf8(s.substr(i, n)) ? n : 0;
}

void append_ascii(std::string& out, char c) {
    switch (c) {
        case '&': out += "&amp;"; return;
        case '<': out += "&lt;"; return;
        case '>': out += "&gt;"; return;
        case '"': out += "&quot;"; return;
        case '\t': out += "&#9;"; return;
        case '\n': out += "&#10;"; return;
        case '\r': out += "&#13;"; return;
        default: break;
    }
    if (static_cast<unsigned char>(c) < 0x20)
        out += kReplacement;
    else
        out += c;
}

}  // namespace

void append_xml(std::string& out, std::string_view s) {
    for (std::size_t i = 0; i < s.size();) {
        const std::size_t n = character(s, i);
        const std::string_view c = s.substr(i, n == 0 ? 1 : n);
        if (n == 1)
            append_ascii(out, c[0]);
        else if (n == 0 || c == "\xEF\xBF\xBE" || c == "\xEF\xBF\xBF")
            out += kReplacement;
        else
            out += c;
        i += c.size();
    }
}

}  // namespace gpswitch
