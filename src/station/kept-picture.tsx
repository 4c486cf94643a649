/** The picture of a verdict, where it is kept. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { PastVerdict } from "../server/protocol.ts";
import { texts } from "../ui/texts.ts";
import { useRemote } from "./remote.tsx";
import { useSession } from "./session.ts";

/** Small; it opens large in a tab of its own. Fetched with the token, which an address could not carry. */
export function KeptPicture({ verdict }: { readonly verdict: PastVerdict }): JSX.Element | null {
  return verdict.hasPicture ? <Fetched id={verdict.id} name={verdict.imageName} /> : null;
}

function Fetched({ id, name }: { readonly id: string; readonly name: string }): JSX.Element {
  const { api } = useSession();
  const picture = useRemote(async () => URL.createObjectURL(await api.picture(id)), [api, id]);
  const url = picture.state === "ready" ? picture.value : null;
  useEffect(() => () => URL.revokeObjectURL(url ?? ""), [url]);
  if (picture.state === "failed") return <p class="note">{picture.message}</p>;
  if (url === null) return <span class="kept-picture" />;
  return (
    <a href={url} target="_blank" rel="noreferrer" aria-label={texts.station.history.large(name)}>
      <img class="kept-picture" src={url} alt={name} />
    </a>
  );
}
