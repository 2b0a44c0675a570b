/** One start of an Envoy by Envoy Gateway. */
export interface Run {
  /** `host:port` of its admin endpoint. */
  readonly address: string;
  /** When the address was written, milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Directories of ended runs stay behind; more than these youngest are not looked into. */
const MOST_RUNS = 200;
/** An address is never longer; whatever is, is something else. */
const LONGEST_ADDRESS = 64;

/**
 * Where Envoy Gateway keeps its running Envoys unless its configuration names another place
 * (`internal/infrastructure/host/paths.go` of Envoy Gateway 1.9.0: the temporary directory, and its own user).
 *
 * Only the own user's: the directory of another user is closed to everybody else, and whoever can make directories in a
 * temporary directory must not be able to say what Envoy serves.
 */
export function defaultRuntimeDir(): string {
  const temporary = (Deno.env.get("TMPDIR") || "/tmp").replace(/\/+$/, "");
  return `${temporary}/envoy-gateway-${Deno.uid()}`;
}

/**
 * Finds the admin addresses of every start whose directory is still there: `<runtimeDir>/<run>/admin-address.txt`.
 *
 * The files stay behind when an Envoy ends; of several with one address the youngest counts.
 *
 * @param runtimeDir Default {@linkcode defaultRuntimeDir}, which is not believed if another user could have made it.
 * @returns Youngest first; empty if there is no such directory.
 */
export async function findRuns(runtimeDir?: string): Promise<Run[]> {
  const runs = new Map<string, Run>();
  const directory = runtimeDir ?? defaultRuntimeDir();
  try {
    if (runtimeDir === undefined && !await isOwn(directory)) return [];
    const names: string[] = [];
    for await (const { name } of Deno.readDir(directory)) names.push(name);
    // The name of a run is the time of its start.
    const youngest = names.sort().slice(-MOST_RUNS);
    for (const run of await Promise.all(youngest.map((name) => readRun(`${directory}/${name}`)))) {
      if (run === null) continue;
      const other = runs.get(run.address);
      if (other === undefined || other.startedAt < run.startedAt) runs.set(run.address, run);
    }
  } catch {
    return [];
  }
  return [...runs.values()].sort((a, b) => b.startedAt - a.startedAt);
}

async function isOwn(directory: string): Promise<boolean> {
  const { uid, mode } = await Deno.stat(directory);
  return uid === Deno.uid() && ((mode ?? 0) & 0o002) === 0;
}

async function readRun(directory: string): Promise<Run | null> {
  const path = `${directory}/admin-address.txt`;
  try {
    const { mtime, size } = await Deno.stat(path);
    if (size > LONGEST_ADDRESS) return null;
    const address = (await Deno.readTextFile(path)).trim();
    // Envoy Gateway's Envoys are on this host; an address elsewhere is not theirs.
    if (!/^(127(\.\d{1,3}){3}|\[::1\]):\d{1,5}$/.test(address)) return null;
    return { address, startedAt: mtime?.getTime() ?? 0 };
  } catch {
    return null;
  }
}
