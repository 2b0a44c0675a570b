import { basename, dirname, join } from "node:path";
import { KeyMaterial, type PairBytes, type Problem } from "../model/mod.ts";
import { splitCombined } from "../pki/mod.ts";
import { findLayout, findSiblings, type Layout } from "./layout.ts";

/** A pair as it was found at a path. */
export interface FoundPair {
  readonly path: string;
  /** Name of the directory, or of the file without its ending. */
  readonly name: string;
  readonly pair: PairBytes;
  /** Why a file could not be read or found, in the system's words; judged before the bytes are. */
  readonly problem: Problem | null;
  /** What the operator can do about the problem; empty if there is nothing to say. */
  readonly hint: string;
}

/** More than this is no certificate file; reading it whole would only cost memory. */
export const LARGEST_FILE = 1024 * 1024;

/**
 * Reads the pair at a path: a directory in any known layout, a certificate file with its key beside it, or one file
 * with both.
 *
 * @param path File or directory; symbolic links are followed.
 * @returns Always a result; what is wrong is in it.
 */
export async function readPairAt(path: string): Promise<FoundPair> {
  const clean = path.length > 1 ? path.replace(/\/+$/, "") : path;
  try {
    const stat = await Deno.stat(clean);
    if (stat.isDirectory) {
      return await readLayout(clean, basename(clean), clean, findLayout(await listFiles(clean)));
    }
    const directory = dirname(clean);
    const layout = findSiblings(basename(clean), await listFiles(directory).catch(() => []));
    return await readLayout(clean, nameOfFile(clean), directory, layout);
  } catch (error) {
    const gone = error instanceof Deno.errors.NotFound;
    return {
      path: clean,
      name: basename(clean),
      pair: { certificate: null, key: null },
      problem: gone
        ? { cause: "pair_missing", detail: `"${clean}" does not exist` }
        : { cause: "file_unreadable", detail: systemWords(error) },
      hint: gone ? "check the spelling, or wait until it is issued" : permissionHint(error, clean),
    };
  }
}

async function readLayout(path: string, name: string, directory: string, layout: Layout): Promise<FoundPair> {
  const nothing = { certificate: null, key: null };
  if (layout.kind === "none") {
    return {
      path,
      name,
      pair: nothing,
      problem: { cause: "pair_missing", detail: layout.detail },
      hint: layout.hint,
    };
  }
  if (layout.kind === "combined") {
    const file = await readMember(join(directory, layout.file));
    return {
      path,
      name,
      pair: file.bytes ? splitCombined(file.bytes) : nothing,
      problem: file.problem,
      hint: file.hint,
    };
  }
  const [certificate, key, staple] = await Promise.all([
    readMember(join(directory, layout.certificate)),
    readMember(join(directory, layout.key)),
    layout.staple ? readMember(join(directory, layout.staple)) : null,
  ]);
  const failed = [certificate, key].find((member) => member.problem);
  return {
    path,
    name,
    pair: {
      certificate: certificate.bytes,
      key: key.bytes && new KeyMaterial(key.bytes),
      staple: staple?.bytes ?? null,
    },
    problem: failed?.problem ?? null,
    hint: failed?.hint ?? "",
  };
}

async function listFiles(directory: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(directory)) if (!entry.isDirectory) names.push(entry.name);
  return names;
}

interface Member {
  bytes: Uint8Array | null;
  problem: Problem | null;
  hint: string;
}

async function readMember(path: string): Promise<Member> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) return unreadable(`"${path}" is not a file`, "");
    if (size > LARGEST_FILE) {
      return unreadable(`"${path}" has ${size} bytes, and ${LARGEST_FILE} are read`, "");
    }
    return { bytes: await Deno.readFile(path), problem: null, hint: "" };
  } catch (error) {
    // An absent member is judged as missing from the bytes that are there.
    if (error instanceof Deno.errors.NotFound) return { bytes: null, problem: null, hint: "" };
    return unreadable(systemWords(error), permissionHint(error, path));
  }
}

function unreadable(detail: string, hint: string): Member {
  return { bytes: null, problem: { cause: "file_unreadable", detail }, hint };
}

function systemWords(error: unknown): string {
  return (error as Error).message;
}

function permissionHint(error: unknown, path: string): string {
  return error instanceof Deno.errors.PermissionDenied
    ? `give the user that runs certgate read access to ${path}, e.g. by its group`
    : "";
}

function nameOfFile(path: string): string {
  const stem = basename(path).replace(/\.[^.]+$/, "");
  return stem === "tls" || stem === "fullchain" ? basename(dirname(path)) : stem;
}
