import { describe, expect, test } from "vitest";
import { fakeDescription } from "../../test/support/fake-detector.ts";
import { float32Array, type NdArray, ndArray } from "../base/array.ts";
import type { Frame } from "../base/frame.ts";
import type { Session } from "../runtime/backend.ts";
import { SessionDetector } from "./session-detector.ts";

const frame: Frame = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) };

/** A session whose runs end when the test says so; its score is the picture's first byte. */
function slowSession() {
  const log: string[] = [];
  const waiting: (() => void)[] = [];
  const session: Session = {
    inputNames: ["image"],
    outputNames: [],
    run: async ({ image }) => {
      const first = Number(image?.data[0]);
      log.push(`begin ${first}`);
      await new Promise<void>((resolve) => waiting.push(resolve));
      log.push(`end ${first}`);
      const answers: Record<string, NdArray> = {
        anomaly_map: float32Array([1, 1, 1, 1], [0]),
        anomaly_score: float32Array([1], [first]),
        p_value: float32Array([1], [1]),
        is_anomalous: ndArray("bool", [1], Uint8Array.of(0)),
      };
      return answers;
    },
    carried: async () => ({}),
    dispose: async () => {
      log.push("dispose");
    },
  };
  const endNext = async (): Promise<void> => {
    await settled();
    waiting.shift()?.();
    await settled();
  };
  return { detector: new SessionDetector(fakeDescription, session), log, endNext };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function gray(value: number): Frame {
  return { width: 1, height: 1, format: "gray", data: Uint8Array.of(value) };
}

describe("a detector on a session", () => {
  test("makes its calls one after the other, each with the picture as it was when it was asked", async () => {
    const { detector, log, endNext } = slowSession();
    const data = Uint8Array.of(1, 1, 1);
    const first = detector.detectOne({ width: 1, height: 1, data });
    data.fill(9);
    const second = detector.detect([gray(2)]);
    await endNext();
    await endNext();
    expect((await first).anomalyScore).toBe(1);
    expect((await second).map(({ anomalyScore }) => anomalyScore)).toEqual([2]);
    expect(log).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
  });

  test("is freed once, when the calls made before have ended, and refuses calls after", async () => {
    const { detector, log, endNext } = slowSession();
    const call = detector.detectOne(gray(1));
    const disposals = [detector.dispose(), detector.dispose(), detector[Symbol.asyncDispose]()];
    await expect(detector.detectOne(gray(2))).rejects.toMatchObject({
      name: "RadarError",
      code: "E_DISPOSED",
    });
    await endNext();
    await Promise.all(disposals);
    expect((await call).anomalyScore).toBe(1);
    await detector.dispose();
    expect(log).toEqual(["begin 1", "end 1", "dispose"]);
  });

  test("lets a caller go at once when its signal says stop, and does not begin what waited", async () => {
    const { detector, log, endNext } = slowSession();
    const controller = new AbortController();
    const { signal } = controller;
    const running = detector.detectOne(gray(1), { signal });
    const waiting = detector.detectOne(gray(2), { signal });
    const other = detector.detectOne(gray(3));
    await settled();
    controller.abort("enough");
    for (const call of [running, waiting, detector.detectOne(gray(4), { signal })]) {
      await expect(call).rejects.toMatchObject({ name: "AbortError", code: "E_ABORTED", cause: "enough" });
    }
    await endNext();
    await endNext();
    expect((await other).anomalyScore).toBe(3);
    expect(log).toEqual(["begin 1", "end 1", "begin 3", "end 3"]);
  });

  test("goes on after a call that failed", async () => {
    const { detector, endNext } = slowSession();
    await expect(detector.detect([{ ...frame, width: 2 }])).rejects.toMatchObject({ code: "E_SHAPE" });
    await expect(detector.detect([])).rejects.toMatchObject({ code: "E_SHAPE" });
    const call = detector.detectOne(frame);
    await endNext();
    expect((await call).anomalyScore).toBe(1);
  });

  test("names the picture that is none", async () => {
    const { detector } = slowSession();
    const bad: Frame = { ...frame, data: new Uint8Array(2) };
    await expect(detector.detect([frame, bad])).rejects.toThrow(/^images\[1\]\.data: /);
    await expect(detector.detect([frame, bad], { names: ["a", "b"] })).rejects.toThrow(/^b\.data: /);
    await expect(detector.detectOne(bad)).rejects.toThrow(/^image\.data: /);
    await expect(detector.detectOne(bad, { name: "a" })).rejects.toThrow(/^a\.data: /);
    const one: unknown = frame;
    await expect(detector.detect(one as readonly Frame[])).rejects.toThrow(
      "images: expected a list of pictures, got object. For one: detectOne.",
    );
  });
});
