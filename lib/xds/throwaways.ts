import { field, join, textField } from "./_encode.ts";
import type { KeyMaterial, Material, ThrowawayKind } from "../model/mod.ts";
import type { Parts } from "./_rewrite.ts";

/** What stands in for material that Envoy would refuse: it loads, and nobody trusts it. */
export interface Throwaways {
  /** Stands in for a certificate. */
  readonly pair: {
    /** PEM text of a self-signed certificate that is valid for as long as the agent may run. */
    readonly certificate: Uint8Array;
    /** PEM text of its key. */
    readonly key: KeyMaterial;
  };
  /** PEM text of a CA certificate whose key nobody has. */
  readonly trust: Uint8Array;
}

/** Tells whether a material is one of the throwaways, that is, whether an answer is being fed back. */
export function isThrowaway(material: Material, throwaways: Throwaways): boolean {
  const own = material.kind === "pair"
    ? throwawayCertificate(throwaways)
    : material.kind === "trust"
    ? throwaways.trust
    : null;
  return own !== null && Buffer.compare(own, material.identity) === 0;
}

/** @returns a serialized `TlsCertificate`. */
export function throwawayCertificate({ pair }: Throwaways): Uint8Array {
  return join([field(1, field(2, pair.certificate)), field(2, field(2, pair.key.open()))]);
}

/** @returns a serialized `Secret`. */
export function throwawaySecret(name: string, as: ThrowawayKind, throwaways: Throwaways): Parts {
  return [
    textField(1, name),
    as === "pair" ? field(2, throwawayCertificate(throwaways)) : field(4, trustedCa(throwaways.trust)),
  ];
}

/** @returns field `trusted_ca` of a validation context. */
export function trustedCa(bundle: Uint8Array): Uint8Array {
  return field(1, field(2, bundle));
}
