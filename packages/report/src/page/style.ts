/** How a page looks: on a telephone, on a screen, in the dark, on paper. */
import { fontFamily } from '../charts/vega-config.js';
import { colorDeclarations } from '../theme/colors.js';

const serif = 'Charter, "Bitstream Charter", Georgia, "Liberation Serif", serif';

export const pageStyle = `
:root{color-scheme:light dark;${colorDeclarations('light')}}
@media (prefers-color-scheme:dark){:root{${colorDeclarations('dark')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--report-background);color:var(--report-ink);font:16px/1.6 ${fontFamily};overflow-wrap:break-word}
a{color:var(--report-accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--report-accent);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-999px;top:0;padding:.5rem 1rem;background:var(--report-background);z-index:2}
.skip:focus{left:0}
.sheet{max-width:820px;margin:0 auto;padding:40px 16px 64px}
header{border-top:4px solid var(--report-accent);padding-top:18px}
.kicker{margin:0 0 6px;font-size:.8125rem;letter-spacing:.06em;text-transform:uppercase;color:var(--report-muted)}
h1{font:600 2.125rem/1.2 ${serif};margin:0 0 8px;text-wrap:balance}
h2{font:600 1.5rem/1.25 ${serif};margin:56px 0 12px;padding-top:14px;border-top:1px solid var(--report-rule)}
main>section:first-child h2{border-top:0;margin-top:28px;padding-top:0}
sup{line-height:0}
h3{font-size:1.0625rem;line-height:1.4;margin:32px 0 8px}
p,ul,ol{margin:0 0 14px;max-width:44rem}
li{margin-bottom:5px}
code{font:.875em ui-monospace,"Liberation Mono",Consolas,monospace;background:var(--report-surface);padding:.1em .3em;border-radius:3px}
.date{color:var(--report-muted);margin:0 0 20px;font-size:.9375rem}
.summary{font-size:1.125rem;line-height:1.55}
nav{margin:28px 0 0;font-size:.9375rem}
nav ol{list-style:none;margin:0;padding:12px 0;display:flex;flex-wrap:wrap;gap:4px 22px;border-block:1px solid var(--report-rule);max-width:none}
nav li{margin:0}
nav a{text-decoration:none;color:var(--report-muted)}
nav a:hover{text-decoration:underline;color:var(--report-accent)}
.key-figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(148px,1fr));gap:20px 28px;margin:28px 0}
.key-figures>div{border-top:2px solid var(--report-accent);padding-top:8px}
.key-figures dt{font-size:.8125rem;line-height:1.35;color:var(--report-muted)}
.key-figures dd{margin:0}
.key-figures .value{font:600 1.625rem/1.3 ${serif};font-variant-numeric:tabular-nums lining-nums}
.key-figures .unit{font:400 .875rem ${fontFamily};color:var(--report-muted)}
.key-figures .note{margin:0;line-height:1.4}
.note{font-size:.8125rem;line-height:1.5;color:var(--report-muted);margin:6px 0 0;max-width:none}
figure{margin:32px 0;container-type:inline-size;break-inside:avoid}
figcaption{margin-bottom:10px;line-height:1.45}
figcaption .number{font-size:.8125rem;color:var(--report-muted);margin-right:.4em}
figcaption .title{font-weight:600}
figcaption .finding{display:block;font-size:.9375rem;color:var(--report-muted);max-width:44rem}
.plot svg{display:block;width:100%;height:auto;overflow:visible}
.plot text{font-variant-numeric:tabular-nums}
.plot.narrow{max-width:480px}
.plot.wide{display:none}
@container (min-width:640px){.plot.wide{display:block}.plot.narrow{display:none}}
.hover-rule{stroke:var(--report-muted);stroke-width:1;pointer-events:none}
.plot{position:relative}
.hover-text{position:absolute;top:0;right:0;margin:0;padding:0 0 2px 12px;max-width:72%;text-align:right;font-size:.8125rem;line-height:1.4;color:var(--report-ink);background:var(--report-background);font-variant-numeric:tabular-nums;pointer-events:none}
.pair{display:grid;gap:0 36px}
.pair>figure{min-width:0}
@media (min-width:760px),print{.pair{grid-template-columns:1fr 1fr}}
.table-block{margin:28px 0;container-type:inline-size}
.scroll{overflow-x:auto}
.scroll-hint{margin:0 0 4px;font-size:.8125rem;color:var(--report-muted)}
table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.4;font-variant-numeric:tabular-nums lining-nums}
caption{text-align:left;font-weight:600;font-size:1rem;padding-bottom:8px}
caption span{display:block;position:sticky;left:0;max-width:100cqi}
th,td{padding:6px 12px 6px 0;text-align:left;vertical-align:middle;border-bottom:1px solid var(--report-rule);font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--report-muted);font-size:.8125rem;border-bottom:2px solid var(--report-axis);vertical-align:bottom}
td:not(.number){min-width:6.5rem}
.number{text-align:right;white-space:nowrap}
thead th.number{white-space:normal}
figcaption .number{text-align:left}
tr.strong>*{font-weight:600;background:var(--report-surface)}
.sparkline{display:block;vertical-align:middle}
.callout{margin:24px 0;padding:12px 18px;background:var(--report-surface);border-left:4px solid var(--report-accent);break-inside:avoid}
.callout.warning{border-color:var(--report-warning)}
.callout p{margin:0}
.callout-title{font-weight:600}
.warning .callout-title{color:var(--report-warning)}
details{margin:20px 0;border-top:1px solid var(--report-rule);border-bottom:1px solid var(--report-rule);padding:8px 0}
summary{cursor:pointer;font-weight:600;font-size:.9375rem}
footer{margin-top:48px;padding-top:14px;border-top:1px solid var(--report-rule);font-size:.875rem;color:var(--report-muted)}
.footnotes{font-size:.875rem}
@media (max-width:480px){.sheet{padding-top:24px}h1{font-size:1.75rem}h2{margin-top:44px}.key-figures{grid-template-columns:1fr 1fr;gap:18px}}
@page{size:A4;margin:18mm 16mm}
@media print{:root{color-scheme:light;${colorDeclarations('light')}}
body{font-size:10.5pt;line-height:1.5}
.sheet{max-width:none;padding:0}
nav,.skip,.hover-text,.scroll-hint{display:none}
h1,h2,h3,caption,figcaption,summary{break-after:avoid}
h2{margin-top:28pt}
figure,tr,.callout,.key-figures,.pair{break-inside:avoid}
figure{margin:16pt 0}
.key-figures{grid-template-columns:repeat(auto-fit,minmax(118px,1fr));gap:14pt 18pt}
.key-figures .value{font-size:15pt}
p,li{orphans:3;widows:3}
thead{display:table-header-group}
.scroll{overflow:visible}
a{color:inherit}
details::details-content{content-visibility:visible;block-size:auto}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`.replaceAll('\n', '');
