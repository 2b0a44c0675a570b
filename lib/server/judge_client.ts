import { X509Certificate } from "node:crypto";
import type { CertificateFacts, ClientRefusal } from "../model/mod.ts";
import { readTrust, toPem } from "../pki/mod.ts";

/** An authority whose clients are let in. */
export interface Anchor {
  readonly facts: CertificateFacts;
  readonly certificate: X509Certificate;
}

/** A client as it shows itself. */
export interface ClientJudgement {
  /** Why it does not get in; `null` if it does. */
  readonly refusal: ClientRefusal | null;
  /** What was seen, for an engineer. Names in it come from outside. */
  readonly detail: string;
}

/** More certificates than any chain of issuers has. */
const LONGEST_CHAIN = 10;

interface Link {
  readonly facts: CertificateFacts;
  readonly certificate: X509Certificate;
}

/**
 * Judges the certificates that a client has shown, against the authorities that count now.
 *
 * The runtime has verified them too, but says only that something was wrong, not what; and it takes a session that is
 * resumed as verified, also when its authority has been taken from the trust since (measured with Deno 2.9.6; neither
 * tickets nor the cache of sessions can be turned off there). So this is asked about every connection.
 *
 * - Some authority has to have signed the client's certificate, or a certificate above it that the client shows.
 * - All certificates on the way have to be valid at this moment, the authority's included.
 * - With names, the certificate has to have one of them: a DNS name, or the common name where it has no DNS name
 *   (RFC 9525, 2 and 6.3). `*.` stands for exactly one label.
 *
 * @param chain DER, the client's own certificate first; in any order behind it.
 * @param anchors The authorities that count now.
 */
export function judgeClient(
  chain: readonly Uint8Array[],
  anchors: readonly Anchor[],
  { allowedNames, now }: { readonly allowedNames: readonly string[]; readonly now: number },
): ClientJudgement {
  if (chain.length === 0) return { refusal: "no_certificate", detail: "" };
  const links = chain.slice(0, LONGEST_CHAIN).map(readLink);
  const leaf = links[0];
  if (leaf === null) return { refusal: "other", detail: "the certificate cannot be read" };
  const { subject, extendedKeyUsage } = leaf.facts;
  const path = findPath(leaf, links.slice(1).filter((link) => link !== null), anchors, now);
  if (path === null) return { refusal: "foreign_ca", detail: `${subject} signed by ${leaf.facts.issuer}` };
  for (const { facts } of path) {
    const when = validityAt(facts, now);
    if (when !== "valid") return { refusal: when, detail: facts.subject };
  }
  if (extendedKeyUsage !== null && !extendedKeyUsage.some((use) => CLIENT_USAGES.has(use))) {
    return { refusal: "other", detail: `${subject} is not for clients` };
  }
  const own = namesOf(leaf.facts);
  if (allowedNames.length === 0 || own.some((name) => allowedNames.some((one) => isNamed(name, one)))) {
    return { refusal: null, detail: subject };
  }
  return { refusal: "wrong_name", detail: own.length > 0 ? own.join(", ") : subject };
}

// The facts have a common name only where it is a host name with a dot, and "envoy-gateway" has none. No comma and no
// backslash: what is escaped in a name is not what stands there.
function namesOf({ names, subject }: CertificateFacts): readonly string[] {
  if (names.length > 0) return names;
  const common = /^CN=([\w.*-]+)(?:,|$)/.exec(subject);
  return common ? [common[1]] : [];
}

/** RFC 5280, 4.2.1.12. */
const CLIENT_USAGES = new Set(["clientAuth", "anyExtendedKeyUsage"]);

function isNamed(name: string, allowed: string): boolean {
  const [one, other] = [name.toLowerCase(), allowed.toLowerCase()];
  return other.startsWith("*.")
    ? one.indexOf(".") > 0 && one.slice(one.indexOf(".")) === other.slice(1)
    : one === other;
}

function readLink(der: Uint8Array): Link | null {
  const [member] = readTrust(toPem("CERTIFICATE", der)).members;
  if (member === undefined) return null;
  try {
    return { facts: member.facts, certificate: new X509Certificate(der as never) };
  } catch {
    return null;
  }
}

function validityAt({ notBefore, notAfter }: CertificateFacts, now: number) {
  // The last second counts whole (RFC 5280, 4.1.2.5).
  return now < notBefore ? "not_yet_valid" : now >= notAfter + 1000 ? "expired" : "valid";
}

/**
 * From the client's certificate up to an authority that counts; `null` if there is no way. An authority can stand there
 * more than once with one key, an old certificate and a new one: a valid one goes first.
 */
function findPath(
  leaf: Link,
  between: readonly Link[],
  anchors: readonly Anchor[],
  now: number,
): Link[] | null {
  const path = [leaf];
  const rest = new Set(between);
  for (let link = leaf;;) {
    const issuerAmong = (all: Iterable<Link>) => {
      const issuers = [...all].filter((one) => isIssuer(one, link));
      return issuers.find(({ facts }) => validityAt(facts, now) === "valid") ?? issuers[0];
    };
    // One that is no authority was put there for itself: it vouches for nobody else.
    const anchor = issuerAmong(anchors.filter(({ facts }) => facts.isCa || isSame(facts, link.facts)));
    if (anchor) return [...path, anchor];
    const next = issuerAmong([...rest].filter(({ facts }) => facts.isCa));
    if (next === undefined) return null;
    rest.delete(next);
    path.push(next);
    link = next;
  }
}

function isSame(one: CertificateFacts, other: CertificateFacts): boolean {
  return one.fingerprint === other.fingerprint;
}

function isIssuer(issuer: Link, { certificate }: Link): boolean {
  try {
    return certificate.checkIssued(issuer.certificate) && certificate.verify(issuer.certificate.publicKey);
  } catch {
    return false;
  }
}
