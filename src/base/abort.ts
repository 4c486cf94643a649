/** Work that its caller may stop. */
import { AbortError } from "./errors.ts";

/**
 * Throws if the caller wants no more.
 *
 * @param where - What is stopped: the message begins with it.
 * @throws {AbortError} E_ABORTED with the signal's reason as its cause.
 */
export function checkAborted(signal: AbortSignal | undefined, where: string): void {
  if (signal?.aborted) throw stopped(signal, where);
}

/**
 * What `work` gives, or an error as soon as the caller wants no more; what the work still gives then is dropped.
 *
 * @throws {AbortError} E_ABORTED as {@link checkAborted}.
 */
export function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  where: string,
): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(stopped(signal, where));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

function stopped({ reason }: AbortSignal, where: string): AbortError {
  return new AbortError(`${where}: stopped by the abort signal.`, { cause: reason });
}
