import { expect, test } from "vitest";
import { chooseExamples } from "./examples.ts";

test("the middle image by path of every class, good ones first", () => {
  const image = (className: string, name: string) => ({
    path: `test/${className}/${name}.png`,
    className,
    label: className === "good" ? (0 as const) : (1 as const),
    maskPath: null,
  });
  const test = [
    ...["3", "1", "2"].map((name) => image("crack", name)),
    image("bent", "9"),
    ...["1", "2", "3", "4"].map((name) => image("good", name)),
  ];
  expect(chooseExamples(test).map(({ path }) => path)).toEqual([
    "test/good/2.png",
    "test/bent/9.png",
    "test/crack/2.png",
  ]);
});
