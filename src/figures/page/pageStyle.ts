/** The page's style sheet. */
import { DARK, INK } from "../theme.js";

const recolour = Object.entries(DARK)
  .map(([light, dark]) => `figure svg [fill="${light}"]{fill:${dark}}figure svg [stroke="${light}"]{stroke:${dark}}`)
  .join("");

/** Light as it stands, dark where the reader's system is; the figures' own colours are exchanged one for one. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--page:${INK.page};--text:${INK.text};--soft:${INK.secondary};--line:#d8dee4;--panel:#f6f8fa;--accent:#0072b2;--spark:#0072b2}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--text:#e6edf3;--soft:#9aa4af;--line:#30363d;--panel:#151b23;--accent:#4ba3e3;--spark:#4ba3e3}${recolour}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
h1{font-size:26px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:17px;margin:0 0 10px}
.facts,.note{color:var(--soft);margin:0}
.note{font-size:13px;margin-top:8px}
section{margin:36px 0}
.numbers{display:flex;flex-wrap:wrap;gap:1px;background:var(--line);border:1px solid var(--line);border-radius:8px;overflow:hidden;margin:24px 0 0}
.numbers div{flex:1 1 160px;background:var(--page);padding:12px 16px}
.numbers dt{color:var(--soft);font-size:12.5px}
.numbers dd{margin:0;font-size:20px;font-weight:600;font-variant-numeric:tabular-nums}
.numbers small{display:block;font-size:12.5px;font-weight:400;color:var(--soft)}
.pair{display:grid;grid-template-columns:minmax(0,620px) minmax(300px,1fr);gap:28px;align-items:start}
@media (max-width:940px){.pair{grid-template-columns:minmax(0,1fr)}}
figure{margin:0;position:relative}
figure svg{max-width:100%;height:auto;display:block}
@media (max-width:640px){main,header,footer{padding:0 16px}figure{overflow-x:auto}figure svg{max-width:none}#frontier-figure svg{width:540px}#schedules-figure svg{width:720px}#certificates-figure svg{width:640px}}
figure svg [aria-label]{cursor:default}
.panel{border:1px solid var(--line);border-radius:8px;background:var(--panel);padding:18px 20px}
label{font-weight:600}
input[type=range]{width:100%;accent-color:var(--accent);margin:6px 0 2px}
output{display:block;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums}
.bars{display:flex;align-items:flex-end;gap:2px;height:132px;border-bottom:1px solid var(--soft);margin:14px 0 2px}
.bars i{flex:1 1 0;min-width:1px;background:var(--accent);border-radius:2px 2px 0 0;transition:height .15s ease-out}
.axis{display:flex;justify-content:space-between;color:var(--soft);font-size:12px}
@media (prefers-reduced-motion:reduce){.bars i{transition:none}}
dl.rows{display:grid;grid-template-columns:auto 1fr;gap:3px 14px;margin:14px 0 0;font-size:13.5px}
dl.rows dt{color:var(--soft)}
dl.rows dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.panel dl.rows dd{text-align:right}
.scroll{overflow:auto;max-height:540px;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th,td{padding:6px 10px;text-align:right;white-space:nowrap}
th.left,td.left{text-align:left}
td.name{max-width:300px;overflow:hidden;text-overflow:ellipsis}
thead th{position:sticky;top:0;background:var(--panel);border-bottom:1px solid var(--line);font-weight:600;z-index:1}
tbody tr+tr td{border-top:1px solid var(--line)}
tbody tr.frontier td:first-child{font-weight:600}
th button{all:unset;cursor:pointer}
th button::after{content:"\\2195";color:var(--soft);opacity:.55;margin-left:5px;font-size:11px}
th[aria-sort=ascending] button::after{content:"\\2191";opacity:1}
th[aria-sort=descending] button::after{content:"\\2193";opacity:1}
.spark{fill:var(--spark)}
button:focus-visible,th button:focus-visible,input:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.tools{display:flex;flex-wrap:wrap;gap:8px 18px;align-items:center;margin:0 0 10px}
.tools label{font-weight:400}
.button{font:inherit;font-size:14px;color:var(--text);background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:5px 12px;cursor:pointer}
.button:hover{border-color:var(--soft)}
.tip{position:absolute;pointer-events:none;background:var(--text);color:var(--page);font-size:12.5px;line-height:1.4;padding:6px 9px;border-radius:6px;max-width:280px;z-index:2}
[hidden]{display:none!important}
footer{color:var(--soft);font-size:13px;padding-bottom:48px}
@media print{.tools,.slider{display:none}.scroll{max-height:none;overflow:visible}}
`;
