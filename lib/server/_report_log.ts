import type { ListName, Log, Plan } from "../model/mod.ts";
import { affectedListeners, leftIntact, LISTS, type WithheldHostname } from "./_withheld.ts";
import type { AnsweredSnapshot, Report } from "./snapshot_reports.ts";

const REMINDER = 3_600_000;
const ALMOST_FULL = 0.8;
/** Names of the lists in Envoy Gateway's configuration. */
const SETTING: Record<ListName, string> = {
  clusters: "cluster",
  secrets: "secret",
  listeners: "listener",
  routes: "route",
};

/** Log lines about answers. What stays the same is said when it begins, and again once an hour while it lasts. */
export class ReportLog {
  readonly #log: Log;
  readonly #clock: () => number;
  readonly #said = new Map<string, { what: string; at: number }>();

  constructor(log: Log, clock: () => number) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Says what one answer gives occasion to say. */
  tell(report: Report, answered: AnsweredSnapshot): void {
    const { plan: { counts }, requestBytes, responseBytes } = answered;
    const { counts: mutations } = report.policy;
    this.#log.info("snapshot answered", {
      gateways: gatewaysOf(report),
      listeners: report.listeners.length,
      request_bytes: requestBytes,
      response_bytes: responseBytes,
      pruned_chains: counts.prunedChains,
      pruned_secrets: counts.prunedSecrets,
      waf_listener: mutations.wafListener,
      local_reply: mutations.localReply,
      waf_route: mutations.wafRoute,
      connector_clusters: mutations.connectorClusters,
      connector_routes: mutations.connectorRoutes,
      connector_offline: mutations.connectorOffline,
      vpc_bind: mutations.vpcBind,
    });
    // What the gate withholds it has told itself; the hook only sees to it that nobody else answers.
    this.#tellPruned(report, answered.plan, report.withheld.filter(({ by }) => by === "hook"));
    this.#tellRefused(report, answered.plan, report.withheld.filter(({ by }) => by === "gate"));
    this.#tellSize(report, answered);
  }

  #tellPruned(report: Report, plan: Plan, withheld: readonly WithheldHostname[]): void {
    const log = this.#log;
    const gateways = gatewaysOf(report);
    const pruned = plan.steps.some(({ kind }) => kind !== "add_refusing_chain");
    this.#onChange(`prune ${report.id}`, pruned ? signature(withheld, plan) : "", (again) => {
      if (!pruned) {
        return log.info("every certificate is usable again", {
          gateways,
          listener: report.listeners[0] ?? "",
        });
      }
      const { counts } = plan;
      const refused = new Set(plan.steps.flatMap((step) => "hostnames" in step ? step.hostnames : []));
      log.warn("pruned invalid TLS chains", {
        gateways,
        pruned_chains: counts.prunedChains,
        pruned_secrets: counts.prunedSecrets,
        listeners_left_intact: leftIntact(plan),
        removed_listeners: counts.removedListeners,
        parked_listeners: counts.parkedListeners,
        neutralised: counts.neutralised,
        dropped_hostnames: plan.withheldHostnames.filter((name) => !refused.has(name)),
        affected_listeners: affectedListeners(plan.steps),
        reminder: again,
      });
      for (const { hostname, listener, reason, message, detail, notAfter } of withheld) {
        const why = { reason, message, detail, cert_not_after: notAfter };
        log.warn("listener certificate unhealthy", { gateways, listener, hostname, ...why });
      }
    });
  }

  #tellRefused(report: Report, { counts }: Plan, withheld: readonly WithheldHostname[]): void {
    const hostnames = [...new Set(withheld.map(({ hostname }) => hostname))];
    this.#onChange(`refuse ${report.id}`, hostnames.join(" "), (again) => {
      this.#log.info("what the gate withholds is refused where a wildcard would answer", {
        gateways: gatewaysOf(report),
        added_chains: counts.addedChains,
        hostnames,
        reminder: again,
      });
    });
  }

  #tellSize(report: Report, { requestBytes, responseBytes, maxMessageSize }: AnsweredSnapshot): void {
    const largest = Math.max(requestBytes, responseBytes);
    const full = largest > maxMessageSize * ALMOST_FULL;
    this.#onChange(`size ${report.id}`, full ? "full" : "", () => {
      if (!full) return;
      this.#log.warn("snapshots are near the largest message size", {
        gateways: gatewaysOf(report),
        bytes: largest,
        max_message_size: maxMessageSize,
        hint: "raise hook.maxMessageSize here and maxMessageSize in Envoy Gateway",
      });
    });
  }

  /** A snapshot that is gone has nothing more to say; if it comes again, it begins anew. */
  forget({ id }: Report): void {
    this.#said.delete(`prune ${id}`);
    this.#said.delete(`refuse ${id}`);
    this.#said.delete(`size ${id}`);
  }

  /** Says which kinds Envoy Gateway leaves out of any snapshot. */
  tellIncomplete(incomplete: ReadonlySet<ListName>): void {
    for (const list of LISTS) {
      this.#onChange(`incomplete ${list}`, incomplete.has(list) ? "missing" : "", () => {
        if (!incomplete.has(list)) {
          return this.#log.info("envoy gateway includes this kind again", { kind: list });
        }
        this.#log.warn(
          "envoy gateway leaves out resources of this kind, so what depends on them is not judged",
          {
            kind: list,
            setting: `extensionManager.hooks.xdsTranslator.translation.${SETTING[list]}.includeAll`,
            hint: "set it to true; certgate eg-config prints the whole block",
          },
        );
      });
    }
  }

  /** Says something when it changes, and again each hour while it lasts; an empty `what` is the quiet state. */
  #onChange(subject: string, what: string, say: (reminder: boolean) => void): void {
    const now = this.#clock();
    const before = this.#said.get(subject);
    const same = (before?.what ?? "") === what;
    if (same && (what === "" || now - before!.at < REMINDER)) return;
    if (what === "") this.#said.delete(subject);
    else this.#said.set(subject, { what, at: now });
    say(same);
  }
}

const gatewaysOf = ({ gateways }: Report) => gateways.map(({ namespace, name }) => `${namespace}/${name}`);

// Positions in the snapshot change whenever anything else does; who is affected, and why, is what counts.
function signature(withheld: readonly WithheldHostname[], plan: Plan): string {
  return JSON.stringify([
    withheld.map(({ hostname, reason }) => [hostname, reason]),
    affectedListeners(plan.steps),
    { ...plan.counts, addedChains: 0 },
  ]);
}
