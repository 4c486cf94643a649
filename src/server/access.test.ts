import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { addToken, checkOrigin, checkRole, isLoopback, roleFor, tokenAccess } from "./access.ts";

const folder = temporaryFolder();

describe("tokens", () => {
  test("are kept as SHA-256 alone, known by it, and replaced by name", async () => {
    const path = folder.at("tokens.json");
    const token = await addToken(path, { name: "line", role: "operator" });
    const boss = await addToken(path, { name: "boss", role: "admin" });
    expect(readFileSync(path, "utf8")).not.toContain(token);
    const access = await tokenAccess(path);
    expect(access.callerOf(`Bearer ${token}`)).toEqual({ name: "line", role: "operator" });
    expect(access.callerOf(`bearer ${boss}`)).toEqual({ name: "boss", role: "admin" });
    for (const header of [undefined, "", "Bearer ", `Bearer ${token}x`, `Basic ${token}`, "Bearer a b"]) {
      expect(() => access.callerOf(header), header).toThrow(expect.objectContaining({ code: "E_TOKEN" }));
    }
    const renewed = await addToken(path, { name: "line", role: "viewer" });
    const later = await tokenAccess(path);
    expect(() => later.callerOf(`Bearer ${token}`)).toThrow(expect.objectContaining({ code: "E_TOKEN" }));
    expect(later.callerOf(`Bearer ${renewed}`).role).toBe("viewer");
  });

  test("of a file that holds something else are refused", async () => {
    const path = folder.at("other.json");
    writeFileSync(path, '[{"name": "a", "role": "king", "sha256": "0"}]');
    await expect(tokenAccess(path)).rejects.toMatchObject({ code: "E_OPTION" });
    await expect(tokenAccess(folder.at("missing.json"))).rejects.toMatchObject({ code: "E_FILE" });
  });
});

test.each([
  ["GET", "/v2/health/ready", null],
  ["GET", "/", null],
  ["GET", "/assets/index-a1.js", null],
  ["GET", "/assets/../v1/history", "viewer"],
  ["POST", "/", "admin"],
  ["GET", "/v1/detectors", "viewer"],
  ["GET", "/metrics", "viewer"],
  ["GET", "/v1/audit", "admin"],
  ["POST", "/v1/detectors/a/score", "operator"],
  ["POST", "/v1/detectors/a/versions/0f/score", "operator"],
  ["POST", "/v2/models/a/infer", "operator"],
  ["POST", "/v2/models/a/versions/b/infer", "operator"],
  ["POST", "/v1/detectors/a/rollback", "admin"],
  ["DELETE", "/v1/detectors/a/score", "admin"],
  ["DELETE", "/v1/detectors/a", "admin"],
  ["PATCH", "/v1/whatever", "admin"],
] as const)("%s %s is for %s", (method, path, role) => {
  expect(roleFor(method, path)).toBe(role);
});

test("a role may do what those below it may", () => {
  const admin = { name: "a", role: "admin" } as const;
  const viewer = { name: "v", role: "viewer" } as const;
  expect(() => checkRole(admin, "viewer")).not.toThrow();
  expect(() => checkRole(viewer, "viewer")).not.toThrow();
  expect(() => checkRole(viewer, "operator")).toThrow(expect.objectContaining({ code: "E_ROLE" }));
});

test.each([
  [{ host: "127.0.0.1:8080" }, true],
  [{ host: "localhost:8080", origin: "http://localhost:8080" }, true],
  [{ host: "[::1]:8080" }, true],
  [{ host: "127.0.0.1:8080", origin: "https://evil.example" }, false],
  [{ host: "127.0.0.1:8080", origin: "null" }, false],
  [{ host: "evil.example:8080", origin: "http://evil.example:8080" }, false],
  [{ host: "127.0.0.1.evil.example" }, false],
])("a request with %j to a server of this machine is let through: %s", (headers, isLet) => {
  const check = (): void => checkOrigin(new Headers(headers), true);
  if (isLet) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code: "E_ROLE" }));
});

test("beyond this machine its own pages are let through by whatever name it has", () => {
  const own = new Headers({ host: "station.factory:8080", origin: "http://station.factory:8080" });
  expect(() => checkOrigin(own, false)).not.toThrow();
  expect(["localhost", "127.0.0.1", "127.1.2.3", "::1"].map(isLoopback)).toEqual([true, true, true, true]);
  expect(["0.0.0.0", "::", "10.0.0.1", "localhost.evil"].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
