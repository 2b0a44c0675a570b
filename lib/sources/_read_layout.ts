import { join } from "node:path";
import { KeyMaterial, type PairBytes, type Problem } from "../model/mod.ts";
import { splitCombined } from "../pki/mod.ts";
import type { Layout } from "./layout.ts";

/** More than this is no certificate file; reading it whole would only cost memory. */
export const LARGEST_FILE = 1024 * 1024;

/** What the files of a pair hold, or why not. */
export interface ReadPair {
  readonly pair: PairBytes;
  /** Why a file could not be read or found, in the system's words; judged before the bytes are. */
  readonly problem: Problem | null;
  /** What the operator can do about the problem; empty if there is nothing to say. */
  readonly hint: string;
  /** Whether the file holds something else on purpose: PEM blocks, and none of a certificate or key. */
  readonly foreign: boolean;
}

/** Reads the files of a layout in a directory. Never throws: what is wrong is in the result. */
export async function readLayout(directory: string, layout: Layout): Promise<ReadPair> {
  const nothing = { certificate: null, key: null };
  if (layout.kind === "none") {
    return {
      pair: nothing,
      problem: { cause: "pair_missing", detail: layout.detail },
      hint: layout.hint,
      foreign: false,
    };
  }
  if (layout.kind === "combined") {
    const file = await readMember(join(directory, layout.file));
    return {
      pair: file.bytes ? splitCombined(file.bytes) : nothing,
      problem: file.problem,
      hint: file.hint,
      foreign: isForeign(layout.file, file.bytes),
    };
  }
  const [certificate, key, staple] = await Promise.all([
    readMember(join(directory, layout.certificate)),
    readMember(join(directory, layout.key)),
    layout.staple ? readMember(join(directory, layout.staple)) : null,
  ]);
  const failed = [certificate, key].find((member) => member.problem);
  return {
    pair: {
      certificate: certificate.bytes,
      key: key.bytes && new KeyMaterial(key.bytes),
      staple: staple?.bytes ?? null,
    },
    problem: failed?.problem ?? null,
    hint: failed?.hint ?? "",
    foreign: false,
  };
}

const NAMED_LIKE_A_PAIR = /\.(crt|cer|cert|pem|key)$/;
const BLOCK = /-----BEGIN (.*?)-----/g;
const OF_A_PAIR = /CERTIFICATE$|PRIVATE KEY$/;

// A revocation list, a request, DH parameters; or a README where the name promises nothing either.
function isForeign(name: string, bytes: Uint8Array | null): boolean {
  const labels = [...new TextDecoder("latin1").decode(bytes ?? new Uint8Array()).matchAll(BLOCK)];
  if (labels.length === 0) return !NAMED_LIKE_A_PAIR.test(name);
  return labels.every(([, label]) => !OF_A_PAIR.test(label));
}

export async function listFiles(directory: string): Promise<string[]> {
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
    const { size, isFile, isDirectory } = await Deno.stat(path);
    if (!isFile) return unreadable(`"${path}" is ${isDirectory ? "a directory" : "not a file"}`, "");
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

export function systemWords(error: unknown): string {
  return (error as Error).message;
}

export function permissionHint(error: unknown, path: string): string {
  return error instanceof Deno.errors.PermissionDenied ? accessHint(path) : "";
}

export function accessHint(path: string): string {
  return `give the user that runs certgate read access to ${path}, e.g. by its group`;
}
