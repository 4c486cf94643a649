/** A training as it goes, and what it ended with. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Job } from "../server/jobs/job.ts";
import { LossCurve } from "../ui/plots.tsx";
import { messageOf, Problem } from "../ui/problem.tsx";
import { StageBar } from "../ui/stage-bar.tsx";
import { texts } from "../ui/texts.ts";
import { ApiError } from "./api.ts";
import { useDoing } from "./remote.tsx";
import { useSession } from "./session.ts";
import { TrainingResult } from "./training-result.tsx";

const words = texts.station.train;

/** When a server that does not answer is asked again. */
const againMs = 2000;

/** See {@link Training}. */
export interface TrainingProps {
  readonly job: Job;
  /** Called when another is to be made. */
  readonly onLeave: () => void;
}

/** Follows the job by the server's events. */
export function Training({ job: given, onLeave }: TrainingProps): JSX.Element {
  const { api, may } = useSession();
  const { job, losses, secondsLeft, problem, follow } = useJob(given);
  const doing = useDoing();
  const { detector, state, step, totalSteps, stage, stageProgress, error } = job;
  const act = (work: () => Promise<unknown>): void =>
    void doing.run(async () => {
      await work();
      follow();
    });
  return (
    <section class="stack" aria-label={detector}>
      <div class="row">
        <h2>{detector}</h2>
        <span class={`badge ${state}`}>{words.states[state]}</span>
      </div>
      {!isOver(job) && (
        <p role="status">{stage === null ? words.waiting : (texts.teach.stages[stage] ?? stage)}</p>
      )}
      {stageProgress && (
        <section class="progress">
          <StageBar progress={stageProgress} />
        </section>
      )}
      {step !== null && totalSteps !== null && state !== "done" && (
        <section class="progress">
          <progress max={totalSteps} value={step} aria-label={texts.teach.step(step, totalSteps)} />
          <p class="note">
            {texts.teach.step(step, totalSteps)}
            {secondsLeft !== null && !isOver(job) && `, ${texts.teach.left(texts.time(secondsLeft))}`}
          </p>
          {losses.length > 1 && <LossCurve losses={losses} />}
        </section>
      )}
      <Problem text={error?.message} />
      <Problem text={problem ?? doing.problem} />
      {job.version !== null && <TrainingResult detector={detector} version={job.version} />}
      <div class="actions">
        {may("admin") && !isOver(job) && (
          <button type="button" disabled={doing.isBusy} onClick={() => act(() => api.cancelJob(job.id))}>
            {words.cancel}
          </button>
        )}
        {may("admin") && isOver(job) && state !== "done" && (
          <button
            type="button"
            class="primary"
            disabled={doing.isBusy}
            onClick={() => act(() => api.startJob(job.id))}
          >
            {step === null ? words.start : words.goOn}
          </button>
        )}
        <button type="button" class="link" onClick={onLeave}>
          {words.new}
        </button>
      </div>
    </section>
  );
}

function isOver({ state }: Job): boolean {
  return state !== "queued" && state !== "running";
}

interface Followed {
  readonly job: Job;
  /** Of the steps that were told while it was followed. */
  readonly losses: readonly number[];
  /** Of the steps; null until two were told, and when all are made. */
  readonly secondsLeft: number | null;
  /** Why it is not followed. */
  readonly problem: string | null;
  /** Follows it anew, after it was started again. */
  readonly follow: () => void;
}

/** A job as the server tells it, until it has ended. */
function useJob(given: Job): Followed {
  const { api } = useSession();
  const [job, setJob] = useState(given);
  const [losses, setLosses] = useState<readonly number[]>([]);
  const [secondsLeft, setSecondsLeft] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const started = useRef<{ readonly step: number; readonly ms: number } | null>(null);
  const noted = useRef<number | null>(null); // the step whose loss was noted last: what is told of a stage repeats it
  useEffect(() => {
    const leaving = new AbortController();
    started.current = null;
    const note = (now: Job): void => {
      setJob(now);
      setProblem(null);
      const { step, totalSteps, loss } = now;
      if (step === null || totalSteps === null) return;
      if (loss !== null && step !== noted.current) setLosses((before) => [...before, loss]);
      noted.current = step;
      started.current ??= { step, ms: performance.now() };
      const made = step - started.current.step;
      const seconds = (performance.now() - started.current.ms) / 1000;
      if (made > 0) setSecondsLeft(step < totalSteps ? (seconds / made) * (totalSteps - step) : null);
    };
    const follow = async (): Promise<void> => {
      while (!leaving.signal.aborted) {
        try {
          for await (const now of api.jobEvents(given.id, leaving.signal)) {
            note(now);
            if (isOver(now)) return;
          }
        } catch (error) {
          if (leaving.signal.aborted) return;
          setProblem(messageOf(error));
          if (error instanceof ApiError) return;
        }
        await new Promise((resolve) => setTimeout(resolve, againMs)); // the server was ended: it goes on when it starts
      }
    };
    void follow();
    return () => leaving.abort();
  }, [api, given.id, turn]);
  return { job, losses, secondsLeft, problem, follow: () => setTurn(turn + 1) };
}
