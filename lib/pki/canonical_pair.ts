import { Buffer } from "node:buffer";
import { KeyMaterial, type PairBytes } from "../model/mod.ts";
import { type Certificate, parseCertificate } from "./_certificate.ts";
import { Der, sameBytes, SEQUENCE } from "./_der.ts";
import { findLeaf } from "./_find_leaf.ts";
import { isKeyLabel, readPrivateKey } from "./_private_key.ts";
import { readPemBlocks } from "./read_pem_blocks.ts";
import { toPem } from "./to_pem.ts";

/**
 * Writes a pair anew, so that every reader finds in it what Envoy finds: plain PEM with one kind of line end, and
 * nothing before, between or behind the blocks.
 *
 * - Gone are a byte order mark, CR, text, EC PARAMETERS and other foreign blocks, a key among the certificates, and bytes
 *   behind the DER of a block.
 * - Certificates stay in file order under the label CERTIFICATE; the key keeps its label (PKCS #8, SEC 1, PKCS #1).
 * - A member that cannot be decoded, or has header lines, comes back as it came: whoever judges it then says what is wrong.
 * - Nothing becomes usable by it, but for a byte order mark and for `leafFirst`.
 * - The staple is left alone. A second call changes nothing more. Never throws.
 *
 * The rules for what a block is are those of BoringSSL (`PEM_read_bio`, `PEM_read_bio_X509_AUX`).
 *
 * @param pair The members as they were read.
 * @param options `leafFirst` puts the certificate that goes with the key first, and its issuers behind it in turn, where
 * the first one does not go with the key.
 *
 * @example
 * ```ts
 * import { canonicalPair } from "./mod.ts";
 *
 * const pair = { certificate: new TextEncoder().encode("no PEM"), key: null };
 * console.log(canonicalPair(pair, { leafFirst: true }).certificate === pair.certificate); // true
 * ```
 */
export function canonicalPair(pair: PairBytes, options: { readonly leafFirst: boolean }): PairBytes {
  const key = pair.key === null ? null : canonicalKey(pair.key);
  const chain = pair.certificate === null ? null : readCertificates(pair.certificate);
  if (chain === null) return { ...pair, key };
  const ordered = options.leafFirst && key !== null ? leafFirst(chain, key) : chain;
  const blocks = ordered.map((certificate) => toPem("CERTIFICATE", certificate.der));
  return { ...pair, key, certificate: new Uint8Array(Buffer.concat(blocks)) };
}

const CERTIFICATE_LABELS: ReadonlySet<string> = new Set(["CERTIFICATE", "X509 CERTIFICATE"]);

/** The certificates that Envoy would load, or `null` if it would refuse the file. */
function readCertificates(pem: Uint8Array): Certificate[] | null {
  const { blocks, end } = readPemBlocks(withoutMark(pem));
  if (end.failure !== "none") return null;
  const certificates: Certificate[] = [];
  for (const { label, header, der } of blocks) {
    const first = certificates.length === 0;
    if (!CERTIFICATE_LABELS.has(label) && !(first && label === "TRUSTED CERTIFICATE")) continue;
    const certificate = header === "" ? parseCertificate(der, first) : "header lines";
    if (typeof certificate === "string") return null;
    certificates.push(certificate);
  }
  return certificates.length === 0 ? null : certificates;
}

function canonicalKey(key: KeyMaterial): KeyMaterial {
  const { blocks } = readPemBlocks(withoutMark(key.open()));
  const block = blocks.find((block) => isKeyLabel(block.label));
  if (block === undefined || block.header !== "") return key;
  return new KeyMaterial(toPem(block.label, withoutTail(block.der)));
}

/** A byte order mark makes BoringSSL miss the BEGIN line behind it. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  let from = 0;
  // A file that was put together from several may begin with several.
  while (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) from += 3;
  return bytes.subarray(from);
}

/** BoringSSL stops behind the first element; other readers complain about what follows. */
function withoutTail(bytes: Uint8Array): Uint8Array {
  const der = new Der(bytes);
  return der.take(SEQUENCE) ? der.element() : bytes;
}

function leafFirst(chain: readonly Certificate[], key: KeyMaterial): readonly Certificate[] {
  const opened = readPrivateKey(key.open());
  const at = "cause" in opened ? -1 : findLeaf(chain, opened);
  if (at <= 0) return chain;
  const ordered = [chain[at]];
  const rest = chain.filter((_, i) => i !== at);
  for (;;) {
    const { issuer, subject } = ordered[ordered.length - 1];
    const next = sameBytes(issuer, subject) ? -1 : rest.findIndex((one) => sameBytes(one.subject, issuer));
    if (next < 0) return [...ordered, ...rest];
    ordered.push(...rest.splice(next, 1));
  }
}
