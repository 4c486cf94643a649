/** What all reports are: one HTML document that needs nothing else, on screen and on paper. */
import { Html, html } from "./html.ts";
import { reportStyle } from "./report-style.ts";

/** No request of any kind: styles are inline, pictures are data, and there is no script. */
const contentSecurityPolicy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A part of a report: what links call it, and its markup, a `section` that has the id; null: left out. */
export type PageSection = readonly [id: string, title: string, section: Html | null];

/** What a report's head says. */
export interface PageHead {
  /** What kind of report it is. */
  readonly overline: string;
  readonly title: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** The command that repeats what is reported. */
  readonly command?: string | undefined;
}

/**
 * The document: head, links to the sections, sections, a line at the end.
 *
 * @param options - `by`: what made it, default "radar-ad". `style`: CSS besides that of all reports.
 */
export function reportPage(
  head: PageHead,
  sections: readonly PageSection[],
  options: { readonly by?: string; readonly style?: string } = {},
): string {
  const { by = "radar-ad", style = "" } = options;
  const present = sections.filter(([, , section]) => section !== null);
  const links = present.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`);
  const facts = head.facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`);
  const command = head.command === undefined ? null : html`<pre><code>${head.command}</code></pre>`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
<meta name="generator" content="radar-ad"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${head.title}</title><style>${new Html(reportStyle + style)}</style></head>
<body><header><div><p class="overline">${head.overline}</p><h1>${head.title}</h1>
<dl class="facts">${facts}</dl>${command}<nav aria-label="Sections"><ul>${links}</ul></nav></div></header>
<main>${present.map(([, , section]) => section)}
<footer>Made by ${by}. Higher score means more anomalous, everywhere in this report.</footer></main></body></html>
`.text;
}

/** A chart on a surface of its own. @param svg - Markup of ours. */
export function chartFigure(svg: string, caption: string): Html {
  return html`<figure class="surface">${new Html(svg)}<figcaption>${caption}</figcaption></figure>`;
}
