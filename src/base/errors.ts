/** Every error class and code of the project. The codes are explained, one by one, in docs/errors.md. */

/** Codes of all errors thrown on purpose; docs/errors.md has one section for each. */
export const errorCodes = [
  "E_SHAPE",
  "E_DTYPE",
  "E_OPTION",
  "E_GRAPH",
  "E_NO_GRADIENT",
  "E_ONNX",
  "E_BACKEND",
  "E_DISPOSED",
  "E_NOT_FINITE",
  "E_DATA",
  "E_IMAGE",
  "E_ONE_CLASS",
  "E_FALSE_ALARM_RATE",
  "E_DIVERGED",
  "E_CHECKPOINT",
  "E_ACCURACY",
  "E_FILE",
  "E_ABORTED",
  "E_PACKAGE",
  "E_SELF_CHECK",
  "E_TOKEN",
  "E_ROLE",
  "E_NOT_FOUND",
  "E_CONFLICT",
  "E_TOO_LARGE",
  "E_BUSY",
  "E_UNAVAILABLE",
  "E_DEADLINE",
  "E_INTERNAL",
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/** Base of all errors of this project: a sentence for people and a stable code for programs. */
export class RadarError extends Error {
  override readonly name: string = "RadarError";
  /** Stable identifier; the remedy is in docs/errors.md under the same name. */
  readonly code: ErrorCode;

  /**
   * @param code - Stable identifier.
   * @param message - `<where>: expected <what>, got <value>. <Remedy.>` What of it cannot be printed becomes U+FFFD: names in damaged
   * files, and the runtime's words about them, may be any bytes.
   * @param options - `cause`: the error that led here.
   */
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message.replace(/(?:(?![\n\t])\p{Cc}|\p{Cs}|\ufffd)+/gu, "\ufffd"), options);
    this.code = code;
  }
}

/** Tensor shapes or dtypes that do not fit together (E_SHAPE, E_DTYPE). */
export class ShapeError extends RadarError {
  override readonly name = "ShapeError" as const;
}

/** An option or argument outside its range, or unknown (E_OPTION). */
export class OptionError extends RadarError {
  override readonly name = "OptionError" as const;
  /** @param message - `<option>: expected <what>, got <value>. <Remedy.>` */
  constructor(message: string, options?: { cause?: unknown }) {
    super("E_OPTION", message, options);
  }
}

/** A graph that cannot be built or differentiated (E_GRAPH, E_NO_GRADIENT). */
export class GraphError extends RadarError {
  override readonly name = "GraphError" as const;
}

/** Bytes that are not ONNX, or an ONNX model that is not one of ours (E_ONNX). */
export class OnnxFormatError extends RadarError {
  override readonly name = "OnnxFormatError" as const;
  /** @param message - Where, what was expected, what came, what to do. */
  constructor(message: string, options?: { cause?: unknown }) {
    super("E_ONNX", message, options);
  }
}

/** The runtime refused a model or a run (E_BACKEND); `cause` is its own error. */
export class BackendError extends RadarError {
  override readonly name = "BackendError" as const;
  /** @param message - Where, what was expected, what came, what to do. */
  constructor(message: string, options?: { cause?: unknown }) {
    super("E_BACKEND", message, options);
  }
}

/** Data that cannot be used: missing, too few, of one class, unreadable, not finite (E_DATA, E_IMAGE, E_ONE_CLASS, E_FALSE_ALARM_RATE, E_NOT_FINITE). */
export class DataError extends RadarError {
  override readonly name = "DataError" as const;
}

/** A training that cannot go on or be continued (E_DIVERGED, E_CHECKPOINT). */
export class TrainingError extends RadarError {
  override readonly name = "TrainingError" as const;
}

/** Work that its caller stopped (E_ABORTED); `cause` is the reason that the abort signal gave. */
export class AbortError extends RadarError {
  override readonly name = "AbortError" as const;
  /** @param message - What was stopped, and what is left of it. */
  constructor(message: string, options?: { cause?: unknown }) {
    super("E_ABORTED", message, options);
  }
}

/** A file or folder that cannot be read or written (E_FILE); `cause` is the system's error. */
export class FileError extends RadarError {
  override readonly name = "FileError" as const;
  /** @param message - Where, what was expected, what came, what to do. */
  constructor(message: string, options?: { cause?: unknown }) {
    super("E_FILE", message, options);
  }
}

/** What a server does not carry out (E_SELF_CHECK, E_TOKEN, E_ROLE, E_NOT_FOUND, E_CONFLICT, E_TOO_LARGE, E_BUSY, E_UNAVAILABLE, E_DEADLINE). */
export class ServiceError extends RadarError {
  override readonly name = "ServiceError" as const;
}
