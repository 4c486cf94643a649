/** Formats of image files, told by their content. */
import { DataError } from "../base/errors.ts";

/** Formats that are known; HEIC is read only where the installed libvips can. */
export type ImageFormat = "jpeg" | "png" | "webp" | "tiff" | "gif" | "bmp" | "avif" | "heic";

/** Starts of files: bytes in hexadecimal, dots for any digit. */
const signatures: ReadonlyArray<readonly [ImageFormat, RegExp]> = [
  ["jpeg", /^ffd8ff/],
  ["png", /^89504e470d0a1a0a/],
  ["webp", /^52494646.{8}57454250/],
  ["tiff", /^(49492a00|4d4d002a|49492b00|4d4d002b)/],
  ["gif", /^474946383[79]61/],
  ["bmp", /^424d/],
  ["avif", /^.{8}6674797061766(966|973)/], // ftyp avif, avis
  ["heic", /^.{8}66747970(686569(63|78|6d|73)|686576(63|78)|6d696631|6d736631)/], // ftyp heic, heix, heim, heis, hevc, hevx, mif1, msf1
];

/** The format that the first bytes of a file tell, whatever its name; null for all that is not known. */
export function imageFormat(bytes: Uint8Array): ImageFormat | null {
  const start = Buffer.from(bytes.subarray(0, 12)).toString("hex");
  return signatures.find(([, signature]) => signature.test(start))?.[0] ?? null;
}

/**
 * The format of a file.
 *
 * @param name - Names the file in messages.
 * @throws {DataError} E_IMAGE if it is empty or of no format that is known.
 */
export function checkedFormat(bytes: Uint8Array, name: string): ImageFormat {
  if (bytes.length === 0)
    throw new DataError("E_IMAGE", `${name}: expected an image, got an empty file (0 bytes).`);
  const format = imageFormat(bytes);
  if (format !== null) return format;
  throw new DataError(
    "E_IMAGE",
    `${name}: expected a JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF image, got a file that is none of these.`,
  );
}
