/** What people call their folders of good and of defective pictures. */

// Ours; compared in lower case and without spaces, dots, hyphens and underscores.
const goodNames = "good ok okay normal pass passed defectfree nodefect nondefective gut io".split(" ");
const defectiveNames =
  "ng nok notok bad defect defects defective anomaly anomalies anomalous abnormal fail failed faulty reject rejected scrap nio".split(
    " ",
  );

/** Some of the names that mean good, for messages. */
export const usualGoodNames = "good, ok, normal or pass";

/** What the name of a folder says of the pictures in it; null if nothing. */
export type ClassMeaning = "good" | "defective" | null;

/**
 * Reads the names of class folders.
 *
 * @param good - One more name that means good, in any case of letters.
 * @example
 * const meaning = classNames("Muster");
 * ["OK", "Defect-Free", "muster", "NG", "scratch"].map(meaning); //=> ["good", "good", "good", "defective", null]
 */
export function classNames(good?: string): (name: string) => ClassMeaning {
  return (name) => {
    const plain = name.toLowerCase().replaceAll(/[ ._-]/g, "");
    if (goodNames.includes(plain) || name.toLowerCase() === good?.toLowerCase()) return "good";
    return defectiveNames.includes(plain) ? "defective" : null;
  };
}
