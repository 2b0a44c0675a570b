import type {
  IssuanceState,
  IssuanceStatus,
  IssuedPairStatus,
  IssuerStatus,
  ObjectKey,
} from "../model/mod.ts";
import { issuerTitle, issuerType, referenceTitle } from "./find_issuer.ts";
import {
  dueOf,
  isFine,
  type IssuedPair,
  isUsable,
  type OpenIssuer,
  renewalOf,
  type ScheduleWishes,
} from "./issued_pair.ts";
import { isExhausted } from "./schedule.ts";

/** What a look at pairs is made with. */
export interface StatusView {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Why the clock is not believed; empty while it is. */
  readonly doubt: string;
  readonly wishes: ScheduleWishes;
  /** Whether it is known what is wanted; right after a start it is not. */
  readonly knows: boolean;
}

/**
 * Failed attempts since the latest success, without the one under way; none where nothing is needed any more, because a
 * pair that was not valid became so for example.
 */
export function failedAttempts(
  pair: IssuedPair,
  { now, wishes }: Pick<StatusView, "now" | "wishes">,
): number {
  const { busy, record } = pair;
  if (record.attempts === 0 || isFine(pair, now, wishes)) return 0;
  return busy === "issuing" && record.asking?.underway ? Math.max(record.attempts - 1, 0) : record.attempts;
}

/** How a pair stands. */
export function stateOf(pair: IssuedPair, view: StatusView): IssuanceState {
  const { now, wishes } = view;
  if (pair.intent === null) return "Issued";
  if (pair.issuer === null) return "NoIssuer";
  if (pair.busy === "issuing") return "Issuing";
  if (pair.trouble !== "") return "Retrying";
  if (isFine(pair, now, wishes)) return "Issued";
  const failed = failedAttempts(pair, view);
  if (failed > 0) return isExhausted(failed, wishes) ? "Exhausted" : "Retrying";
  const due = dueOf(pair, now, wishes);
  return due === null || due.at <= now ? "Waiting" : "Exhausted";
}

function messageOf(pair: IssuedPair, state: IssuanceState, { doubt, knows }: StatusView): string {
  const { intent, record, trouble } = pair;
  if (intent === null) {
    if (!knows) return "";
    return "Nobody asks for it any more: it is not renewed, and served until its directory is removed";
  }
  const { issuerRef, namespace } = intent;
  if (state === "NoIssuer") {
    const group = issuerRef.group === "" ? "" : ` of the group ${JSON.stringify(issuerRef.group)}`;
    return `Nobody on this host issues for ${referenceTitle(issuerRef, namespace)}${group}`;
  }
  if (trouble !== "") return trouble;
  if (state === "Issued") return "";
  if (doubt !== "" && state !== "Issuing") return `${doubt}: nothing is asked for until it is right`;
  if (record.failure !== null) return record.failure.message;
  const title = issuerTitle(pair.issuer!.config);
  if (state === "Issuing") return `${title} is being asked for it`;
  if (state === "Exhausted") return "It was issued again and again, and did not stay; it rests for a while";
  return `It has not been asked for yet; ${title} will be`;
}

/** What status says of a pair. */
export function pairStatus(pair: IssuedPair, view: StatusView): IssuedPairStatus {
  const { key, intent, issuer, record, stored } = pair;
  const state = stateOf(pair, view);
  const due = state === "Issued" ? null : dueOf(pair, view.now, view.wishes);
  const usable = isUsable(pair, view.now);
  const at = key.indexOf("/");
  return {
    namespace: key.slice(0, at),
    name: key.slice(at + 1),
    state,
    issuer: intent === null
      ? record.about.issuer
      : issuer === null
      ? referenceTitle(intent.issuerRef, intent.namespace)
      : issuerTitle(issuer.config),
    type: issuer === null ? null : issuerType(issuer.config),
    dnsNames: intent?.dnsNames ?? record.about.dnsNames,
    owner: intent === null
      ? record.about.owner
      : `${intent.owner.kind} ${intent.owner.namespace}/${intent.owner.name}`,
    notAfter: rfc3339(stored?.summary.notAfter),
    renewAt: usable ? rfc3339(renewalOf(pair, view.now, view.wishes)?.at) : null,
    attempts: failedAttempts(pair, view),
    nextAttempt: state === "Issuing" ? null : rfc3339(due?.at),
    message: messageOf(pair, state, view),
    failure: state === "Issued" ? null : record.failure?.kind ?? null,
  };
}

/** What status says of all pairs and of every issuer of the configuration, but for objects. */
export function issuanceStatus(
  directory: string,
  { pairs, issuers }: { readonly pairs: readonly IssuedPair[]; readonly issuers: readonly OpenIssuer[] },
  view: StatusView,
): Omit<IssuanceStatus, "objects"> {
  // What nobody asks for is shown as long as it is there.
  const shown = pairs.filter(({ intent, stored }) => intent !== null || stored !== null)
    .sort((a, b) => a.key < b.key ? -1 : 1);
  return {
    directory,
    issuers: issuers.map((issuer) => issuerStatus(issuer, shown, view)),
    pairs: shown.map((pair) => pairStatus(pair, view)),
  };
}

function issuerStatus(issuer: OpenIssuer, all: readonly IssuedPair[], view: StatusView): IssuerStatus {
  const own = all.filter((pair) => pair.issuer === issuer && pair.intent !== null);
  const failed = own.filter((pair) => pair.record.failure !== null && !isFine(pair, view.now, view.wishes))
    .sort((a, b) => b.record.since - a.record.since);
  return {
    issuer: issuerTitle(issuer.config),
    type: issuerType(issuer.config),
    pairs: own.length,
    failing: own.reduce((sum, pair) => sum + failedAttempts(pair, view), 0),
    message: failed[0]?.record.failure?.message ?? "",
  };
}

/** What is waited for, by pair: those that are wanted, and of which there is nothing yet. */
export function pendingOf(pairs: readonly IssuedPair[], view: StatusView): Map<ObjectKey, string> {
  const pending = new Map<ObjectKey, string>();
  for (const pair of pairs) {
    if (pair.intent === null || pair.stored !== null) continue;
    const { message, nextAttempt } = pairStatus(pair, view);
    pending.set(
      pair.key,
      nextAttempt === null ? message : `${message}; the next attempt is at ${nextAttempt}`,
    );
  }
  return pending;
}

function rfc3339(time: number | null | undefined): string | null {
  // Dates end where ECMAScript's do, certificates do not.
  if (time === null || time === undefined || !(Math.abs(time) <= 8.64e15)) return null;
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
