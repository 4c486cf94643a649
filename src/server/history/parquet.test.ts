import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import type { PastVerdict } from "../protocol.ts";
import { writeParquet } from "./parquet.ts";

const verdict = (i: number): PastVerdict => ({
  id: `id${i}`,
  time: new Date(1_700_000_000_123 + i).toISOString(),
  detector: "parts",
  version: "ab".repeat(32),
  imageName: i === 1 ? "=Köln ☃.png" : `${i}.png`,
  imageHash: "cd".repeat(32),
  anomalyScore: i === 1 ? 0.1 + 0.2 : -i,
  pValue: 1 / (i + 1),
  threshold: 1.5,
  latencyMs: 3.1,
  isAnomalous: i % 2 === 0,
  warnings: i === 0 ? ["dark", "small"] : [],
  caller: "line",
  truth: i === 0 ? null : i % 2 === 0 ? "defect" : "good",
  note: i === 2 ? "a hair" : null,
  hasPicture: true,
});

async function parquet(count: number): Promise<{ file: ArrayBuffer; pieces: number }> {
  const pieces: Uint8Array[] = [];
  async function* verdicts(): AsyncGenerator<PastVerdict> {
    for (let i = 0; i < count; i++) yield verdict(i);
  }
  await writeParquet(verdicts(), async (bytes) => pieces.push(bytes));
  const bytes = Buffer.concat(pieces);
  return { file: new Uint8Array(bytes).buffer, pieces: pieces.length };
}

test("every value is read back as it was, over several row groups, by another library", async () => {
  const { file, pieces } = await parquet(2500);
  expect(pieces).toBeGreaterThanOrEqual(3);
  const rows = await parquetReadObjects({ file });
  expect(rows.length).toBe(2500);
  for (const i of [0, 1, 2, 1500, 2499]) {
    const { hasPicture: _, ...wanted } = verdict(i);
    const time = new Date(wanted.time);
    expect(rows[i]).toEqual({ ...wanted, time, warnings: wanted.warnings.join("; ") });
  }
});

test("a history without verdicts is a file with its columns and no rows", async () => {
  const { file } = await parquet(0);
  const { num_rows, schema } = parquetMetadata(file);
  expect(num_rows).toBe(0n);
  expect(schema.map(({ name }) => name)).toContain("anomalyScore");
  expect(await parquetReadObjects({ file })).toEqual([]);
});
