/** A button that opens files, on which they - or folders of them - may be dropped too. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { droppedFiles } from "./dropped-files.ts";

/** What is asked for. */
export interface FileChoiceProps {
  readonly label: string;
  readonly hint: string;
  /** As the file dialogue takes it, e.g. "image/*". */
  readonly accept: string;
  readonly isMultiple?: boolean;
  /** Whether the dialogue opens a folder. */
  readonly isFolder?: boolean;
  readonly onFiles: (files: File[]) => void;
}

/** See {@link FileChoiceProps}. */
export function FileChoice({
  label,
  hint,
  accept,
  isMultiple = false,
  isFolder = false,
  onFiles,
}: FileChoiceProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const give = (files: readonly File[]): void => {
    const fitting = files.filter((file) => fits(file, accept));
    if (fitting.length > 0) onFiles(isMultiple ? fitting : fitting.slice(0, 1));
  };
  return (
    <button
      type="button"
      class={`choice ${isOver ? "over" : ""}`}
      onClick={() => input.current?.click()}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void droppedFiles(event.dataTransfer).then(give);
      }}
    >
      <span class="choice-label">{label}</span>
      <span class="choice-hint">{hint}</span>
      <input
        ref={(element) => {
          input.current = element;
          if (element !== null) element.webkitdirectory = isFolder;
        }}
        type="file"
        hidden
        tabIndex={-1}
        accept={accept}
        multiple={isMultiple}
        aria-label={label}
        onClick={(event) => event.stopPropagation()}
        onChange={(event) => {
          give([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </button>
  );
}

/** Whether a dropped file is of the kind that the dialogue would have shown; browsers know no type of some pictures. */
function fits({ name, type }: File, accept: string): boolean {
  if (accept.startsWith(".")) return name.endsWith(accept);
  return type === "" || type.startsWith(accept.replace("*", ""));
}
