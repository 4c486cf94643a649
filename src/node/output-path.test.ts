import { linkSync, readFileSync, symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { buildGraph, input, neg } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { encodeCheckpoint } from "../train/index.ts";
import { encodePng } from "./image-codec.ts";
import { checkOutputs, type OutputFile, overlayMark } from "./output-path.ts";

const folder = temporaryFolder();
const picture = { width: 300, height: 2, data: new Uint8Array(1800).fill(7) };
const x = input("x", "float32", [1]);

/** A file of each kind, as it is written. */
const written: Record<OutputFile["kind"], string | Uint8Array> = {
  model: encodeModel(buildGraph({ name: "net", inputs: [x], outputs: { y: neg(x) } })),
  checkpoint: encodeCheckpoint({ tensors: { a: Float32Array.of(1) }, metadata: { training: "{}" } }),
  report: '<!doctype html>\n<html><head><meta name="generator" content="radar-ad"></head></html>',
  results: JSON.stringify({ format: 1, command: "radar benchmark a b" }, null, 2),
  overlay: await encodePng(picture, { description: overlayMark }),
};
/** Files that a mistyped path may name. */
const foreign: Record<string, string | Uint8Array> = {
  "photo.png": await encodePng(picture),
  "text.txt": "notes",
  "page.html": "<!doctype html><html><head><title>mine</title></head></html>",
  "run.json": '{"seed": 1}',
  "foreign.onnx": Uint8Array.from([8, 8, 18, 7, ...Buffer.from("pytorch")]),
};
const kinds = Object.keys(written) as OutputFile["kind"][];

test.each(kinds)(
  "%s: nothing, an empty file and one written before may be replaced; all else is refused",
  async (kind) => {
    await checkOutputs([{ path: folder.at("new"), kind }], []);
    await checkOutputs([{ path: folder.write("empty", ""), kind }], []);
    await checkOutputs([{ path: folder.write(`old-${kind}`, written[kind]), kind }], []);
    const others = {
      ...foreign,
      ...Object.fromEntries(kinds.filter((k) => k !== kind).map((k) => [k, written[k]])),
    };
    for (const [name, content] of Object.entries(others)) {
      const path = folder.write(name, content);
      await expect(checkOutputs([{ path, kind }], [])).rejects.toMatchObject({
        code: "E_FILE",
        message: expect.stringMatching(
          /got a file that holds something else\. Name another, or remove it first\.$/,
        ),
      });
      expect(Buffer.compare(readFileSync(path), Buffer.from(content))).toBe(0);
    }
  },
);

test("an input is refused by whatever path it is named", async () => {
  const path = folder.write("inputs/a.png", written.overlay);
  symlinkSync(path, folder.at("link.png"));
  linkSync(path, folder.at("hard.png"));
  for (const other of [
    path,
    folder.at("inputs", ".", "a.png"),
    folder.at("link.png"),
    folder.at("hard.png"),
  ]) {
    await expect(checkOutputs([{ path: other, kind: "overlay" }], ["missing", path])).rejects.toMatchObject({
      code: "E_FILE",
      message: expect.stringContaining("got one of the files that this run reads."),
    });
  }
});

test("two outputs in one place are refused", async () => {
  const outputs = [
    { path: folder.at("same"), kind: "report" },
    { path: folder.at("inputs", "..", "same"), kind: "results" },
  ] as const;
  await expect(checkOutputs(outputs, [])).rejects.toMatchObject({ code: "E_FILE" });
});

test("devices and pipes take anything", async () => {
  await checkOutputs([{ path: "/dev/null", kind: "model" }], []);
});
