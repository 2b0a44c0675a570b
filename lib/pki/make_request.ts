import type { KeyMaterial } from "../model/mod.ts";
import { loadX509 } from "./_load_x509.ts";
import { openSigningKey } from "./open_signing_key.ts";
import { subjectName, type WantedSubject } from "./_subject.ts";
import { readUsages } from "./_usages.ts";
import { plainAddress } from "./plain_address.ts";
import { toPem } from "./to_pem.ts";

export type { WantedSubject };

/** What a certificate request says. */
export interface WantedRequest {
  /** Empty for none. */
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  /** The subject beside the common name. */
  readonly subject: WantedSubject | null;
  /** Key usages and extended key usages by cert-manager's names. */
  readonly usages: readonly string[];
  /** The key that it is for, and signed with. */
  readonly key: KeyMaterial;
}

/**
 * Makes a certificate request (PKCS #10) that says what the one of cert-manager 1.21 says for the same Certificate: order
 * and kinds of strings of the subject, names in the order DNS, e-mail, IP, key usage, extended key usage. Without a
 * subject the names are critical (RFC 5280, 4.2.1.6).
 *
 * @returns PEM.
 * @throws {TypeError} If the key cannot sign, there is no name, or one cannot be written; the message says it in plain words.
 */
export async function makeRequest(wanted: WantedRequest): Promise<Uint8Array> {
  const name = subjectName(wanted.commonName, wanted.subject);
  const names = alternativeNames(wanted);
  if (wanted.commonName === "" && names.length === 0) fail("it has no name");
  const { bits, purposes } = readUsages(wanted.usages);
  const key = await openSigningKey(wanted.key);
  if (typeof key === "string") fail(key);
  const x509 = await loadX509();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: name as never,
    keys: key,
    signingAlgorithm: key.algorithm,
    extensions: [
      ...names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names, name.length === 0)],
      ...bits === 0 ? [] : [new x509.KeyUsagesExtension(bits, true)],
      ...purposes.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension([...purposes])],
    ],
  });
  return toPem("CERTIFICATE REQUEST", new Uint8Array(request.rawData));
}

function fail(why: string): never {
  throw new TypeError(`Cannot make a certificate request: ${why}`);
}

function alternativeNames(
  { dnsNames, emailAddresses, ipAddresses }: WantedRequest,
): { type: "dns" | "email" | "ip"; value: string }[] {
  const ascii = (type: "dns" | "email") => (value: string) => {
    if (/^[\x20-\x7e]+$/.test(value)) return { type, value };
    return fail(`"${value}" cannot be written into it, because of letters that are not plain ASCII`);
  };
  const address = (text: string) => {
    return { type: "ip" as const, value: plainAddress(text) ?? fail(`"${text}" is no IP address`) };
  };
  return [
    ...dnsNames.map(ascii("dns")),
    ...emailAddresses.map(ascii("email")),
    ...ipAddresses.map(address),
  ];
}
