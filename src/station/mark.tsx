/** What an operator says a part was: that a verdict was wrong, or right. */
import type { JSX } from "preact";
import type { PastVerdict } from "../server/protocol.ts";
import { Problem } from "../ui/problem.tsx";
import { texts } from "../ui/texts.ts";
import { useDoing } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.mark;

/** What is marked. */
export interface MarkProps {
  /** Of the verdict, in the history. */
  readonly id: string;
  readonly isAnomalous: boolean;
  readonly truth: PastVerdict["truth"];
  readonly onSaid: (verdict: PastVerdict) => void;
}

/** See {@link MarkProps}; only read where the caller may not say. */
export function Mark({ id, isAnomalous, truth, onSaid }: MarkProps): JSX.Element {
  const { api, may } = useSession();
  const { isBusy, problem, run } = useDoing();
  const names = isAnomalous ? words.ofDefect : words.ofGood;
  if (!may("operator")) return <span>{truth === null ? words.nothing : names[truth]}</span>;
  return (
    <fieldset class="mark" aria-label={words.label}>
      {(["good", "defect"] as const).map((kind) => (
        <button
          key={kind}
          type="button"
          class="small"
          aria-pressed={truth === kind}
          disabled={isBusy}
          onClick={() =>
            void run(async () => onSaid(await api.say(id, { truth: truth === kind ? null : kind })))
          }
        >
          {names[kind]}
        </button>
      ))}
      <Problem text={problem} />
    </fieldset>
  );
}
