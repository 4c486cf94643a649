/**
 * What can be learned of an ONNX file without running it.
 *
 * Its fields are read one by one and its weights passed over: every process that scores reads a model's summary, and the messages of the format
 * take longer to load than to read.
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { OnnxFormatError } from "../base/errors.ts";
import { fields } from "./fields.ts";

/** A model's own account of itself. */
export interface ModelSummary {
  /** Program that wrote it. */
  readonly producer: string;
  /** Version of ai.onnx that its operators are of; 0 if it says none. */
  readonly opset: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Number of nodes by operator type, e.g. { Conv: 31 }; those in the body of a loop count once. */
  readonly operators: Readonly<Record<string, number>>;
  /** Text stored by whoever wrote it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a model's summary.
 *
 * @param bytes - An ONNX file; it comes from outside and may be anything.
 * @throws {OnnxFormatError} E_ONNX if the bytes are no ONNX model or cut off.
 */
export function decodeModel(bytes: Uint8Array): ModelSummary {
  try {
    return summaryOf(bytes);
  } catch (cause) {
    throw notOnnx("model", bytes, cause);
  }
}

/** The error of bytes that are no ONNX file. @param what - What they were taken for. */
export function notOnnx(what: "model" | "network", bytes: Uint8Array, cause?: unknown): OnnxFormatError {
  return new OnnxFormatError(
    `${what}: expected an ONNX file, got ${bytes.length} bytes that are none, or are cut off.`,
    { cause },
  );
}

function summaryOf(bytes: Uint8Array): ModelSummary {
  const model = new Message(bytes);
  const graph = model.last(fields.model.graph);
  const operators = new Map<string, number>();
  countOperators(graph, operators);
  const named = (number: number) => graph.all(number).map((value) => value.text(fields.valueInfo.name));
  const opset = model
    .all(fields.model.opsetImport)
    .find((each) => ["", "ai.onnx"].includes(each.text(fields.opset.domain)));
  const metadata = model
    .all(fields.model.metadataProps)
    .map((entry) => [entry.text(fields.entry.key), entry.text(fields.entry.value)] as const);
  return {
    producer: model.text(fields.model.producerName),
    opset: opset?.number(fields.opset.version) ?? 0,
    inputs: named(fields.graph.input),
    outputs: named(fields.graph.output),
    operators: Object.fromEntries(operators),
    metadata: Object.fromEntries(metadata),
  };
}

function countOperators(graph: Message, counts: Map<string, number>): void {
  for (const node of graph.all(fields.graph.node)) {
    const operator = node.text(fields.node.opType);
    counts.set(operator, (counts.get(operator) ?? 0) + 1);
    for (const attribute of node.all(fields.node.attribute)) {
      for (const body of attribute.all(fields.attribute.graph)) countOperators(body, counts);
    }
  }
}

const utf8 = new TextDecoder();

/** The fields of a message, not read any further. */
class Message {
  readonly #bytes = new Map<number, Uint8Array[]>();
  readonly #numbers = new Map<number, bigint>();

  /** @throws {Error} if the bytes are no message or cut off. */
  constructor(bytes: Uint8Array) {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      if (type === WireType.LengthDelimited) {
        const values = this.#bytes.get(number) ?? [];
        this.#bytes.set(number, values);
        values.push(reader.bytes());
      } else if (type === WireType.Varint) this.#numbers.set(number, BigInt(reader.int64()));
      else reader.skip(type, number);
    }
  }

  /** All messages of a field. */
  all(field: number): Message[] {
    return (this.#bytes.get(field) ?? []).map((bytes) => new Message(bytes));
  }

  /** The last message of a field: that which counts, of a field that is not repeated. @throws {Error} if there is none. */
  last(field: number): Message {
    const bytes = this.#bytes.get(field)?.at(-1);
    if (bytes === undefined) throw new Error(`no field ${field}`);
    return new Message(bytes);
  }

  /** The last text of a field; empty where there is none. */
  text(field: number): string {
    return utf8.decode(this.#bytes.get(field)?.at(-1));
  }

  /** The last whole number of a field; 0 where there is none. */
  number(field: number): number {
    return Number(this.#numbers.get(field) ?? 0);
  }
}
