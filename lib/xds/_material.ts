import { KeyMaterial, type Material, type PairBytes } from "../model/mod.ts";
import { type Data, readDataSource } from "./_data_source.ts";
import { merge, type Span } from "./_span.ts";

/** A trust bundle and what its validation context says about dates. */
export interface TrustView {
  readonly material: Material;
  /** `allow_expired_certificate`: the owner wants members outside their dates to count. */
  readonly allowExpired: boolean;
}

/** Bytes of a `TlsCertificate`, looked into only when somebody asks: verdicts are mostly known by `identity`. */
class CertificateMaterial {
  readonly kind = "pair";
  readonly #parts: readonly Data[];
  #pair: PairBytes | null = null;

  constructor(readonly identity: Uint8Array, parts: readonly Data[]) {
    this.#parts = parts;
  }

  get pair(): PairBytes {
    const [certificate, key, staple] = this.#parts.map(bytesOf);
    return this.#pair ??= { certificate, key: key === null ? null : new KeyMaterial(key), staple };
  }

  /** `identity` has the key in it. */
  toJSON(): unknown {
    return { kind: this.kind, bytes: this.identity.length };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return `PairMaterial(${this.identity.length} bytes)`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `PairMaterial(${this.identity.length} bytes)`;
  }
}

const NOTHING: Data = { kind: "nothing" };
const ELSEWHERE: Data = { kind: "elsewhere" };

/**
 * Reads an `envoy.extensions.transport_sockets.tls.v3.TlsCertificate`.
 *
 * It is a pair where everything that decides is in the message itself. With a file name, an environment variable,
 * PKCS #12, a password or a key provider anywhere in it, it is opaque.
 *
 * @returns `null` if it does not read.
 */
export function readCertificate(span: Span): Material | null {
  let chain: Span | null = null;
  let key: Span | null = null;
  let staple: Span | null = null;
  let opaque = false;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 1) chain = merge(chain, walk);
    else if (walk.field === 2) key = merge(key, walk);
    else if (walk.field === 4) staple = merge(staple, walk);
    // password, private_key_provider, pkcs12.
    else if (walk.field === 3 || walk.field === 6 || walk.field === 8) opaque = true;
  }
  const parts = [chain, key, staple].map((part) => part === null ? NOTHING : readDataSource(part));
  if (walk.malformed || parts.includes(null)) return null;
  const identity = span.view();
  if (opaque || parts.some((part) => part!.kind === "elsewhere")) return { kind: "opaque", identity };
  return new CertificateMaterial(identity, parts as Data[]);
}

/**
 * Reads an `envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext`.
 *
 * It is a trust bundle where `trusted_ca` is in the message itself; else (no CA, a file, system roots, a provider, a
 * validator of its own) it is opaque.
 *
 * @returns `null` if it does not read.
 */
export function readValidation(span: Span): TrustView | null {
  let authority: Span | null = null;
  let allowExpired = false;
  let custom = false;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.field === 1 && walk.wire === 2) authority = merge(authority, walk);
    else if (walk.field === 8 && walk.wire === 0) allowExpired = walk.isTrue();
    else if (walk.field === 12 && walk.wire === 2) custom = true;
  }
  const data = authority === null ? ELSEWHERE : readDataSource(authority);
  if (walk.malformed || data === null) return null;
  const bundle = custom ? null : bytesOf(data);
  const material: Material = bundle === null
    ? { kind: "opaque", identity: span.view() }
    : { kind: "trust", bundle, identity: bundle };
  return { material, allowExpired };
}

function bytesOf(data: Data): Uint8Array | null {
  return data.kind === "inline" ? data.bytes : null;
}
