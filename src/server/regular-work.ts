/** Work that is done again and again. */

/** Work that goes on until it is ended. */
export interface RegularWork {
  /** Waits for what is under way; nothing begins after it. */
  end(): Promise<void>;
}

/**
 * Does something again and again, one time after the other.
 *
 * @param options - `after`: what the first wait begins with; `onError`: called with what goes wrong, after which it goes on.
 */
export function every(
  ms: number,
  work: () => Promise<void>,
  options: { readonly after?: Promise<unknown>; readonly onError: (error: unknown) => void },
): RegularWork {
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  let working: Promise<void> = Promise.resolve(options.after).then(
    () => {},
    () => {},
  );
  const next = (): void => {
    if (hasEnded) return;
    timer = setTimeout(() => {
      working = work().catch(options.onError);
      void working.then(next);
    }, ms);
  };
  void working.then(next);
  return {
    end: async () => {
      hasEnded = true;
      clearTimeout(timer);
      await working;
    },
  };
}
