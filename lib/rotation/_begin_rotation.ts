import { resolve } from "node:path";
import { mergeTrust, readTrust } from "../pki/mod.ts";
import { type Journal, type PendingRotation, writeJournal } from "./journal.ts";
import { oldBundles, type Situation } from "./plan_rotation.ts";
import type { TreeReading } from "./read_tree.ts";
import type { RotationOptions } from "./rotation_options.ts";
import {
  HMAC_FILE,
  makeTree,
  SDS_DOCUMENTS,
  type TreeFiles,
  turnedAround,
  USUAL_WISHES,
  withTrust,
} from "./tree.ts";
import { type FaultPoint, newGeneration, publishGeneration, writeGeneration } from "./tree_directory.ts";

/** The new authority, and one that was there before. */
const CAP = 2;

/**
 * Makes everything that a rotation needs, so that nothing has to be made later and no key of an authority is ever on disk:
 * the generation with the new leaves, and for a staged one that with the old leaves and both authorities. Then puts the files
 * that are there behind one link, and writes down what is to be done. What stands at the paths is the same as before.
 *
 * @throws What the file system answers; the caller cleans up.
 */
export async function beginRotation(
  mode: PendingRotation["mode"],
  { certs, reading, journal, linked }: Situation,
  options: RotationOptions,
  at: FaultPoint,
): Promise<{ readonly pending: PendingRotation; readonly warnings: readonly string[] }> {
  const now = options.clock();
  const wishes = {
    key: options.key ?? USUAL_WISHES.key,
    lifetime: options.lifetime ?? USUAL_WISHES.lifetime,
    namespace: options.namespace ?? USUAL_WISHES.namespace,
    domain: options.domain ?? USUAL_WISHES.domain,
  };
  const kept = keptFiles(reading, options.rotateHmac ?? false);
  const tree = await (options.make ?? makeTree)(wishes, { now, certsPath: resolve(certs), kept });
  const { bundle, warnings } = mergeTrust([tree.authority, ...oldBundles(reading)], { now, cap: CAP });
  const leaves = newGeneration(now);
  await writeGeneration(certs, leaves, withTrust(tree.files, bundle), at);
  let trust: string | null = null;
  if (mode === "staged") {
    trust = newGeneration(now);
    const documents = [...tree.files].filter(([path]) => isDocument(path));
    const old = new Map([...documents, ...reading.files]);
    await writeGeneration(certs, trust, withTrust(old, trustOfBoth(reading, bundle)), at);
  }
  if (mode !== "create" && !linked) await adopt(certs, reading.files, now, at);
  const pending = {
    mode,
    phase: trust === null ? "leaves" : "trust",
    publishedAt: null,
    fingerprint: tree.fingerprint,
    trust,
    leaves,
  } as const;
  await saveJournal(certs, { ...journal, pending }, at);
  return { pending, warnings };
}

/** Writes the journal between two points at which a test may end everything. */
export async function saveJournal(certs: string, journal: Journal, at: FaultPoint): Promise<void> {
  await at("before journal");
  await writeJournal(certs, journal);
  await at("after journal");
}

/** What goes over as it is. Documents that name other paths are right where Envoy sees the files at another place. */
function keptFiles({ files }: TreeReading, rotateHmac: boolean): TreeFiles {
  const hmac = files.get(HMAC_FILE);
  return new Map(
    [...files].filter(([path, content]) =>
      path === HMAC_FILE ? !rotateHmac && hmac!.length > 0 : isDocument(path) && isJson(content as Uint8Array)
    ),
  );
}

function isDocument(path: string): boolean {
  return SDS_DOCUMENTS.some((document) => document === path);
}

// Envoy Gateway writes them in place: after a crash of it one may be empty.
function isJson(content: Uint8Array): boolean {
  try {
    return Array.isArray(JSON.parse(new TextDecoder().decode(content)).resources);
  } catch {
    return false;
  }
}

/** Who signed the leaves in use, whoever else was carried over, and last the new authority. */
function trustOfBoth(reading: TreeReading, bundle: Uint8Array): Uint8Array {
  const signer = oldBundles(reading).flatMap((old) => readTrust(old).members)
    .filter(({ facts }) => facts.fingerprint === reading.authority?.fingerprint);
  return mergeTrust([...signer.slice(0, 1).map(({ pem }) => pem), turnedAround(bundle)], { now: 0 }).bundle;
}

/**
 * Puts plain files, as Envoy Gateway makes them, behind the link `..data`: a copy of them becomes a generation, and each
 * file is replaced by a link to its own copy. At every moment each path leads to the same bytes as before.
 */
async function adopt(certs: string, files: TreeFiles, now: number, at: FaultPoint): Promise<void> {
  const name = newGeneration(now);
  await writeGeneration(certs, name, files, at);
  await publishGeneration(certs, name, files, at);
}
