import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machineTraces, ownFiles, readText, repository } from "../support/repository.ts";

test("no file of the repository tells of the machine it was written on", () => {
  const found: string[] = [];
  for (const path of ownFiles()) {
    const bytes = readFileSync(join(repository, path));
    if (bytes.includes(0)) continue;
    for (const trace of machineTraces(bytes.toString("utf8"))) found.push(`${path}: ${trace}`);
  }
  expect(found).toEqual([]);
});

test("paths of machines and hosts of registries are recognised, links and relative paths are not", () => {
  const slash = "/";
  const bad = [`${slash}home/me/x`, `C:\\${"Users"}\\me`, `https:${slash}/${"registry"}.example.org/a`];
  expect(machineTraces(bad.join(" "))).toEqual(bad);
  expect(machineTraces("src/home/x ./work/y https://example.org/home/z ~/work/parts")).toEqual([]);
});

test("package-lock.json names no download host but npm's own, and a checksum for every package", () => {
  const lock: { packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }> } =
    JSON.parse(readText("package-lock.json"));
  const { "": own, ...packages } = lock.packages;
  expect(own).toBeDefined();
  const hosts = Object.values(packages).flatMap(({ resolved }) =>
    resolved === undefined ? [] : [new URL(resolved).host],
  );
  expect(hosts.filter((host) => host !== "registry.npmjs.org")).toEqual([]);
  expect(Object.entries(packages).filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
});

test("installing runs no scripts of dependencies", () => {
  expect(readText(".npmrc").split("\n")).toContain("ignore-scripts=true");
});
