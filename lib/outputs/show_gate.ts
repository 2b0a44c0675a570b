import type {
  GatePlan,
  ListenerSecret,
  ListenerState,
  ObjectKey,
  PairState,
  SourceHealth,
} from "../model/mod.ts";
import { METRIC_FAMILIES, type MetricName } from "./metric_families.ts";
import type { Metrics } from "./metrics.ts";

/** What one evaluation came to. Times are milliseconds since the epoch. */
export interface GateFigures {
  /** What Envoy Gateway is given, and why. */
  readonly plan: GatePlan;
  /** What is believed of each Secret name. */
  readonly pairs: ReadonlyMap<ObjectKey, PairState>;
  /** How the sources are. */
  readonly sources: readonly SourceHealth[];
  /** Complaints about the resources. */
  readonly findings: number;
  /** Since when a revision waits to be seen by the hook; `null` if none does. */
  readonly pendingSince: number | null;
  /** Whether everything has arrived. */
  readonly converged: boolean;
  /** Whether the clock cannot be right. */
  readonly clockWrong: boolean;
  /** Whether verdicts were made anew since the last call; only then does `…_gating_total` count. */
  readonly evaluated: boolean;
}

/**
 * Shows the gate in the metrics, all of it in one step, so that no scrape sees two evaluations.
 *
 * - What is over is gone, not 0: a listener that serves again has no `…_withheld` series.
 * - A listener that terminates TLS is either in `…_withheld` or not; those in it are all in `…_managed` as well, so that
 *   the sum of the one over the sum of the other is the share of hostnames without HTTPS.
 * - Never-gated listeners are not in `…_managed` while they serve: nobody judges them.
 * - `…_expiry_time` is there only while the listener serves a certificate that is inside of its dates.
 */
export function showGate(metrics: Metrics, figures: GateFigures): void {
  const { plan, pairs, sources, evaluated } = figures;
  const judged = plan.listeners.filter((listener) => listener.managed);
  const withheld = judged.filter((listener) => listener.published === null);
  const managed = judged.filter((listener) => listener.published === null || !isNeverGated(listener));
  const dark = withheld.map((listener) => ({ ...namesOf(listener), reason: reasonOf(listener) }));
  metrics.replace(`${LISTENER}_withheld`, dark.map((labels) => ({ labels, value: 1 })));
  for (const labels of evaluated ? dark : []) metrics.add(`${LISTENER}_gating_total`, labels);
  metrics.replace(`${LISTENER}_managed`, managed.map((one) => ({ labels: namesOf(one), value: 1 })));
  showEnds(metrics, judged, pairs);
  showPairs(metrics, [...pairs.values()]);
  metrics.set("certgate_platform_cert_unusable", countLetThrough(judged), { layer: "gate" });
  showCounts(metrics, figures, { managed: managed.length, reasons: dark.map(({ reason }) => reason) });
  const bySource = (name: MetricName, value: (source: SourceHealth) => number) =>
    metrics.replace(name, sources.map((one) => ({ labels: { source: one.source }, value: value(one) })));
  bySource("certgate_source_up", ({ up }) => Number(up));
  bySource("certgate_source_bundles", (source) => source.pairs);
  bySource("certgate_source_watching", ({ watching }) => Number(watching));
}

const LISTENER = "certgate_gateway_listener_cert";

/** The labels of a listener: namespace and name of the object that it is written in, so that they are its own. */
function namesOf({ owner, name, hostname }: ListenerState) {
  return { namespace: owner.namespace, name: owner.name, listener: name, hostname };
}

const reasonOf = ({ problem, reason }: ListenerState): string => problem ?? reason;

const isNeverGated = ({ secrets }: ListenerState): boolean => secrets.every(({ neverGate }) => neverGate);

function showEnds(
  metrics: Metrics,
  listeners: readonly ListenerState[],
  pairs: ReadonlyMap<ObjectKey, PairState>,
): void {
  const healthy = listeners.flatMap((listener) => {
    const serving = listener.published === null ? [] : listener.secrets.filter(isHealthy);
    return serving.map((secret) => {
      const { namespace, name } = secret;
      const shown = namespace === listener.owner.namespace ? name : `${namespace}/${name}`;
      return { secret, labels: { ...namesOf(listener), secret: shown } };
    });
  });
  metrics.replace(
    `${LISTENER}_expiry_time`,
    healthy.map(({ secret, labels }) => ({ labels, value: secret.notAfter! / 1000 })),
  );
  metrics.replace(
    `${LISTENER}_expires_soon_time`,
    healthy.flatMap(({ secret, labels }) => {
      const soonFrom = pairs.get(`${secret.namespace}/${secret.name}`)?.soonFrom ?? null;
      return soonFrom === null ? [] : [{ labels, value: soonFrom / 1000 }];
    }),
  );
}

/** What `neverGate` or `onExpired` lets through is served, and all the same not healthy. */
function isHealthy({ serving, notAfter, verdict }: ListenerSecret): boolean {
  return notAfter !== null && (serving === "held" || serving === "current" && verdict.reason === "Usable");
}

/** How many certificates go out although their dates say no, because `neverGate` names them. */
function countLetThrough(listeners: readonly ListenerState[]): number {
  const served = listeners.filter(({ published }) => published !== null).flatMap(({ secrets }) => secrets);
  const letThrough = served.filter(({ neverGate, serving, verdict }) =>
    neverGate && serving === "current" && verdict.reason !== "Usable"
  );
  return new Set(letThrough.map(({ namespace, name }) => `${namespace}/${name}`)).size;
}

function showPairs(metrics: Metrics, pairs: readonly PairState[]): void {
  const labelsOf = ({ namespace, name }: PairState) => ({ namespace, secret: name });
  metrics.replace(
    "certgate_cert_not_after",
    pairs.flatMap((pair) => {
      const [leaf] = pair.certificates;
      return leaf === undefined ? [] : [{ labels: labelsOf(pair), value: leaf.notAfter / 1000 }];
    }),
  );
  metrics.replace(
    "certgate_cert_held",
    pairs.map((pair) => ({ labels: labelsOf(pair), value: Number(pair.served?.from === "held") })),
  );
}

function showCounts(
  metrics: Metrics,
  { plan, findings, pendingSince, converged, clockWrong }: GateFigures,
  { managed, reasons }: { readonly managed: number; readonly reasons: readonly string[] },
): void {
  const single = (name: MetricName, value: number) => metrics.replace(name, [{ labels: {}, value }]);
  const published = plan.gateways.filter((gateway) => gateway.published.length > 0).length;
  single("certgate_listeners_managed", managed);
  metrics.replace(
    "certgate_listeners_withheld",
    METRIC_FAMILIES.certgate_listeners_withheld.labels.reason.map((reason) => ({
      labels: { reason },
      value: reasons.filter((one) => one === reason).length,
    })),
  );
  metrics.replace("certgate_gate_gateways", [
    { labels: { state: "published" }, value: published },
    { labels: { state: "out" }, value: plan.gateways.length - published },
  ]);
  single("certgate_resource_findings", findings);
  single("certgate_gate_pending_since_timestamp_seconds", pendingSince === null ? 0 : pendingSince / 1000);
  single("certgate_converged", Number(converged));
  single("certgate_clock_wrong", Number(clockWrong));
}
