/** Fails a test that prints: a library is silent unless asked. */
import { afterEach, beforeEach, expect, vi } from "vitest";

beforeEach(() => {
  for (const method of ["log", "warn", "error", "info"] as const) vi.spyOn(console, method);
});

afterEach(() => {
  for (const method of ["log", "warn", "error", "info"] as const) {
    expect(vi.mocked(console[method]).mock.calls, `console.${method} was called`).toEqual([]);
  }
  vi.restoreAllMocks();
});
