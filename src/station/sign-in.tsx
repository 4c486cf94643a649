/** Asks for a token. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Problem } from "../ui/problem.tsx";
import { texts } from "../ui/texts.ts";

const words = texts.station.signIn;

/** See `SessionState`. */
export function SignIn({
  isWrong,
  signIn,
}: {
  readonly isWrong: boolean;
  readonly signIn: (token: string) => void;
}): JSX.Element {
  const [token, setToken] = useState("");
  return (
    <main class="welcome">
      <h1>{texts.title}</h1>
      <form
        class="sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== "") signIn(token.trim());
        }}
      >
        <label>
          {words.token}
          <input
            type="password"
            autocomplete="off"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <p class="note">{words.hint}</p>
        <Problem text={isWrong ? words.wrong : null} />
        <button type="submit" class="primary">
          {words.open}
        </button>
      </form>
    </main>
  );
}
