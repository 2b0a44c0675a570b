import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { type CertificateFacts, KeyMaterial } from "../model/mod.ts";
import { mergeTrust, readFacts, readTrust } from "../pki/mod.ts";
import {
  bytesOf,
  HMAC_FILE,
  NEEDED_FILES,
  PAIR_FOLDERS,
  type PairFolder,
  SDS_DOCUMENTS,
  type TreeFiles,
} from "./tree.ts";

/** What is there of a tree, and what it says. */
export interface TreeReading {
  /**
   * `absent`: none of its files is there. `whole`: all are, each leaf has its key and is signed by one and the same
   * authority, which all trust. `partial`: anything else. `unreadable`: something could not be read.
   */
  readonly state: "absent" | "whole" | "partial" | "unreadable";
  /** The files that are there. */
  readonly files: TreeFiles;
  /** Needed files that are not there. */
  readonly missing: readonly string[];
  /** What is wrong with a tree that is not whole, e.g. `envoy/tls.key is missing`; `null` for whole and absent ones. */
  readonly problem: string | null;
  /** The authority that signed the leaves; `null` where there is not one for all. */
  readonly authority: CertificateFacts | null;
  /** What `envoy-gateway/ca.crt` holds. */
  readonly trust: readonly CertificateFacts[];
  /** The leaves that can be read. */
  readonly leaves: Readonly<Partial<Record<PairFolder, CertificateFacts>>>;
  /** What the link `..data` leads to; `null` where there is none. */
  readonly generation: string | null;
}

/** More than any of these files has; what is longer is something else. */
const LARGEST_FILE = 1024 * 1024;
/** A rotation that runs meanwhile moves the link once or twice. */
const TRIES = 10;

/**
 * Reads the certificates of Envoy Gateway below a directory, by the paths that Envoy Gateway and Envoy use, all from one
 * generation. Never throws for what is or is not there.
 *
 * @param configHome The directory that holds `certs`.
 */
export async function readTree(configHome: string): Promise<TreeReading> {
  const certs = join(configHome, "certs");
  for (let tries = 1;; tries++) {
    const before = await linkTarget(certs);
    const found = await readFiles(certs);
    if (tries === TRIES || before === await linkTarget(certs)) return judgeTree(found, before);
  }
}

/** The name that the link `..data` leads to; `null` where there is none. */
export function linkTarget(certs: string): Promise<string | null> {
  return Deno.readLink(join(certs, "..data")).catch(() => null);
}

/** What could be read of a directory: files, and the first thing that could not. */
export interface FoundFiles {
  /** The files that are there. */
  readonly files: TreeFiles;
  /** Why one of them could not be read; `null` if all could. */
  readonly unreadable: string | null;
}

/** Reads every file of a tree that is there below a directory, which may be a generation. */
export async function readFiles(directory: string): Promise<FoundFiles> {
  const files = new Map<string, Uint8Array | KeyMaterial>();
  let unreadable: string | null = null;
  for (const path of [...NEEDED_FILES, ...SDS_DOCUMENTS]) {
    try {
      // A pipe would keep us waiting, so what it is comes first.
      const { isFile, size } = await Deno.stat(join(directory, path));
      if (!isFile) unreadable ??= `${path} is not a file`;
      else if (size > LARGEST_FILE) unreadable ??= `${path} is longer than ${LARGEST_FILE} bytes`;
      else {
        const bytes = await Deno.readFile(join(directory, path));
        files.set(path, /\.key$|^envoy-oidc-hmac/.test(path) ? new KeyMaterial(bytes) : bytes);
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) continue;
      unreadable ??= `${path} cannot be read: ${(error as Error).message}`;
    }
  }
  return { files, unreadable };
}

/** Says what files are worth as a tree. Knows no clock: dates are not looked at. */
export function judgeTree({ files, unreadable }: FoundFiles, generation: string | null): TreeReading {
  const missing = NEEDED_FILES.filter((path) => !files.has(path));
  const leaves: Partial<Record<PairFolder, CertificateFacts>> = {};
  let trust: readonly CertificateFacts[] = [];
  let authority: CertificateFacts | null = null;
  let problem = unreadable ?? (missing.length > 0 ? `${missing[0]} is missing` : null);
  for (const folder of PAIR_FOLDERS) {
    const looked = lookAtFolder(files, folder);
    if (looked === null) continue;
    if (looked.leaf) leaves[folder] = looked.leaf;
    if (folder === "envoy-gateway") trust = looked.trust;
    problem ??= looked.problem;
    if (looked.authority === null) continue;
    authority ??= looked.authority;
    if (authority.fingerprint !== looked.authority.fingerprint) {
      problem ??= `${folder}/tls.crt is signed by another authority than those before it`;
    }
  }
  const hmac = files.get(HMAC_FILE);
  if (hmac !== undefined && hmac.length === 0) problem ??= `${HMAC_FILE} is empty`;
  const state = unreadable !== null
    ? "unreadable"
    : missing.length === NEEDED_FILES.length
    ? "absent"
    : problem === null
    ? "whole"
    : "partial";
  return {
    state,
    files,
    missing,
    problem: state === "absent" ? null : problem,
    authority: problem === null ? authority : null,
    trust,
    leaves,
    generation,
  };
}

interface LookedAt {
  readonly leaf: CertificateFacts | null;
  readonly trust: readonly CertificateFacts[];
  readonly authority: CertificateFacts | null;
  readonly problem: string | null;
}

function lookAtFolder(files: TreeFiles, folder: PairFolder): LookedAt | null {
  const [ca, crt, key] = ["ca.crt", "tls.crt", "tls.key"].map((name) => files.get(`${folder}/${name}`));
  if (ca === undefined || crt === undefined || key === undefined) return null;
  const merged = mergeTrust([bytesOf(ca)], { now: 0 });
  const { members } = readTrust(merged.bundle);
  const trust = merged.members;
  const facts = readFacts({ certificate: bytesOf(crt), key: new KeyMaterial(bytesOf(key)) });
  if (facts.problem !== null) {
    const problem = `${folder}/tls.crt and its key cannot be used: ${facts.problem.detail}`;
    return { leaf: facts.certificates[0] ?? null, trust, authority: null, problem };
  }
  const leaf = new X509Certificate(bytesOf(crt) as never);
  const issuer = members.find(({ pem }) => isIssuer(leaf, pem)) ?? null;
  return {
    leaf: facts.certificates[0],
    trust,
    authority: issuer?.facts ?? null,
    problem: issuer === null ? `${folder}/tls.crt is not signed by anybody in ${folder}/ca.crt` : null,
  };
}

function isIssuer(leaf: X509Certificate, pem: Uint8Array): boolean {
  try {
    const issuer = new X509Certificate(pem as never);
    return leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey);
  } catch {
    return false; // An authority with a kind of key that is not known here.
  }
}
