/** What decides whether there is a graphics card, and what a probe's outcome depends on. */
import { readdirSync } from "node:fs";
import { availableParallelism, cpus, homedir, release } from "node:os";
import { join } from "node:path";
import { packageVersion } from "../../base/version.ts";
import { nodeBackend } from "../../runtime/node.ts";

/** Facts of a machine, for {@link deviceMemory}. */
export interface MachineFacts {
  readonly version: string;
  readonly runtime: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  /** What speaks of a graphics card; null where nobody says. */
  readonly graphics: readonly string[] | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Facts of this machine. */
export function machineFacts(environment: Environment): MachineFacts {
  return {
    version: packageVersion(),
    runtime: nodeBackend().name,
    system: `${process.platform} ${process.arch} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? "",
    cores: availableParallelism(),
    graphics: graphicsOf(process.platform, environment, namesIn),
  };
}

/**
 * What speaks of a graphics card: on Linux the kernel's files for computing on one, and Vulkan drivers that the user names. Null on systems
 * that do not say.
 *
 * @param namesIn - Names in a folder; none where there is no such folder.
 */
export function graphicsOf(
  platform: string,
  { VK_DRIVER_FILES, VK_ICD_FILENAMES }: Environment,
  namesIn: (folder: string) => readonly string[],
): readonly string[] | null {
  if (platform !== "linux") return null;
  const files = [
    ...namesIn("/dev/dri").filter((name) => name.startsWith("renderD")),
    ...namesIn("/dev").filter((name) => /^(nvidia\d+|dxg)$/.test(name)),
  ];
  const drivers = [VK_DRIVER_FILES, VK_ICD_FILENAMES].filter((names) => names !== undefined && names !== "");
  return [...files.sort(), ...drivers.map(String)];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Where a user's programs keep what can be made again. */
export function cacheFolder(platform: string, environment: Environment, home: string = homedir()): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, "radar-ad");
  if (platform === "darwin") return join(home, "Library", "Caches", "radar-ad");
  if (platform === "win32") return join(LOCALAPPDATA ?? join(home, "AppData", "Local"), "radar-ad", "cache");
  return join(home, ".cache", "radar-ad");
}
