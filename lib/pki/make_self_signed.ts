import { KeyMaterial } from "../model/mod.ts";
import { addressBytes } from "./_address.ts";
import { addressText } from "./_general_names.ts";
import { loadX509 } from "./_load_x509.ts";
import { toPem } from "./to_pem.ts";

/** What a self-signed pair is to say. */
export interface SelfSignedOptions {
  /** Subject and issuer; the first of `names` if left out. */
  readonly commonName?: string;
  /** DNS names and IP addresses of the subject alternative name. */
  readonly names?: readonly string[];
  /** The first moment of validity, in milliseconds since the epoch; the second it is in counts. */
  readonly now: number;
  /** Days of validity, of 86,400 seconds, the last second of the last day included. */
  readonly days: number;
  /** Makes a CA instead of a server certificate. Default `false`. */
  readonly isCa?: boolean;
}

/**
 * Makes a P-256 key and a certificate for it, signed with itself.
 *
 * The certificate library takes tens of milliseconds to load, and is loaded here, on the first call.
 *
 * @returns Both as PEM; the key is PKCS #8.
 * @throws {TypeError} If there is neither a common name nor a name.
 */
export async function makeSelfSigned(
  options: SelfSignedOptions,
): Promise<{ certificate: Uint8Array; key: KeyMaterial }> {
  const { names = [], now, days, isCa = false } = options;
  const commonName = options.commonName ?? names[0];
  if (commonName === undefined) throw new TypeError("Cannot make a certificate: it has no name");
  const x509 = await loadX509();
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
  const { KeyUsageFlags } = x509;
  const extensions = [
    new x509.BasicConstraintsExtension(isCa, undefined, true),
    new x509.KeyUsagesExtension(
      KeyUsageFlags.digitalSignature | (isCa ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : 0),
      true,
    ),
    ...(isCa ? [] : [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names.map(alternativeName))]),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    notBefore: new Date(now),
    notAfter: new Date(now + days * 86_400_000 - 1000),
    signingAlgorithm: algorithm,
    keys,
    extensions,
  });
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  return {
    certificate: toPem("CERTIFICATE", new Uint8Array(certificate.rawData)),
    key: new KeyMaterial(toPem("PRIVATE KEY", pkcs8)),
  };
}

function alternativeName(name: string): { type: "dns" | "ip"; value: string } {
  const bytes = addressBytes(name);
  return bytes === null ? { type: "dns", value: name } : { type: "ip", value: addressText(bytes)! };
}
