import { ISSUANCE_STATES, type IssuanceState } from "../model/mod.ts";
import { type IssuedPair, isUsable, renewalOf, type ScheduleWishes } from "./issued_pair.ts";
import { issuerTitle } from "./find_issuer.ts";
import { failedAttempts } from "./issuance_status.ts";

type Labels = Readonly<Record<string, string>>;

/** The families that issuance writes to. */
export interface IssuanceMetrics {
  /** Adds to a counter; 1 unless told. */
  add(
    name: "certgate_issuance_attempts_total" | "certgate_issuance_failures_total",
    labels?: Labels,
    by?: number,
  ): void;
  /** Sets a gauge. */
  set(name: "certgate_issuance_order_in_flight", value: number, labels?: Labels): void;
  /** Swaps every series of a gauge for these. */
  replace(
    name:
      | "certgate_issuance_pairs"
      | "certgate_issuance_next_renewal_timestamp_seconds"
      | "certgate_issuance_failing_attempts",
    rows: readonly { readonly labels: Labels; readonly value: number }[],
  ): void;
  /** Puts a value into a histogram. */
  observe(name: "certgate_issuance_duration_seconds", value: number, labels?: Labels): void;
}

/** Shows how all pairs stand. */
export function showPairs(
  metrics: IssuanceMetrics,
  pairs: readonly IssuedPair[],
  { now, wishes, titles, stateOf }: {
    readonly now: number;
    readonly wishes: ScheduleWishes;
    /** Of every issuer of the configuration. */
    readonly titles: readonly string[];
    readonly stateOf: (pair: IssuedPair) => IssuanceState;
  },
): void {
  const states = new Map(ISSUANCE_STATES.map((state) => [state, 0]));
  const failing = new Map(titles.map((title) => [title, 0]));
  const renewals: { labels: Labels; value: number }[] = [];
  for (const pair of pairs) {
    if (pair.intent === null) continue;
    const state = stateOf(pair);
    states.set(state, states.get(state)! + 1);
    const { namespace, name } = pair.intent;
    const renewal = isUsable(pair, now) ? renewalOf(pair, now, wishes) : null;
    if (renewal !== null) {
      renewals.push({ labels: { namespace, secret: name }, value: Math.round(renewal.at / 1000) });
    }
    if (pair.issuer === null) continue;
    const title = issuerTitle(pair.issuer.config);
    failing.set(title, (failing.get(title) ?? 0) + failedAttempts(pair, { now, wishes }));
  }
  metrics.replace(
    "certgate_issuance_pairs",
    [...states].map(([state, value]) => ({ labels: { state }, value })),
  );
  metrics.replace("certgate_issuance_next_renewal_timestamp_seconds", renewals);
  metrics.replace(
    "certgate_issuance_failing_attempts",
    [...failing].map(([issuer, value]) => ({ labels: { issuer }, value })),
  );
}
