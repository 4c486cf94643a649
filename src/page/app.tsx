/** The whole page: inspecting and teaching, and the model that goes from one to the other. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { FileChoice } from "../ui/file-choice.tsx";
import { messageOf, Problem } from "../ui/problem.tsx";
import { texts } from "../ui/texts.ts";
import { loadDetector, type WebDetector, type WebModel } from "../web/index.ts";
import { Inspect } from "./inspect.tsx";
import { Teach } from "./teach.tsx";

const tabs = ["inspect", "teach"] as const;

/** The page. */
export function App(): JSX.Element {
  const [tab, setTab] = useState<(typeof tabs)[number]>("inspect");
  const [detector, setDetector] = useState<WebDetector | null>(null);
  const [loading, setLoading] = useState<number | null | undefined>(undefined);
  const [problem, setProblem] = useState<string | null>(null);

  const load = async (model: WebModel): Promise<void> => {
    setProblem(null);
    setLoading(null);
    setTab("inspect");
    try {
      const onProgress = ({ loaded, total }: { loaded: number; total: number | null }): void =>
        setLoading(total === null ? null : Math.round((100 * loaded) / total));
      const fresh = await loadDetector(model, { onProgress });
      await detector?.dispose();
      setDetector(fresh);
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setLoading(undefined);
    }
  };
  const forget = (): void => {
    void detector?.dispose();
    setDetector(null);
  };
  return (
    <>
      <header>
        <h1>{texts.title}</h1>
        <nav>
          {tabs.map((name) => (
            <button
              key={name}
              type="button"
              class="tab"
              aria-current={tab === name ? "page" : undefined}
              onClick={() => setTab(name)}
            >
              {texts.tabs[name]}
            </button>
          ))}
        </nav>
        <p class="note">{texts.private}</p>
      </header>
      {tab === "teach" && <Teach onUse={(model) => void load(model)} />}
      {tab === "inspect" && detector !== null && loading === undefined && (
        <Inspect detector={detector} onOtherModel={forget} />
      )}
      {tab === "inspect" && (detector === null || loading !== undefined) && (
        <main class="welcome">
          {loading === undefined ? (
            <FileChoice
              label={texts.inspect.dropModel}
              hint={texts.inspect.dropModelHint}
              accept=".onnx"
              onFiles={([file]) => file && void load(file)}
            />
          ) : (
            <p role="status" class="loading">
              {texts.inspect.loading(loading)}
            </p>
          )}
          <Problem text={problem} />
        </main>
      )}
    </>
  );
}
