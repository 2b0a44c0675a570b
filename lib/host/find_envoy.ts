import { LINKED_ENVOY, mayRun, RUN_HINT } from "./permitted.ts";

/** The Envoy binary to ask, or why there is none. */
export type FoundEnvoy =
  | { readonly path: string; readonly error?: undefined }
  /** `error` is absent where having none is a wish (`none`) or no mistake (`auto`). */
  | { readonly path: null; readonly error?: string };

/** Where {@linkcode findEnvoy} looks. */
export interface FindOptions {
  /** Directories with programs, joined by `:`. Default the environment's PATH. */
  readonly path?: string;
  /** Data homes of Envoy Gateway. Default {@linkcode defaultDataHomes}. */
  readonly dataHomes?: readonly string[];
  /** The link that an installer makes. Default {@linkcode LINKED_ENVOY}. */
  readonly linked?: string;
  /** Whether this process may run a program. Default {@linkcode mayRun}. */
  readonly mayRun?: (path: string) => Promise<boolean>;
}

/**
 * Envoy Gateway's data home unless its configuration names another: `.local/share/envoy-gateway` in the home of the
 * user it runs as, whatever XDG_DATA_HOME says (`internal/infrastructure/host/paths.go` of Envoy Gateway 1.9.0).
 *
 * @param home Home of the own user. Default the environment's HOME; root's is always looked at as well.
 */
export function defaultDataHomes(home: string | undefined = Deno.env.get("HOME")): string[] {
  const homes = new Set([home || "/root", "/root"]);
  return [...homes].map((each) => `${each}/.local/share/envoy-gateway`);
}

/**
 * Finds the Envoy binary of this host: first on the PATH, then where an installer links one for certgate, then the newest
 * that Envoy Gateway has fetched (`<data home>/envoy-versions/<version>/bin/envoy`). One that this process may not run is
 * passed over.
 *
 * @param setting `auto`, `none`, or the path of a binary.
 * @param options Where to look.
 * @returns An absolute path of an executable file, or `null` with the reason if the setting asks for one that cannot be used.
 */
export async function findEnvoy(setting: string, options: FindOptions = {}): Promise<FoundEnvoy> {
  if (setting === "none") return { path: null };
  const permitted = options.mayRun ?? mayRun;
  if (setting !== "auto") return await useNamed(setting, permitted);
  let refused: string | null = null;
  for await (const file of candidates(options)) {
    if (await whyNot(file) !== null) continue;
    if (await permitted(file)) return { path: file };
    refused ??= file;
  }
  if (refused === null) return { path: null };
  return { path: null, error: `Cannot use "${refused}" as Envoy: ${RUN_HINT}` };
}

async function useNamed(file: string, permitted: (path: string) => Promise<boolean>): Promise<FoundEnvoy> {
  const problem = await whyNot(file);
  if (problem !== null) return { path: null, error: `Cannot use "${file}" as Envoy: ${problem}` };
  const real = await Deno.realPath(file);
  if (await permitted(real)) return { path: real };
  if (await permitted(file)) return { path: file };
  return { path: null, error: `Cannot use "${file}" as Envoy: ${RUN_HINT}` };
}

async function* candidates(options: FindOptions): AsyncGenerator<string> {
  const path = options.path ?? Deno.env.get("PATH") ?? "";
  // A relative directory on the PATH would make the answer depend on where certgate was started.
  for (const directory of path.split(":").filter((each) => each.startsWith("/"))) {
    yield `${directory.replace(/\/+$/, "")}/envoy`;
  }
  yield options.linked ?? LINKED_ENVOY;
  for (const dataHome of options.dataHomes ?? defaultDataHomes()) {
    for (const version of await versionsIn(`${dataHome}/envoy-versions`)) {
      yield `${dataHome}/envoy-versions/${version}/bin/envoy`;
    }
  }
}

/** What keeps a file from being a program, or `null`. */
async function whyNot(file: string): Promise<string | null> {
  try {
    const found = await Deno.stat(file);
    if (!found.isFile) return "it is not a regular file";
    return (found.mode ?? 0) & 0o111 ? null : "it is not executable";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no such file";
    return (error as Error).message;
  }
}

/** Names of version directories, newest first; a release stands before its own pre-releases. */
async function versionsIn(directory: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(directory)) names.push(entry.name);
  } catch {
    return [];
  }
  const versions = names.filter((name) => /^v?\d/.test(name));
  return versions.sort((a, b) => compareVersions(b, a));
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.replace(/^v/, "").split("-")[0].split(".").map(Number));
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] || 0) - (right[at] || 0);
    if (difference !== 0) return difference;
  }
  const pre = Number(b.includes("-")) - Number(a.includes("-"));
  return pre || (a < b ? -1 : Number(a > b));
}
