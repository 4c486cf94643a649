/** Models: what scores, where it comes from, and what may be done with it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { FileChoice } from "../ui/file-choice.tsx";
import { Problem } from "../ui/problem.tsx";
import { texts } from "../ui/texts.ts";
import { DetectorCard } from "./detector-card.tsx";
import { Remotely, useDoing, useRemote } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.models;

/** The view. */
export function Models(): JSX.Element {
  const { api, may } = useSession();
  const detectors = useRemote(() => api.detectors(), [api]);
  return (
    <main class="models">
      <Remotely of={detectors}>
        {(all) => (
          <>
            {all.length === 0 && (
              <div class="welcome">
                <h2>{texts.station.choice.none}</h2>
                {may("admin") && (
                  <p>
                    <a href="#train">{texts.station.choice.train}</a>, {words.orUpload}
                  </p>
                )}
              </div>
            )}
            {all.map((detector) => (
              <DetectorCard
                key={`${detector.name} ${detector.version} ${detector.state}`}
                detector={detector}
                onChange={detectors.reload}
              />
            ))}
          </>
        )}
      </Remotely>
      {may("admin") && <Upload onDone={detectors.reload} />}
    </main>
  );
}

function Upload({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const { api } = useSession();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const { isBusy, problem, run } = useDoing();
  const upload = (): Promise<void> =>
    run(async () => {
      if (file === null) return;
      await api.upload(name, file);
      setFile(null);
      setName("");
      onDone();
    });
  return (
    <section class="card" aria-labelledby="upload">
      <h2 id="upload">{words.upload}</h2>
      <FileChoice
        label={file?.name ?? words.file}
        hint={words.fileHint}
        accept=".onnx"
        onFiles={([chosen]) => {
          if (chosen === undefined) return;
          setFile(chosen);
          setName((before) => before || detectorNameOf(chosen.name));
        }}
      />
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void upload();
        }}
      >
        <label class="field">
          {words.name}
          <input
            required
            pattern={texts.namePattern}
            title={texts.nameRule}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" disabled={file === null || isBusy}>
          {isBusy ? words.checking : words.upload}
        </button>
      </form>
      <Problem text={problem} />
    </section>
  );
}

function detectorNameOf(fileName: string): string {
  return fileName.replace(/\.onnx$/, "").replaceAll(/[^\w.-]+/g, "-");
}
