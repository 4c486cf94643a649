/** Where the overlays of images go, so that no two of them have one name. */
import { dirname, join, parse, relative, resolve, sep } from "node:path";

/**
 * Path of the overlay of each image: its own path below the folder that all images share, as PNG, in `folder`.
 *
 * Where two would get the same name (`a.png` and `a.jpg`, also `A.png` on file systems that tell no case), the later one
 * keeps its extension (`a.jpg.png`), or is numbered.
 *
 * @param images - Paths of images, each once.
 */
export function overlayPaths(images: readonly string[], folder: string): string[] {
  const places = images.map((image) => resolve(image));
  const shared = sharedFolder(places);
  const taken = new Set<string>();
  return places.map((place) => {
    const inner = shared === null ? place.split(sep).slice(1).join(sep) : relative(shared, place);
    return freePath(join(folder, inner), taken);
  });
}

function freePath(path: string, taken: Set<string>): string {
  const { dir, name, base } = parse(path);
  for (let number = 0; ; number++) {
    const stem = [name, base, `${base}-${number}`][Math.min(number, 2)] ?? base;
    const candidate = join(dir, `${stem}.png`);
    const key = fold(candidate);
    if (taken.has(key)) continue;
    taken.add(key);
    return candidate;
  }
}

/** The deepest folder above all paths; null on systems with drives where there is none. */
function sharedFolder(places: readonly string[]): string | null {
  let shared = dirname(places[0] ?? sep).split(sep);
  for (const place of places) {
    const parts = dirname(place).split(sep);
    const end = shared.findIndex((part, i) => part !== parts[i]);
    if (end >= 0) shared = shared.slice(0, end);
  }
  return shared.length === 0 ? null : shared.join(sep) + sep;
}

function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
