/** Bodies of requests, read within limits: no more is taken in than was allowed, whatever the headers say. */
import { OptionError, ServiceError } from "../base/errors.ts";
import { imageFormat } from "../node/image-format.ts";
import type { Limits } from "./limits.ts";

/** A file in the body of a request. */
export interface BodyFile {
  /** The name that it was sent with; undefined if with none. */
  readonly name: string | undefined;
  readonly bytes: Uint8Array;
}

/** Most files in one body. */
const maxFiles = 256;

/** Reads bodies; all that are in memory at a time share a budget. */
export class BodyReader {
  readonly #limits: Pick<Limits, "maxBodyBytes" | "maxBodiesBytes">;
  #held = 0;

  constructor(limits: Pick<Limits, "maxBodyBytes" | "maxBodiesBytes">) {
    this.#limits = limits;
  }

  /**
   * What `use` makes of a request's body; its bytes count as held until that has ended.
   *
   * @param maxBytes - A smaller limit than that of all bodies.
   * @throws {ServiceError} E_TOO_LARGE if the body is larger; E_UNAVAILABLE if too much is held by others.
   */
  async read<T>(
    request: Request,
    use: (bytes: Uint8Array) => Promise<T>,
    maxBytes: number = this.#limits.maxBodyBytes,
  ): Promise<T> {
    const announced = Number(request.headers.get("content-length") ?? 0);
    if (announced > maxBytes) throw tooLarge(maxBytes, announced);
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of request.body ?? []) {
        length += chunk.length;
        this.#held += chunk.length;
        if (length > maxBytes) throw tooLarge(maxBytes, length);
        if (this.#held > this.#limits.maxBodiesBytes) {
          throw new ServiceError(
            "E_UNAVAILABLE",
            "request: expected room for its body, got a server that holds as many as it may. Come again.",
          );
        }
        chunks.push(chunk);
      }
      const bytes = new Uint8Array(length);
      let at = 0;
      for (const chunk of chunks.splice(0)) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      return await use(bytes);
    } finally {
      this.#held -= length;
    }
  }
}

function tooLarge(limit: number, got: number): ServiceError {
  return new ServiceError(
    "E_TOO_LARGE",
    `request: expected a body of at most ${limit} bytes, got ${got}${got > limit ? " or more" : ""}. Send fewer or smaller pictures.`,
  );
}

/**
 * The files in a body: all of a multipart form, or the one that it is.
 *
 * @param contentType - As the request's header says.
 * @throws {OptionError} E_OPTION if there is none, the form is malformed, or the body is of a kind that holds no file.
 */
export async function filesIn(bytes: Uint8Array, contentType: string): Promise<BodyFile[]> {
  if (bytes.length === 0) throw new OptionError("request: expected a picture as its body, got no bytes.");
  const isText = /^(application\/json|text\/|application\/x-www-form-urlencoded)/i.test(contentType);
  // curl --data-binary calls whatever it sends a form.
  if (isText && imageFormat(bytes) === null) {
    throw new OptionError(
      `request: expected the bytes of a picture, or multipart/form-data, got ${contentType.slice(0, 80)}. Use curl --data-binary @a.png -H "content-type: image/png", or curl -F image=@a.png.`,
    );
  }
  if (!/^multipart\/form-data/i.test(contentType)) return [{ name: undefined, bytes }];
  const form = await formIn(bytes, contentType);
  const files = [...form.values()].flatMap((value) => (typeof value === "string" ? [] : [value]));
  if (files.length === 0) {
    throw new OptionError("request: expected a file in the form, got none. Use curl -F image=@a.png.");
  }
  if (files.length > maxFiles) {
    throw new ServiceError(
      "E_TOO_LARGE",
      `request: expected at most ${maxFiles} files in a form, got ${files.length}. Send them in several.`,
    );
  }
  return Promise.all(
    files.map(async (file) => ({
      name: file.name === "" ? undefined : file.name.slice(0, 200),
      bytes: new Uint8Array(await file.arrayBuffer()),
    })),
  );
}

async function formIn(bytes: Uint8Array, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes.slice().buffer, { headers: { "content-type": contentType } }).formData();
  } catch (error) {
    throw new OptionError(
      "request: expected multipart/form-data as its content type says, got a malformed form.",
      {
        cause: error,
      },
    );
  }
}
