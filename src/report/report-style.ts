/** The style sheet of reports: system fonts, two colour schemes, and a form for paper. */

const light = `color-scheme:light;--page:#f4f5f7;--surface:#fff;--text:#16191d;--muted:#565d66;--line:#d5d9df;
--normal:#0b66b0;--defective:#bf4209;--notice:#fff6e0;--notice-line:#b07d00`;

const dark = `color-scheme:dark;--page:#111418;--surface:#1a1e24;--text:#e9ecf0;--muted:#a4acb7;--line:#363d47;
--normal:#6cb6f5;--defective:#ff8f57;--notice:#2e2713;--notice-line:#d9a520`;

/** CSS of a report; every contrast of text is at least 4.5 to 1 in both schemes. */
export const reportStyle: string = `
:root{${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main,header>div{max-width:1120px;margin:0 auto;padding:0 24px}
header{background:var(--surface);border-bottom:1px solid var(--line);padding:36px 0 28px}
h1{font-size:2rem;line-height:1.2;margin:4px 0 20px;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:1.35rem;line-height:1.3;margin:44px 0 12px;letter-spacing:-.01em}
h3{font-size:1rem;margin:24px 0 10px}
p{margin:0 0 10px;max-width:75ch}
.overline,.muted,figcaption,.card p,caption{color:var(--muted)}
.overline{font-size:.8125rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase;margin:0}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:14px 24px;margin:0}
.facts dt{font-size:.8125rem;color:var(--muted)}
.facts dd{margin:0;overflow-wrap:anywhere}
pre{margin:20px 0 0;padding:10px 14px;border:1px solid var(--line);border-radius:8px;background:var(--page);white-space:pre-wrap;overflow-wrap:anywhere}
pre,code{font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
nav{margin:18px 0 0;font-size:.9375rem}
nav ul{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:4px 20px}
a{color:var(--normal);text-underline-offset:3px}
.surface,.card,.headline{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:18px 20px}
.headlines{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:16px;margin:0 0 16px}
.headline b{display:block;font-size:2.25rem;line-height:1.15;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.headline small{color:var(--muted);font-size:.9375rem}
.headline.found{border-left:5px solid var(--defective)}
.headline.rejected{border-left:5px solid var(--normal)}
.bar{height:6px;border-radius:3px;background:var(--line);margin:10px 0;overflow:hidden}
.bar i{display:block;height:100%;background:var(--normal)}
.found .bar i{background:var(--defective)}
.notice{background:var(--notice);border:1px solid var(--notice-line);border-radius:10px;padding:12px 18px;margin:16px 0 0}
.notice ul,.notes{margin:4px 0 0;padding-left:20px}
.notice li,.notes li{margin:4px 0;max-width:90ch}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:12px}
.card{padding:14px 16px}
.card h4{margin:0;font-size:.9375rem;font-weight:600}
.card b{display:block;font-size:1.625rem;line-height:1.3;font-weight:650;font-variant-numeric:tabular-nums}
.card p{font-size:.8125rem;line-height:1.4;margin:0}
.time{margin:14px 0 0}
.card .bar{margin:4px 0 8px;height:4px}
figure{margin:0 0 16px}
figure.surface{overflow-x:auto}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(380px,1fr));gap:16px}
.charts .surface{margin:0}
.chart{display:block;width:100%;height:auto}
figcaption{font-size:.875rem;margin-top:8px;max-width:90ch}
.scroll{overflow-x:auto;padding:6px 20px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9375rem}
caption{text-align:left;font-size:.875rem;padding:8px 0}
th,td{padding:8px 12px 8px 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child>*{border-bottom:0}
thead th{font-size:.8125rem;color:var(--muted);font-weight:600}
tbody th{font-weight:500;overflow-wrap:anywhere}
.number{text-align:right}
.path{overflow-wrap:anywhere}
.dot{display:inline-block;width:10px;height:10px;margin-right:8px;background:var(--normal);border-radius:50%}
.dot.defective{background:var(--defective);border-radius:1px;transform:rotate(45deg)}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,520px),1fr));gap:16px}
.picture{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:14px;margin:0}
.picture>figcaption{margin:10px 0 0}
.picture strong{color:var(--text);font-weight:600;overflow-wrap:anywhere}
.panels{display:grid;grid-template-columns:repeat(4,1fr);gap:8px}
.panels figure{margin:0;min-width:0}
.panels img{display:block;width:100%;height:auto;border-radius:4px;background:#888;outline:1px solid var(--line)}
.panels figcaption{font-size:.75rem;margin-top:4px;line-height:1.3}
.legend{display:flex;flex-wrap:wrap;align-items:center;gap:8px 28px;font-size:.875rem;margin:0 0 16px}
.legend span{display:inline-flex;align-items:center;gap:8px}
.scale{width:180px;height:12px;border-radius:3px}
.swatch{width:16px;height:16px;background:#777;border:3px solid;outline:1px solid #000;border-radius:2px}
details>summary{cursor:pointer;padding:4px 0;font-weight:600}
footer{color:var(--muted);font-size:.875rem;margin:40px 0 48px;padding-top:16px;border-top:1px solid var(--line)}
@media (max-width:640px){
.panels{grid-template-columns:repeat(2,1fr)}
.charts{grid-template-columns:1fr}
.facts,.cards{grid-template-columns:repeat(auto-fill,minmax(150px,1fr))}
.chart[width="1000"]{min-width:640px}
}
@media print{
:root{${light};--page:#fff}
@page{margin:14mm}
body{font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
header{padding-top:0}
main,header>div{padding:0;max-width:none}
nav{display:none}
h2,h3{break-after:avoid}
figure,.card,.headline,.picture,tr,.notice{break-inside:avoid}
.charts,.pictures{grid-template-columns:1fr 1fr}
.cards{grid-template-columns:repeat(4,1fr)}
}
`;
