import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder, graphicsOf } from "./machine-facts.ts";

const folders: Record<string, string[]> = {
  "/dev/dri": ["card0", "renderD128"],
  "/dev": ["null", "nvidia0", "nvidiactl", "dxg"],
};

test("on Linux a card is what the kernel lets programs compute on, or a driver that the user names", () => {
  expect(graphicsOf("linux", {}, (folder) => folders[folder] ?? [])).toEqual([
    "dxg",
    "nvidia0",
    "renderD128",
  ]);
  expect(graphicsOf("linux", {}, () => [])).toEqual([]);
  expect(graphicsOf("linux", { VK_ICD_FILENAMES: "" }, () => ["card0", "nvidiactl"])).toEqual([]);
  expect(graphicsOf("linux", { VK_ICD_FILENAMES: "/a.json" }, () => [])).toEqual(["/a.json"]);
  expect(graphicsOf("linux", { VK_DRIVER_FILES: "/b.json" }, () => [])).toEqual(["/b.json"]);
});

test("other systems do not say", () => {
  expect(graphicsOf("darwin", {}, () => [])).toBeNull();
  expect(graphicsOf("win32", {}, () => [])).toBeNull();
});

test("the cache is where each system has its users' caches", () => {
  expect(cacheFolder("linux", {}, "/people/ada")).toBe(join("/people/ada", ".cache", "radar-ad"));
  expect(cacheFolder("linux", { XDG_CACHE_HOME: "/tmp/c" }, "/people/ada")).toBe(join("/tmp/c", "radar-ad"));
  expect(cacheFolder("darwin", {}, "/People/ada")).toBe(join("/People/ada", "Library", "Caches", "radar-ad"));
  expect(cacheFolder("win32", { LOCALAPPDATA: "L" }, "H")).toBe(join("L", "radar-ad", "cache"));
  expect(cacheFolder("win32", {}, "H")).toBe(join("H", "AppData", "Local", "radar-ad", "cache"));
});
