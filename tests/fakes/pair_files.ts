import { Buffer } from "node:buffer";
import type { PairBytes } from "../../lib/model/mod.ts";
import { makeSelfSigned } from "../../lib/pki/mod.ts";

/** A pair as the bytes of its two files. */
export interface PairFiles {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  readonly names: readonly string[];
}

/** Makes a pair for a name, valid for a year from now. */
export async function makePairFiles(name: string): Promise<PairFiles> {
  const made = await makeSelfSigned({ names: [name], now: Date.now() - 60_000, days: 365 });
  return { certificate: made.certificate, key: made.key.open(), names: [name] };
}

/** Whether a pair consists of exactly these files, up to its form. */
export function isPairOf(pair: PairBytes, files: PairFiles): boolean {
  const same = (a: Uint8Array | undefined, b: Uint8Array) => Buffer.from(a ?? []).equals(b);
  return same(pair.certificate ?? undefined, files.certificate) && same(pair.key?.open(), files.key);
}

/** Writes `tls.crt` and `tls.key` into a directory, one after the other. */
export function writePair(directory: string, files: PairFiles): void {
  Deno.writeFileSync(`${directory}/tls.crt`, files.certificate);
  Deno.writeFileSync(`${directory}/tls.key`, files.key);
}

/** The dance of the kubelet: a new hidden directory with everything in it, then one link is moved. */
export function swapVolume(directory: string, files: PairFiles, round: number): void {
  const fresh = `..2026_01_01_00_00_00.${round}`;
  const before = linkTarget(`${directory}/..data`);
  Deno.mkdirSync(`${directory}/${fresh}`);
  writePair(`${directory}/${fresh}`, files);
  Deno.symlinkSync(fresh, `${directory}/..data_tmp`);
  Deno.renameSync(`${directory}/..data_tmp`, `${directory}/..data`);
  for (const name of ["tls.crt", "tls.key"]) {
    if (linkTarget(`${directory}/${name}`) === null) {
      Deno.symlinkSync(`..data/${name}`, `${directory}/${name}`);
    }
  }
  if (before !== null) Deno.removeSync(`${directory}/${before}`, { recursive: true });
}

function linkTarget(path: string): string | null {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return null;
  }
}

/** A directory that is gone after the test. */
export function tempRoot(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Makes a directory with a pair in it. */
export function makePair(path: string, files: PairFiles): void {
  Deno.mkdirSync(path);
  writePair(path, files);
}
