/** One more entry of metadata for a model that is bytes already. */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"; // the messages of the format take longer to load than a file to read
import { fields } from "./fields.ts";

/**
 * A model with an entry added to its `metadata_props`, behind all bytes that were there: protobuf messages that follow each
 * other are one message.
 *
 * @param model - Bytes of a ModelProto.
 * @see https://protobuf.dev/programming-guides/encoding/#last-one-wins
 */
export function appendMetadata(model: Uint8Array, key: string, value: string): Uint8Array {
  const text = (writer: BinaryWriter, field: number, value: string) =>
    writer.tag(field, WireType.LengthDelimited).string(value);
  const pair = new BinaryWriter().tag(fields.model.metadataProps, WireType.LengthDelimited).fork();
  const entry = text(text(pair, fields.entry.key, key), fields.entry.value, value)
    .join()
    .finish();
  const longer = new Uint8Array(model.length + entry.length);
  longer.set(model);
  longer.set(entry, model.length);
  return longer;
}
