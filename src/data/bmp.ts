/**
 * Decoding of Windows bitmaps, which many cameras and frame grabbers write.
 *
 * Layout: Microsoft, "Bitmap Storage" (BITMAPFILEHEADER, BITMAPCOREHEADER, BITMAPINFOHEADER to BITMAPV5HEADER). Our own, since sharp reads
 * none, fast-bmp 4.0 neither palettes nor rows from the top, and bmp-ts 1.0 no core header, and it takes sizes from the file unchecked.
 */
import { DataError } from "../base/errors.ts";
import type { RgbImage } from "../base/raster.ts";

/** What the two headers say. */
interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Whether the first stored row is the top one. */
  readonly topDown: boolean;
  readonly bitsPerPixel: number;
  /** Bytes from the start of the file to the first row. */
  readonly pixelOffset: number;
  /** Bytes a row takes, padded to a multiple of 4. */
  readonly rowBytes: number;
  /** Red, green, blue of each index; empty above 8 bits a pixel. */
  readonly palette: Uint8Array;
  /** Bit masks of red, green, blue and alpha at 16 and 32 bits a pixel. */
  readonly masks: readonly [number, number, number, number];
}

const fileHeaderBytes = 14;
const coreHeaderBytes = 12;
const infoHeaderBytes = 40;
const compressionNames = ["none", "RLE8", "RLE4", "bit fields", "JPEG", "PNG", "bit fields with alpha"];

/**
 * Picture in a BMP file: 1, 4, 8, 16, 24 or 32 bits a pixel, with palette or bit masks, rows in either direction.
 *
 * Alpha, where the file declares it and uses it, is composited on black. Run-length coded files are refused.
 *
 * @param bytes - The whole file.
 * @param name - Names the file in messages.
 * @param maxPixels - Largest width times height that is decoded.
 * @returns uint8 [height, width, 3].
 * @throws {DataError} E_IMAGE if the file is damaged, cut short, too large or coded in a way that is not read.
 */
export function decodeBmp(bytes: Uint8Array, name: string, maxPixels: number): RgbImage {
  const header = readHeader(bytes, name, maxPixels);
  const { width, height, rowBytes, pixelOffset } = header;
  const needed = pixelOffset + rowBytes * height;
  if (bytes.length < needed)
    fail(name, `expected ${needed} bytes of BMP, got a truncated file of ${bytes.length}`);
  const data = new Uint8Array(width * height * 3);
  const decodeRow = rowDecoder(bytes, header);
  for (let row = 0; row < height; row++) {
    const y = header.topDown ? row : height - 1 - row;
    decodeRow(pixelOffset + row * rowBytes, data.subarray(y * width * 3, (y + 1) * width * 3));
  }
  return { width, height, data };
}

function readHeader(bytes: Uint8Array, name: string, maxPixels: number): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < fileHeaderBytes + coreHeaderBytes)
    fail(name, "expected a BMP header, got a truncated file");
  const pixelOffset = view.getUint32(10, true);
  const headerBytes = view.getUint32(fileHeaderBytes, true);
  const isCore = headerBytes === coreHeaderBytes;
  if ((!isCore && headerBytes < infoHeaderBytes) || bytes.length < fileHeaderBytes + headerBytes) {
    fail(name, "expected a BMP header, got a damaged or truncated one");
  }
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isCore ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  if (width < 1 || height < 1 || width * height > maxPixels) {
    fail(name, `expected 1 to ${maxPixels} pixels, got ${width} x ${height}`);
  }
  const bitsPerPixel = view.getUint16(isCore ? 24 : 28, true);
  const compression = isCore ? 0 : view.getUint32(30, true);
  const hasMasks = (compression === 3 || compression === 6) && bitsPerPixel >= 16;
  if (compression !== 0 && !hasMasks) {
    const coding = compressionNames[compression] ?? `number ${compression}`;
    fail(name, `expected an uncompressed BMP, got compression ${coding}. Save it as PNG`);
  }
  if (![1, 4, 8, 16, 24, 32].includes(bitsPerPixel)) {
    fail(name, `expected 1, 4, 8, 16, 24 or 32 bits a pixel, got ${bitsPerPixel}`);
  }
  return {
    width,
    height,
    topDown: signedHeight < 0,
    bitsPerPixel,
    pixelOffset,
    rowBytes: Math.ceil((width * bitsPerPixel) / 32) * 4,
    palette: bitsPerPixel > 8 ? new Uint8Array() : readPalette(view, headerBytes, bitsPerPixel),
    masks: hasMasks ? readMasks(view, headerBytes, compression) : defaultMasks(bitsPerPixel),
  };
}

/** Indices past the end of the palette stay black. */
function readPalette(view: DataView, headerBytes: number, bitsPerPixel: number): Uint8Array {
  const isCore = headerBytes === coreHeaderBytes;
  const stride = isCore ? 3 : 4;
  const most = 1 << bitsPerPixel;
  const used = isCore ? 0 : view.getUint32(46, true);
  const count = used === 0 ? most : Math.min(used, most);
  const start = fileHeaderBytes + headerBytes;
  const palette = new Uint8Array(most * 3);
  for (let i = 0; i < count && start + i * stride + 2 < view.byteLength; i++) {
    for (let channel = 0; channel < 3; channel++) {
      palette[i * 3 + channel] = view.getUint8(start + i * stride + 2 - channel); // stored blue, green, red
    }
  }
  return palette;
}

/** The masks follow the 40 bytes of the info header, inside or outside a longer header. */
function readMasks(view: DataView, headerBytes: number, compression: number): BmpHeader["masks"] {
  const start = fileHeaderBytes + infoHeaderBytes;
  const mask = (i: number): number =>
    start + i * 4 + 4 <= view.byteLength ? view.getUint32(start + i * 4, true) : 0;
  return [mask(0), mask(1), mask(2), headerBytes >= 56 || compression === 6 ? mask(3) : 0];
}

function defaultMasks(bitsPerPixel: number): BmpHeader["masks"] {
  return bitsPerPixel === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, 0];
}

type RowDecoder = (from: number, row: Uint8Array) => void;

function rowDecoder(bytes: Uint8Array, header: BmpHeader): RowDecoder {
  if (header.bitsPerPixel <= 8) return paletteRows(bytes, header);
  if (header.bitsPerPixel === 24) return bgrRows(bytes, header.width);
  return maskedRows(bytes, header);
}

function paletteRows(bytes: Uint8Array, { width, bitsPerPixel, palette }: BmpHeader): RowDecoder {
  const perByte = 8 / bitsPerPixel;
  const indexMask = (1 << bitsPerPixel) - 1;
  return (from, row) => {
    for (let x = 0; x < width; x++) {
      const shift = 8 - bitsPerPixel * ((x % perByte) + 1);
      const index = ((bytes[from + Math.floor(x / perByte)] ?? 0) >> shift) & indexMask;
      for (let channel = 0; channel < 3; channel++) row[x * 3 + channel] = palette[index * 3 + channel] ?? 0;
    }
  };
}

function bgrRows(bytes: Uint8Array, width: number): RowDecoder {
  return (from, row) => {
    for (let x = 0; x < width * 3; x += 3) {
      row[x] = bytes[from + x + 2] ?? 0;
      row[x + 1] = bytes[from + x + 1] ?? 0;
      row[x + 2] = bytes[from + x] ?? 0;
    }
  };
}

function maskedRows(
  bytes: Uint8Array,
  { width, height, rowBytes, pixelOffset, bitsPerPixel, masks }: BmpHeader,
): RowDecoder {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bitsPerPixel / 8;
  const pixel = (at: number): number => (size === 2 ? view.getUint16(at, true) : view.getUint32(at, true));
  const [red, green, blue, alpha] = masks.map(scaledField);
  const useAlpha = masks[3] !== 0 && anyAlpha();
  return (from, row) => {
    for (let x = 0; x < width; x++) {
      const value = pixel(from + x * size);
      const opacity = useAlpha ? (alpha?.(value) ?? 255) / 255 : 1;
      row[x * 3] = Math.round((red?.(value) ?? 0) * opacity);
      row[x * 3 + 1] = Math.round((green?.(value) ?? 0) * opacity);
      row[x * 3 + 2] = Math.round((blue?.(value) ?? 0) * opacity);
    }
  };

  /** Many writers declare alpha and leave it 0 everywhere: such a picture is opaque, not black. */
  function anyAlpha(): boolean {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if ((pixel(pixelOffset + y * rowBytes + x * size) & masks[3]) !== 0) return true;
      }
    }
    return false;
  }
}

/** Reads the bits of `mask` as a number in [0, 255]. */
function scaledField(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const largest = mask >>> shift;
  return (value) => (((value & mask) >>> shift) / largest) * 255;
}

function fail(name: string, problem: string): never {
  throw new DataError("E_IMAGE", `${name}: ${problem}.`);
}
