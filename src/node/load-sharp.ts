/** sharp, when the first picture is decoded or encoded: what scores frames in memory does without its 30 MB. */
export async function loadSharp(): Promise<typeof import("sharp")["default"]> {
  return (await import("sharp")).default;
}
