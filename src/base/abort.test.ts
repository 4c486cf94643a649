import { expect, test } from "vitest";
import { checkAborted, untilAborted } from "./abort.ts";

const never = new Promise<never>(() => {});

test("a signal that says stop is an error with its reason as the cause", () => {
  checkAborted(undefined, "work");
  checkAborted(new AbortController().signal, "work");
  expect(() => checkAborted(AbortSignal.abort("enough"), "work")).toThrow(
    expect.objectContaining({
      name: "AbortError",
      code: "E_ABORTED",
      message: "work: stopped by the abort signal.",
      cause: "enough",
    }),
  );
});

test("work ends as it would, or at once when the signal says stop", async () => {
  const controller = new AbortController();
  expect(await untilAborted(Promise.resolve(3), controller.signal, "work")).toBe(3);
  await expect(untilAborted(Promise.reject(new Error("no")), controller.signal, "work")).rejects.toThrow(
    "no",
  );
  const waiting = untilAborted(never, controller.signal, "work");
  controller.abort("enough");
  await expect(waiting).rejects.toMatchObject({ code: "E_ABORTED", cause: "enough" });
  await expect(untilAborted(never, controller.signal, "work")).rejects.toMatchObject({ cause: "enough" });
  expect(await untilAborted(Promise.resolve(3), undefined, "work")).toBe(3);
});
