import "reflect-metadata";
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { toPem } from "../pki/mod.ts";
import { DAY, NOW } from "./_test_request.ts";

/** An authority for tests, as files have it. */
export interface TestAuthority {
  /** PEM of its own certificate. */
  readonly certificate: Uint8Array;
  /** The same, its issuers behind it. */
  readonly chain: Uint8Array;
  readonly key: Uint8Array;
  readonly keys: CryptoKeyPair;
  readonly subject: string;
}

/** Makes an authority, or something that only looks like one. */
export async function makeTestAuthority(
  wanted: {
    readonly commonName?: string;
    readonly notBefore?: number;
    readonly end?: number;
    readonly isCa?: boolean;
    readonly mayIssue?: boolean;
    readonly by?: TestAuthority;
  } = {},
): Promise<TestAuthority> {
  const { commonName = "Root", isCa = true, mayIssue = true, by } = wanted;
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
  const subject = `CN=${commonName}`;
  const made = await X509CertificateGenerator.create({
    serialNumber: "01",
    subject,
    issuer: by?.subject ?? subject,
    notBefore: new Date(wanted.notBefore ?? NOW - DAY),
    notAfter: new Date((wanted.end ?? NOW + 1000 * DAY) - 1000),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    extensions: [
      new BasicConstraintsExtension(isCa, undefined, true),
      new KeyUsagesExtension(mayIssue ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const certificate = toPem("CERTIFICATE", new Uint8Array(made.rawData));
  return {
    certificate,
    chain: new Uint8Array([...certificate, ...by?.chain ?? []]),
    key: toPem("PRIVATE KEY", new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey))),
    keys,
    subject,
  };
}
