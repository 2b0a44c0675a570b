import { dirname, join } from "node:path";
import { makeLink } from "../host/mod.ts";
import { linkTarget } from "./read_tree.ts";
import { bytesOf, type TreeFiles } from "./tree.ts";

/** Called before and after each step that changes something on disk; tests throw or end the process there. */
export type FaultPoint = (point: string) => void | Promise<void>;

/** A user and a group, by number. */
export interface Owner {
  readonly uid: number | null;
  readonly gid: number | null;
}

/** How the directory of a generation is called. A name from a file is believed only if it looks like this. */
export const GENERATION = /^\.\.\d{8}T\d{6}Z_[0-9a-f]{16}$/;

/** The name of a link while it is made; a rename then puts it in its place. */
const NEW_LINK = ".certgate-link";
const NEW_DATA = "..data_new";
const NEW_FOLDER = "..new-";

/** A name for a generation: when it was made, for people, and chance, so that no two are the same. */
export function newGeneration(now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const chance = [...crypto.getRandomValues(new Uint8Array(8))];
  return `..${time}_${chance.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Makes the directory of certificates for its owner alone; it belongs to whom the directory above belongs. */
export async function makeCertsDirectory(configHome: string): Promise<string> {
  const certs = join(configHome, "certs");
  if (await Deno.stat(configHome).then(() => false, () => true)) {
    await Deno.mkdir(configHome, { recursive: true, mode: 0o700 });
    await tighten(configHome);
  }
  const owner = await ownerOf(configHome);
  await makeDirectory(certs, owner).catch((error) => {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  });
  return certs;
}

/**
 * Writes a generation, which nothing leads to yet, so that it survives a loss of power. Every file has mode 0600, every
 * directory 0700, whatever the umask is.
 */
export async function writeGeneration(
  certs: string,
  name: string,
  files: TreeFiles,
  at: FaultPoint,
): Promise<void> {
  const owner = await ownerOf(certs);
  const directory = join(certs, name);
  await at("before generation");
  await makeDirectory(directory, owner);
  for (const folder of foldersOf(files)) await makeDirectory(join(directory, folder), owner);
  let left = files.size;
  for (const [path, content] of files) {
    if (left-- === Math.ceil(files.size / 2)) await at("half a generation");
    await writeNew(join(directory, path), bytesOf(content), owner);
  }
  for (const folder of foldersOf(files)) await flush(join(directory, folder));
  await flush(directory);
  await flush(certs);
  await at("after generation");
}

/**
 * Puts a generation in the place of the one before, for all folders at once, and then makes each link anew. The exchange is
 * one rename; whoever opens a file by its path gets the old one or the new one. The new links change nothing, but
 * they are what Envoy hears of: it watches the folder that a file stands in, and not what is behind a link.
 */
export async function publishGeneration(
  certs: string,
  name: string,
  files: TreeFiles,
  at: FaultPoint,
): Promise<void> {
  await tighten(certs);
  await at("before swap");
  await replaceLink(certs, "..data", NEW_DATA, name);
  await flush(certs);
  await at("after swap");
  for (const folder of foldersOf(files)) {
    const names = [...files.keys()].filter((path) => dirname(path) === folder).map((path) =>
      path.slice(folder.length + 1)
    );
    if (await isEmpty(join(certs, folder))) await makeFolder(certs, folder, names, at);
    else await renewLinks(certs, folder, names, at);
  }
  await at("after links");
}

/** Whether each of these files is reached through `..data`, so that one rename exchanges them all. */
export async function isLinked(certs: string, files: TreeFiles): Promise<boolean> {
  if (await linkTarget(certs) === null) return false;
  for (const path of files.keys()) {
    const target = await Deno.readLink(join(certs, path)).catch(() => null);
    if (target !== linkTo(path)) return false;
  }
  return true;
}

/** The first folder that is a link to elsewhere, where links that lead back would break; `null` if none is. */
export async function foreignFolder(certs: string, files: TreeFiles): Promise<string | null> {
  for (const folder of foldersOf(files)) {
    const found = await Deno.lstat(join(certs, folder)).catch(() => null);
    if (found !== null && !found.isDirectory) return folder;
  }
  return null;
}

/** What runs that were ended have left behind, and generations that nobody needs. */
export async function findStale(certs: string, needed: readonly (string | null)[]): Promise<string[]> {
  const inUse = await linkTarget(certs);
  const stale: string[] = [];
  try {
    for await (const { name, isSymlink } of Deno.readDir(certs)) {
      const unneeded = GENERATION.test(name) && name !== inUse && !needed.includes(name);
      const left = name.startsWith(NEW_FOLDER) || name === NEW_DATA && isSymlink ||
        /^\.certgate-[0-9a-f-]{36}\.tmp$/.test(name);
      if (unneeded || left) stale.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return stale.sort();
}

/** Removes what {@linkcode findStale} found. */
export async function removeStale(certs: string, names: readonly string[], at: FaultPoint): Promise<void> {
  for (const name of names) {
    await at("before removal");
    await Deno.remove(join(certs, name), { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/** Makes a file readable for its owner alone, whatever the umask was, and that owner the one of the directory. */
export async function claim(path: string, owner: Owner): Promise<void> {
  await Deno.chmod(path, 0o600).catch(() => {});
  await handOver(path, owner);
}

/** Gives what stands at a path to whom a directory belongs, where that is somebody else, and if we may. */
async function handOver(path: string, owner: Owner): Promise<void> {
  const { uid, gid } = await Deno.stat(path);
  if (uid === owner.uid && gid === owner.gid || owner.uid === null) return;
  // Only root may do it; for anybody else the files are their own.
  await Deno.chown(path, owner.uid, owner.gid).catch(() => {});
}

/** Whom something belongs to. */
export async function ownerOf(path: string): Promise<Owner> {
  const { uid, gid } = await Deno.stat(path);
  return { uid, gid };
}

function foldersOf(files: TreeFiles): string[] {
  return [...new Set([...files.keys()].map((path) => dirname(path)))];
}

function linkTo(path: string): string {
  return `../..data/${path}`;
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(folder)) return false;
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

/** A folder appears with all of its links: Envoy Gateway makes certificates of its own where it finds only some. */
async function makeFolder(
  certs: string,
  folder: string,
  names: readonly string[],
  at: FaultPoint,
): Promise<void> {
  const made = join(certs, `${NEW_FOLDER}${folder}`);
  await at(`before folder ${folder}`);
  await Deno.remove(made, { recursive: true }).catch(() => {});
  await makeDirectory(made, await ownerOf(certs));
  for (const name of names) await makeLink(linkTo(`${folder}/${name}`), join(made, name));
  await flush(made);
  await at(`before rename ${folder}`);
  // An empty directory is replaced (rename(2)).
  await Deno.rename(made, join(certs, folder));
  await flush(certs);
}

async function renewLinks(
  certs: string,
  folder: string,
  names: readonly string[],
  at: FaultPoint,
): Promise<void> {
  const directory = join(certs, folder);
  await tighten(directory);
  for (const name of names) {
    await at(`before link ${folder}/${name}`);
    await replaceLink(directory, name, NEW_LINK, linkTo(`${folder}/${name}`));
  }
  await flush(directory);
}

/** Envoy Gateway makes directories that every user can look into. Whoever does not own one may not change that. */
async function tighten(directory: string): Promise<void> {
  await Deno.chmod(directory, 0o700).catch(() => {});
}

async function replaceLink(directory: string, name: string, temporary: string, target: string) {
  const made = join(directory, temporary);
  await Deno.remove(made).catch(() => {});
  await makeLink(target, made);
  await Deno.rename(made, join(directory, name));
}

async function makeDirectory(path: string, owner: Owner): Promise<void> {
  await Deno.mkdir(path, { mode: 0o700 });
  // The umask may have taken rights away.
  await Deno.chmod(path, 0o700);
  await handOver(path, owner);
}

async function writeNew(path: string, bytes: Uint8Array, owner: Owner): Promise<void> {
  const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  try {
    for (let sent = 0; sent < bytes.length;) sent += await file.write(bytes.subarray(sent));
    await file.sync();
  } finally {
    file.close();
  }
  await Deno.chmod(path, 0o600);
  await handOver(path, owner);
}

/** Names in a directory are on disk only when the directory itself is. */
async function flush(directory: string): Promise<void> {
  using opened = await Deno.open(directory, { read: true });
  await opened.sync();
}
