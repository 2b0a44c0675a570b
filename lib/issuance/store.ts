import { dirname, join } from "node:path";
import { makeLink } from "../host/mod.ts";
import { KeyMaterial, type ObjectName } from "../model/mod.ts";
import { type FaultPoint, flushDirectory } from "./fault_point.ts";
import { isNothing, makePrivate, readMember, replaceLink, writeNew } from "./_store_files.ts";

/** What is known of how a pair came about; it stands beside the pair and changes with it in one step. */
export interface PairOrigin {
  /** Digest of the intent that it was issued for. */
  readonly digest: string;
  /** When it was stored, milliseconds since the epoch. */
  readonly issuedAt: number;
}

/** A pair in the directory of issued pairs. */
export interface StoredPair {
  /** PEM of the chain. */
  readonly chain: Uint8Array;
  readonly key: KeyMaterial;
  /** PEM; `null` where there is none. */
  readonly ca: Uint8Array | null;
  /** `null` for one that was put there by somebody else. */
  readonly origin: PairOrigin | null;
}

const DATA = "..data";
const NEW_DATA = "..data_new";
const NEW_LINK = "..link_new";
const ORIGIN = ".issued.json";
const [CHAIN, KEY, CA] = ["tls.crt", "tls.key", "ca.crt"] as const;
/** How the directory of a generation is called; only what looks like this is ever removed. */
const GENERATION = /^\.\.\d{8}T\d{6}Z_[0-9a-f]{16}$/;
/** Names as Kubernetes has them, so that none leads out of the directory. */
const PLAIN = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Where a pair stands. */
export function pairDirectory(output: string, { namespace, name }: ObjectName): string {
  if (!PLAIN.test(namespace) || !PLAIN.test(name)) {
    throw new TypeError(`Cannot store the pair "${namespace}/${name}": it is no name of a Secret`);
  }
  return join(output, namespace, name);
}

/** What tells one generation of a pair from another, without reading it; `null` if none is there. */
export async function storedGeneration(output: string, pair: ObjectName): Promise<string | null> {
  return await readData(pairDirectory(output, pair));
}

/**
 * Reads a pair; `null` if there is none, or not all of it.
 *
 * @throws What the file system answers where something is there that cannot be read.
 */
export async function readStored(output: string, pair: ObjectName): Promise<StoredPair | null> {
  const directory = pairDirectory(output, pair);
  const generation = await storedGeneration(output, pair);
  const from = generation === null ? directory : join(directory, generation);
  const [chain, key, ca, origin] = await Promise.all(
    [CHAIN, KEY, CA, ORIGIN].map((name) => readMember(join(from, name))),
  );
  if (chain === null || key === null) return null;
  return { chain, key: new KeyMaterial(key), ca, origin: parseOrigin(origin) };
}

/**
 * Puts a pair in the place of the one before, or where none was, in one step: whoever reads through the links gets all
 * of the old one or all of the new one, as from a volume of the kubelet. Files that somebody else has put there become
 * a generation first, and so are replaced in one step too.
 *
 * @param now Milliseconds since the epoch, for the name of the generation.
 * @throws What the file system answers. The pair before is then still in its place, unless everything was done but for
 * removing it.
 */
export async function storePair(
  output: string,
  name: ObjectName,
  { pair, now, at }: { readonly pair: StoredPair; readonly now: number; readonly at: FaultPoint },
): Promise<void> {
  const directory = pairDirectory(output, name);
  await makePrivate(output);
  await makePrivate(dirname(directory));
  if (await isNothing(directory)) return await makeWhole(directory, { pair, now, at });
  if (await readData(directory) === null) await adopt(directory, now, at);
  await removeStale(directory, at);
  const generation = newGeneration(now);
  await writeGeneration(directory, generation, { pair, at });
  await at("before swap");
  await replaceLink(directory, DATA, { temporary: NEW_DATA, target: generation });
  await flushDirectory(directory);
  await at("after swap");
  await linkMembers(directory, pair);
  await removeStale(directory, at);
}

const readData = (directory: string): Promise<string | null> =>
  Deno.readLink(join(directory, DATA)).catch(() => null);

function newGeneration(now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const chance = [...crypto.getRandomValues(new Uint8Array(8))];
  return `..${time}_${chance.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

type Put = { readonly pair: StoredPair; readonly now: number; readonly at: FaultPoint };

/** A pair that was not there appears with everything that belongs to it. */
async function makeWhole(directory: string, { pair, now, at }: Put): Promise<void> {
  const made = join(dirname(directory), `..new-${directory.slice(dirname(directory).length + 1)}`);
  await at("before directory");
  await Deno.remove(made, { recursive: true }).catch(() => {});
  await makePrivate(made);
  const generation = newGeneration(now);
  await writeGeneration(made, generation, { pair, at });
  await makeLink(generation, join(made, DATA));
  await linkMembers(made, pair);
  await flushDirectory(made);
  await at("before rename");
  // An empty directory is replaced (rename(2)).
  await Deno.rename(made, directory);
  await flushDirectory(dirname(directory));
  await at("after rename");
}

async function writeGeneration(
  directory: string,
  generation: string,
  { pair, at }: Pick<Put, "pair" | "at">,
): Promise<void> {
  const path = join(directory, generation);
  await at("before generation");
  await makePrivate(path);
  await writeNew(join(path, CHAIN), pair.chain);
  await at("half a generation");
  await writeNew(join(path, KEY), pair.key.open());
  if (pair.ca !== null) await writeNew(join(path, CA), pair.ca);
  if (pair.origin !== null) {
    await writeNew(join(path, ORIGIN), new TextEncoder().encode(JSON.stringify(pair.origin)));
  }
  await flushDirectory(path);
  await flushDirectory(directory);
  await at("after generation");
}

/** Links to all members that are there, and none to one that is not. */
async function linkMembers(directory: string, pair: StoredPair): Promise<void> {
  for (const name of pair.ca === null ? [CHAIN, KEY] : [CHAIN, KEY, CA]) {
    const target = `${DATA}/${name}`;
    if (await Deno.readLink(join(directory, name)).catch(() => null) === target) continue;
    await replaceLink(directory, name, { temporary: NEW_LINK, target });
  }
  if (pair.ca === null) await Deno.remove(join(directory, CA)).catch(() => {});
  await flushDirectory(directory);
}

/** Makes a generation of the files that stand there themselves; what is read does not change by it. */
async function adopt(directory: string, now: number, at: FaultPoint): Promise<void> {
  const [chain, key, ca] = await Promise.all(
    [CHAIN, KEY, CA].map((name) => readMember(join(directory, name))),
  );
  // Half a pair is none; its other half comes with the new one.
  if (chain === null || key === null) return;
  const pair = { chain, key: new KeyMaterial(key), ca, origin: null };
  const generation = newGeneration(now);
  await writeGeneration(directory, generation, { pair, at });
  await replaceLink(directory, DATA, { temporary: NEW_DATA, target: generation });
  await linkMembers(directory, pair);
}

/** Removes generations that nothing leads to. */
async function removeStale(directory: string, at: FaultPoint): Promise<void> {
  const inUse = await readData(directory);
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (!isDirectory || !GENERATION.test(name) || name === inUse) continue;
    await at("before removal");
    await Deno.remove(join(directory, name), { recursive: true });
  }
}

function parseOrigin(bytes: Uint8Array | null): PairOrigin | null {
  try {
    const { digest, issuedAt } = JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array()));
    return typeof digest === "string" && Number.isFinite(issuedAt) ? { digest, issuedAt } : null;
  } catch {
    return null;
  }
}
