import { join } from "node:path";
import type { Bundle } from "./bundle.ts";
import { BuildError } from "./run_tool.ts";

/** A package of which something is in the binary. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** An expression of SPDX. */
  readonly license: string;
  /** SHA-512 of the published archive, in hex; from the lock file. */
  readonly sha512: string;
  /** Licence and notice files, by their names; empty where the package has none. */
  readonly texts: ReadonlyMap<string, string>;
  /** What it needs of the others, as `name@version`. */
  readonly needs: readonly string[];
}

interface LockFile {
  readonly npm: Readonly<Record<string, { integrity: string; dependencies?: string[] }>>;
}

const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;

/**
 * The packages that gave bytes to a bundle; what only served to make it is not among them.
 *
 * @param bundle What was bundled.
 * @param lock The text of `deno.lock`.
 * @returns In the order of names and versions.
 * @throws {BuildError} for a package that the lock file does not know, or that names no licence.
 */
export async function readPackages(bundle: Bundle, lock: string): Promise<Package[]> {
  const { npm } = JSON.parse(lock) as LockFile;
  const folders = new Set(
    bundle.inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []),
  );
  const manifests = await Promise.all([...folders].map(async (folder) => {
    const path = join(bundle.modules, folder);
    return { path, ...JSON.parse(await Deno.readTextFile(join(path, "package.json"))) };
  }));
  const inside = new Set(manifests.map(({ name, version }) => `${name}@${version}`));
  const packages = await Promise.all(
    manifests.map(async ({ path, name, version, license }): Promise<Package> => {
      const id = `${name}@${version}`;
      const locked = Object.keys(npm).find((key) => key === id || key.startsWith(`${id}_`));
      if (locked === undefined) throw new BuildError(`Cannot describe "${id}": it is not in deno.lock`);
      if (typeof license !== "string") throw new BuildError(`Cannot describe "${id}": it names no licence`);
      const needs = (npm[locked].dependencies ?? []).map((dependency) => resolve(dependency, npm));
      return {
        name,
        version,
        license: license.replace(/^\((.*)\)$/, "$1"),
        sha512: toHex(npm[locked].integrity),
        texts: await readTexts(path),
        needs: needs.filter((need) => inside.has(need)).sort(),
      };
    }),
  );
  return packages.sort((a, b) => `${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1);
}

/** The lock file leaves out a version where there is only one, and adds what a package was resolved against. */
function resolve(dependency: string, npm: LockFile["npm"]): string {
  const key = dependency.indexOf("@", 1) > 0
    ? dependency
    : Object.keys(npm).find((key) => key.startsWith(`${dependency}@`)) ?? dependency;
  return key.replace(/_.*$/, "");
}

function toHex(integrity: string): string {
  return Uint8Array.fromBase64(integrity.replace(/^sha512-/, "")).toHex();
}

async function readTexts(folder: string): Promise<Map<string, string>> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && LICENCE_FILE.test(name)) names.push(name);
  }
  return new Map(
    await Promise.all(
      names.sort().map(async (name) => [name, await Deno.readTextFile(join(folder, name))] as const),
    ),
  );
}
