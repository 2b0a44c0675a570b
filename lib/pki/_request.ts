import { loadX509 } from "./_load_x509.ts";
import { EXTENSION } from "./_oids.ts";
import { readPemBlocks } from "./read_pem_blocks.ts";

/** What of a certificate request goes into a certificate; all of it as DER. */
export interface OpenRequest {
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Values of extensions; `null` where it does not ask for one. */
  readonly extensions: {
    readonly keyUsage: Uint8Array<ArrayBuffer> | null;
    readonly purposes: Uint8Array<ArrayBuffer> | null;
    readonly names: Uint8Array<ArrayBuffer> | null;
  };
}

const LABELS = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];

/**
 * Opens a certificate request and checks that it is signed with the key that it is for.
 *
 * @throws {TypeError} If it is none, or is not signed so.
 */
export async function openRequest(pem: Uint8Array): Promise<OpenRequest> {
  const { blocks } = readPemBlocks(pem);
  const block = blocks.find(({ label }) => LABELS.includes(label));
  if (block === undefined) throw new TypeError("Cannot read a certificate request: there is none in it");
  const x509 = await loadX509();
  try {
    const request = new x509.Pkcs10CertificateRequest(block.der as never);
    if (!await request.verify()) throw new TypeError("it is not signed with the key that it is for");
    const valueOf = (oid: string) => {
      const found = request.extensions.find(({ type }) => type === oid);
      return found === undefined ? null : new Uint8Array(found.value);
    };
    return {
      subject: new Uint8Array(request.subjectName.toArrayBuffer()),
      publicKey: new Uint8Array(request.publicKey.rawData),
      extensions: {
        keyUsage: valueOf(EXTENSION.keyUsage),
        purposes: valueOf(EXTENSION.extendedKeyUsage),
        names: valueOf(EXTENSION.subjectAltName),
      },
    };
  } catch (error) {
    throw new TypeError(`Cannot read a certificate request: ${(error as Error).message}`);
  }
}
