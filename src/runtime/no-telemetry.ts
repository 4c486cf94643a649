/**
 * ONNX Runtime's official builds for Linux and macOS report what they run to their maker, and keep an identifier and a queue
 * in the user's home, from the first session of a process on. This is their own switch, set before that.
 *
 * Windows builds raise events of the system's tracing (ETW) instead, which are recorded only while the system traces.
 *
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md
 */
import { isMainThread } from "node:worker_threads";
import { BackendError } from "../base/errors.ts";

const variable = "ORT_DISABLE_TELEMETRY";
const secondsToAnswer = 10; // longer than a main thread is kept busy by one network call or training step (ours)

// The main thread's environment is the process's own, which child processes inherit. What the user chose stays.
if (isMainThread) process.env[variable] ||= "1";

let switchedOff: Promise<void> | undefined;

/**
 * Resolves when the switch is set, which must be before the first session.
 *
 * A worker thread has only a copy of the environment that native code reads, so it asks the main thread.
 *
 * @throws {BackendError} E_BACKEND in a worker thread whose main thread does not answer, unless its own environment tells
 * what the user wants.
 */
export function withoutTelemetry(): Promise<void> {
  if (isMainThread) return Promise.resolve();
  switchedOff ??= switchOffInMainThread();
  return switchedOff;
}

async function switchOffInMainThread(): Promise<void> {
  try {
    await evaluateInMainThread(`process.env.${variable} ||= "1"`);
  } catch (cause) {
    if (process.env[variable]) return;
    throw new BackendError(
      `load: expected the main thread to set ${variable} before ONNX Runtime starts in this worker thread, got no answer. ` +
        `Import radar-ad in the main thread too, or start the program with ${variable}=1.`,
      { cause },
    );
  }
}

/** The only way from a worker thread to the process's environment without code of ours in the main thread: V8's inspector. */
async function evaluateInMainThread(expression: string): Promise<void> {
  const { Session } = await import("node:inspector");
  const session = new Session();
  session.connectToMainThread();
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the main thread is busy")), 1000 * secondsToAnswer);
      session.post("Runtime.evaluate", { expression }, (error) => {
        clearTimeout(timer);
        if (error === null) resolve();
        else reject(error);
      });
    });
  } finally {
    session.disconnect();
  }
}
