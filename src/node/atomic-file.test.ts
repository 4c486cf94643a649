import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, unlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { checkWritable, ensureFolder, writeFileAtomic } from "./atomic-file.ts";

const folder = temporaryFolder();

describe("writeFileAtomic", () => {
  test("writes bytes and text, replaces what was there and leaves nothing else", async () => {
    const path = folder.at("plain", "a.bin");
    await ensureFolder(folder.at("plain"));
    await writeFileAtomic(path, Uint8Array.from([1, 2, 3]));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    await writeFileAtomic(path, "grün");
    expect(readFileSync(path, "utf8")).toBe("grün");
    expect(readdirSync(folder.at("plain"))).toEqual(["a.bin"]);
  });

  test("writes at once to one path do not mix", async () => {
    const path = folder.at("race.txt");
    const texts = Array.from({ length: 8 }, (_, i) => String(i).repeat(10_000));
    await Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    expect(texts).toContain(readFileSync(path, "utf8"));
    expect(readdirSync(folder.path).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a link stays a link", async () => {
    const target = folder.write("target.txt", "old");
    symlinkSync(target, folder.at("link.txt"));
    await writeFileAtomic(folder.at("link.txt"), "new");
    expect(lstatSync(folder.at("link.txt")).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, "utf8")).toBe("new");
  });

  test("a missing folder, a folder in its place and a file above it are E_FILE with the reason", async () => {
    const file = folder.write("file.txt", "");
    const cases: Array<[string, string]> = [
      [folder.at("none", "a.bin"), `the folder ${folder.at("none")} does not exist. Create it first.`],
      [folder.path, "it is a folder. Name a file in it."],
      [`${file}/a.bin`, `${file} is not a folder.`],
    ];
    for (const [path, reason] of cases) {
      const error = { code: "E_FILE", message: `${path}: cannot write it: ${reason}` };
      await expect(writeFileAtomic(path, "x")).rejects.toMatchObject(error);
      await expect(checkWritable(path)).rejects.toMatchObject(error);
    }
  });

  test.skipIf(!existsSync("/dev/full"))(
    "a full device is E_FILE, and the device stays (skipped without /dev/full)",
    async () => {
      await expect(writeFileAtomic("/dev/full", "x")).rejects.toMatchObject({
        code: "E_FILE",
        message: "/dev/full: cannot write it: no space is left on the device (ENOSPC).",
      });
      expect(lstatSync("/dev/full").isCharacterDevice()).toBe(true);
    },
  );

  test.skipIf(!existsSync("/proc/self"))(
    "a place that takes no files is E_FILE before and at the writing (skipped without /proc)",
    async () => {
      const error = { code: "E_FILE", message: expect.stringContaining("/proc/a.bin: cannot write it: ") };
      await expect(checkWritable("/proc/a.bin")).rejects.toMatchObject(error);
      await expect(writeFileAtomic("/proc/a.bin", "x")).rejects.toMatchObject(error);
    },
  );

  test("a writer killed at any moment leaves a whole file", { timeout: 120_000 }, async () => {
    const path = folder.at("killed", "state.json");
    await ensureFolder(folder.at("killed"));
    const module = fileURLToPath(new URL("./atomic-file.ts", import.meta.url));
    const program = `
      import { writeFileAtomic } from ${JSON.stringify(module)};
      const body = "x".repeat(3_000_000);
      for (let n = 0; ; n++) {
        await writeFileAtomic(${JSON.stringify(path)}, JSON.stringify({ n, body }));
        if (n === 0) process.stdout.write("running");
      }`;
    for (let round = 0; round < 5; round++) {
      const writer = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program]);
      await once(writer.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, 20 + round * 17));
      writer.kill("SIGKILL");
      await once(writer, "exit");
      expect(JSON.parse(readFileSync(path, "utf8")).body).toHaveLength(3_000_000);
    }
    await writeFileAtomic(path, "{}");
    expect(readFileSync(path, "utf8")).toBe("{}");
  });
});

describe("checkWritable", () => {
  test("passes for a new and for an existing file, and leaves no trace", async () => {
    await ensureFolder(folder.at("check"));
    await checkWritable(folder.at("check", "new.bin"));
    expect(readdirSync(folder.at("check"))).toEqual([]);
    const old = folder.write("check/old.bin", "old");
    await checkWritable(old);
    expect(readFileSync(old, "utf8")).toBe("old");
    unlinkSync(old);
  });
});

describe("ensureFolder", () => {
  test("creates all that is missing, and is content with what is there", async () => {
    await ensureFolder(folder.at("x", "y", "z"));
    await ensureFolder(folder.at("x", "y", "z"));
    expect(lstatSync(folder.at("x", "y", "z")).isDirectory()).toBe(true);
  });

  test.skipIf(!existsSync("/proc/self"))(
    "where no folder can be made it says so instead of trying for ever (skipped without /proc)",
    async () => {
      await expect(ensureFolder("/proc/radar/maps")).rejects.toMatchObject({
        code: "E_FILE",
        message: "/proc/radar: cannot create this folder: /proc takes no folders (ENOENT).",
      });
    },
  );

  test("made by many at once it is there for all of them", async () => {
    const path = folder.at("many", "at", "once");
    await Promise.all(Array.from({ length: 8 }, () => ensureFolder(path)));
    expect(lstatSync(path).isDirectory()).toBe(true);
  });

  test("a file in its place or above it is E_FILE", async () => {
    const file = folder.write("in-the-way", "");
    await expect(ensureFolder(file)).rejects.toMatchObject({
      code: "E_FILE",
      message: `${file}: cannot create this folder: a file of that name is there.`,
    });
    await expect(ensureFolder(`${file}/below`)).rejects.toMatchObject({
      code: "E_FILE",
      message: expect.stringContaining("(ENOTDIR)"),
    });
  });
});
