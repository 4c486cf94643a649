/** What a folder of images means: which are good, which are defective, which have a mask. */

/** One image file of a {@link Dataset}. */
export interface DatasetImage {
  /** Path of the file, as it can be opened. */
  readonly path: string;
  /** Name of its class: "good", or the name of a folder of defective ones in `test/`. */
  readonly className: string;
  /** 0 normal, 1 defective. */
  readonly label: 0 | 1;
  /** Path of the mask of its defects; null for good images and where there is none. */
  readonly maskPath: string | null;
}

/** Images to learn from and images to measure with. */
export interface Dataset {
  /** Name of the folder. */
  readonly name: string;
  /** The folder. */
  readonly root: string;
  /** "mvtec": `train/good`, `test/<class>`, `ground_truth/<class>/<stem>_mask.png`; "folder": good images only. */
  readonly layout: "mvtec" | "folder";
  /** Good images, sorted by path. */
  readonly train: readonly DatasetImage[];
  /** Good and defective images, sorted by class and path; empty for a plain folder. */
  readonly test: readonly DatasetImage[];
  /** What was found beside these and left out, and what may be misunderstood; one line for people each. */
  readonly notes: readonly string[];
}

/** `good 3, scratch 6 (5 with masks)`: how many images there are of each class. */
export function classCounts(images: readonly DatasetImage[]): string {
  const names = [...new Set(images.map(({ className }) => className))];
  return names
    .map((name) => {
      const members = images.filter(({ className }) => className === name);
      const masks = members.filter(({ maskPath }) => maskPath !== null).length;
      return `${name} ${members.length}${masks > 0 ? ` (${masks} with masks)` : ""}`;
    })
    .join(", ");
}

/** A file that was left out, and why. */
export interface SkippedFile {
  readonly path: string;
  /** One sentence, e.g. "not an image that can be read: unexpected end of file". */
  readonly reason: string;
}
