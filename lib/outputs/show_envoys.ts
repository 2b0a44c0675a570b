import { ENVOY_UPDATES, type EnvoyStatus } from "../model/mod.ts";
import type { Metrics } from "./metrics.ts";

/** What the counters of one Envoy said last, by their names here. */
type Counts = Readonly<Record<string, number>>;

// A Metrics lives as long as the process, and so do the counters that it shows.
const known = new WeakMap<Metrics, Map<string, Counts>>();

/**
 * Shows what the running Envoys say of themselves.
 *
 * Envoy counts from its own start, certgate's counters from certgate's: what an Envoy had counted when it was seen for the
 * first time, by the first call, is no news. One that comes up later is counted from its start, and one whose counters
 * went back has been restarted.
 *
 * @param envoys All of them, as they are now.
 */
export function showEnvoys(metrics: Metrics, envoys: readonly EnvoyStatus[]): void {
  const first = !known.has(metrics);
  const counts = known.get(metrics) ?? new Map<string, Counts>();
  known.set(metrics, counts);
  const up = envoys.filter((envoy) => envoy.up);
  for (const envoy of up) {
    const now: Counts = { ...envoy.rejected, timeouts: envoy.initFetchTimeouts };
    const before = counts.get(envoy.admin) ?? (first ? now : {});
    counts.set(envoy.admin, now);
    const gained = gainOf(before, now);
    for (const type of ENVOY_UPDATES) {
      metrics.add("certgate_envoy_update_rejected_total", { type }, gained(type));
    }
    metrics.add("certgate_envoy_init_fetch_timeout_total", {}, gained("timeouts"));
  }
  const rows = (of: readonly EnvoyStatus[], value: (envoy: EnvoyStatus) => number) =>
    of.map((envoy) => ({ labels: { admin: envoy.admin }, value: value(envoy) }));
  metrics.replace("certgate_envoy_up", rows(envoys, (envoy) => Number(envoy.up)));
  metrics.replace("certgate_envoy_listeners_warming", rows(up, ({ warming }) => warming.length));
}

/** By how much each counter has grown. If one of them went back, all of them began anew. */
function gainOf(before: Counts, now: Counts): (name: string) => number {
  const restarted = Object.entries(before).some(([name, value]) => (now[name] ?? 0) < value);
  return (name) => (now[name] ?? 0) - (restarted ? 0 : before[name] ?? 0);
}
