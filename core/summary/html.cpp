// The page as a whole; its parts are in html_parts.cpp and html_tables.cpp.
#include "core/summary/html.hpp"

#include <fmt/format.h>

#include "core/report/words.hpp"
#include "core/report/xml_text.hpp"

namespace gpswitch::summary {
namespace page {

std::string escaped(std::string_view text) {
    std::string out;
    append_xml(out, text);
    return out;
}

std::string number(std::string_view key, std::uint64_t n) {
    if (key.empty()) return words::grouped(n);
    return fmt::format(R"(<span data-n="{}">{}</span>)", escaped(key), words::grouped(n));
}

std::string number_cell(std::string_view key, std::uint64_t n) {
    return fmt::format(R"(<td class="n{}"{}>{}</td>)", n == 0 ? " nil" : "",
                       key.empty() ? "" : fmt::format(R"( data-n="{}")", escaped(key)), words::grouped(n));
}

std::string section(std::string_view id, std::string_view title, const std::string& body,
                    std::string_view note) {
    if (body.empty()) return {};
    return fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-title\"><h2 id=\"{0}-title\">{1}</h2>\n{2}{3}</section>\n",
        id, escaped(title), note.empty() ? "" : fmt::format("<p class=\"note\">{}</p>\n", escaped(note)),
        body);
}

namespace {

/// Two columns, as even as their number goes; one alone takes the width.
std::string pair(const std::string& left, const std::string& right) {
    if (left.empty() || right.empty()) return left + right;
    return fmt::format("<div class=\"two\"><div>{}</div><div>{}</div></div>\n", left, right);
}

std::string what_it_is(const Summary& s) {
    if (s.command == "switch") return s.rehearsal ? "Rehearsal of a record move" : "Record move";
    if (s.command == "diff") return "Comparison of records";
    return "gpswitch " + s.command;
}

std::string title_of(const Summary& s) {
    return s.ods.empty() ? s.practice.empty() ? s.source : "Practice " + s.practice : "Practice " + s.ods;
}

std::string header(const Summary& s) {
    std::string route = s.system_says.empty() ? s.system : s.system_says;
    if (!s.system_version.empty()) route += ' ' + s.system_version;
    if (!s.target.empty())
        route += " \u2192 " + (!s.target_says.empty()     ? s.target_says
                               : !s.target_system.empty() ? s.target_system
                                                          : s.target);
    if (!s.as_of.empty()) route += ", records as of " + s.as_of.substr(0, 10);
    return fmt::format("<header><p class=\"what\">{}</p>\n<h1>{}</h1>\n<p class=\"route\">{}</p></header>\n",
                       escaped(what_it_is(s)), escaped(title_of(s)), escaped(route));
}

}  // namespace
}  // namespace page

std::string html(const Summary& s) {
    using namespace page;
    std::string out =
        "<!DOCTYPE html>\n<!-- gpswitch report -->\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        // Even if a name in it were hostile, nothing runs and nothing is loaded.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"generator\" content=\"gpswitch " +
        escaped(s.version) + "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
    out += fmt::format("<title>{}: {}</title>\n<style>{}</style>\n</head>\n<body>\n", escaped(what_it_is(s)),
                       escaped(title_of(s)), kStyle);
    out += header(s);
    out += "<main>\n" + banner(s) + tiles(s) + pair(gates(s), limits(s)) + held(s) + held_entries(s) +
           rows_by_table(s);
    out += pair(patients(s) + resources(s), differences(s) + degraded(s) + unmapped(s));
    out += findings(s) + not_checked(s) + origins(s);
    out += "</main>\n<footer>";
    if (s.shows_values)
        out +=
            "<p><strong>This run was made with --show-values: this page may hold patient data.</strong></p>";
    else
        out += "<p>This page holds no patient data: counts, codes, and addresses in the files only.</p>";
    if (s.command == "switch")
        out +=
            "<p>The files beside it are listed with their hashes in certificate.json; <code>gpswitch switch "
            "--verify</code> checks them, without a network.</p>";
    out += fmt::format("<p>Made by gpswitch {}{}.</p></footer>\n</body>\n</html>\n", escaped(s.version),
                       s.started.empty() ? "" : ", run started " + escaped(s.started));
    return out;
}

}  // namespace gpswitch::summary
