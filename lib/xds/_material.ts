import { KeyMaterial, type Material, type PairBytes } from "../model/mod.ts";
import { inlineBytes, readDataSource } from "./_data_source.ts";
import { merge, type Span } from "./_span.ts";

/** A trust bundle and what its validation context says about dates. */
export interface TrustView {
  /** What verdicts are about. */
  readonly material: Material;
  /** `allow_expired_certificate`: the owner wants members outside their dates to count. */
  readonly allowExpired: boolean;
  /** Whether the CA is all that the validation context says. */
  readonly bare: boolean;
}

/**
 * Bytes of a `TlsCertificate`, looked into only when somebody asks: most verdicts are known by `identity`, and a
 * snapshot has thousands.
 */
class CertificateMaterial {
  readonly kind = "pair";
  readonly #span: Span;
  readonly #parts: readonly (Span | null)[];
  #identity: Uint8Array | null = null;
  #pair: PairBytes | null = null;

  constructor(span: Span, parts: readonly (Span | null)[]) {
    this.#span = span;
    this.#parts = parts;
  }

  get identity(): Uint8Array {
    return this.#identity ??= this.#span.view();
  }

  get pair(): PairBytes {
    const [certificate, key, staple] = this.#parts.map((part) => part === null ? null : inlineBytes(part));
    return this.#pair ??= { certificate, key: key === null ? null : new KeyMaterial(key), staple };
  }

  /** The span has the key in it. */
  toJSON(): unknown {
    return { kind: this.kind, bytes: this.#span.to - this.#span.from };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return `PairMaterial(${this.#span.to - this.#span.from} bytes)`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `PairMaterial(${this.#span.to - this.#span.from} bytes)`;
  }
}

/** Material that certgate cannot look into. */
export class OpaqueMaterial {
  readonly kind = "opaque";
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
  }

  get identity(): Uint8Array {
    return this.#span.view();
  }
}

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
  if (walk.malformed) return null;
  for (const part of [chain, key, staple]) {
    const kind = part === null ? "nothing" : readDataSource(part);
    if (kind === "malformed") return null;
    if (kind === "elsewhere") opaque = true;
  }
  return opaque ? new OpaqueMaterial(span) : new CertificateMaterial(span, [chain, key, staple]);
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
  let bare = true;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.field !== 1) bare = false;
    if (walk.field === 1 && walk.wire === 2) authority = merge(authority, walk);
    else if (walk.field === 8 && walk.wire === 0) allowExpired = walk.isTrue();
    else if (walk.field === 12 && walk.wire === 2) custom = true;
  }
  const kind = authority === null ? "nothing" : readDataSource(authority);
  if (walk.malformed || kind === "malformed") return null;
  if (custom || kind !== "inline") {
    return { material: new OpaqueMaterial(span), allowExpired, bare };
  }
  const bundle = inlineBytes(authority!)!;
  return { material: { kind: "trust", bundle, identity: bundle }, allowExpired, bare };
}
