import { KeyMaterial, type PairBytes } from "../../lib/model/mod.ts";
import { latin1, type Raw } from "./_der.ts";
import { certificate, type CertificateOptions } from "./_certificate.ts";
import { p256 } from "./_keys.ts";

/** How a PEM block is written; whatever is left out is as OpenSSL writes it. */
export interface PemOptions {
  /** Between lines. */
  readonly eol?: string;
  /** Characters per line. */
  readonly width?: number;
  /** The label after END, if it is not the one after BEGIN. */
  readonly endLabel?: string;
  /** Lines between BEGIN and the base64. */
  readonly headers?: readonly string[];
  /** What stands after the END line. */
  readonly tail?: string;
  /** Changes the base64 text before it is cut into lines. */
  readonly text?: (base64: string) => string;
  /** Changes the base64 lines. */
  readonly lines?: (lines: string[]) => string[];
}

/** One PEM block as text. */
export function pem(label: string, der: Uint8Array, options: PemOptions = {}): string {
  const { eol = "\n", width = 64, endLabel = label, headers = [], tail = eol } = options;
  const base64 = (options.text ?? ((text) => text))(der.toBase64());
  const lines = base64.match(new RegExp(`[^]{1,${width}}`, "g")) ?? [];
  const inside = (options.lines ?? ((same) => same))([...lines]);
  return [`-----BEGIN ${label}-----`, ...headers, ...inside, `-----END ${endLabel}-----`].join(eol) + tail;
}

export const certificatePem = (der: Uint8Array, options?: PemOptions): string =>
  pem("CERTIFICATE", der, options);
export const keyPem = (der: Uint8Array, options?: PemOptions): string => pem("PRIVATE KEY", der, options);

/** A pair from texts or bytes; `null` leaves a member out. */
export function pair(chain: Raw | null, key: Raw | null, staple?: Uint8Array): PairBytes {
  const bytes = (part: Raw) => typeof part === "string" ? latin1(part) : part;
  return {
    certificate: chain === null ? null : bytes(chain),
    key: key === null ? null : new KeyMaterial(bytes(key)),
    ...(staple ? { staple } : {}),
  };
}

/** A sound pair in all but what the options say about the certificate. */
export function certPair(options: CertificateOptions = {}): PairBytes {
  return pair(certificatePem(certificate(options)), keyPem(p256().pkcs8));
}

/** A sound pair in all but the bytes of the certificate file. */
export const chainPair = (chain: Raw | null): PairBytes => pair(chain, keyPem(p256().pkcs8));

/** A sound pair in all but the bytes of the key file. */
export const keyPair = (key: Raw | null): PairBytes => pair(certificatePem(certificate()), key);
