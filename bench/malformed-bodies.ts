/** Bodies that no honest client sends, made from a seed: damaged pictures, models, forms and tensors. */
import { crc32 } from "node:zlib";
import sharp from "sharp";
import type { Random } from "../src/base/random.ts";

/** What a body is damaged in. */
export const malformedKinds = ["picture", "header", "form", "tensor-json", "tensor-bytes", "model"] as const;

/** One of {@link malformedKinds}. */
export type MalformedKind = (typeof malformedKinds)[number];

/** A request to a server that has the detector `parts`. */
export interface MalformedRequest {
  readonly kind: MalformedKind;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What bodies are made of. */
export interface WholeFiles {
  /** An encoded picture. */
  readonly picture: Uint8Array;
  readonly model: Uint8Array;
}

/** Makes requests, the next one each time it is called. */
export async function malformedRequests(
  { picture, model }: WholeFiles,
  random: Random,
): Promise<(kind: MalformedKind) => MalformedRequest> {
  const formats = ["png", "jpeg", "webp", "tiff", "gif"] as const;
  const encoded = await Promise.all(formats.map((format) => sharp(picture).toFormat(format).toBuffer()));
  const pictures = [...encoded, bitmap(random)];
  const any = <T>(values: readonly T[]): T => {
    const value = values[random.integer(values.length)];
    if (value === undefined) throw new Error("no values");
    return value;
  };
  const score = "/v1/detectors/parts/score";
  const plain = { "content-type": "application/octet-stream" };
  const makers: Record<MalformedKind, () => Omit<MalformedRequest, "kind">> = {
    picture: () => ({
      path: `${score}?map=${any(["none", "png", "float"])}`,
      headers: plain,
      body: damaged(any(pictures), random),
    }),
    header: () => ({ path: score, headers: plain, body: any(lyingHeaders)(random) }),
    form: () => ({
      path: score,
      headers: {
        "content-type": any([
          "multipart/form-data; boundary=x",
          "multipart/form-data",
          "multipart/form-data; boundary=",
          'multipart/form-data; boundary="x',
        ]),
      },
      body: damaged(form(any(pictures), random), random),
    }),
    "tensor-json": () => ({
      path: "/v2/models/parts/infer",
      headers: { "content-type": "application/json" },
      body: random.uniform() < 0.5 ? damaged(tensorJson(random), random) : tensorJson(random),
    }),
    "tensor-bytes": () => {
      const json = tensorJson(random);
      const length = any([json.length, random.integer(2 * json.length), -1, 1e9, 1.5]);
      return {
        path: "/v2/models/parts/infer",
        headers: { ...plain, "inference-header-content-length": any([String(length), "", "many"]) },
        body: joined(json, bytes(random, random.integer(400))),
      };
    },
    model: () => ({
      path: "/v1/detectors/other/versions?activate=true",
      headers: plain,
      body: damaged(model, random),
    }),
  };
  return (kind) => ({ kind, ...makers[kind]() });
}

/** Bytes with a few changed, most of them in the head, or cut short. */
function damaged(whole: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const end = random.uniform() < 0.3 ? random.integer(whole.length) : whole.length;
  const copy = new Uint8Array(whole.slice(0, end));
  const reach = random.uniform() < 0.7 ? Math.min(64, copy.length) : copy.length;
  for (let i = 0; i < 1 + random.integer(8) && reach > 0; i++) {
    copy[random.integer(reach)] = random.integer(256);
  }
  return copy;
}

function bytes(random: Random, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => random.integer(256));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

/** A number as damaged headers have them: small, at an edge, or any. */
function edge(random: Random, bits: number): number {
  const most = 2 ** bits - 1;
  const choice = random.integer(6);
  if (choice === 0) return 0;
  if (choice === 1) return most;
  if (choice === 2) return 2 ** (bits - 1);
  return choice === 3 ? 1 + random.integer(64) : Math.floor(random.uniform() * most);
}

/** Heads that are well-formed, checksums too, and say what is not so. */
const lyingHeaders: readonly ((random: Random) => Uint8Array<ArrayBuffer>)[] = [
  png,
  jpeg,
  webp,
  bitmap,
  tiff,
];

function png(random: Random): Uint8Array<ArrayBuffer> {
  const chunk = (name: string, data: Uint8Array): Uint8Array => {
    const whole = Buffer.alloc(12 + data.length);
    whole.writeUInt32BE(random.uniform() < 0.2 ? edge(random, 32) : data.length);
    whole.write(name, 4, "latin1");
    whole.set(data, 8);
    whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length);
    return whole;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(edge(random, 32), 0);
  head.writeUInt32BE(edge(random, 32), 4);
  head.set(
    [1 << random.integer(6), random.integer(8), random.integer(2), random.integer(2), random.integer(3)],
    8,
  );
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return joined(
    signature,
    chunk("IHDR", head),
    chunk("IDAT", bytes(random, random.integer(100))),
    chunk("IEND", new Uint8Array()),
  );
}

function jpeg(random: Random): Uint8Array<ArrayBuffer> {
  const frame = Buffer.alloc(19);
  frame.set([0xff, 0xc0 + random.integer(4), 0, 17, 8]);
  frame.writeUInt16BE(edge(random, 16), 5);
  frame.writeUInt16BE(edge(random, 16), 7);
  frame.set([random.integer(5), ...bytes(random, 9)], 9);
  return joined(
    Uint8Array.of(0xff, 0xd8),
    frame,
    Uint8Array.of(0xff, 0xda),
    bytes(random, random.integer(100)),
  );
}

function webp(random: Random): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(30);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(edge(random, 32), 4);
  head.write("WEBPVP8X", 8, "latin1");
  head.writeUInt32LE(10, 16);
  head.set(bytes(random, 10), 20);
  return joined(head, bytes(random, random.integer(100)));
}

function bitmap(random: Random): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(54);
  head.write("BM", 0, "latin1");
  head.writeUInt32LE(edge(random, 32), 2);
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeUInt32LE(edge(random, 32), 18);
  head.writeUInt32LE(edge(random, 32), 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE([1, 4, 8, 16, 24, 32, 48][random.integer(7)] ?? 24, 28);
  head.writeUInt32LE(random.integer(5), 30);
  head.writeUInt32LE(edge(random, 32), 46);
  return joined(head, bytes(random, random.integer(200)));
}

function tiff(random: Random): Uint8Array<ArrayBuffer> {
  const count = 1 + random.integer(12);
  const file = Buffer.alloc(10 + 12 * count + 4);
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(count, 8);
  const tags = [256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 322, 324, 339];
  for (let i = 0; i < count; i++) {
    file.writeUInt16LE(tags[random.integer(tags.length)] ?? 256, 10 + 12 * i);
    file.writeUInt16LE(1 + random.integer(12), 12 + 12 * i);
    file.writeUInt32LE(random.uniform() < 0.7 ? 1 : edge(random, 32), 14 + 12 * i);
    file.writeUInt32LE(edge(random, 32), 18 + 12 * i);
  }
  return joined(file, bytes(random, random.integer(200)));
}

function form(picture: Uint8Array, random: Random): Uint8Array {
  const parts = Array.from({ length: 1 + random.integer(4) }, (_, i) =>
    joined(
      Buffer.from(
        `--x\r\ncontent-disposition: form-data; name="image"; filename="${"../".repeat(random.integer(3))}${i}.png"\r\n\r\n`,
      ),
      picture,
      Buffer.from("\r\n"),
    ),
  );
  return joined(...parts, Buffer.from(random.uniform() < 0.7 ? "--x--\r\n" : ""));
}

function tensorJson(random: Random): Uint8Array<ArrayBuffer> {
  const odd = (): unknown =>
    [null, true, "", "a", -1, 1e308, 0.5, [], {}, [[[[[[1]]]]]], { a: { b: 1 } }, "\u0000", edge(random, 32)][
      random.integer(13)
    ];
  const maybe = (value: unknown): unknown => (random.uniform() < 0.8 ? value : odd());
  const [height, width] = [1 + random.integer(4), 1 + random.integer(4)];
  const data = Array.from({ length: height * width * 3 }, () => maybe(random.integer(256)));
  const input = {
    name: maybe("image"),
    shape: maybe([1, height, width, 3].map(maybe)),
    datatype: maybe("UINT8"),
    parameters: maybe({ binary_data_size: maybe(height * width * 3) }),
    data: maybe(data),
  };
  const outputs = [{ name: maybe("anomaly_map"), parameters: maybe({ binary_data: maybe(true) }) }];
  return joined(
    Buffer.from(
      JSON.stringify(maybe({ id: maybe("a"), inputs: maybe([input]), outputs: maybe(outputs) })) ?? "",
    ),
  );
}
