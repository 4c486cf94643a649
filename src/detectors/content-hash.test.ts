import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { contentHash } from "./content-hash.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("the hash of one array is the well-known double SHA-256", async () => {
  expect(await contentHash([bytes("hello")])).toBe(
    "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50",
  );
});

test("the hash of no array is the well-known SHA-256 of nothing", async () => {
  expect(await contentHash([])).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("the hash of several arrays is the SHA-256 of theirs in order", async () => {
  const arrays = [bytes("a"), bytes(""), bytes("long ".repeat(1000))];
  const outer = createHash("sha256");
  for (const array of arrays) outer.update(createHash("sha256").update(array).digest());
  expect(await contentHash(arrays)).toBe(outer.digest("hex"));
});

test("the hash changes with the order, with any byte, and with where one array ends", async () => {
  const hashes = await Promise.all([
    contentHash([bytes("ab"), bytes("c")]),
    contentHash([bytes("c"), bytes("ab")]),
    contentHash([bytes("ab"), bytes("d")]),
    contentHash([bytes("a"), bytes("bc")]),
    contentHash([bytes("abc")]),
    contentHash([bytes("ab"), bytes("c"), bytes("")]),
  ]);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("the hash of a part of a buffer is that of its bytes alone", async () => {
  const part = bytes("xxhelloyy").subarray(2, 7);
  expect(await contentHash([part])).toBe(await contentHash([bytes("hello")]));
});
