import { coversName, describe, verdictOf } from "../health/mod.ts";
import {
  CAUSES,
  type JsonObject,
  type ListenerSecret,
  type ObjectKey,
  type PairState,
  type Reason,
  type Verdict,
  type Warning,
} from "../model/mod.ts";
import { asObject } from "../resources/mod.ts";
import { asObjects, compact } from "./_json.ts";
import { type Judged, type ListenerDraft, subjectOf, type Trouble } from "./_drafts.ts";
import type { ResourceIndex } from "./_index.ts";
import { keyOf } from "./_names.ts";
import { pairBehind, type SdsSecret } from "./_sds_secrets.ts";
import { type CertificateReference, isManaged, referencesOf } from "./_references.ts";

/** What certificates are judged with. */
export interface Bench {
  readonly pairs: ReadonlyMap<ObjectKey, PairState>;
  readonly neverGate: ReadonlySet<string>;
  readonly nameCoverage: "warn" | "withhold";
  readonly isGranted: ResourceIndex["isGranted"];
  /** Secrets that name an SDS server in place of a pair. */
  readonly sdsSecrets: ReadonlyMap<ObjectKey, SdsSecret>;
}

/** Which of several bad certificates is told of first: what a person can do least about comes last. */
const TELLING: readonly Reason[] = [
  "Expired",
  "NotYetValid",
  "Pending",
  "Missing",
  "KeyMismatch",
  "Unreadable",
  "Unsupported",
];

/** A certificate that the listener may use, and what is held against it. */
interface Finding {
  readonly reference: CertificateReference;
  readonly secret: ListenerSecret;
  /** Why it cannot be used; `null` if it can. */
  readonly against: Verdict | null;
}

const UNMANAGED: Omit<Judged, "value"> = {
  managed: false,
  secrets: [],
  reason: "Usable",
  cause: "usable",
  message: "",
  detail: "",
  refused: null,
};

/**
 * Judges the certificates of a listener.
 *
 * - A listener that ends no TLS, or names no certificate, is not looked at.
 * - A reference to a certificate that cannot be used is taken out; a listener with none left is withheld.
 * - Where every certificate can be used the listener stays the object that it was.
 */
export function judgeListener(listener: ListenerDraft, bench: Bench): Judged {
  if (!isManaged(listener)) return { ...UNMANAGED, value: listener.value };
  const references = referencesOf(listener, bench.isGranted);
  const allowed = references.filter(({ refusal }) => refusal === "");
  const findings = allowed.map((reference) => find(listener, reference, bench));
  const bad = findings.filter(({ against }) => against !== null);
  const good = findings.filter(({ against }) => against === null);
  const worst = worstOf(bad);
  const judged = { ...UNMANAGED, managed: true, secrets: findings.map(({ secret }) => secret) };
  if (allowed.length === 0) {
    return { ...judged, value: null, refused: refusalOf(listener, references[0]) };
  }
  if (good.length === 0) {
    const against = worst!.against!;
    const message = describe(subjectOf(listener), against, against.validity ?? NEVER);
    return {
      ...judged,
      reason: against.reason,
      cause: against.cause,
      message,
      detail: detailOf(worst!, against),
      value: null,
    };
  }
  const kept = good.map(({ reference }) => reference);
  const value = kept.length === references.length ? listener.value : withReferences(listener.value, kept);
  const refused = references.find(({ refusal }) => refusal !== "");
  return { ...judged, value, ...adviceFor(listener, { good, worst, refused }) };
}

const NEVER = { notBefore: NaN, notAfter: NaN };

function find(listener: ListenerDraft, reference: CertificateReference, bench: Bench): Finding {
  const pair = pairBehind(reference.key, bench);
  const neverGate = bench.neverGate.has(reference.key);
  const { namespace, name } = reference;
  const nothing = { serving: null, serial: null, notAfter: null, names: [], warnings: [] };
  if (pair === "foreign") {
    const verdict = verdictOf("leave", "not_judged", "another SDS server gives it");
    return { reference, secret: { namespace, name, verdict, neverGate, ...nothing }, against: null };
  }
  if (pair === undefined) {
    const verdict = missing(bench.sdsSecrets.has(reference.key));
    return { reference, secret: { namespace, name, verdict, neverGate, ...nothing }, against: verdict };
  }
  const { served, verdict } = pair;
  const isFor = served === null || listener.hostname === "*" ||
    served.leaf.names.some((one) => coversName(one, listener.hostname));
  const secret: ListenerSecret = {
    namespace,
    name,
    verdict,
    neverGate,
    serving: served?.from ?? null,
    serial: served?.leaf.serial ?? null,
    notAfter: served?.leaf.notAfter ?? null,
    names: served?.leaf.names ?? [],
    warnings: isFor ? pair.warnings : [notFor(listener.hostname), ...pair.warnings],
  };
  const uncovered = !isFor && bench.nameCoverage === "withhold";
  return { reference, secret, against: served === null ? verdict : uncovered ? otherNames(secret) : null };
}

function missing(bySds: boolean): Verdict {
  const detail = bySds ? "no source with delivery: sds gives it" : "no source and no resource gives it";
  return { action: "withhold", reason: "Missing", cause: "secret_missing", detail, edge: null };
}

function otherNames({ names }: ListenerSecret): Verdict {
  const detail = `the certificate is for ${names.join(", ") || "no name"}`;
  return { action: "withhold", reason: "Unsupported", cause: "name_not_covered", detail, edge: null };
}

function notFor(hostname: string): Warning {
  return { code: "NameNotCovered", message: `The certificate is not for ${hostname}` };
}

function worstOf(bad: readonly Finding[]): Finding | null {
  const rank = ({ against }: Finding) => TELLING.indexOf(against!.reason);
  return bad.length === 0 ? null : bad.reduce((one, other) => rank(other) < rank(one) ? other : one);
}

function detailOf({ reference }: Finding, { detail }: Verdict): string {
  return `Secret "${reference.key}"${detail === "" ? "" : `: ${detail}`}`;
}

/** What a person should know of a listener that is served all the same. */
function adviceFor(
  listener: ListenerDraft,
  { good, worst, refused }: {
    readonly good: readonly Finding[];
    readonly worst: Finding | null;
    readonly refused: CertificateReference | undefined;
  },
): Pick<Judged, "message" | "detail"> {
  const subject = subjectOf(listener);
  const held = good.find(({ secret }) => secret.serving === "held");
  if (held !== undefined) {
    const { verdict, notAfter } = held.secret;
    const message =
      `The new certificate for ${subject} cannot be used (${CAUSES[verdict.cause].why}), so the earlier ` +
      `one is served until ${dayOf(notAfter!)}.`;
    return { message, detail: detailOf(held, verdict) };
  }
  const why = worst?.against ? CAUSES[worst.against.cause].why : refused && "its owner does not allow it";
  if (why === undefined) return { message: "", detail: "" };
  const message =
    `One of the certificates for ${subject} cannot be used (${why}); HTTPS goes on with the others.`;
  return { message, detail: worst?.against ? detailOf(worst, worst.against) : refused!.refusal };
}

function dayOf(time: number): string {
  return Math.abs(time) <= 8.64e15
    ? `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`
    : "an unknown date";
}

function refusalOf(listener: ListenerDraft, reference: CertificateReference): Trouble {
  return {
    problem: "RefNotPermitted",
    message: `HTTPS for ${subjectOf(listener)} is off: it may not use the certificate "${keyOf(reference)}".`,
    detail: reference.refusal,
  };
}

function withReferences(value: JsonObject, kept: readonly CertificateReference[]): JsonObject {
  const references = new Set<unknown>(kept.map(({ value }) => value));
  const tls = asObject(value.tls);
  const certificateRefs = asObjects(tls.certificateRefs).filter((one) => references.has(one));
  return compact({ ...value, tls: { ...tls, certificateRefs } });
}
