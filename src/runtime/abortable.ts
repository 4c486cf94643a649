/** A backend that stops between two calls. */
import { checkAborted } from "../base/abort.ts";
import type { Backend } from "./backend.ts";

/**
 * A backend that loads and runs nothing more once `signal` says stop: whatever is done with it ends within one call.
 *
 * @param where - What is stopped: the message begins with it.
 */
export function abortable(backend: Backend, signal: AbortSignal | undefined, where: string): Backend {
  if (signal === undefined) return backend;
  return {
    name: backend.name,
    load: async (model, options) => {
      checkAborted(signal, where);
      const session = await backend.load(model, options);
      return {
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        run: async (feeds, meanwhile) => {
          checkAborted(signal, where);
          return session.run(feeds, meanwhile);
        },
        carried: () => session.carried(),
        dispose: () => session.dispose(),
      };
    },
  };
}
