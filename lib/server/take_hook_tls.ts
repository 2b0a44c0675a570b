import { createHash, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { CAUSES, type CertificateFacts, KeyMaterial } from "../model/mod.ts";
import { mergeTrust, readFacts, readTrust } from "../pki/mod.ts";
import type { Anchor } from "./judge_client.ts";

/** The pair that the hook shows. */
export interface HookIdentity {
  readonly certificate: Uint8Array;
  readonly key: KeyMaterial;
  readonly leaf: CertificateFacts;
  /** Of both files. */
  readonly hash: string;
}

/** The authorities whose clients are let in. */
export interface HookTrust {
  /** PEM of the authorities, nothing else. */
  readonly bundle: Uint8Array;
  readonly anchors: readonly Anchor[];
  /** One sentence for each certificate of the file that is not used. */
  readonly leftOut: readonly string[];
  readonly hash: string;
}

/** What becomes of files. `problem` is empty if they can be used as they are. */
export interface Taken<T> {
  /** What is to be in use: what was read, or what was there before; `null` if there is neither. */
  readonly inUse: T | null;
  readonly problem: string;
}

/** What files hold, or why that cannot be told. */
export type Content = { readonly files: readonly Uint8Array[] } | { readonly problem: string };

/** Whether a certificate file and a key file make a pair. */
export function fitsTogether([certificate, key]: readonly Uint8Array[]): boolean {
  return readFacts({ certificate, key: new KeyMaterial(key) }).problem === null;
}

/** Whether a bundle can be read from one end to the other. */
export function isWhole([bundle]: readonly Uint8Array[]): boolean {
  return readTrust(bundle).problem === null;
}

/**
 * The hook's own pair.
 *
 * - A certificate and a key that do not fit, or that the runtime does not take, never replace those in use.
 * - One that is out of its dates does not replace one that is in them.
 *
 * @param content The certificate file and the key file.
 * @param now Milliseconds since the epoch.
 */
export function takeIdentity(
  content: Content,
  current: HookIdentity | null,
  now: number,
): Taken<HookIdentity> {
  const keep = (problem: string) => ({ inUse: current, problem });
  if ("problem" in content) return keep(content.problem);
  const [certificate, bytes] = content.files;
  const hash = hashOf(content.files);
  if (hash === current?.hash) return keep("");
  const key = new KeyMaterial(bytes);
  const { problem, certificates: [leaf] } = readFacts({ certificate, key });
  if (problem !== null) return keep(`${CAUSES[problem.cause].why} (${problem.detail})`);
  const refused = refusalOfRuntime({
    cert: [Buffer.from(certificate)],
    key: [Buffer.from(key.open())],
  });
  if (refused) return keep(refused);
  const taken = { certificate, key, leaf, hash };
  if (current !== null && isIn(current.leaf, now) && !isIn(leaf, now)) {
    return keep(now < leaf.notBefore ? "its first day has not come" : "its last day has passed");
  }
  return { inUse: taken, problem: "" };
}

/**
 * The authorities for clients.
 *
 * - A bundle without any authority that can be read and has not expired never replaces what is in use: the last valid
 *   trust anchor stays.
 * - A bundle with a damaged part does not either; at the start, where there is nothing to stay with, the rest of it counts.
 * - Expired members and duplicates are left out, with a sentence each. What is not valid yet stays.
 *
 * @param content The bundle.
 * @param now Milliseconds since the epoch.
 */
export function takeTrust(content: Content, current: HookTrust | null, now: number): Taken<HookTrust> {
  const keep = (problem: string) => ({ inUse: current, problem });
  if ("problem" in content) return keep(content.problem);
  const [file] = content.files;
  const hash = hashOf(content.files);
  if (hash === current?.hash) return keep("");
  // Nothing stands in front, so that the rule for what was there before counts for all of it.
  const { bundle, members, leftOut, warnings } = mergeTrust([new Uint8Array(), file], { now });
  const damage = readTrust(file).problem?.detail ?? warnings[0] ?? "";
  const sentences = leftOut.map(({ facts, why }) => `${facts.subject}: ${why}`);
  if (members.length === 0) {
    const expired = leftOut.some(({ why }) => why === "expired");
    return keep(expired ? "every certificate in it has expired" : damage || "there is no certificate in it");
  }
  if (damage !== "" && current !== null) return keep(damage);
  const refused = refusalOfRuntime({ ca: Buffer.from(bundle) });
  if (refused) return keep(refused);
  const anchors = readTrust(bundle).members.map(({ facts, pem }) => ({
    facts,
    certificate: new X509Certificate(pem as never),
  }));
  // A file that is only partly in use has no hash: it is looked into again when the damage is gone.
  const inUse = { bundle, anchors, leftOut: sentences, hash: damage === "" ? hash : "" };
  return { inUse, problem: damage };
}

function isIn({ notBefore, notAfter }: CertificateFacts, now: number): boolean {
  return now >= notBefore && now < notAfter + 1000;
}

// What it refuses would otherwise be found by grpc-js at the swap, which then turns everybody away.
function refusalOfRuntime(options: Parameters<typeof createSecureContext>[0]): string {
  try {
    createSecureContext(options);
    return "";
  } catch (error) {
    return `the runtime does not take it: ${(error as Error).message}`;
  }
}

function hashOf(files: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const bytes of files) hash.update(`${bytes.length};`).update(bytes);
  return hash.digest("hex");
}
