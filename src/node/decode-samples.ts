/** Encoded images to the values that they store, through sharp (libvips). */
import { DataError } from "../base/errors.ts";
import type { LargestSamples, SampleDepth, Samples } from "../data/sample-depth.ts";
import { hasTiffAlpha } from "../data/tiff-alpha.ts";
import { checkedFormat, type ImageFormat } from "./image-format.ts";
import { loadSharp } from "./load-sharp.ts";

/** Largest image that is decoded, in pixels: 2^28, 16384 x 16384 (ours); larger ones are refused before they fill the memory. */
export const maxPixels: number = 2 ** 28;

/** Whether files of a format may hold more than 8 bits a channel without telling what is white. */
export function needsDepth(format: ImageFormat): boolean {
  return format === "png" || format === "tiff";
}

/**
 * Decodes upright pixels as they are stored, grey or red-green-blue; alpha is composited on black, another fourth channel left out.
 *
 * @param how - `profileFor`: the colour profile is applied, of 16-bit values where this rule says that they use all 16: values of
 * fewer bits lie in the dark end, where a profile's curves do not mean them. Default: no profile is applied. `maxPixels`: a smaller limit.
 * @throws {DataError} E_IMAGE if the image is damaged, truncated, too large, or its channels are not read.
 */
export async function decodeSamples(
  bytes: Uint8Array,
  name: string,
  how: { readonly format: ImageFormat; readonly profileFor?: SampleDepth; readonly maxPixels?: number },
): Promise<Samples> {
  const { format, profileFor } = how;
  const limit = Math.min(how.maxPixels ?? maxPixels, maxPixels);
  const sharp = await loadSharp();
  const { depth, isGray, extra, hasProfile } = await headerOf(bytes, name, { format, limit });
  const withProfile = profileFor !== undefined && (depth === "uchar" || profileFor.bits === 16);
  return explained(name, format, async () => {
    const pipeline = sharp(bytes, {
      failOn: "error",
      limitInputPixels: limit,
      ignoreIcc: !withProfile,
    }).autoOrient();
    if (extra === "alpha") pipeline.flatten({ background: "#000000" });
    if (extra === "other") pipeline.removeAlpha();
    const spaces = { uchar: "srgb", ushort: isGray ? "grey16" : "rgb16", float: isGray ? "b-w" : "scrgb" };
    pipeline.toColourspace(spaces[depth]);
    // Of 16 bits sharp applies a profile halfway only, to its working space.
    if (depth === "ushort" && hasProfile && withProfile) pipeline.withIccProfile("srgb");
    const { data, info } = await pipeline.raw({ depth }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels, data: valuesOf(data, depth) };
  });
}

/**
 * The largest values of an encoded image that needs a {@link SampleDepth}; 0 for those that need none.
 *
 * @throws {DataError} E_IMAGE as {@link decodeImage}.
 */
export async function largestSamples(bytes: Uint8Array, name: string): Promise<LargestSamples> {
  const format = checkedFormat(bytes, name);
  const isWide =
    needsDepth(format) && (await headerOf(bytes, name, { format, limit: maxPixels })).depth !== "uchar";
  if (!isWide) return { integer: 0, float: 0 };
  const { data } = await decodeSamples(bytes, name, { format });
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (value > largest && value < Infinity) largest = value;
  }
  return data instanceof Float32Array ? { integer: 0, float: largest } : { integer: largest, float: 0 };
}

/** What a file says of itself, checked to be of a kind that is read. */
interface Header {
  readonly depth: "uchar" | "ushort" | "float";
  readonly isGray: boolean;
  /** What the channel after the colours is. */
  readonly extra: "none" | "alpha" | "other";
  readonly hasProfile: boolean;
}

/** Channels of colour by libvips's name of the colour space. */
const colourChannels: Readonly<Record<string, number>> = {
  "b-w": 1,
  grey16: 1,
  srgb: 3,
  rgb: 3,
  rgb16: 3,
  scrgb: 3,
  lab: 3,
  labs: 3,
  cmyk: 4,
};

async function headerOf(
  bytes: Uint8Array,
  name: string,
  { format, limit }: { readonly format: ImageFormat; readonly limit: number },
): Promise<Header> {
  const sharp = await loadSharp();
  const { width, height, channels, depth, space, hasProfile, bitsPerSample } = await explained(
    name,
    format,
    () => sharp(bytes, { limitInputPixels: false }).metadata(),
  );
  const expected = (what: string, got: string, remedy: string): DataError =>
    imageError(name, `expected ${what}, got ${got}. ${remedy}`);
  if (width * height > limit)
    throw expected(`at most ${limit} pixels`, `${width} x ${height}`, "Reduce or crop it first.");
  const isHalf = depth === "float" && bitsPerSample === 16;
  if ((depth !== "uchar" && depth !== "ushort" && depth !== "float") || isHalf) {
    const got = isHalf ? "16-bit float" : depth;
    throw expected("8 or 16 bits a channel without sign, or 32-bit float", got, "Convert it first.");
  }
  const colours = colourChannels[space] ?? 0;
  const most = depth === "float" ? colours : colours + 1;
  if (colours === 0 || channels < colours || channels > most) {
    const what = `grey, red-green-blue or CMYK, ${depth === "float" ? "and no more" : "with at most one more channel"}`;
    throw expected(
      what,
      `${channels} channels (${space})`,
      "Save those to inspect as a picture of their own.",
    );
  }
  const isAlpha = format !== "tiff" || hasTiffAlpha(bytes);
  const extra = channels === colours ? "none" : isAlpha ? "alpha" : "other";
  return { depth, isGray: colours === 1, extra, hasProfile };
}

function valuesOf(data: Buffer, depth: Header["depth"]): Samples["data"] {
  if (depth === "uchar") return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const { buffer, byteOffset, byteLength } = data.byteOffset % 4 === 0 ? data : new Uint8Array(data);
  return depth === "ushort"
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Float32Array(buffer, byteOffset, byteLength / 4);
}

/** What `read` gives; errors of the decoder name the image and say what may be wrong. */
async function explained<T>(name: string, format: ImageFormat, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DataError) throw error;
    const reason =
      error instanceof Error ? error.message.trim().replaceAll(/\s*\n\s*/g, "; ") : String(error);
    const problem =
      format === "heic"
        ? `expected an image that can be read here, got HEIC, whose decoder is not part of this program. Convert it to JPEG or PNG, or set the phone to save JPEG ("Most Compatible").`
        : `expected a whole ${format.toUpperCase()} image, got a damaged, truncated or unsupported one (${reason}).`;
    throw imageError(name, problem, error);
  }
}

function imageError(name: string, problem: string, cause?: unknown): DataError {
  return new DataError("E_IMAGE", `${name}: ${problem}`, cause === undefined ? undefined : { cause });
}
