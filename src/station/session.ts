/** Who uses the page: a token, kept for this tab of the browser alone, and what its role may do. */
import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { type Caller, type Role, roles } from "../server/protocol.ts";
import { messageOf } from "../ui/problem.tsx";
import { Api, ApiError } from "./api.ts";

/** What the views stand on. */
export interface Session {
  readonly api: Api;
  readonly caller: Caller;
  /** Whether the caller may do what a role may. */
  readonly may: (role: Role) => boolean;
  /** Forgets the token; undefined where there is none. */
  readonly signOut: (() => void) | undefined;
}

/** Where the page stands with the server. */
export type SessionState =
  | { readonly state: "opening" }
  | { readonly state: "failed"; readonly message: string; readonly retry: () => void }
  /** A token is needed; `isWrong` if the last one was none of the server's. */
  | {
      readonly state: "signed out";
      readonly isWrong: boolean;
      readonly signIn: (token: string) => void;
    }
  | { readonly state: "open"; readonly session: Session };

const key = "radar-token";
const SessionContext = createContext<Session | null>(null);

/** Gives the session to all within. */
export const SessionProvider: typeof SessionContext.Provider = SessionContext.Provider;

/** The session, within {@link SessionProvider}. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession: expected a SessionProvider around it, got none.");
  return session;
}

/** Opens a session, with the token that this tab has, if any. */
export function useSessionState(): SessionState {
  const [token, setToken] = useState(() => sessionStorage.getItem(key));
  const [answer, setAnswer] = useState<Caller | ApiError | Error | null>(null);
  const [attempt, setAttempt] = useState(0);
  const api = useMemo(
    () => new Api(token, () => setAnswer(new ApiError(401, "the token is not known"))),
    [token],
  );
  useEffect(() => {
    setAnswer(null);
    api.caller().then(setAnswer, setAnswer);
  }, [api, attempt]);

  if (answer === null) return { state: "opening" };
  if (answer instanceof ApiError && answer.status === 401) {
    const signIn = (given: string): void => {
      sessionStorage.setItem(key, given);
      setToken(given);
      setAttempt(attempt + 1);
    };
    return { state: "signed out", isWrong: token !== null, signIn };
  }
  if (answer instanceof Error)
    return { state: "failed", message: messageOf(answer), retry: () => setAttempt(attempt + 1) };
  const signOut = (): void => {
    sessionStorage.removeItem(key);
    setToken(null);
  };
  const may = (role: Role): boolean => roles.indexOf(answer.role) >= roles.indexOf(role);
  return {
    state: "open",
    session: { api, caller: answer, may, signOut: token === null ? undefined : signOut },
  };
}
