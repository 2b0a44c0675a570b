import type { Material } from "../model/mod.ts";
import { OpaqueMaterial, readCertificate, readValidation } from "./_material.ts";
import { merge, type Span, valueOf } from "./_span.ts";

/** One secret of a snapshot. */
export interface SecretView {
  /** Position in the request. */
  readonly index: number;
  /** Its SDS name. */
  readonly name: string;
  /** What Envoy makes of it. `other`: ticket keys, a generic secret, or nothing. */
  readonly kind: "certificate" | "validation" | "other";
  /** What verdicts are about. Opaque for `other`. */
  readonly material: Material;
  /** See {@linkcode TrustView}. */
  readonly allowExpired: boolean;
  /** See {@linkcode TrustView}; false for what is no validation context. */
  readonly bare: boolean;
  /** True if it does not read; its material is then opaque. */
  readonly malformed: boolean;
}

/** Reads an `envoy.extensions.transport_sockets.tls.v3.Secret`. */
export function readSecret(span: Span, index: number): SecretView {
  let name = "";
  let member = 0;
  let value: Span | null = null;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 1) name = valueOf(walk).text();
    else if (walk.field >= 2 && walk.field <= 5) {
      value = merge(member === walk.field ? value : null, walk);
      member = walk.field;
    }
  }
  const plain = { index, name, allowExpired: false, bare: false };
  const other = (malformed: boolean): SecretView => (
    { ...plain, kind: "other", material: new OpaqueMaterial(span), malformed }
  );
  if (walk.malformed) return other(true);
  if (member === 2) {
    const material = readCertificate(value!);
    return material === null ? other(true) : { ...plain, kind: "certificate", material, malformed: false };
  }
  if (member !== 4) return other(false);
  const trust = readValidation(value!);
  return trust === null ? other(true) : { ...plain, kind: "validation", malformed: false, ...trust };
}
