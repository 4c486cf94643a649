/** Bytes and pictures of one request: well within the server's limits (ours). */
const [mostBytes, mostPictures] = [2 ** 24, 32];

/** Pictures in requests of a few each; one that is larger than a request's share goes alone. */
export function inParts(pictures: readonly File[]): File[][] {
  const parts: File[][] = [];
  let bytes = 0;
  for (const picture of pictures) {
    const part = parts.at(-1);
    bytes += picture.size;
    if (part !== undefined && part.length < mostPictures && bytes <= mostBytes) {
      part.push(picture);
      continue;
    }
    parts.push([picture]);
    bytes = picture.size;
  }
  return parts;
}
