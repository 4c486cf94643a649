/** A button that asks before it does what cannot be undone. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { texts } from "../ui/texts.ts";

/** What is asked. */
export interface ConfirmedProps {
  readonly label: string;
  readonly question: string;
  readonly isDisabled?: boolean;
  readonly onConfirm: () => void;
}

/** See {@link ConfirmedProps}. */
export function Confirmed({ label, question, isDisabled = false, onConfirm }: ConfirmedProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" class="small" disabled={isDisabled} onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-label={label}>
        <p>{question}</p>
        <form method="dialog" class="actions">
          <button type="submit">{texts.station.keep}</button>
          <button type="submit" class="danger" onClick={onConfirm}>
            {label}
          </button>
        </form>
      </dialog>
    </>
  );
}
