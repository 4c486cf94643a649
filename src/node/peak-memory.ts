/** How much memory this process has held at most. */
import { readFileSync } from "node:fs";

/**
 * Peak resident memory of this process so far, in bytes.
 *
 * On Linux from the process's own status: the system's resource usage also counts the moment when a process was still a copy
 * of the one that started it.
 */
export function peakMemoryBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kilobytes !== undefined) return 1024 * Number(kilobytes);
  } catch {
    // no such file outside Linux
  }
  return 1024 * process.resourceUsage().maxRSS;
}
