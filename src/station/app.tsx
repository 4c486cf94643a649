/** The station's page: who uses it, and the view that is open. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Problem } from "../ui/problem.tsx";
import { texts } from "../ui/texts.ts";
import { Compare } from "./compare.tsx";
import { History } from "./history.tsx";
import { Inspect } from "./inspect.tsx";
import { Models } from "./models.tsx";
import { type Session, SessionProvider, useSessionState } from "./session.ts";
import { SignIn } from "./sign-in.tsx";
import { type Tab, tabs, useTab } from "./tabs.ts";
import { Threshold } from "./threshold.tsx";
import { Train } from "./train.tsx";

const words = texts.station;

const views: Readonly<Record<Tab, () => JSX.Element>> = {
  inspect: Inspect,
  train: Train,
  compare: Compare,
  threshold: Threshold,
  history: History,
  models: Models,
};

/** The page. */
export function App(): JSX.Element {
  const opened = useSessionState();
  switch (opened.state) {
    case "opening":
      return (
        <main class="welcome">
          <h1>{texts.title}</h1>
          <p role="status">{words.loading}</p>
        </main>
      );
    case "failed":
      return (
        <main class="welcome">
          <h1>{texts.title}</h1>
          <Problem text={opened.message} />
          <button type="button" onClick={opened.retry}>
            {words.retry}
          </button>
        </main>
      );
    case "signed out":
      return <SignIn {...opened} />;
    case "open":
      return <Open session={opened.session} />;
  }
}

function Open({ session }: { readonly session: Session }): JSX.Element {
  const tab = useTab();
  const View = views[tab];
  useEffect(() => {
    document.title = `${words.tabs[tab]} - ${texts.title}`;
  }, [tab]);
  const { caller, signOut } = session;
  return (
    <SessionProvider value={session}>
      <header>
        <h1>{texts.title}</h1>
        <nav aria-label={words.views}>
          {tabs.map((name) => (
            <a key={name} class="tab" href={`#${name}`} aria-current={tab === name ? "page" : undefined}>
              {words.tabs[name]}
            </a>
          ))}
        </nav>
        {signOut && (
          <p class="note">
            {words.signedIn(caller.name, words.roles[caller.role])}{" "}
            <button type="button" class="link" onClick={signOut}>
              {words.signOut}
            </button>
          </p>
        )}
      </header>
      <View />
    </SessionProvider>
  );
}
