import type { Cause } from "./reasons.ts";
import type { KeyMaterial } from "./key_material.ts";

/** The members of a pair as bytes; `null` where there is no such file or field. */
export interface PairBytes {
  /** PEM text of the chain, the host's own certificate first. */
  readonly certificate: Uint8Array | null;
  /** PEM text of the private key. */
  readonly key: KeyMaterial | null;
  /** DER bytes of an OCSP response, where there is one. */
  readonly staple?: Uint8Array | null;
}

/** What makes a pair, or a trust bundle, unloadable for Envoy, whatever the time is. */
export interface Problem {
  /** Why, for machines. */
  readonly cause: Cause;
  /** What was seen, for an engineer: "RSA 1024 bit", "PEM block 2: base64 line 3 …". Never key bytes. */
  readonly detail: string;
}

/** Kinds of public key that are told apart. */
export type KeyKind = "RSA" | "EC" | "Ed25519" | "other";

/** What the bytes of one certificate say. No opinion. */
export interface CertificateFacts {
  /** RFC 4514 text, most specific first, e.g. `CN=a.example.com,O=Example`; empty for an empty name. */
  readonly subject: string;
  /** RFC 4514 text of the issuer. */
  readonly issuer: string;
  /** Serial number in lower-case hex, `-` in front if negative. */
  readonly serial: string;
  /** DNS names and IP addresses of the subject alternative name, else the last common name if it is a host name. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch; the first moment of validity. */
  readonly notBefore: number;
  /** Milliseconds since the epoch; the last second of validity (RFC 5280, 4.1.2.5: inclusive). */
  readonly notAfter: number;
  /** Kind of the public key. */
  readonly keyKind: KeyKind;
  /** Bits of the modulus or of the field; 0 if unknown. */
  readonly keyBits: number;
  /** `P-256`, `secp256k1`, … or a dotted OID; `null` where the key has no curve. */
  readonly curve: string | null;
  /** Signature algorithm by its usual name (`ecdsa-with-SHA256`), else a dotted OID. */
  readonly signature: string;
  /** Names of RFC 5280, 4.2.1.3 (`digitalSignature`, …); `null` where the extension is absent. */
  readonly keyUsage: readonly string[] | null;
  /** `serverAuth`, `clientAuth`, … or dotted OIDs; `null` where the extension is absent. */
  readonly extendedKeyUsage: readonly string[] | null;
  /** TLS feature extension with status_request (RFC 7633). */
  readonly mustStaple: boolean;
  /** basicConstraints cA. */
  readonly isCa: boolean;
  /** SHA-256 over the DER, upper-case hex with colons, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string;
}

/** The part of the facts that verdicts are made of; small enough to be kept per content hash. */
export interface Summary {
  /** The first thing for which Envoy refuses the material, or `null`. */
  readonly problem: Problem | null;
  /** Of the host's own certificate, milliseconds since the epoch; `-Infinity` if there is none. */
  readonly notBefore: number;
  /** Of the host's own certificate, milliseconds since the epoch; `Infinity` if there is none. */
  readonly notAfter: number;
  /** cert-manager's placeholder certificate that stands in until the real one is issued. */
  readonly temporary: boolean;
}

/** How the certificates of a chain stand to each other. */
export type ChainOrder = "leaf-first" | "issuer-first" | "unrelated" | "single" | "none";

/** Everything the bytes of a pair say. */
export interface Facts extends Summary {
  /** In file order; the first is the one that Envoy presents as the host's own. Stops before an unreadable one. */
  readonly certificates: readonly CertificateFacts[];
  /** How the certificates stand to each other. */
  readonly chainOrder: ChainOrder;
}

/** What the bytes of a trust bundle (client or upstream CAs) say. */
export interface TrustFacts {
  /** The first thing for which Envoy refuses the bundle, or `null`. */
  readonly problem: Problem | null;
  /** In file order, each with its own PEM block so that a bundle can be put together again without one. */
  readonly members: readonly { readonly facts: CertificateFacts; readonly pem: Uint8Array }[];
}
