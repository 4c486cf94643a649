/** Versions of the operator sets that our files are written for: IR 8, opset 18 - what ONNX Runtime has read since 1.14. */

/** Version of ai.onnx that our own operators are of. */
export const opsetVersion = 18;

/** Newest version that a network from elsewhere may be of, and with it a file of ours. */
export const newestOpset = 22;

/** What a file says about versions. `version`: of ai.onnx; higher only where a network from elsewhere needs it. */
export function opsetImports(version: number = opsetVersion): { domain: string; version: bigint }[] {
  return [
    { domain: "", version: BigInt(version) },
    { domain: "ai.onnx.ml", version: 3n },
    { domain: "com.microsoft", version: 1n },
  ];
}
