import { readdirSync, readFileSync } from "node:fs";

/**
 * Kills a process and everything it started, by process id. A test process that is cut off cannot stop its own Envoy.
 *
 * Reads the parents from /proc; where there is none, only the process itself is killed.
 */
export function stopTree(pid: number): void {
  for (const each of [...descendants(pid), pid]) {
    try {
      Deno.kill(each, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** Process ids of the children of `pid`, their children, and so on. */
export function descendants(pid: number): number[] {
  const children = Map.groupBy(processes(), ([, parent]) => parent);
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function processes(): [pid: number, parent: number][] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
      try {
        // The program's name, in parentheses, may hold anything; the parent is the second field after it.
        const stat = readFileSync(`/proc/${name}/stat`, "latin1");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return [[Number(name), Number(fields[1])] as [number, number]];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
