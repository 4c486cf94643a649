/** What went wrong, read out at once; nothing where nothing did. */
import type { JSX } from "preact";

/** @param text - null or undefined: nothing went wrong. */
export function Problem({ text }: { readonly text: string | null | undefined }): JSX.Element | null {
  if (text === null || text === undefined) return null;
  return (
    <p class="problem" role="alert">
      {text}
    </p>
  );
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
