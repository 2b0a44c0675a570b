import type { AcmeServer } from "./acme_server.ts";
import { readRetryAfter } from "./acme_problem.ts";
import type { RenewalWindow } from "./issuer.ts";

/** What is needed to ask. */
export interface RenewalInfoParts {
  readonly server: AcmeServer;
  readonly clock: () => number;
  readonly signal: AbortSignal;
}

// RFC 9773, 4.3.3 wants limits of one's own: a server that says nothing, or nonsense, is asked four times a day.
const USUAL_PAUSE = 6 * 3_600_000;
const SHORTEST_PAUSE = 60_000;
const LONGEST_PAUSE = 86_400_000;

/**
 * Asks when a certificate should be renewed (RFC 9773, 4).
 *
 * Whatever goes wrong is no word of the issuer: the certificate is then renewed when it is time by itself.
 *
 * @param leaf PEM; the first certificate counts.
 */
export async function askRenewalInfo(
  leaf: Uint8Array,
  { server, clock, signal }: RenewalInfoParts,
): Promise<RenewalWindow | null> {
  try {
    const { renewalInfo } = await server.directory(signal);
    const id = renewalInfo === undefined ? null : await certificateId(leaf);
    if (id === null) return null;
    const transport = await server.transport();
    const answer = await transport.ask(`${renewalInfo!.replace(/\/$/, "")}/${id}`, { method: "GET", signal });
    if (answer.status !== 200) return null;
    const window = (answer.data as { suggestedWindow?: { start?: unknown; end?: unknown } }).suggestedWindow;
    const [start, end] = [readTime(window?.start), readTime(window?.end)];
    if (start === null || end === null || end <= start) return null;
    const now = clock();
    const wished = (readRetryAfter(answer, now) ?? now + USUAL_PAUSE) - now;
    return { start, end, retryAfter: Math.min(Math.max(wished, SHORTEST_PAUSE), LONGEST_PAUSE) };
  } catch {
    return null;
  }
}

function readTime(text: unknown): number | null {
  // Date.parse() takes much that is no time of RFC 3339, and reads it as local time.
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

/**
 * What a certificate is called there (RFC 9773, 4.1): its authority's key identifier and its serial number.
 *
 * @returns `null` for one without that identifier, or that cannot be read.
 */
export async function certificateId(pem: Uint8Array): Promise<string | null> {
  await import("reflect-metadata");
  const { AuthorityKeyIdentifierExtension, X509Certificate } = await import("@peculiar/x509");
  try {
    const [first] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(
      new TextDecoder().decode(pem),
    )!;
    const certificate = new X509Certificate(first);
    const authority = certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId;
    if (authority === undefined) return null;
    return `${toBase64Url(authority)}.${toBase64Url(contentsOf(certificate.serialNumber))}`;
  } catch {
    return null;
  }
}

/** The number as DER has it: a zero in front of a first bit that is set, which would make it negative. */
function contentsOf(serial: string): string {
  return /^[89a-f]/i.test(serial) ? `00${serial}` : serial;
}

function toBase64Url(hex: string): string {
  return Uint8Array.fromHex(hex).toBase64({ alphabet: "base64url", omitPadding: true });
}
