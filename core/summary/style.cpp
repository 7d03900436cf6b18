#include "core/summary/html.hpp"

namespace gpswitch::summary::page {

// Colours: a text contrast of 4.5 to 1 or more on their ground; the fates differ in lightness too, so that
// they can be told apart in grey.
const std::string_view kStyle = R"(
:root{--ink:#1b2733;--soft:#54616e;--line:#d9e0e7;--ground:#f4f6f8;--card:#fff;
--migrated:#17624a;--merged:#6dbb97;--lookup:#a9bfd4;--deleted:#d5d9de;--superseded:#8590a0;--excluded:#e2a93b;--held:#b3261e;
--good:#17624a;--good-ground:#e5f3ec;--fair:#7a4b00;--fair-ground:#fdf1d8;--bad:#9c1c15;--bad-ground:#fbe7e5}
*{box-sizing:border-box}
html{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans","DejaVu Sans",Arial,sans-serif}
main,footer{max-width:1080px;margin:0 auto;padding:0 20px}
h1,h2,p,ul,dl,table{margin:0}
h2{font-size:15px;font-weight:650;margin-bottom:2px}
.note{color:var(--soft);font-size:13px;margin-bottom:10px}
header{max-width:1080px;margin:0 auto;padding:26px 20px 14px}
header .what{color:var(--soft);font-size:13px;letter-spacing:.04em;text-transform:uppercase}
header h1{font-size:26px;font-weight:680;line-height:1.2;margin:2px 0 4px}
header .route{color:var(--soft)}
.banner{border-radius:10px;padding:18px 20px;display:flex;gap:16px;align-items:flex-start;margin-bottom:16px;border:1px solid}
.banner svg{flex:none;width:34px;height:34px;margin-top:1px}
.banner strong{display:block;font-size:14px;margin-bottom:2px}
.banner p{font-size:19px;line-height:1.35;font-weight:600}
.passed.banner{background:var(--good-ground);border-color:#b9dccb;color:var(--good)}
.reserved.banner{background:var(--fair-ground);border-color:#ecd49a;color:var(--fair)}
.failed.banner{background:var(--bad-ground);border-color:#efbdb8;color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:12px;margin-bottom:16px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px}
.tile b{display:block;font-size:25px;font-weight:680;line-height:1.15;font-variant-numeric:tabular-nums}
.tile>span{color:var(--soft);font-size:13px}
.tile.alert b{color:var(--bad)}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;margin-bottom:16px;min-width:0}
.two{display:grid;grid-template-columns:1fr 1fr;gap:16px;align-items:start}
.two>div{min-width:0}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{text-align:left;font-weight:600;color:var(--soft);font-size:12.5px;vertical-align:bottom}
th,td{padding:4px 10px 4px 0;border-bottom:1px solid #edf0f3}
td{vertical-align:top;overflow-wrap:anywhere}
tbody tr:last-child th,tbody tr:last-child td{border-bottom:0}
tbody th{font-weight:500;color:var(--ink);font-size:13.5px;vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}
th:last-child,td:last-child{padding-right:0}
td.nil{color:#8b96a1}
tfoot td,tfoot th{border-top:2px solid var(--line);border-bottom:0;font-weight:650;color:var(--ink)}
.wide{width:34%}.half{width:45%}
svg.bar{display:block;width:100%;height:13px;margin-top:4px;border-radius:3px;background:#eef1f4}
rect.migrated{fill:var(--migrated)}rect.merged{fill:var(--merged)}rect.lookup{fill:var(--lookup)}rect.deleted{fill:var(--deleted)}
rect.superseded{fill:var(--superseded)}rect.excluded{fill:var(--excluded)}rect.held{fill:var(--held)}rect.one{fill:#3f6d94}
.key{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px;vertical-align:-1px}
.key.migrated{background:var(--migrated)}.key.merged{background:var(--merged)}.key.lookup{background:var(--lookup)}.key.deleted{background:var(--deleted)}
.key.superseded{background:var(--superseded)}.key.excluded{background:var(--excluded)}.key.held{background:var(--held)}
.scroll{overflow-x:auto}
.gates{list-style:none;padding:0;display:grid;gap:0}
.gates li{display:grid;grid-template-columns:20px 78px 1fr auto;gap:8px;padding:5px 0;border-bottom:1px solid #edf0f3;font-size:13.5px}
.gates li:last-child{border-bottom:0}
.gates svg{width:17px;height:17px;margin-top:2px}
.gates b{font-weight:600;white-space:nowrap}
.gates i{font-style:normal;color:var(--soft);font-variant-numeric:tabular-nums}
.tag{display:inline-block;border-radius:99px;padding:0 8px;font-size:12px;font-weight:600;white-space:nowrap}
.tag.fatal,.tag.error{background:var(--bad-ground);color:var(--bad)}.tag.warning{background:var(--fair-ground);color:var(--fair)}.tag.information{background:#e8edf2;color:#42505e}
ul.plain{padding-left:18px;font-size:13.5px}
ul.plain li{margin:2px 0;overflow-wrap:anywhere}
code,.mono{font-family:ui-monospace,"SF Mono","Liberation Mono","DejaVu Sans Mono",Consolas,monospace;font-size:12px}
.hint{color:var(--soft);display:block}
dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 16px;font-size:13.5px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
footer{color:var(--soft);font-size:12.5px;padding-bottom:26px}
@media (max-width:760px){.tiles{grid-template-columns:repeat(2,1fr)}.two{grid-template-columns:1fr}.gates li{grid-template-columns:24px 1fr auto}.gates li>span{grid-column:2/-1;grid-row:2}}
@media print{@page{size:A4;margin:11mm}
body{background:#fff;font-size:10.5px}
header,main,footer{max-width:none;padding-left:0;padding-right:0}header{padding-top:0}header h1{font-size:19px}
section,.tile,.banner{break-inside:avoid}section.long{break-inside:auto}tr,.gates li{break-inside:avoid}
section{padding:9px 11px;margin-bottom:9px}.tiles,.two{gap:9px}.tiles{margin-bottom:9px}.banner{margin-bottom:9px;padding:11px 13px}
.banner p{font-size:14px}.tile{padding:7px 10px}.tile b{font-size:17px}
h2{font-size:12px}table,tbody th,.gates li,ul.plain,dl{font-size:9.5px}th,td{padding-top:2px;padding-bottom:2px}th{font-size:9px}
.note,.tile>span,footer{font-size:9px}.two section{break-inside:auto}main{zoom:.88}code,.mono{font-size:8.2px}svg.bar{height:8px;margin-top:3px}.gates li{padding:2px 0}.scroll{overflow:visible}}
)";

}  // namespace gpswitch::summary::page
