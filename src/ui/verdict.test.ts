import type { ComponentChildren } from "preact";
import { expect, test } from "vitest";
import { partFaults, partFaultTexts } from "../detectors/part-fault.ts";
import { Verdict } from "./verdict.tsx";

/** Everything that is to be read in an element. */
function read(children: ComponentChildren): string {
  if (Array.isArray(children)) return children.map(read).join("");
  if (typeof children === "string" || typeof children === "number") return String(children);
  if (typeof children === "object" && children !== null && "props" in children)
    return read(children.props.children);
  return "";
}

const finding = { anomalyScore: 3, pValue: 0.01, isAnomalous: true, warnings: ["dark"] };

test("a picture that does not show the part as it should is told why, before the warnings", () => {
  for (const partFault of partFaults) {
    const text = read(Verdict({ finding: { ...finding, partFault }, threshold: 1 }));
    expect(text).toContain(`${partFaultTexts[partFault]}dark`);
  }
});

test("of a picture that shows it nothing is said of the part", () => {
  const text = read(Verdict({ finding, threshold: 1 }));
  for (const fault of partFaults) expect(text).not.toContain(partFaultTexts[fault]);
  expect(text).toContain("dark");
});
