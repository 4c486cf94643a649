/** What made a model file. */
import { packageVersion } from "../base/version.ts";

export { packageVersion };

/** Versions for the model's description: this package and Node. */
export function softwareVersions(): Record<string, string> {
  return { "radar-ad": packageVersion(), node: process.version };
}
