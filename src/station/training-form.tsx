/** What a new training is made of: pictures, a name, and how thorough it is. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Job, JobOptions } from "../server/jobs/job.ts";
import { FileChoice } from "../ui/file-choice.tsx";
import { Problem } from "../ui/problem.tsx";
import { texts } from "../ui/texts.ts";
import type { Api } from "./api.ts";
import { inParts } from "./in-parts.ts";
import { useDoing } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.train;
const methods = ["padim-lite", "radar"] as const;
const sizes = [64, 96, 160, 256] as const;
const minutes = [10, 30, 120] as const;
const rates = [0.01, 0.05, 0.1] as const;

/** See {@link TrainingForm}. */
export interface TrainingFormProps {
  readonly onStarted: (job: Job) => void;
}

/** Asks for it, uploads the pictures and starts the training. */
export function TrainingForm({ onStarted }: TrainingFormProps): JSX.Element {
  const { api } = useSession();
  const [pictures, setPictures] = useState<readonly File[]>([]);
  const [name, setName] = useState("parts");
  const [method, setMethod] = useState<(typeof methods)[number]>("padim-lite");
  const [imageSize, setImageSize] = useState<number>(160);
  const [time, setTime] = useState<number>(30);
  const [rate, setRate] = useState<number | null>(null);
  const [uploaded, setUploaded] = useState(0);
  const { isBusy, problem, run } = useDoing();

  const options: JobOptions = {
    method,
    imageSize,
    ...(method === "radar" && { minutes: time }),
    ...(rate !== null && { falseAlarmRate: rate }),
  };
  const add = (files: readonly File[]): void => setPictures((before) => [...before, ...files]);
  const start = (): Promise<void> =>
    run(async () => {
      const { id } = await api.createJob(name, options);
      try {
        await uploadAll(api, id, pictures, setUploaded);
        onStarted(await api.startJob(id));
      } catch (error) {
        await api.deleteJob(id).catch(() => {});
        throw error;
      }
    });
  return (
    <form
      class="stack"
      aria-label={words.new}
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <div class="actions">
        <FileChoice
          label={texts.teach.drop}
          hint={pictures.length > 0 ? texts.teach.count(pictures.length) : words.dropHint}
          accept="image/*"
          isMultiple
          onFiles={add}
        />
        <FileChoice
          label={texts.station.inspect.folder}
          hint={texts.station.inspect.folderHint}
          accept="image/*"
          isMultiple
          isFolder
          onFiles={add}
        />
      </div>
      {pictures.length > 0 && pictures.length < 20 && <p class="note">{texts.teach.few}</p>}
      <fieldset disabled={isBusy}>
        <label>
          {words.name}
          <input
            required
            pattern={texts.namePattern}
            title={texts.nameRule}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <Choice
          label={texts.teach.kind}
          value={method}
          of={methods}
          name={words.kinds}
          onChoose={setMethod}
        />
        <Choice
          label={texts.teach.size}
          value={imageSize}
          of={sizes}
          name={words.sizes}
          onChoose={setImageSize}
        />
        {method === "radar" && (
          <Choice label={words.time} value={time} of={minutes} name={words.minutes} onChoose={setTime} />
        )}
        <Choice label={words.rate} value={rate} of={[null, ...rates]} name={words.rates} onChoose={setRate} />
      </fieldset>
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy || pictures.length < 2}>
          {words.start}
        </button>
        {pictures.length > 0 && !isBusy && (
          <button type="button" class="link" onClick={() => setPictures([])}>
            {words.clear}
          </button>
        )}
      </div>
      {isBusy && (
        <p role="status">
          {words.uploading(uploaded, pictures.length)}
          <progress
            max={pictures.length}
            value={uploaded}
            aria-label={words.uploading(uploaded, pictures.length)}
          />
        </p>
      )}
      <Problem text={problem} />
    </form>
  );
}

function Choice<T extends string | number | null>({
  label,
  value,
  of,
  name,
  onChoose,
}: {
  readonly label: string;
  readonly value: T;
  readonly of: readonly T[];
  readonly name: (value: T) => string;
  readonly onChoose: (value: T) => void;
}): JSX.Element {
  return (
    <label>
      {label}
      <select
        value={of.indexOf(value)}
        onChange={(event) => {
          const chosen = of[Number(event.currentTarget.value)];
          if (chosen !== undefined) onChoose(chosen);
        }}
      >
        {of.map((option, i) => (
          <option key={i} value={i}>
            {name(option)}
          </option>
        ))}
      </select>
    </label>
  );
}

async function uploadAll(
  api: Api,
  id: string,
  pictures: readonly File[],
  onProgress: (uploaded: number) => void,
): Promise<void> {
  let uploaded = 0;
  onProgress(uploaded);
  for (const part of inParts(pictures)) {
    await api.addPictures(id, part);
    uploaded += part.length;
    onProgress(uploaded);
  }
}
