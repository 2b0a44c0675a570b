import type { CertificateFacts, Facts, Warning } from "../model/mod.ts";

/** Bounds of what is warned of. */
export interface AdviceOptions {
  /** Milliseconds before its end from which a certificate is said to expire soon. Default 0, which is never. */
  readonly expiresSoon?: number;
}

const DAY = 86_400_000;

/** The longest validity that browsers have ever taken since 2018 (CA/Browser Forum ballot 193). */
const LONGEST_LIFETIME = 825 * DAY;

/**
 * Says what is odd about a pair that Envoy loads. Never a ground for withholding it.
 *
 * @param facts What the bytes of the pair say.
 * @param hostnames Names that the pair is to serve; a wildcard is covered by the same wildcard only.
 * @param now Milliseconds since the epoch.
 * @returns At most one warning of each kind, in the order of the list of codes.
 */
export function adviseWarnings(
  facts: Facts,
  hostnames: readonly string[],
  now: number,
  options: AdviceOptions = {},
): Warning[] {
  const [leaf, ...others] = facts.certificates;
  if (leaf === undefined) return [];
  const warnings: Warning[] = [];
  const warn = (code: Warning["code"], message: string | null): void => {
    if (message !== null) warnings.push({ code, message });
  };
  const uncovered = hostnames.filter((hostname) => !leaf.names.some((name) => coversName(name, hostname)));
  warn(
    "NameNotCovered",
    uncovered.length === 0 ? null : `The certificate is not for ${uncovered.join(", ")}`,
  );
  warn("ChainIncomplete", chainGap(facts.certificates));
  const late = others.find((member) => now >= member.notAfter);
  warn(
    "ChainMemberExpired",
    late === undefined ? null : `The issuer certificate ${late.subject} has expired`,
  );
  const weak = [leaf, ...others.filter((member) => !isSelfIssued(member))].find((one) =>
    /sha1|md5|md2/i.test(one.signature)
  );
  warn(
    "Sha1Signature",
    weak === undefined
      ? null
      : `The signature of ${weak.subject || "the certificate"} is weak (${weak.signature})`,
  );
  // The last second counts (RFC 5280, 4.1.2.5).
  const lifetime = leaf.notAfter - leaf.notBefore + 1000;
  warn(
    "LifetimeOver825Days",
    lifetime > LONGEST_LIFETIME
      ? `The certificate is valid for ${Math.floor(lifetime / DAY)} days; browsers take at most 825`
      : null,
  );
  const purposes = leaf.extendedKeyUsage;
  const wrongPurpose = purposes !== null && !purposes.includes("serverAuth") &&
    !purposes.includes("anyExtendedKeyUsage");
  warn(
    "NoServerAuth",
    wrongPurpose ? "The certificate is not meant for servers; browsers will refuse it" : null,
  );
  const left = leaf.notAfter - now;
  warn(
    "ExpiresSoon",
    left > 0 && left <= (options.expiresSoon ?? 0) ? `The certificate expires in ${spanText(left)}` : null,
  );
  return warnings;
}

/**
 * Whether a name in a certificate stands for a hostname (RFC 6125, 6.4): without regard to case, a wildcard for exactly
 * one whole label in front of at least two more.
 */
export function coversName(name: string, hostname: string): boolean {
  const pattern = normal(name), host = normal(hostname);
  if (pattern === host) return true;
  if (!pattern.startsWith("*.") || host.startsWith("*.")) return false;
  const rest = pattern.slice(1);
  const dot = host.indexOf(".");
  return dot > 0 && host.slice(dot) === rest && rest.indexOf(".", 1) > 0 && !isAddress(host);
}

const normal = (name: string): string => name.toLowerCase().replace(/\.$/, "");
const isAddress = (host: string): boolean => /^[0-9.]+$/.test(host) || host.includes(":");

/** An issuer of its own: a root, or a self-signed certificate. */
function isSelfIssued(certificate: CertificateFacts): boolean {
  return certificate.subject === certificate.issuer;
}

/**
 * Follows the issuers from the leaf on, by name. What is missing at the end is not missed where it can only be the root;
 * it is where the leaf's own issuer is not there, or where the file goes on with certificates that do not connect.
 */
function chainGap(certificates: readonly CertificateFacts[]): string | null {
  const left = certificates.slice(1);
  let current = certificates[0];
  for (let steps = 0; !isSelfIssued(current); steps++) {
    const index = left.findIndex((one) => one.subject === current.issuer);
    if (index < 0) {
      if (steps > 0 && left.length === 0) return null;
      return `The certificate of the issuer ${current.issuer || "(no name)"} is not in the file`;
    }
    [current] = left.splice(index, 1);
  }
  return null;
}

function spanText(milliseconds: number): string {
  const days = Math.floor(milliseconds / DAY);
  if (days >= 1) return days === 1 ? "1 day" : `${days} days`;
  const hours = Math.floor(milliseconds / 3_600_000);
  return hours >= 1 ? `${hours} h` : `${Math.max(1, Math.floor(milliseconds / 60_000))} min`;
}
