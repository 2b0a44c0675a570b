import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { KeyMaterial } from "../../lib/model/mod.ts";
import { bytesOf, makeTree, PAIR_FOLDERS, readTree, USUAL_WISHES } from "../../lib/rotation/mod.ts";
import type { RotationOptions, RotationResult, Tree } from "../../lib/rotation/mod.ts";
import { readTrust } from "../../lib/pki/mod.ts";

/** A clock that goes on only where somebody waits. */
export class TestClock {
  now = Date.UTC(2026, 10, 21);
  /** Called after every second of a wait. */
  tick: () => void | Promise<void> = () => {};

  readonly read = (): number => this.now;

  readonly sleep = async (milliseconds: number): Promise<void> => {
    for (let left = milliseconds; left > 0; left -= 1000) {
      this.now += Math.min(1000, left);
      await this.tick();
    }
  };
}

const made: Promise<Tree>[] = [];

/** A tree of a few that are made once: what is tested here is what becomes of them. */
export function readyTree(index: number): Promise<Tree> {
  return made[index] ??= makeTree(USUAL_WISHES, { now: Date.UTC(2026, 10, 21), certsPath: "/certs" });
}

/** Gives out ready trees one after the other, as {@linkcode makeTree} would make them. */
export function treesFrom(first: number): NonNullable<RotationOptions["make"]> {
  let next = first;
  return async (_wishes, { kept = new Map() }) => {
    const tree = await readyTree(next++);
    return { ...tree, files: new Map([...tree.files, ...kept]) };
  };
}

/** Writes a ready tree as Envoy Gateway does: plain files that everybody can read. */
export async function putPlain(home: string, index: number): Promise<void> {
  for (const [path, content] of (await readyTree(index)).files) {
    const file = join(home, "certs", path);
    await Deno.mkdir(join(file, ".."), { recursive: true, mode: 0o755 });
    await Deno.writeFile(file, bytesOf(content), { mode: 0o644 });
  }
}

/** Whether it is on disk is not tested here, and waiting for that would take most of the time. */
const MEMORY = await Deno.stat("/dev/shm").then(() => "/dev/shm", () => undefined);

/** Does something with a directory of its own. */
export async function inHome(use: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ dir: MEMORY, prefix: "certgate-rotation-" });
  try {
    await use(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** What is known of leaves and bundles: the few that there are stand in hundreds of trees. */
const verified = new Map<string, boolean>();

/** Whether a leaf is signed by somebody in a bundle. */
export function verifies(leaf: Uint8Array, bundle: Uint8Array): boolean {
  const both = `${textOf(leaf)}\n${textOf(bundle)}`;
  const known = verified.get(both) ?? isSigned(leaf, bundle);
  verified.set(both, known);
  return known;
}

function isSigned(leaf: Uint8Array, bundle: Uint8Array): boolean {
  const certificate = new X509Certificate(leaf as never);
  return readTrust(bundle).members.some(({ pem }) => {
    const issuer = new X509Certificate(pem as never);
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  });
}

/** What a handshake between any two needs: a whole tree, each of whose leaves verifies against each of its bundles. */
export async function assertUsable(home: string, where: string): Promise<void> {
  const tree = await readTree(home);
  assert.equal(tree.problem, null, where);
  assert.equal(tree.state, "whole", where);
  const bundles = new Set(PAIR_FOLDERS.map((folder) => textOf(tree.files.get(`${folder}/ca.crt`))));
  for (const folder of PAIR_FOLDERS) {
    const leaf = bytesOf(tree.files.get(`${folder}/tls.crt`)!);
    for (const bundle of bundles) {
      assert(verifies(leaf, new TextEncoder().encode(bundle)), `${where}: the leaf of ${folder}`);
    }
  }
}

/** Everything below a directory by path: kind, mode, and contents or target. */
export async function picture(directory: string, below = ""): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(join(directory, below))) {
    const path = join(below, name);
    const { mode } = await Deno.lstat(join(directory, path));
    const permissions = (mode! & 0o777).toString(8);
    if (isSymlink) found.set(path, `-> ${await Deno.readLink(join(directory, path))}`);
    else if (isDirectory) {
      found.set(path, `directory ${permissions}`);
      for (const [deeper, what] of await picture(directory, path)) found.set(deeper, what);
    } else found.set(path, `${permissions} ${(await Deno.readFile(join(directory, path))).join()}`);
  }
  return new Map([...found].sort());
}

/** Fails with the words of a result that is not what was expected. */
export function assertOutcome(result: RotationResult, ...expected: RotationResult["outcome"][]): void {
  assert(expected.includes(result.outcome), `${result.outcome}: ${result.message} (${result.hint})`);
}

/** The contents of a file of a ready tree, as text. */
export function textOf(content: Uint8Array | KeyMaterial | undefined): string {
  return new TextDecoder().decode(bytesOf(content!));
}
