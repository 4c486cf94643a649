import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildRadar } from "../../test/support/radar.ts";
import { repository } from "../../test/support/repository.ts";
import { BodyThread } from "./body-thread.ts";
import { encodeAnswer, type InferAnswer } from "./inference-answer.ts";
import { readInferBody } from "./inference-protocol.ts";
import { filesIn } from "./request-body.ts";

const thread = new BodyThread(join(repository, "dist", "server", "body-worker.js")); // built: threads know no TypeScript
beforeAll(() => {
  buildRadar();
}, 600_000);
afterAll(() => thread.end());

const tensor = (side: number, data: unknown): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      id: "a",
      inputs: [{ name: "image", shape: [1, side, side, 3], datatype: "UINT8", data }],
    }),
  );

describe.each([
  ["small", 4, 10],
  ["large", 200, 50_000],
])("a %s body is read and written as in this thread", (_, side, fileBytes) => {
  const numbers = Array.from({ length: side * side * 3 }, (__, i) => i % 251);

  test("as a request of the Open Inference Protocol", async () => {
    const body = tensor(side, numbers);
    expect(await thread.readInfer(body, undefined)).toEqual(readInferBody(body, undefined));
    await expect(thread.readInfer(tensor(side, numbers.slice(1)), undefined)).rejects.toMatchObject({
      code: "E_OPTION",
      message: expect.stringContaining(`got ${numbers.length - 1}`),
    });
  });

  test("as an answer of it", async () => {
    const bytes = new Uint8Array(new Float32Array(numbers).buffer);
    const tensors = [
      { name: "anomaly_map", datatype: "FP32", shape: [1, 1, side, side * 3], bytes } as const,
    ];
    const answer: InferAnswer = { request: { id: "a" }, tensors, model: "parts", version: "1" };
    const written = await thread.writeAnswer(answer);
    expect(written).toEqual(encodeAnswer(answer));
    expect(JSON.parse(new TextDecoder().decode(written.bytes)).outputs[0].data).toEqual(numbers);
  });

  test("as a form", async () => {
    const form = new FormData();
    for (const name of ["a.png", "b.png"]) form.append("image", new Blob([new Uint8Array(fileBytes)]), name);
    const request = new Response(form);
    const type = request.headers.get("content-type") ?? "";
    const body = new Uint8Array(await request.arrayBuffer());
    const files = await thread.readFiles(body, type);
    expect(files).toEqual(await filesIn(body, type));
    expect(files.map(({ name, bytes }) => [name, bytes.length])).toEqual([
      ["a.png", fileBytes],
      ["b.png", fileBytes],
    ]);
    await expect(thread.readFiles(body, "multipart/form-data; boundary=x")).rejects.toMatchObject({
      code: "E_OPTION",
    });
  });
});
