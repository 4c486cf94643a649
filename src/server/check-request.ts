/** What of a request does not fit its schema, as one of our errors. */
import type { z } from "@hono/zod-openapi";
import { OptionError } from "../base/errors.ts";

/** The first thing that does not fit. */
export function misfit({ issues: [issue] }: Pick<z.ZodError, "issues">): OptionError {
  return new OptionError(
    `request: at ${issue?.path.join(".") || "its top"}: ${issue?.message ?? "malformed"}.`,
  );
}

/** A value that fits its schema. @throws {OptionError} E_OPTION with where it does not. */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw misfit(parsed.error);
}
