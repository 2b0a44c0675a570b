import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { makeSelfSigned, readPemBlocks, toPem } from "../../lib/pki/mod.ts";

/** Names in the template and in every certificate made from it have this form, so that all have one length. */
const hostName = (index: number) => `host-${String(index).padStart(6, "0")}.example.com`;
const TEMPLATE_INDEX = 999_999;
// SubjectPublicKeyInfo of P-256 (RFC 5480) up to the uncompressed point.
const SPKI_PREFIX = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex");
const POINT_BYTES = 65;

/** A pair of PEM texts. */
export interface BenchPair {
  readonly hostname: string;
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
}

/**
 * Makes many P-256 pairs quickly: one certificate is made properly, the others are it with another name and key, signed
 * again. A millisecond each instead of thirty.
 */
export async function makePairs(count: number, now: number): Promise<BenchPair[]> {
  const { certificate } = await makeSelfSigned({ names: [hostName(TEMPLATE_INDEX)], now, days: 90 });
  const template = Buffer.from(readPemBlocks(certificate).blocks[0].der);
  const { tbs, algorithm } = take(template);
  const nameAt: number[] = [];
  const wanted = Buffer.from(hostName(TEMPLATE_INDEX));
  for (let at = tbs.indexOf(wanted); at >= 0; at = tbs.indexOf(wanted, at + 1)) nameAt.push(at);
  const pointAt = tbs.indexOf(SPKI_PREFIX) + SPKI_PREFIX.length;
  return Array.from({ length: count }, (_, index) => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const own = Buffer.from(tbs);
    for (const at of nameAt) own.set(Buffer.from(hostName(index)), at);
    own.set((publicKey.export({ type: "spki", format: "der" }) as Buffer).subarray(-POINT_BYTES), pointAt);
    const signature = sign("sha256", own, privateKey as KeyObject);
    const der = sequence(0x30, own, algorithm, sequence(0x03, Buffer.from([0]), signature));
    return {
      hostname: hostName(index),
      certificate: toPem("CERTIFICATE", der),
      key: Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" }) as string),
    };
  });
}

function take(certificate: Buffer): { tbs: Buffer; algorithm: Buffer } {
  const outer = contents(certificate);
  const tbs = outer.subarray(0, lengthOf(outer));
  const rest = outer.subarray(tbs.length);
  return { tbs, algorithm: rest.subarray(0, lengthOf(rest)) };
}

function header(der: Buffer): { head: number; body: number } {
  const first = der[1];
  if (first < 0x80) return { head: 2, body: first };
  const bytes = first & 0x7f;
  return { head: 2 + bytes, body: der.readUIntBE(2, bytes) };
}

function lengthOf(der: Buffer): number {
  const { head, body } = header(der);
  return head + body;
}

function contents(der: Buffer): Buffer {
  const { head, body } = header(der);
  return der.subarray(head, head + body);
}

function sequence(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 0x80
    ? [body.length]
    : body.length < 0x100
    ? [0x81, body.length]
    : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
