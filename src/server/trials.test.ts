import { expect, test } from "vitest";
import { fakeScorers } from "../../test/support/fake-scorer.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { ModelVersions } from "./model-versions.ts";
import { Trials } from "./trials.ts";

const folder = temporaryFolder();
const [kept, other] = ["a".repeat(64), "b".repeat(64)];
const scorers = fakeScorers();
const versions = new ModelVersions(folder.at("versions"));
const trials = new Trials({
  models: { versionsOf: () => versions },
  start: scorers.start,
  limits: { batch: 2 },
});
const pictures = [1, 2, 3].map((i) => ({ name: `${i}`, picture: new Uint8Array(), map: "none" as const }));
const { signal } = new AbortController();

test("a version that is kept scores all pictures, and its thread ends with it", async () => {
  await versions.add(kept, new TextEncoder().encode("model"));
  await versions.add(other, new TextEncoder().encode("other"));
  const outcomes = await Promise.all([1, 2].map(() => trials.score("parts", kept, pictures, signal)));
  for (const found of outcomes)
    expect(found).toMatchObject(pictures.map(() => ({ version: kept, scored: { anomalyScore: 5 } })));
  expect(scorers.running()).toBe(0);
});

test("one that is not kept, that fails its self-check, or whose caller went away scores nothing, and hinders nobody", async () => {
  const score = (version: string, wanted = signal) => trials.score("parts", version, pictures, wanted);
  await expect(score("c".repeat(64))).rejects.toMatchObject({ code: "E_NOT_FOUND" });
  await expect(score(other)).rejects.toMatchObject({ code: "E_SELF_CHECK" });
  await expect(score(kept, AbortSignal.abort())).rejects.toMatchObject({ code: "E_ABORTED" });
  expect(await score(kept)).toHaveLength(3);
  expect(scorers.running()).toBe(0);
});
