/**
 * Observable Plot's charts as static SVG text, through linkedom (a small DOM).
 *
 * Colours come from the page as CSS variables (`--normal`, `--defective`, `--muted`) with fallbacks of our own; text takes
 * the page's colour, so that one SVG reads in light and dark.
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Colours of charts. */
export const chartColors = {
  normal: "var(--normal, #0072b2)",
  defective: "var(--defective, #c2410c)",
  chance: "var(--muted, #8a8f98)",
} as const;

interface SvgElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

/** A chart as the text of one SVG element. @param title - What it shows, for readers who do not see it. */
export function svg(title: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const element: SvgElement = Plot.plot({
    document,
    className: "chart",
    marginBottom: 44,
    style: { fontSize: "13px" },
    ...options,
  });
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", title);
  return element.outerHTML;
}
