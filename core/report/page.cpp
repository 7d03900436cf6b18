#include "core/report/page.hpp"

#include <fmt/format.h>

#include "core/report/words.hpp"
#include "core/report/xml_text.hpp"

namespace gpswitch::page {
namespace {

// Every text has a contrast of 7 to 1 or more on its ground, in light and in dark; severities differ in words
// too.
constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#17212b;--soft:#46525e;--line:#c9d2db;--ground:#f3f5f7;--card:#fff;--accent:#003d78;
--good:#0b5138;--good-ground:#e3f3eb;--fair:#643d00;--fair-ground:#fdf0d3;--bad:#8c1510;--bad-ground:#fbe5e3;--plain-ground:#e6ebf0;--bar:#2f6690}
@media (prefers-color-scheme:dark){:root{--ink:#e9eef3;--soft:#b6c1cc;--line:#3a4652;--ground:#12181e;--card:#1b232b;--accent:#a5cdf5;
--good:#8fdcb8;--good-ground:#12382a;--fair:#f2cf8d;--fair-ground:#3d2c08;--bad:#ffb4ad;--bad-ground:#471613;--plain-ground:#2a343e;--bar:#79b0dc}}
*{box-sizing:border-box}
html{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans","DejaVu Sans",Arial,sans-serif}
header,main,footer{max-width:1080px;margin:0 auto;padding:0 20px}
header{padding-top:28px;padding-bottom:14px}
header p{margin:0;color:var(--soft);font-size:14px}
h1{font-size:28px;line-height:1.2;margin:2px 0 4px;overflow-wrap:anywhere}
h2{font-size:19px;margin:0 0 4px;overflow-wrap:anywhere}h3{font-size:16px;margin:18px 0 4px;overflow-wrap:anywhere}
p{margin:0 0 10px}.note,.soft{color:var(--soft);font-size:14px}
a{color:var(--accent)}a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:16px 18px;margin-bottom:16px;min-width:0}
.answer{border-left:8px solid;padding:14px 18px;margin-bottom:16px;border-radius:8px;font-size:19px;font-weight:600}
.answer p{margin:0}.answer .then{font-size:15px;font-weight:400;margin-top:4px}
.good{background:var(--good-ground);color:var(--good)}.fair{background:var(--fair-ground);color:var(--fair)}.bad{background:var(--bad-ground);color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px;margin-bottom:16px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.tile b{display:block;font-size:26px;line-height:1.15;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:14px}.tile.good,.tile.fair,.tile.bad{border-color:currentColor}.tile.bad b{color:var(--bad)}.tile.good b{color:var(--good)}
.tile.good span,.tile.bad span,.tile.fair span{color:inherit}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:15px}
caption{text-align:left;color:var(--soft);font-size:14px;padding-bottom:6px}
th{text-align:left;font-weight:600;vertical-align:bottom}
th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
tbody th{font-weight:400;vertical-align:top}
thead th{color:var(--soft);font-size:14px}
th:last-child,td:last-child{padding-right:0}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.any{overflow-wrap:anywhere;min-width:9em}
.nowrap{white-space:nowrap}
meter{display:none}
.bar{display:block;height:10px;width:100%;min-width:90px;background:var(--plain-ground);border-radius:2px;margin-top:7px}
.bar rect{fill:var(--bar)}
.tag{display:inline-block;border-radius:4px;padding:0 8px;font-size:14px;font-weight:600;white-space:nowrap;background:var(--plain-ground)}
.tag.fatal,.tag.error{background:var(--bad-ground);color:var(--bad)}.tag.warning{background:var(--fair-ground);color:var(--fair)}
code{font-family:ui-monospace,"SF Mono","Liberation Mono","DejaVu Sans Mono",Consolas,monospace;font-size:.88em;overflow-wrap:anywhere}
details{border-top:1px solid var(--line);padding:8px 0}details>summary{cursor:pointer;overflow-wrap:anywhere}summary b{font-variant-numeric:tabular-nums}
details ol{margin:8px 0 4px;padding-left:44px;font-size:15px}details li{overflow-wrap:anywhere;margin:2px 0}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:3px 18px;margin:0 0 8px;font-size:15px}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
footer{color:var(--soft);font-size:14px;padding-bottom:28px}
@media (max-width:640px){dl{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:6px}}
@media print{@page{size:A4;margin:13mm 12mm}
:root{color-scheme:light;--ink:#000;--soft:#333;--line:#bbb;--ground:#fff;--card:#fff;--accent:#000;--good:#0b5138;--good-ground:#fff;--fair:#643d00;--fair-ground:#fff;--bad:#8c1510;--bad-ground:#fff;--plain-ground:#e6e6e6;--bar:#444}
body{font-size:10pt}header,main,footer{max-width:none;padding-left:0;padding-right:0}header{padding-top:0}
h1{font-size:18pt}h2{font-size:12.5pt;break-after:avoid}h3{font-size:10.5pt;break-after:avoid}
section{border:0;border-top:1px solid #bbb;border-radius:0;padding:8px 0 0;margin-bottom:12px}.tile{padding:6px 9px}.tile b{font-size:15pt}
.tiles{grid-template-columns:repeat(4,1fr);gap:8px}.answer{font-size:12.5pt;padding:8px 12px;border:1px solid;border-left-width:8px}.answer .then{font-size:10pt}
table,dl,details ol{font-size:9pt}.note,.soft,caption,thead th,.tile span,footer,.tag{font-size:8.5pt}
thead{display:table-header-group}tr,.tile,.answer,li{break-inside:avoid}th,td{padding-top:2px;padding-bottom:2px}.scroll{overflow:visible}a{text-decoration:none}
.bar{height:7px;margin-top:4px;min-width:50px}}
)";

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    append_xml(out, text);
    return out;
}

std::string number_cell(std::uint64_t n) { return fmt::format("<td class=\"n\">{}</td>", words::grouped(n)); }

std::string tile(const std::string& figure, std::string_view words, std::string_view css) {
    return fmt::format("<div class=\"tile{}{}\"><b>{}</b><span>{}</span></div>\n", css.empty() ? "" : " ",
                       css, figure, escaped(words));
}

std::string tag(std::string_view severity) {
    return fmt::format("<span class=\"tag {0}\">{0}</span>", severity);
}

std::string source(std::string_view source) {
    const bool link = source.starts_with("http://") || source.starts_with("https://");
    return link ? fmt::format("<a href=\"{0}\" rel=\"noreferrer\"><code>{0}</code></a>", escaped(source))
                : escaped(source);
}

std::string head(std::string_view what, std::string_view title, std::string_view version) {
    return fmt::format(
        "<!DOCTYPE html>\n<!-- gpswitch page -->\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        // Even if a name in it were hostile, nothing runs and nothing is loaded.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"generator\" content=\"gpswitch {3}\">\n<meta name=\"referrer\" "
        "content=\"no-referrer\">\n"
        "<title>{1}{4}{0}</title>\n<style>{2}</style>\n</head>\n<body>\n<header><p>{0}</p>\n<h1>{1}</h1></"
        "header>\n"
        "<main>\n",
        escaped(what), escaped(title), kStyle, escaped(version), title.empty() ? "" : " - ");
}

std::string foot(std::string_view words) {
    return fmt::format("</main>\n<footer>{}</footer>\n</body>\n</html>\n", words);
}

}  // namespace gpswitch::page
