/** What the server is asked for, and what it is told to do: waiting, failing and trying again are the same everywhere. */
import type { ComponentChildren, JSX } from "preact";
import { type Inputs, useCallback, useEffect, useRef, useState } from "preact/hooks";
import { messageOf, Problem } from "../ui/problem.tsx";
import { texts } from "../ui/texts.ts";

/** An answer that is waited for. */
export type Remote<T> = {
  /** Asks again; what is there stays until the answer comes. */
  readonly reload: () => void;
  /** Puts in what is known without asking. */
  readonly set: (value: T) => void;
} & (
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "ready"; readonly value: T }
);

type Answer<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "ready"; readonly value: T };

/** Asks at the start and whenever `inputs` change; of two answers the one to the later question counts. */
export function useRemote<T>(ask: () => Promise<T>, inputs: Inputs): Remote<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ state: "loading" });
  const asked = useRef(0);
  const latest = useRef(ask);
  latest.current = ask;
  const reload = useCallback(() => {
    const turn = ++asked.current;
    const put = (found: Answer<T>): void => {
      if (turn === asked.current) setAnswer(found);
    };
    latest.current().then(
      (value) => put({ state: "ready", value }),
      (error: unknown) => put({ state: "failed", message: messageOf(error) }),
    );
  }, []);
  const set = useCallback((value: T) => {
    asked.current++;
    setAnswer({ state: "ready", value });
  }, []);
  useEffect(() => {
    setAnswer({ state: "loading" });
    reload();
    return () => {
      asked.current++;
    };
  }, inputs);
  return { ...answer, reload, set };
}

/** Shows an answer when it is there, and until then that it is waited for, or what went wrong. */
export function Remotely<T>({
  of,
  children,
}: {
  readonly of: Remote<T>;
  readonly children: (value: T) => ComponentChildren;
}): JSX.Element {
  if (of.state === "ready") return <>{children(of.value)}</>;
  if (of.state === "loading")
    return (
      <p role="status" class="loading">
        {texts.station.loading}
      </p>
    );
  return (
    <div class="failed">
      <Problem text={of.message} />
      <button type="button" onClick={of.reload}>
        {texts.station.retry}
      </button>
    </div>
  );
}

/** Something to do, one at a time. */
export interface Doing {
  readonly isBusy: boolean;
  /** What went wrong the last time. */
  readonly problem: string | null;
  readonly run: (work: () => Promise<unknown>) => Promise<void>;
}

/** Runs what a button does. */
export function useDoing(): Doing {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, problem, run };
}
