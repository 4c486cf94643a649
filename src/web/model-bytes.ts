/** The bytes of a model: fetched, read from a file, or given. */
import { checkAborted } from "../base/abort.ts";
import { AbortError, FileError } from "../base/errors.ts";

/** A model in a page: where it is, a file that was dropped, or its bytes. */
export type WebModel = string | URL | Blob | Uint8Array | ArrayBuffer;

/** How far reading a model is. */
export interface LoadProgress {
  /** Bytes read so far. */
  readonly loaded: number;
  /** Bytes in all; null where the server does not say. */
  readonly total: number | null;
}

/** How a model is read. */
export interface ReadModelOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/**
 * Reads a model.
 *
 * @returns Bytes that are the reader's own: they may be handed over.
 * @throws {FileError} E_FILE if it cannot be fetched or read; {AbortError} E_ABORTED with the signal's reason.
 */
export async function modelBytes(
  model: WebModel,
  { signal, onProgress }: ReadModelOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  checkAborted(signal, "loadDetector");
  if (model instanceof Uint8Array) return new Uint8Array(model);
  if (model instanceof ArrayBuffer) return new Uint8Array(model.slice(0));
  const name = model instanceof Blob ? "model" : String(model);
  try {
    const response =
      model instanceof Blob ? new Response(model) : await fetch(model, { signal: signal ?? null });
    if (!response.ok) {
      throw new FileError(
        `${name}: expected a model file, got HTTP ${response.status} ${response.statusText}.`,
      );
    }
    const total = model instanceof Blob ? model.size : Number(response.headers.get("content-length")) || null;
    return await readAll(response, (loaded) => {
      checkAborted(signal, "loadDetector");
      onProgress?.({ loaded, total });
    });
  } catch (cause) {
    checkAborted(signal, "loadDetector");
    if (cause instanceof FileError || cause instanceof AbortError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(`${name}: expected a model file that can be read, got: ${reason}`, { cause });
  }
}

async function readAll(
  response: Response,
  onLoaded: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    chunks.push(part.value);
    loaded += part.value.length;
    onLoaded(loaded);
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
