/** A button that opens files, on which they may be dropped too. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

/** What is asked for. */
export interface FileChoiceProps {
  readonly label: string;
  readonly hint: string;
  /** As the file dialogue takes it, e.g. "image/*". */
  readonly accept: string;
  readonly isMultiple?: boolean;
  readonly isQuiet?: boolean;
  readonly onFiles: (files: File[]) => void;
}

/** See {@link FileChoiceProps}. */
export function FileChoice({
  label,
  hint,
  accept,
  isMultiple = false,
  isQuiet = false,
  onFiles,
}: FileChoiceProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const give = (files: FileList | null | undefined): void => {
    if (files && files.length > 0) onFiles(isMultiple ? [...files] : [...files].slice(0, 1));
  };
  return (
    <button
      type="button"
      class={`choice ${isQuiet ? "quiet" : ""} ${isOver ? "over" : ""}`}
      onClick={() => input.current?.click()}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        give(event.dataTransfer?.files);
      }}
    >
      <span class="choice-label">{label}</span>
      <span class="choice-hint">{hint}</span>
      <input
        ref={input}
        type="file"
        hidden
        tabIndex={-1}
        accept={accept}
        multiple={isMultiple}
        aria-label={label}
        onClick={(event) => event.stopPropagation()}
        onChange={(event) => {
          give(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
    </button>
  );
}
