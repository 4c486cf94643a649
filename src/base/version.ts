const version = "0.1.0"; // a test holds it to package.json, which is not there once the code is bundled

/** Version of this package, e.g. "0.1.0". */
export function packageVersion(): string {
  return version;
}
