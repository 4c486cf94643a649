/** What made a model file. */

const version = "0.1.0"; // a test holds it to package.json, which is not there once the code is bundled

/** Version of this package, e.g. "0.1.0". */
export function packageVersion(): string {
  return version;
}

/** Versions for the model's description: this package and Node. */
export function softwareVersions(): Record<string, string> {
  return { "radar-ad": packageVersion(), node: process.version };
}
