/** A name for a set of images that changes when any of them does. */

/**
 * SHA-256 over the SHA-256 of every array, in order, as 64 hexadecimal digits.
 *
 * @param arrays - Any bytes, e.g. pixels.
 */
export async function contentHash(arrays: readonly Uint8Array[]): Promise<string> {
  const digests = new Uint8Array(32 * arrays.length);
  for (const [i, bytes] of arrays.entries()) digests.set(await sha256(bytes), 32 * i);
  return fileHash(digests);
}

/** SHA-256 of a file's bytes as 64 hexadecimal digits, as `sha256sum` prints it. */
export async function fileHash(bytes: Uint8Array): Promise<string> {
  return Array.from(await sha256(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const { buffer, byteOffset, length } = bytes;
  // Memory that threads share is not digested: it could change meanwhile. Other memory need not be copied.
  const own = buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, length) : bytes.slice();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", own));
}
