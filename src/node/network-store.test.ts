import { mkdirSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { diskNetworkStore } from "./network-store.ts";

const folder = temporaryFolder();
const network = { average: Float32Array.of(1.5, -2, 1e-30), steps: 12, finalLoss: 0.25 };

test("a saved network comes back bit for bit, with the seconds it took", async () => {
  const path = folder.at("store");
  let seconds = 5;
  const first = diskNetworkStore(path, () => seconds);
  expect(await first.load("ab12")).toBeUndefined();
  seconds = 12;
  await first.save("ab12", network);
  expect(first.reusedSeconds()).toBe(0);
  const second = diskNetworkStore(path);
  expect(await second.load("ab12")).toEqual(network);
  expect(second.reusedSeconds()).toBe(7);
  expect(readdirSync(path)).toEqual(["ab12.safetensors"]);
});

test("a file that is cut off, none of ours, not finite or a folder is as good as none", async () => {
  const store = diskNetworkStore(folder.at("bad"));
  await store.save("cut", network);
  truncateSync(folder.at("bad", "cut.safetensors"), 40);
  folder.write("bad/text.safetensors", "no network");
  await store.save("nan", { ...network, average: Float32Array.of(Number.NaN) });
  await store.save("facts", network);
  const bytes = readFileSync(folder.at("bad", "facts.safetensors"));
  folder.write(
    "bad/facts.safetensors",
    Buffer.from(bytes.toString("latin1").replace("steps", "stops"), "latin1"),
  );
  mkdirSync(folder.at("bad", "folder.safetensors"));
  for (const key of ["cut", "text", "nan", "facts", "folder"]) expect(await store.load(key)).toBeUndefined();
  await store.save("cut", network);
  expect(await store.load("cut")).toEqual(network);
});
