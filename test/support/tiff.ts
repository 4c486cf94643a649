/** TIFF files with tags that no encoder here lets a test choose. */

/** What a {@link tiff} holds. */
export interface TiffContent {
  readonly width: number;
  /** Row-major, channels together. */
  readonly values: readonly number[];
  readonly channels: number;
  /** 1 black is zero, 2 red-green-blue. */
  readonly photometric: 1 | 2;
  /** What each channel after the colours is: 0 not said, 1 or 2 alpha; without it the tag is missing. */
  readonly extraSamples?: number | undefined;
  /** 32-bit floating point. */
  readonly isFloat?: boolean;
  /** Default 8, of floating point 32. */
  readonly bitsPerSample?: number;
  /** 1 unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat?: number;
}

/** An uncompressed little-endian TIFF. @see TIFF 6.0, section 2 */
export function tiff(content: TiffContent): Buffer {
  const { width, values, channels, photometric, extraSamples, isFloat = false } = content;
  const bits = content.bitsPerSample ?? (isFloat ? 32 : 8);
  const pixels = Buffer.alloc((values.length * bits) / 8);
  values.forEach((value, i) => {
    if (isFloat) pixels.writeFloatLE(value, 4 * i);
    else pixels.writeUIntLE(value, (i * bits) / 8, bits / 8);
  });
  const extra = channels - (photometric === 2 ? 3 : 1);
  const bitsAt = 8 + pixels.length; // one value a channel, behind the pixels
  const directoryAt = bitsAt + 2 * Math.ceil(channels / 2) * 2;
  const entries: [tag: number, type: 3 | 4, count: number, value: number][] = [
    [256, 4, 1, width],
    [257, 4, 1, values.length / channels / width],
    channels > 2 ? [258, 3, channels, bitsAt] : [258, 3, channels, bits + 65536 * (channels - 1) * bits],
    [259, 3, 1, 1],
    [262, 3, 1, photometric],
    [273, 4, 1, 8],
    [277, 3, 1, channels],
    [278, 4, 1, values.length / channels / width],
    [279, 4, 1, pixels.length],
    ...(extra === 1 && extraSamples !== undefined
      ? [[338, 3, 1, extraSamples] as [number, 3, number, number]]
      : []),
    [339, 3, 1, content.sampleFormat ?? (isFloat ? 3 : 1)],
  ];
  const bytes = Buffer.alloc(directoryAt + 2 + 12 * entries.length + 4);
  bytes.write("II*\0", "latin1");
  bytes.writeUInt32LE(directoryAt, 4);
  pixels.copy(bytes, 8);
  for (let channel = 0; channel < channels; channel++) bytes.writeUInt16LE(bits, bitsAt + 2 * channel);
  bytes.writeUInt16LE(entries.length, directoryAt);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = directoryAt + 2 + 12 * i;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  }
  return bytes;
}
