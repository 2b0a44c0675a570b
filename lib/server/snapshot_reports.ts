import {
  type Finding,
  type ListName,
  type Log,
  type ObjectKey,
  type ObjectName,
  type Plan,
  type Reason,
  WITHHOLDING_REASONS,
} from "../model/mod.ts";
import type { Metrics } from "../outputs/mod.ts";
import type { Snapshot } from "../xds/mod.ts";
import { countMutations, type MutationCounts, showMutations } from "./_count_mutations.ts";
import type { PlannedMutation } from "./_plan_policy.ts";
import { isOwnListener, isSame, keyOf, snapshotNames } from "./_snapshot_identity.ts";
import { ReportLog } from "./_report_log.ts";
import type { Refusal, SnapshotStatus } from "./agent_status.ts";
import type { HookFailure } from "./hook_failure.ts";
import { type Build, type ProgrammedSet, renderProgrammedSet } from "./programmed_set.ts";
import { leftIntact, LISTS, listWithheld, type WithheldHostname } from "./_withheld.ts";

/** A Gateway that a snapshot was made from. */
export interface SnapshotGateway extends ObjectName {
  /** Of its CertState object: what of certgate's publications the snapshot was made from. */
  readonly revision: string;
}

/** One answered snapshot. */
export interface AnsweredSnapshot {
  readonly snapshot: Snapshot;
  /** Empty where there are no CertState objects. */
  readonly gateways: readonly SnapshotGateway[];
  readonly plan: Plan;
  /** What policy objects did; default nothing. */
  readonly policy?: AnsweredPolicy;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly maxMessageSize: number;
  readonly whenEmpty: "remove" | "park";
  /** Whether the programmed set is kept. Default false. */
  readonly programmedSet?: boolean;
}

/** What policy objects did in an answer. */
export interface AnsweredPolicy {
  /** Digest of the policy objects that the answer was made with. */
  readonly digest: string;
  readonly mutations: readonly PlannedMutation[];
  readonly failures: readonly HookFailure[];
}

const NO_POLICY: AnsweredPolicy = { digest: "", mutations: [], failures: [] };

export type { WithheldHostname };

/** The latest answer to one snapshot. */
export interface Report {
  /** Stays the same from answer to answer, whatever Envoy Gateway renames. */
  readonly id: number;
  /** What the snapshot is recognised by when it comes again. */
  readonly names: ReadonlySet<string>;
  /** Its Gateways, where it says so. */
  readonly gateways: readonly SnapshotGateway[];
  readonly answeredAt: number;
  readonly answered: Pick<AnsweredSnapshot, "plan" | "requestBytes" | "responseBytes">;
  readonly policy: Omit<AnsweredPolicy, "mutations"> & { readonly counts: MutationCounts };
  /** The error that was answered since; `null` if there was none. */
  readonly refused: Refusal | null;
  readonly listeners: readonly string[];
  readonly withheld: readonly WithheldHostname[];
  readonly incomplete: ReadonlySet<ListName>;
}

/**
 * What the latest answers were, per snapshot: metrics, log lines and status all come from here, so that the withheld
 * hostnames are the same set in each (promise 5 of the design).
 *
 * Envoy Gateway sends a snapshot per Gateway, or one for all, without a name; a snapshot replaces the earlier one that
 * it shares a Gateway with, or, where there are no CertState objects to name them, a filter chain.
 */
export class SnapshotReports {
  readonly #parts: { log: Log; metrics: Metrics; clock: () => number };
  readonly #log: ReportLog;
  #reports: Report[] = [];
  #lastId = 0;
  #build: Build | null = null;
  #builds = 0;

  constructor(parts: { log: Log; metrics: Metrics; clock: () => number }) {
    this.#parts = parts;
    this.#log = new ReportLog(parts.log, parts.clock);
  }

  /** Takes note of an answer that is about to go out. @returns the number of its report. */
  record(answered: AnsweredSnapshot): number {
    const { plan, snapshot, gateways } = answered;
    const { digest, mutations, failures } = answered.policy ?? NO_POLICY;
    const counts = countMutations(mutations);
    const names = snapshotNames(snapshot);
    const replaced = this.#reports.filter((other) => isSame(other, { names, gateways }));
    const report: Report = {
      id: replaced[0]?.id ?? ++this.#lastId,
      names,
      gateways,
      answeredAt: this.#parts.clock(),
      answered: { plan, requestBytes: answered.requestBytes, responseBytes: answered.responseBytes },
      policy: { digest, failures, counts },
      refused: null,
      listeners: snapshot.listeners.map((listener) => listener.name).filter(isOwnListener),
      withheld: listWithheld(plan),
      incomplete: new Set(
        plan.findings.flatMap((finding) => finding.kind === "incomplete_input" ? [finding.list] : []),
      ),
    };
    this.#reports = [...this.#reports.filter((other) => !replaced.includes(other)), report];
    this.#count(answered);
    showMutations(this.#parts.metrics, counts);
    this.#show();
    this.#log.tell(report, answered);
    this.#log.tellIncomplete(this.#allIncomplete());
    this.#builds++;
    this.#build = answered.programmedSet
      ? { id: this.#builds, at: report.answeredAt, plan, mutations }
      : null;
    return report.id;
  }

  /** Takes note of a snapshot that was answered with an error: Envoy Gateway goes on with the answer before. */
  refuse(gateways: readonly SnapshotGateway[], message: string): void {
    const refused = { at: new Date(this.#parts.clock()).toISOString(), message };
    const keys = new Set(gateways.map(keyOf));
    this.#reports = this.#reports.map((report) => {
      const named = report.gateways.some((gateway) => keys.has(keyOf(gateway)));
      return named || gateways.length + report.gateways.length === 0 ? { ...report, refused } : report;
    });
  }

  /** What `/debug/programmed-set` shows. */
  programmedSet(): ProgrammedSet {
    return renderProgrammedSet(this.#build);
  }

  /**
   * Forgets the snapshots of Gateways that are gone: a Gateway that is deleted brings no further call. Snapshots that
   * name no Gateway stay.
   */
  retain(isKnown: (gateway: ObjectKey) => boolean): void {
    const gone = this.#reports.filter(({ gateways }) =>
      gateways.length > 0 && !gateways.some(({ namespace, name }) => isKnown(`${namespace}/${name}`))
    );
    if (gone.length === 0) return;
    this.#reports = this.#reports.filter((report) => !gone.includes(report));
    for (const report of gone) this.#log.forget(report);
    this.#show();
    this.#log.tellIncomplete(this.#allIncomplete());
  }

  /** The list `snapshots` of `/v1/status`. */
  status(): SnapshotStatus[] {
    return this.#reports.map((
      { gateways, answeredAt, answered, policy, listeners, withheld, incomplete, refused },
    ) => ({
      gateways,
      listeners,
      answeredAt: new Date(answeredAt).toISOString(),
      requestBytes: answered.requestBytes,
      responseBytes: answered.responseBytes,
      ...answered.plan.counts,
      notIncluded: [...incomplete],
      withheld,
      findings: answered.plan.findings.map(plainFinding),
      policy: policy.digest,
      mutations: policy.counts,
      failures: policy.failures,
      refused,
    }));
  }

  #allIncomplete(): ReadonlySet<ListName> {
    return new Set(this.#reports.flatMap(({ incomplete }) => [...incomplete]));
  }

  #count({ plan, requestBytes, responseBytes, whenEmpty }: AnsweredSnapshot): void {
    const { metrics } = this.#parts;
    const { counts } = plan;
    metrics.add("certgate_tls_pruned_chains_total", {}, counts.prunedChains);
    metrics.add("certgate_tls_pruned_certificates_total", {}, counts.prunedCertificates);
    metrics.add("certgate_tls_pruned_secrets_total", {}, counts.prunedSecrets);
    metrics.add("certgate_tls_neutralised_secrets_total", {}, counts.neutralised);
    const emptied = counts.removedListeners + counts.parkedListeners;
    metrics.add("certgate_tls_emptied_listeners_total", { action: whenEmpty }, emptied);
    metrics.add("certgate_tls_listeners_left_intact_total", {}, leftIntact(plan));
    metrics.add("certgate_snapshot_malformed_total", {}, ofKind(plan, "malformed"));
    for (const [direction, size] of [["request", requestBytes], ["response", responseBytes]] as const) {
      metrics.observe("certgate_hook_message_bytes", size, { direction });
      metrics.set("certgate_hook_last_message_bytes", size, { direction });
    }
  }

  #show(): void {
    const { metrics } = this.#parts;
    const sum = (value: (plan: Plan) => number) =>
      this.#reports.reduce((total, { answered }) => total + value(answered.plan), 0);
    metrics.set("certgate_tls_pruned_chains_active", sum(({ counts }) => counts.prunedChains));
    metrics.set(
      "certgate_tls_emptied_listeners_active",
      sum(({ counts }) => counts.removedListeners + counts.parkedListeners),
    );
    metrics.set("certgate_tls_listeners_left_intact_active", sum(leftIntact));
    const unusable = sum((plan) => ofKind(plan, "platform_unusable"));
    metrics.set("certgate_platform_cert_unusable", unusable, { layer: "hook" });
    const hostnames = new Map<Reason, Set<string>>(WITHHOLDING_REASONS.map((reason) => [reason, new Set()]));
    for (const { withheld } of this.#reports) {
      for (const { hostname, reason } of withheld) hostnames.get(reason)?.add(hostname);
    }
    for (const [reason, names] of hostnames) {
      metrics.set("certgate_tls_withheld_hostnames_active", names.size, { reason });
    }
    for (const list of LISTS) {
      const missing = this.#reports.some(({ incomplete }) => incomplete.has(list));
      metrics.set("certgate_hook_incomplete_input", missing ? 1 : 0, { kind: list });
    }
  }
}

function ofKind(plan: Plan, kind: Finding["kind"]): number {
  return plan.findings.filter((finding) => finding.kind === kind).length;
}

function plainFinding(finding: Finding): unknown {
  return finding.kind === "platform_unusable" ? { ...finding, verdict: finding.verdict.reason } : finding;
}
