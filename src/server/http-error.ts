/** Errors as HTTP says them: a status for each code, and a body that tells nothing of the machine. */
import { assertNever } from "../base/check.ts";
import { type ErrorCode, RadarError } from "../base/errors.ts";
import type { Problem } from "./protocol.ts";

/** Statuses that an error has. */
export type ErrorStatus = 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 499 | 500 | 503 | 504;

/** The status of a code. */
function statusOf(code: ErrorCode): ErrorStatus {
  switch (code) {
    case "E_OPTION":
    case "E_SHAPE":
    case "E_DTYPE":
      return 400;
    case "E_TOKEN":
      return 401;
    case "E_ROLE":
      return 403;
    case "E_CONFLICT":
      return 409;
    case "E_NOT_FOUND":
      return 404;
    case "E_TOO_LARGE":
      return 413;
    case "E_DATA":
    case "E_IMAGE":
    case "E_ONE_CLASS":
    case "E_FALSE_ALARM_RATE":
    case "E_ONNX":
    case "E_SELF_CHECK":
    case "E_NOT_FINITE":
      return 422;
    case "E_BUSY":
      return 429;
    case "E_ABORTED":
      return 499;
    case "E_UNAVAILABLE":
    case "E_DISPOSED":
      return 503;
    case "E_DEADLINE":
      return 504;
    case "E_GRAPH":
    case "E_NO_GRADIENT":
    case "E_BACKEND":
    case "E_DIVERGED":
    case "E_CHECKPOINT":
    case "E_ACCURACY":
    case "E_FILE":
    case "E_PACKAGE":
    case "E_INTERNAL":
      return 500;
    default:
      return assertNever(code, "status");
  }
}

/** What the caller is told: our own sentences; of all other errors, and of files of the machine, no more than that there was one. */
export function problemOf(error: unknown): { readonly status: ErrorStatus; readonly body: Problem } {
  const code = error instanceof RadarError ? error.code : "E_INTERNAL";
  const isTold = error instanceof RadarError && code !== "E_FILE" && code !== "E_INTERNAL";
  const message = isTold
    ? error.message
    : "server: internal: the log has what happened, under the request's id.";
  return { status: statusOf(code), body: { error: { code, message } } };
}
