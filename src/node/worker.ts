/** What our worker threads run. A bundle has it as an entry of its own: `import "radar-ad/worker"`. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { serveSession } from "./session-thread.ts";

/** Serves the owner of this thread, if it is one of ours; elsewhere it does nothing. */
export async function serve(): Promise<void> {
  if (isMainThread || parentPort === null) return;
  const { radarAd: kind }: { radarAd?: unknown } = workerData ?? {};
  if (kind === "session") serveSession(parentPort);
  if (kind === "training") (await import("./training-thread.ts")).serveTraining(parentPort);
}

await serve();
