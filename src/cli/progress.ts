/** How far the work is: a line that is rewritten on a terminal, a line every few seconds elsewhere. */
import type { Streams } from "./streams.ts";

const secondsBetweenLines = 5;
const secondsBetweenRewrites = 0.1;
const barWidth = 20;

/** The one line of progress at the bottom. */
export class Progress {
  readonly #streams: Streams;
  #nextAt = -Infinity;
  #waiting: (() => string) | null = null;
  #isOnScreen = false;

  /** @param streams - Progress goes to their `err`. */
  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** Shows `line`, unless the last one is too recent. */
  show(line: () => string): void {
    const { now, columns } = this.#streams;
    this.#waiting = line;
    if (now() < this.#nextAt) return;
    this.#nextAt = now() + (columns === null ? secondsBetweenLines : secondsBetweenRewrites);
    this.#write(line());
  }

  /** Shows the last line that was held back, and begins a new one. */
  end(): void {
    if (this.#waiting !== null) this.#write(this.#waiting());
    if (this.#isOnScreen) this.#streams.err("\n");
    this.#isOnScreen = false;
    this.#nextAt = -Infinity;
  }

  /** Takes the line off the terminal, to make room for others. */
  clear(): void {
    if (this.#isOnScreen) this.#streams.err("\r\u001b[2K");
    this.#isOnScreen = false;
  }

  #write(line: string): void {
    const { columns, err } = this.#streams;
    this.#waiting = null;
    err(columns === null ? `${line}\n` : `\r\u001b[2K${line.slice(0, columns - 1)}`);
    this.#isOnScreen = columns !== null;
  }
}

/** `[#####-----] 25/50`. */
export function bar(done: number, total: number): string {
  const filled = Math.round((barWidth * done) / Math.max(1, total));
  return `[${"#".repeat(filled)}${"-".repeat(barWidth - filled)}] ${done}/${total}`;
}

/** Seconds as `42 s`, `3:07` or `1:02:03`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Progress through a known number of images, with their rate and the time that is left. */
export function imageLine(done: number, total: number, seconds: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? `  ETA ${duration((total - done) / rate)}` : "";
  return `${bar(done, total)} images  ${rate.toPrecision(3)} images/s${left}`;
}
