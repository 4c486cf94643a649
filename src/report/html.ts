/** HTML from template literals in which everything from outside is escaped, whoever forgets to. */

/** Text that is markup already. */
export class Html {
  /** The markup. */
  readonly text: string;

  /** @param text - Markup of ours; never text from outside. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may contain: text and numbers are escaped, markup is not, nothing is left out. */
export type HtmlValue = Html | string | number | null | undefined | readonly HtmlValue[];

/**
 * Markup with its values escaped.
 *
 * @example
 * html`<p>${"<img onerror>"}</p>`.text; //=> "<p>&lt;img onerror&gt;</p>"
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.map((text, i) => text + markupOf(values[i])).join(""));
}

/** Text in which no character can end an element's text or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function markupOf(value: HtmlValue): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return value.map(markupOf).join("");
}
