import { KeyMaterial, type PairBytes } from "../model/mod.ts";
import { parseCertificate } from "./_certificate.ts";
import { findLeaf } from "./_find_leaf.ts";
import type { PemBlock } from "./_pem_reader.ts";
import { isKeyLabel, readPrivateKey } from "./_private_key.ts";
import { readPemBlocks } from "./read_pem_blocks.ts";

const CERTIFICATE = /^(X509 |TRUSTED )?CERTIFICATE$/;

/**
 * Takes a file that holds the key and the certificates of a pair, in any order, apart.
 *
 * - The certificate that goes with the key comes first, where that can be told; all others stay in file order.
 * - Blocks are cut out of the file as they are, so that whatever is wrong with them stays to be seen; text between
 *   them, and blocks that are neither, are left out.
 * - From a damaged block on, everything is given to the certificate, which then is refused with the right reason.
 *
 * @param bytes The file.
 * @returns The pair; a member that is not in the file is `null`. Never throws.
 */
export function splitCombined(bytes: Uint8Array): PairBytes {
  const { blocks, end } = readPemBlocks(bytes);
  const keys = blocks.filter((block) => isKeyLabel(block.label));
  const certificates = blocks.filter((block) => CERTIFICATE.test(block.label));
  const key = keys.length === 0 ? null : bytes.slice(keys[0].from, keys[0].to);
  const parts = inOrder(certificates, key).map((block) => bytes.subarray(block.from, block.to));
  if (end.failure !== "none") parts.push(bytes.subarray(blocks.at(-1)?.to ?? 0));
  return {
    certificate: parts.length === 0 ? null : join(parts),
    key: key === null ? null : new KeyMaterial(key),
  };
}

function inOrder(blocks: readonly PemBlock[], keyPem: Uint8Array | null): readonly PemBlock[] {
  const key = keyPem === null ? null : readPrivateKey(keyPem);
  if (key === null || "cause" in key) return blocks;
  const certificates = blocks.map((block) => parseCertificate(block.der, false));
  const readable = certificates.filter((certificate) => typeof certificate !== "string");
  const at = findLeaf(readable, key);
  if (at <= 0) return blocks;
  const leaf = certificates.indexOf(readable[at]);
  return [blocks[leaf], ...blocks.filter((_, i) => i !== leaf)];
}

/** Puts the parts together, with a line end behind each that has none. */
function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0));
  let length = 0;
  for (const part of parts) {
    out.set(part, length);
    length += part.length;
    if (part.length > 0 && part[part.length - 1] !== 0x0a) out[length++] = 0x0a;
  }
  return out.subarray(0, length);
}
