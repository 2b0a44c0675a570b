import { Buffer } from "node:buffer";
import * as z from "zod";
import { KeyMaterial, type ObjectName, type PairBytes } from "../model/mod.ts";

/** A pair with the Secret name that it was good for. */
export interface KeptPair extends ObjectName {
  /** The members. */
  readonly pair: PairBytes;
  /** SHA-256 of the members in hex. */
  readonly hash: string;
  /** Pattern of the source that it came from; empty where that is a resource. */
  readonly source: string;
}

const FORMAT = 1;
const member = z.base64().nullable();

const fileSchema = z.strictObject({
  format: z.literal(FORMAT),
  namespace: z.string(),
  name: z.string(),
  hash: z.string().length(64),
  source: z.string(),
  certificate: member,
  key: member,
  staple: member,
});

/** A pair as bytes to keep. They hold the private key. */
export function formatPair({ namespace, name, pair, hash, source }: KeptPair): Uint8Array {
  const { certificate, key, staple } = pair;
  const [c, k, s] = [certificate, key?.open(), staple].map((bytes) => bytes ? base64(bytes) : null);
  const file = { format: FORMAT, namespace, name, hash, source, certificate: c, key: k, staple: s };
  return new TextEncoder().encode(JSON.stringify(file));
}

/**
 * Reads what {@linkcode formatPair} wrote.
 *
 * @returns The pair; `null` if the bytes are damaged or of another version.
 */
export function parsePair(bytes: Uint8Array): KeptPair | null {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) return null;
  const { namespace, name, hash, source } = parsed.data;
  const [certificate, key, staple] = [parsed.data.certificate, parsed.data.key, parsed.data.staple]
    .map((text) => text === null ? null : new Uint8Array(Buffer.from(text, "base64")));
  return { namespace, name, hash, source, pair: { certificate, key: key && new KeyMaterial(key), staple } };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
