/** Comma-separated values. @see RFC 4180 */

/** One line of values, without its end; what holds a comma, a quote or a new line is quoted. */
export function csvLine(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}
