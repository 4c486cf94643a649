/** Numbers of the fields that are read and written without the messages of the format. */

/**
 * By message.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export const fields = {
  model: { producerName: 2, graph: 7, opsetImport: 8, metadataProps: 14 },
  opset: { domain: 1, version: 2 },
  entry: { key: 1, value: 2 },
  graph: { node: 1, input: 11, output: 12 },
  valueInfo: { name: 1 },
  node: { opType: 4, attribute: 5 },
  attribute: { graph: 6 },
} as const;
