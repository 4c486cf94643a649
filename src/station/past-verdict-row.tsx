/** A verdict of the history: what was said of it, and what an operator says. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { PastVerdict } from "../server/protocol.ts";
import { Problem } from "../ui/problem.tsx";
import { short } from "../ui/short.ts";
import { texts } from "../ui/texts.ts";
import { KeptPicture } from "./kept-picture.tsx";
import { Mark } from "./mark.tsx";
import { useDoing } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.history;

/** See {@link PastVerdictRow}. */
export interface PastVerdictRowProps {
  readonly verdict: PastVerdict;
  readonly onChange: (verdict: PastVerdict) => void;
}

/** A row of the table. */
export function PastVerdictRow({ verdict, onChange }: PastVerdictRowProps): JSX.Element {
  const { id, time, detector, imageName, anomalyScore, threshold, isAnomalous, truth } = verdict;
  return (
    <tr>
      <td data-label={words.columns.picture}>
        <KeptPicture verdict={verdict} />
        <span class="note">{imageName}</span>
      </td>
      <td data-label={words.columns.when}>
        {texts.moment(time)}
        <br />
        <span class="note">{detector}</span>
      </td>
      <td data-label={words.columns.verdict}>
        <span class={`badge ${isAnomalous ? "defect" : "good"}`}>
          {isAnomalous ? texts.verdict.defect : texts.verdict.good}
        </span>
        <br />
        <span class="note">{words.score(short(anomalyScore), short(threshold))}</span>
      </td>
      <td data-label={words.columns.truth}>
        <Mark id={id} isAnomalous={isAnomalous} truth={truth} onSaid={onChange} />
      </td>
      <td data-label={words.columns.note}>
        <Note verdict={verdict} onChange={onChange} />
      </td>
    </tr>
  );
}

/** Kept when the field is left, or on Enter. */
function Note({ verdict: { id, note, imageName }, onChange }: PastVerdictRowProps): JSX.Element {
  const { api, may } = useSession();
  const [text, setText] = useState(note ?? "");
  const { isBusy, problem, run } = useDoing();
  if (!may("operator")) return <span>{note}</span>;
  const keep = (): void => {
    if (isBusy || text === (note ?? "")) return;
    void run(async () => onChange(await api.say(id, { note: text === "" ? null : text })));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      <input
        aria-label={words.noteOn(imageName)}
        placeholder={words.notePlaceholder}
        maxLength={2000}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={keep}
      />
      <Problem text={problem} />
    </form>
  );
}
