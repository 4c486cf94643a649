/** Errors on their way between threads: what is cloned loses its class and code. */
import {
  AbortError,
  BackendError,
  DataError,
  type ErrorCode,
  errorCodes,
  FileError,
  GraphError,
  OnnxFormatError,
  OptionError,
  RadarError,
  ServiceError,
  ShapeError,
  TrainingError,
} from "./errors.ts";

/** An error that survives being sent. */
export interface PlainError {
  readonly name: string;
  /** null of an error that is none of ours. */
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly stack: string;
  readonly cause?: PlainError;
}

/** What can be sent of an error. */
export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: "Error", code: null, message: String(error), stack: "" };
  return {
    name: error.name,
    code: error instanceof RadarError ? error.code : null,
    message: error.message,
    stack: error.stack ?? "",
    ...(error.cause !== undefined && { cause: plainError(error.cause) }),
  };
}

/**
 * The error that was sent, of its class, with its code and its stack.
 *
 * @param cause - What to say caused it, instead of what was sent.
 */
export function errorFrom(plain: PlainError, cause?: unknown): Error {
  const reason = cause ?? (plain.cause && errorFrom(plain.cause));
  const error = ofClass(plain, reason === undefined ? {} : { cause: reason });
  error.stack = plain.stack;
  return error;
}

function ofClass({ name, code, message }: PlainError, options: { cause?: unknown }): Error {
  if (code === null || !errorCodes.includes(code)) return new Error(message, options);
  const classes = { ShapeError, GraphError, DataError, TrainingError, ServiceError };
  for (const [known, Class] of Object.entries(classes)) {
    if (known === name) return new Class(code, message, options);
  }
  const ofOneCode = { OptionError, OnnxFormatError, BackendError, FileError, AbortError };
  for (const [known, Class] of Object.entries(ofOneCode)) {
    if (known === name) return new Class(message, options);
  }
  return new RadarError(code, message, options);
}
