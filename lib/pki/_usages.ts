/** The names of cert-manager for the bits of RFC 5280, 4.2.1.3. */
const BITS: Readonly<Record<string, number>> = {
  "signing": 1,
  "digital signature": 1,
  "content commitment": 2,
  "key encipherment": 4,
  "data encipherment": 8,
  "key agreement": 16,
  "cert sign": 32,
  "crl sign": 64,
  "encipher only": 128,
  "decipher only": 256,
};

/** Its names for the purposes of 4.2.1.12. */
const PURPOSES: Readonly<Record<string, string>> = {
  "any": "2.5.29.37.0",
  "server auth": "1.3.6.1.5.5.7.3.1",
  "client auth": "1.3.6.1.5.5.7.3.2",
  "code signing": "1.3.6.1.5.5.7.3.3",
  "email protection": "1.3.6.1.5.5.7.3.4",
  "s/mime": "1.3.6.1.5.5.7.3.4",
  "ipsec end system": "1.3.6.1.5.5.7.3.5",
  "ipsec tunnel": "1.3.6.1.5.5.7.3.6",
  "ipsec user": "1.3.6.1.5.5.7.3.7",
  "timestamping": "1.3.6.1.5.5.7.3.8",
  "ocsp signing": "1.3.6.1.5.5.7.3.9",
  "microsoft sgc": "1.3.6.1.4.1.311.10.3.3",
  "netscape sgc": "2.16.840.1.113730.4.1",
};

/** What cert-manager takes where none is written. */
const USUAL = ["digital signature", "key encipherment"];

/** What the usages of a certificate mean. */
export interface Usages {
  /** `KeyUsageFlags` of `@peculiar/x509`; 0 is no extension. */
  readonly bits: number;
  /** Object identifiers in the order in which they were written, each once; none is no extension. */
  readonly purposes: readonly string[];
}

/**
 * The usages of a Certificate as what goes into it. Names are those of cert-manager, and what they mean is too: it says
 * `key encipherment` of keys on curves as well, where that has no meaning.
 *
 * @throws {TypeError} If a name is not known.
 */
export function readUsages(usages: readonly string[]): Usages {
  let bits = 0;
  const purposes = new Set<string>();
  for (const usage of usages.length === 0 ? USUAL : usages) {
    if (Object.hasOwn(BITS, usage)) bits |= BITS[usage];
    else if (Object.hasOwn(PURPOSES, usage)) purposes.add(PURPOSES[usage]);
    else throw new TypeError(`Cannot use "${usage}": there is no such usage`);
  }
  return { bits, purposes: [...purposes] };
}
