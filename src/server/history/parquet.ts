/** The history as a Parquet file, row group by row group. */
import { ByteWriter, parquetWriteRows } from "hyparquet-writer";
import type { PastVerdict } from "../protocol.ts";

/** Rows that are in memory, and compressed without a pause (ours): a few milliseconds. */
const rowGroupSize = 1000;

const texts = ["id", "detector", "version", "imageName", "imageHash", "caller"] as const;
const numbers = ["anomalyScore", "pValue", "threshold", "latencyMs"] as const;

const columns = [
  { name: "time", type: "TIMESTAMP" as const, nullable: false },
  ...texts.map((name) => ({ name, type: "STRING" as const, nullable: false })),
  ...numbers.map((name) => ({ name, type: "DOUBLE" as const, nullable: false })),
  { name: "isAnomalous", type: "BOOLEAN" as const, nullable: false },
  { name: "warnings", type: "STRING" as const, nullable: false },
  { name: "truth", type: "STRING" as const, nullable: true },
  { name: "note", type: "STRING" as const, nullable: true },
];

/**
 * Writes verdicts as Parquet (Snappy): `time` as a timestamp in milliseconds, numbers as float64, `warnings` as one text.
 *
 * @param write - Takes the bytes, one piece after the other.
 */
export async function writeParquet(
  verdicts: AsyncIterable<PastVerdict>,
  write: (bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>,
): Promise<void> {
  await parquetWriteRows({ rows: rowsOf(verdicts), columns, rowGroupSize, writer: new PieceWriter(write) });
}

async function* rowsOf(verdicts: AsyncIterable<PastVerdict>): AsyncGenerator<Record<string, unknown>> {
  for await (const { time, warnings, hasPicture: _, ...verdict } of verdicts) {
    yield { ...verdict, time: new Date(time), warnings: warnings.join("; ") };
  }
}

/** Hands on what was written after each row group. */
class PieceWriter extends ByteWriter {
  readonly #write: (bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>;

  constructor(write: (bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>) {
    super();
    this.#write = write;
  }

  async flush(): Promise<void> {
    await this.#write(new Uint8Array(this.getBuffer()));
    this.index = 0;
  }

  override async finish(): Promise<void> {
    await this.flush();
  }
}
