/** What the fourth channel of a TIFF is, which its decoders do not tell. TIFF 6.0, sections 2 and 18; BigTIFF. */

const extraSamplesTag = 338;
/** Values of ExtraSamples: 1 associated alpha, 2 unassociated alpha; 0 is anything else, such as near infrared. */
const alphaKinds: readonly number[] = [1, 2];

/**
 * Whether a TIFF says that its last channel is alpha. One that says nothing, or that the channel is something else, has none.
 *
 * @param bytes - The whole file; whatever is damaged in it counts as not said.
 */
export function hasTiffAlpha(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittleEndian = bytes[0] === 0x49;
  try {
    const isBig = view.getUint16(2, isLittleEndian) === 43;
    const word = (at: number): number =>
      isBig ? Number(view.getBigUint64(at, isLittleEndian)) : view.getUint32(at, isLittleEndian);
    const directory = word(isBig ? 8 : 4);
    const count = isBig ? word(directory) : view.getUint16(directory, isLittleEndian);
    const entryBytes = isBig ? 20 : 12;
    for (let i = 0; i < count; i++) {
      const entry = directory + (isBig ? 8 : 2) + i * entryBytes;
      if (view.getUint16(entry, isLittleEndian) !== extraSamplesTag) continue;
      return alphaKinds.includes(view.getUint16(entry + (isBig ? 12 : 8), isLittleEndian));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // the directory lies outside of the file
  }
  return false;
}
