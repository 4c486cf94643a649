import { expect, test } from "vitest";
import { bar, duration, imageLine, Progress } from "./progress.ts";

function recorded(columns: number | null): { progress: Progress; texts: string[]; clock: { now: number } } {
  const texts: string[] = [];
  const clock = { now: 0 };
  const streams = { out: () => {}, err: (text: string) => texts.push(text), columns, now: () => clock.now };
  return { progress: new Progress(streams), texts, clock };
}

test("without a terminal a line comes at once, then every five seconds, and the last one at the end", () => {
  const { progress, texts, clock } = recorded(null);
  for (clock.now = 0; clock.now < 11; clock.now++) progress.show(() => `at ${clock.now}`);
  clock.now = 10;
  expect(texts).toEqual(["at 0\n", "at 5\n", "at 10\n"]);
  clock.now = 12;
  progress.show(() => "last");
  progress.end();
  expect(texts.slice(3)).toEqual(["last\n"]);
});

test("on a terminal one line is rewritten, cut to its width, and makes room for other text", () => {
  const { progress, texts, clock } = recorded(8);
  progress.show(() => "0123456789");
  progress.show(() => "too soon");
  clock.now = 0.2;
  progress.show(() => "more");
  progress.clear();
  clock.now = 0.4;
  progress.show(() => "end");
  progress.end();
  const line = "\r\u001b[2K";
  expect(texts).toEqual([`${line}0123456`, `${line}more`, line, `${line}end`, "\n"]);
});

test("nothing is written for work that never began", () => {
  const { progress, texts } = recorded(80);
  progress.clear();
  progress.end();
  expect(texts).toEqual([]);
});

test("bars and times are short", () => {
  expect(bar(5, 20)).toBe("[#####---------------] 5/20");
  expect(bar(0, 0)).toBe("[--------------------] 0/0");
  expect([0.4, 59.4, 60, 187, 3723].map(duration)).toEqual(["0 s", "59 s", "1:00", "3:07", "1:02:03"]);
  expect(imageLine(10, 40, 2)).toBe("[#####---------------] 10/40 images  5.00 images/s  ETA 6 s");
  expect(imageLine(0, 40, 0)).toBe("[--------------------] 0/40 images  0.00 images/s");
});
