/**
 * One session at a time on a graphics card, in all threads of the process: two that run at once on WebGPU can bring the process down
 * (onnxruntime issues 27592 and 32561). Threads share one number, whose turn it is, from the thread that first loaded this on.
 */
import { setTimeout as pause } from "node:timers/promises";
import { getEnvironmentData, setEnvironmentData, threadId } from "node:worker_threads";

const key = "radar-ad: whose turn on the graphics card";
const pollMs = 1; // a run takes several times as long (ours)

/** [thread whose turn it is, counted from 1, or 0; threads that wait]. Threads that are started later see the same memory. */
const [turn, waiting] = [0, 1];
const shared = sharedNumbers();

function sharedNumbers(): Int32Array {
  const found = getEnvironmentData(key);
  if (found instanceof SharedArrayBuffer) return new Int32Array(found);
  const made = new SharedArrayBuffer(8);
  setEnvironmentData(key, made);
  return new Int32Array(made);
}

const own = threadId + 1;
let queue: Promise<unknown> = Promise.resolve();
let hasJustHadIt = false;

/** Does `work` when it is this thread's turn and all that came before in this thread is done. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = queue.then(async () => {
    await takeTurn();
    try {
      return await work();
    } finally {
      endTurnOf(threadId);
      hasJustHadIt = true;
    }
  });
  queue = done.catch(() => {});
  return done;
}

/** Ends the turn of a thread, if it is its: also of one that was ended in the middle of its work. */
export function endTurnOf(thread: number): void {
  Atomics.compareExchange(shared, turn, thread + 1, 0);
}

async function takeTurn(): Promise<void> {
  Atomics.add(shared, waiting, 1);
  try {
    if (hasJustHadIt && Atomics.load(shared, waiting) > 1) await pause(2 * pollMs); // others first
    while (Atomics.compareExchange(shared, turn, 0, own) !== 0) await pause(pollMs);
  } finally {
    Atomics.sub(shared, waiting, 1);
  }
}
