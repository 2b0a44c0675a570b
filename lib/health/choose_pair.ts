import type {
  Cause,
  CertificateFacts,
  JudgeOptions,
  PairBytes,
  Problem,
  ServedPair,
  Summary,
  Verdict,
  Warning,
} from "../model/mod.ts";
import { adviseWarnings } from "./advise_warnings.ts";
import { judge, verdictOf } from "./judge.ts";

/** A pair with what is known of it. */
export interface JudgedPair {
  /** The members. */
  readonly pair: PairBytes;
  /** SHA-256 of the members in hex. */
  readonly hash: string;
  /** What verdicts are made of, Envoy's word included. */
  readonly summary: Summary;
  /** In file order, the host's own first. */
  readonly certificates: readonly CertificateFacts[];
}

/** The pair that arrived last. */
export interface ArrivedPair extends JudgedPair {
  /** Why its files could not be read or found; judged before the bytes are. */
  readonly problem: Problem | null;
}

/** How a pair is chosen. */
export interface ChooseOptions extends JudgeOptions {
  /** What is done about a later certificate of the file that is out of its dates. Default `warn`. */
  readonly chainDates?: "warn" | "withhold";
  /** Whether an earlier pair may stand in. Default true. */
  readonly hold?: boolean;
  /** Dates alone do not withhold it. Default false. */
  readonly neverGate?: boolean;
  /** When it counts as expiring soon: what is left as a fraction of its lifetime below 1, else in milliseconds. */
  readonly expiresSoon?: number;
}

/** What goes out under one name, and why. */
export interface Choice {
  /** Judgement of what arrived last. */
  readonly verdict: Verdict;
  /** What goes out; `null` if nothing does. */
  readonly served: ServedPair | null;
  /** Advice about what goes out, or about what arrived if nothing does. */
  readonly warnings: readonly Warning[];
  /** Milliseconds since the epoch from which what goes out counts as expiring soon. */
  readonly soonFrom: number | null;
  /** The next moment, in milliseconds since the epoch, at which any of this changes by itself; `null` if never. */
  readonly edge: number | null;
}

/**
 * Chooses between the pair that arrived last and an earlier one that was good.
 *
 * - A usable pair that arrived goes out, whatever there was before.
 * - While it is not usable, the earlier one goes on being served for as long as it is usable itself.
 * - A pair that is gone as a whole was taken away: nothing stands in for it.
 * - Dates alone never withhold a pair that is named by `neverGate`.
 *
 * @param arrived What is there now.
 * @param earlier The last good one of that name, if any; of the same content as `arrived` it changes nothing.
 * @param now Milliseconds since the epoch.
 */
export function choosePair(
  arrived: ArrivedPair,
  earlier: JudgedPair | null,
  now: number,
  options: ChooseOptions = {},
): Choice {
  const verdict = judgeWhole(arrived, now, options);
  const standIn = verdict.action === "withhold" && mayHold(arrived, earlier, options) ? earlier : null;
  const standing = standIn && judgeWhole(standIn, now, options);
  const served = verdict.action === "serve"
    ? servedPair("current", arrived)
    : standing?.action === "serve"
    ? servedPair("held", standIn!)
    : null;
  const shown = served?.from === "held" ? standIn! : arrived;
  const soonFrom = served && soonTime(served.leaf, options.expiresSoon ?? 0);
  const soon = soonFrom !== null && now >= soonFrom ? served!.leaf.notAfter - soonFrom : 0;
  const facts = { ...shown.summary, certificates: shown.certificates, chainOrder: "unrelated" as const };
  const edges = [verdict.edge, standing?.edge ?? null, soonFrom, ...chainEdges(arrived.certificates, options)]
    .filter((time): time is number => time !== null && time > now);
  return {
    verdict,
    served,
    warnings: adviseWarnings(facts, [], now, { expiresSoon: soon }),
    soonFrom,
    edge: edges.length > 0 ? Math.min(...edges) : null,
  };
}

function mayHold(arrived: ArrivedPair, earlier: JudgedPair | null, options: ChooseOptions): boolean {
  if (earlier === null || options.hold === false) return false;
  return earlier.hash !== arrived.hash && arrived.problem?.cause !== "pair_missing";
}

function judgeWhole(
  one: JudgedPair & { problem?: Problem | null },
  now: number,
  options: ChooseOptions,
): Verdict {
  if (one.problem) return verdictOf("withhold", one.problem.cause, one.problem.detail);
  const found = judge(one.summary, now, options);
  const verdict = { ...judgeChain(found, one, now, options), validity: one.summary };
  const byDate = verdict.reason === "Expired" || verdict.reason === "NotYetValid";
  return options.neverGate && byDate ? { ...verdict, action: "serve" } : verdict;
}

function judgeChain(verdict: Verdict, one: JudgedPair, now: number, options: ChooseOptions): Verdict {
  if (verdict.action !== "serve" || options.chainDates !== "withhold") return verdict;
  const found = ([cause, test]: readonly [Cause, (member: CertificateFacts) => boolean]) => {
    const member = one.certificates.slice(1).find(test);
    return member && verdictOf("withhold", cause, member.subject, verdict.edge);
  };
  const end = now + (options.margin ?? 0);
  return found(["chain_expired", (member) => end >= member.notAfter]) ??
    found(["chain_not_yet_valid", (member) => now < member.notBefore]) ?? verdict;
}

function chainEdges(certificates: readonly CertificateFacts[], { margin = 0 }: ChooseOptions): number[] {
  return certificates.slice(1).flatMap(({ notBefore, notAfter }) => [notBefore, notAfter - margin, notAfter])
    .filter(Number.isFinite);
}

function servedPair(from: ServedPair["from"], { pair, hash, certificates }: JudgedPair): ServedPair | null {
  const [leaf] = certificates;
  return leaf === undefined ? null : { from, pair, hash, leaf };
}

function soonTime({ notBefore, notAfter }: CertificateFacts, expiresSoon: number): number | null {
  const left = expiresSoon < 1 ? (notAfter - notBefore) * expiresSoon : expiresSoon;
  return left > 0 ? Math.round(notAfter - left) : null;
}
