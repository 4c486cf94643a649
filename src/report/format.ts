/** How the report writes numbers. */

/** Text for a number that does not exist, e.g. AUROC of one class. */
export const absent = "\u2013";

/** A number as the metrics have it: null, undefined or NaN where it does not exist. */
export type Figure = number | null | undefined;

/** Three decimals; a figure that is only nearly 1 is never written as 1.000. */
export function formatMetric(value: Figure): string {
  if (!isNumber(value)) return absent;
  return value < 1 && value >= 0.9995 ? "> 0.999" : value.toFixed(3);
}

/** A score in its own unit, with at most four significant digits. */
export function formatScore(value: Figure): string {
  return isNumber(value) ? String(Number(value.toPrecision(4))) : absent;
}

/** A share in [0, 1] as a percentage; shares next to 0 or 1 keep one decimal, and only 0 and 1 themselves round to them. */
export function formatPercent(share: Figure): string {
  if (!isNumber(share)) return absent;
  if (share === 0 || share === 1) return `${share * 100}\u00a0%`;
  if (share < 0.001) return "< 0.1\u00a0%";
  if (share > 0.999) return "> 99.9\u00a0%";
  const percent = share * 100;
  return `${percent < 10 || percent > 90 ? Number(percent.toFixed(1)) : Math.round(percent)}\u00a0%`;
}

/** A duration: milliseconds below one second. */
export function formatSeconds(seconds: Figure): string {
  if (!isNumber(seconds)) return absent;
  return seconds < 1
    ? `${Number((seconds * 1000).toPrecision(3))}\u00a0ms`
    : `${Number(seconds.toPrecision(3))}\u00a0s`;
}

/** `1 image`, `2 images`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count}\u00a0${count === 1 ? one : many}`;
}

function isNumber(value: Figure): value is number {
  return typeof value === "number" && !Number.isNaN(value);
}
