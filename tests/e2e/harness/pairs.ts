import "reflect-metadata";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import * as x509 from "@peculiar/x509";

/**
 * The pairs that Envoy Gateway 1.9 lets pass and Envoy refuses; `good` is loaded by both.
 */
export const HOLES = ["must-staple", "rsa-1024", "p-224", "no-signing"] as const;

/** One of {@linkcode HOLES}. */
export type Hole = (typeof HOLES)[number];

/** A certificate and its key, PEM. */
export interface TestPair {
  readonly host: string;
  readonly certificate: string;
  readonly key: string;
  /** Serial number in lower-case hex, no leading zeros: how a probe tells which pair was presented. */
  readonly serial: string;
}

/** When a certificate is valid; default from an hour ago for ten days. X.509 knows whole seconds only. */
export interface Dates {
  readonly from?: Date;
  readonly to?: Date;
}

const P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** TLS feature extension with status_request (RFC 7633): SEQUENCE { INTEGER 5 }. */
const MUST_STAPLE = new x509.Extension("1.3.6.1.5.5.7.1.24", false, new Uint8Array([0x30, 3, 2, 1, 5]));

function subjectKeys(kind: "good" | Hole): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === "rsa-1024") return generateKeyPairSync("rsa", { modulusLength: 1024 });
  return generateKeyPairSync("ec", { namedCurve: kind === "p-224" ? "P-224" : "P-256" });
}

function keyUsage(kind: "good" | Hole): x509.KeyUsageFlags {
  return kind === "no-signing"
    ? x509.KeyUsageFlags.keyAgreement | x509.KeyUsageFlags.keyEncipherment
    : x509.KeyUsageFlags.digitalSignature;
}

/** A certificate authority of one test run; its root is what probes trust. */
export class TestAuthority {
  readonly #keys: CryptoKeyPair;
  readonly #root: x509.X509Certificate;
  readonly #from: Date;
  readonly #to: Date;
  #serial = 0x1000;

  private constructor(keys: CryptoKeyPair, root: x509.X509Certificate, from: Date, to: Date) {
    this.#keys = keys;
    this.#root = root;
    this.#from = from;
    this.#to = to;
  }

  /** Makes an authority whose certificates are valid from an hour ago for ten days. */
  static async make(name = "certgate e2e authority"): Promise<TestAuthority> {
    const from = new Date(Date.now() - 3_600_000);
    const to = new Date(Date.now() + 10 * 86_400_000);
    const keys = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: "01",
      name: `CN=${name}`,
      notBefore: from,
      notAfter: to,
      keys,
      signingAlgorithm: P256,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    });
    return new TestAuthority(keys, root, from, to);
  }

  /** PEM of the root. */
  get pem(): string {
    return this.#root.toString("pem");
  }

  /** Issues a pair for one host name, good or with one of the holes. */
  async issue(host: string, kind: "good" | Hole = "good", dates: Dates = {}): Promise<TestPair> {
    return await this.#make(host, kind, dates, {
      serial: (this.#serial++).toString(16),
      issuer: this.#root.subject,
    });
  }

  /** What cert-manager puts in place until the issuer has answered: its own name, and always the same number. */
  async issueTemporary(host: string): Promise<TestPair> {
    return await this.#make(host, "good", {}, { serial: "1234567890", issuer: "CN=cert-manager.local" });
  }

  async #make(
    host: string,
    kind: "good" | Hole,
    dates: Dates,
    { serial, issuer }: { serial: string; issuer: string },
  ): Promise<TestPair> {
    const subject = subjectKeys(kind);
    const extensions: x509.Extension[] = [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(keyUsage(kind), true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }]),
    ];
    if (kind === "must-staple") extensions.push(MUST_STAPLE);
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: `CN=${host}`,
      issuer,
      notBefore: dates.from ?? this.#from,
      notAfter: dates.to ?? this.#to,
      publicKey: new x509.PublicKey(
        new Uint8Array(subject.publicKey.export({ type: "spki", format: "der" })),
      ),
      signingKey: this.#keys.privateKey,
      signingAlgorithm: P256,
      extensions,
    });
    const key = subject.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    return { host, certificate: leaf.toString("pem") + "\n", key, serial };
  }
}
