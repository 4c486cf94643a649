/** What `import "radar-ad"` costs an app before it does anything. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Median cost of the import in processes of their own. */
export interface ImportWeight {
  /** Wall-clock seconds. */
  readonly seconds: number;
  /** Seconds of the processor, user and system: less moved by other work on the machine. */
  readonly cpuSeconds: number;
  /** Memory beyond that of Node itself. */
  readonly bytes: number;
}

const entry = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const program = `
  const [memory, cpu, start] = [process.memoryUsage().rss, process.cpuUsage(), performance.now()];
  await import(${JSON.stringify(entry)});
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - start) / 1e3;
  console.log([seconds, (user + system) / 1e6, process.memoryUsage().rss - memory].join(" "));`;

/** Imports the built main entry `rounds` times, each in a new process. */
export function measureImport({ rounds }: { readonly rounds: number }): ImportWeight {
  const runs = Array.from({ length: rounds }, () => {
    const text = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    return text.trim().split(" ").map(Number);
  });
  const median = (column: number): number => {
    const values = runs.map((run) => run[column] ?? Number.NaN).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? Number.NaN;
  };
  return { seconds: median(0), cpuSeconds: median(1), bytes: median(2) };
}
