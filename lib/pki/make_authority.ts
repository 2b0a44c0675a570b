import { KeyMaterial } from "../model/mod.ts";
import { loadX509 } from "./_load_x509.ts";
import { randomSerial } from "./_random_serial.ts";
import { toPem } from "./to_pem.ts";

/** Kind of a key pair: ECDSA on P-256, or RSA with 2048 bits as Envoy Gateway itself makes them. */
export type MadeKeyKind = "ecdsa" | "rsa";

/** What a certificate that is made here is to say. */
export interface MadeCertificate {
  /** The common name of the subject. */
  readonly commonName: string;
  /** DNS names of the subject alternative name. */
  readonly names?: readonly string[];
  /** The first moment of validity, milliseconds since the epoch; the second it is in counts. */
  readonly notBefore: number;
  /** The end of validity, milliseconds since the epoch; the second before it is the last. */
  readonly end: number;
  /** Kind of the key that it is for. */
  readonly key: MadeKeyKind;
}

/** A certificate with its key, both as PEM; the key is PKCS #8. */
export interface MadePair {
  /** As PEM. */
  readonly certificate: Uint8Array;
  /** As PEM. */
  readonly key: KeyMaterial;
}

/** A certificate authority in memory. Its key is nowhere else, and gone when this is. */
export interface Authority {
  /** As PEM. */
  readonly certificate: Uint8Array;
  /**
   * Makes a key and a certificate for it, signed by this authority.
   *
   * No extended key usage, as Envoy Gateway makes them: each of its certificates is used on both ends of a connection.
   */
  issue(wanted: MadeCertificate): Promise<MadePair>;
}

const ALGORITHMS = {
  ecdsa: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  rsa: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
};

/**
 * Makes a certificate authority. Serial numbers are 128 random bits (RFC 5280, 4.1.2.2 allows 160), key identifiers are
 * made from the key, and the serial stands in the name too, as Envoy Gateway does it: of two authorities with one
 * name a verifier picks the right one.
 *
 * The certificate library takes tens of milliseconds to load, and is loaded here.
 *
 * @param wanted What its own certificate says; `names` are not used.
 */
export async function makeAuthority(wanted: MadeCertificate): Promise<Authority> {
  const x509 = await loadX509();
  const { KeyUsageFlags } = x509;
  const keys = await makeKeys(wanted.key);
  const serialNumber = await randomSerial();
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name: [{ CN: [wanted.commonName] }, { "2.5.4.5": [serialNumber] }],
    notBefore: new Date(wanted.notBefore),
    notAfter: new Date(wanted.end - 1000),
    signingAlgorithm: ALGORITHMS[wanted.key],
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate: toPem("CERTIFICATE", new Uint8Array(own.rawData)),
    async issue(leaf) {
      const leafKeys = await makeKeys(leaf.key);
      const made = await x509.X509CertificateGenerator.create({
        serialNumber: await randomSerial(),
        subject: [{ CN: [leaf.commonName] }],
        issuer: own.subject,
        notBefore: new Date(leaf.notBefore),
        notAfter: new Date(leaf.end - 1000),
        signingAlgorithm: ALGORITHMS[wanted.key],
        publicKey: leafKeys.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(leafUsages(leaf.key, KeyUsageFlags), true),
          new x509.SubjectAlternativeNameExtension(
            (leaf.names ?? []).map((value) => ({ type: "dns" as const, value })),
          ),
          await x509.SubjectKeyIdentifierExtension.create(leafKeys.publicKey),
          await x509.AuthorityKeyIdentifierExtension.create(own),
        ],
      });
      return {
        certificate: toPem("CERTIFICATE", new Uint8Array(made.rawData)),
        key: new KeyMaterial(await keyPem(leafKeys.privateKey)),
      };
    },
  };
}

// A key on a curve cannot encipher (RFC 5480, 3), so it does not say that it may.
function leafUsages(
  key: MadeKeyKind,
  flags: Record<"digitalSignature" | "nonRepudiation" | "keyEncipherment" | "dataEncipherment", number>,
): number {
  const signing = flags.digitalSignature | flags.nonRepudiation;
  return key === "ecdsa" ? signing : signing | flags.keyEncipherment | flags.dataEncipherment;
}

async function makeKeys(kind: MadeKeyKind): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(ALGORITHMS[kind], true, ["sign", "verify"]) as CryptoKeyPair;
}

async function keyPem(key: CryptoKey): Promise<Uint8Array> {
  return toPem("PRIVATE KEY", new Uint8Array(await crypto.subtle.exportKey("pkcs8", key)));
}
