import { plainLine } from "../host/mod.ts";
import type { IssueFailureKind } from "../model/mod.ts";
import { AcmeFailure } from "./acme_failure.ts";
import type { AcmeAnswer } from "./acme_transport.ts";

/** What a server says is wrong (RFC 8555, 6.7, and RFC 7807). */
export interface AcmeProblem {
  /** Last part of its type; empty if it has none of ACME. */
  readonly type: string;
  /** One line for people. */
  readonly words: string;
}

const SPACE = "urn:ietf:params:acme:error:";
// A server that writes a page instead of a sentence is not to fill status and logs.
const LONGEST_WORDS = 300;

/** What each type means for who asked. Types of a proof are of kind `challenge`, whoever reports them. */
const KINDS: Readonly<Record<string, IssueFailureKind>> = {
  accountDoesNotExist: "broken",
  alreadyReplaced: "refused",
  badCSR: "refused",
  badNonce: "unreachable",
  badPublicKey: "refused",
  badSignatureAlgorithm: "broken",
  caa: "refused",
  compound: "refused",
  connection: "challenge",
  dns: "challenge",
  externalAccountRequired: "broken",
  incorrectResponse: "challenge",
  invalidContact: "broken",
  invalidProfile: "broken",
  malformed: "refused",
  orderNotReady: "refused",
  rateLimited: "rateLimited",
  rejectedIdentifier: "refused",
  serverInternal: "unreachable",
  tls: "challenge",
  // Of a request: the account may not do this. Of a proof it is said by toChallengeFailure().
  unauthorized: "broken",
  unsupportedContact: "broken",
  unsupportedIdentifier: "refused",
  userActionRequired: "broken",
};

/** Reads a problem document, whatever is in it. */
export function readProblem(data: unknown): AcmeProblem {
  if (typeof data !== "object" || data === null) return { type: "", words: "" };
  const { type, detail, subproblems } = data as Record<string, unknown>;
  const inside = Array.isArray(subproblems) ? subproblems.map(readSubproblem).filter((line) => line) : [];
  const own = typeof detail === "string" ? detail : "";
  return {
    type: typeof type === "string" && type.startsWith(SPACE) ? type.slice(SPACE.length) : "",
    words: plainLine([own, ...inside].filter((line) => line !== "").join("; "), LONGEST_WORDS),
  };
}

function readSubproblem(data: unknown): string {
  if (typeof data !== "object" || data === null) return "";
  const { detail, identifier } = data as { detail?: unknown; identifier?: { value?: unknown } };
  if (typeof detail !== "string") return "";
  return typeof identifier?.value === "string" ? `${identifier.value}: ${detail}` : detail;
}

/**
 * What an answer with an error means.
 *
 * @param server Host of the server, for the message.
 * @param now Milliseconds since the epoch, for a `Retry-After` in seconds.
 */
export function toFailure(answer: AcmeAnswer, server: string, now: number): AcmeFailure {
  const { type, words } = readProblem(answer.data);
  const kind = answer.status === 429 ? "rateLimited" : KINDS[type] ?? kindOfStatus(answer.status);
  const what = type === "" ? `HTTP status ${answer.status}` : type;
  const retryAt = kind === "rateLimited" || answer.status === 503 ? readRetryAfter(answer, now) : null;
  return new AcmeFailure(kind, `Cannot get a certificate of "${server}": ${what}${words && `: ${words}`}`, {
    retryAt,
    problem: type,
  });
}

/** What the problem of a proof, or of an order that came to nothing, means. */
export function toChallengeFailure(name: string, data: unknown): AcmeFailure {
  const { type, words } = readProblem(data);
  const known = type === "unauthorized" ? "challenge" : KINDS[type] ?? "challenge";
  const reason = words || type || "the issuer does not say why";
  return new AcmeFailure(known, `Cannot prove control over "${name}": ${reason}`, { problem: type });
}

function kindOfStatus(status: number): IssueFailureKind {
  return status >= 500 ? "unreachable" : "refused";
}

// Let's Encrypt counts in weeks; what is longer is a mistake, and nobody would look for it.
const LONGEST_WAIT = 30 * 86_400_000;

/**
 * When a server wants to be asked again (RFC 9110, 10.2.3): seconds or a date.
 *
 * @returns Milliseconds since the epoch, not before `now` and at most 30 days after; `null` if it does not say.
 */
export function readRetryAfter({ headers }: Pick<AcmeAnswer, "headers">, now: number): number | null {
  const text = headers["retry-after"]?.trim() ?? "";
  const at = /^\d{1,9}$/.test(text) ? now + Number(text) * 1000 : Date.parse(text);
  return Number.isNaN(at) ? null : Math.min(Math.max(at, now), now + LONGEST_WAIT);
}
