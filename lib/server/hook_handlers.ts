import {
  type DarkHostname,
  type Hook,
  type HookOutcome,
  HOOKS,
  type Log,
  type ObjectKey,
  type SdsView,
} from "../model/mod.ts";
import type { Metrics } from "../outputs/mod.ts";
import { readCertStates, readSnapshot, type Throwaways } from "../xds/mod.ts";
import { countMutations, showFailures, showMutations } from "./_count_mutations.ts";
import { FailureLog } from "./_failure_log.ts";
import { type Answer, measured } from "./_measured.ts";
import type { MutationCode } from "./_mutation_code.ts";
import type { AnsweredCall } from "./answered_call.ts";
import { messageOf } from "./_words.ts";
import type { CallsUnderWay } from "./calls_under_way.ts";
import type { Faults } from "./faults.ts";
import type { Generation } from "./generation.ts";
import type { HookHandler } from "./grpc_server.ts";
import { failuresOf, HookError, isPassing } from "./hook_error.ts";
import type { HookFailure } from "./hook_failure.ts";
import { modifyResource, type ResourceHook } from "./modify_resource.ts";
import type { SnapshotGateway, SnapshotReports } from "./snapshot_reports.ts";
import { translate, type TranslateParts } from "./translate.ts";

export type { AnsweredCall, DarkHostname };

/** What the handlers are made of. */
export interface HookParts {
  /** Read once per call, so that a reload in between changes nothing in it. */
  readonly generation: () => Generation;
  readonly reports: SnapshotReports;
  readonly throwaways: Throwaways;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: () => number;
  /** Hostnames that the gate leaves out now. Default none. */
  readonly dark?: () => readonly DarkHostname[];
  /** What certgate's own SDS server has now. Default `null`: there is none. */
  readonly sds?: () => SdsView | null;
  /** Told of every call while it is under way. */
  readonly calls?: CallsUnderWay;
  /** What is to go wrong on purpose. Default nothing. */
  readonly faults?: Faults;
  /** The mutations of policy objects. Default the real ones. */
  readonly mutations?: MutationCode;
  /** Told of every answered snapshot, and of every call that could not be answered or lacks something. */
  readonly onAnswered?: (call: AnsweredCall) => void;
}

/**
 * The handlers of the six hooks. PostTranslateModify prunes and does what policy objects ask for; four of the other five
 * do the same to the one resource that they are given, as far as its message allows, and endpoints go out as they came.
 *
 * An error is counted and passed on as a gRPC error; the next call finds everything as it was.
 */
export function makeHookHandlers(parts: HookParts): Record<Hook, HookHandler> {
  const failures = new FailureLog(parts.log, parts.clock);
  const handlers = HOOKS.map((hook): [Hook, HookHandler] => {
    const answer = (request: Uint8Array, waited?: number) => {
      const context = { parts, failures, translateParts: { ...partsOf(parts), waited } };
      return hook === "PostTranslateModify"
        ? answerSnapshot(request, context)
        : answerResource(hook, request, context);
    };
    return [hook, (request, waited) => measured(hook, () => answer(request, waited), parts)];
  });
  return Object.fromEntries(handlers) as Record<Hook, HookHandler>;
}

interface CallContext {
  readonly parts: HookParts;
  readonly failures: FailureLog;
  readonly translateParts: TranslateParts;
}

async function answerResource(
  hook: ResourceHook,
  request: Uint8Array,
  { parts, failures, translateParts }: CallContext,
): Promise<Answer> {
  const note = (failed: readonly HookFailure[], outcome: HookOutcome, error?: unknown) => {
    failures.tell({ hook, gateways: [] }, failed);
    if (outcome !== "degraded" && outcome !== "error") return;
    tell(parts, { ...unknownCall(hook, translateParts), outcome, passing: mayPass(failed, error) });
  };
  try {
    const { answer, mutations, ...ended } = await modifyResource(hook, request, translateParts);
    showFailures(parts.metrics, ended.failures);
    if (mutations.length > 0) showMutations(parts.metrics, countMutations(mutations));
    const outcome = outcomeOf(ended);
    parts.log.debug("resource answered", { hook, outcome });
    note(ended.failures, outcome);
    return { bytes: answer, outcome };
  } catch (error) {
    const failed = failuresOf(error);
    showFailures(parts.metrics, failed);
    note(failed, "error", error);
    throw error;
  }
}

async function answerSnapshot(
  request: Uint8Array,
  { parts, failures, translateParts }: CallContext,
): Promise<Answer> {
  const hook = "PostTranslateModify";
  try {
    const { bytes, ...call } = await answerAndReport(request, parts, translateParts);
    showFailures(parts.metrics, call.failures);
    failures.tell({ hook, gateways: namesOf(call.gateways) }, call.failures);
    const { snapshot, applied, gateways, outcome } = call;
    const passing = mayPass(call.failures);
    const { bundlesInPlace } = call;
    const known = { gateways, outcome, snapshot, applied, passing, bundlesInPlace };
    tell(parts, { ...unknownCall(hook, translateParts), ...known });
    return { bytes, outcome };
  } catch (error) {
    const gateways = gatewaysOf(readSnapshot(request).context);
    const failed = failuresOf(error);
    parts.reports.refuse(gateways, messageOf(error));
    showFailures(parts.metrics, failed);
    failures.tell({ hook, gateways: namesOf(gateways) }, failed);
    const passing = mayPass(failed, error);
    tell(parts, { ...unknownCall(hook, translateParts), gateways, outcome: "error", passing });
    throw error;
  }
}

interface Reported extends Answer {
  readonly gateways: readonly SnapshotGateway[];
  readonly snapshot: number;
  readonly applied: ReadonlyMap<ObjectKey, number>;
  readonly failures: readonly HookFailure[];
  readonly bundlesInPlace: readonly string[];
}

async function answerAndReport(
  request: Uint8Array,
  { reports }: HookParts,
  translateParts: TranslateParts,
): Promise<Reported> {
  const { config, policy: { index: { digest } } } = translateParts.generation;
  const { answer, snapshot, plan, requestBytes, ...ended } = await translate(request, translateParts);
  const { mutations, failures, applied } = ended;
  const gateways = gatewaysOf(snapshot.context);
  const id = reports.record({
    snapshot,
    gateways,
    plan,
    policy: { digest, mutations, failures },
    requestBytes,
    responseBytes: answer.byteLength,
    maxMessageSize: config.hook.maxMessageSize,
    whenEmpty: config.whenEmpty,
    programmedSet: config.debug.programmedSet,
  });
  const bundlesInPlace = plan.findings.flatMap((one) => one.kind === "bundle_in_place" ? one.bundles : []);
  return {
    bytes: answer,
    outcome: outcomeOf(ended),
    gateways,
    snapshot: id,
    applied,
    failures,
    bundlesInPlace,
  };
}

function partsOf(parts: HookParts): TranslateParts {
  const { throwaways, metrics, log, clock, faults, mutations } = parts;
  const generation = parts.generation();
  return {
    generation,
    throwaways,
    metrics,
    log,
    clock,
    faults,
    mutations,
    dark: parts.dark?.(),
    sds: parts.sds?.(),
  };
}

function outcomeOf(
  ended: {
    readonly changed: boolean;
    readonly reverted: readonly string[];
    readonly failures: readonly HookFailure[];
  },
): HookOutcome {
  if (ended.reverted.length > 0 || ended.failures.length > 0) return "degraded";
  return ended.changed ? "changed" : "unchanged";
}

/** An error passes as a whole or not at all; of an answer it is enough that a part of it may be better. */
function mayPass(failures: readonly HookFailure[], error?: unknown): boolean {
  if (error === undefined) return failures.some(({ kind }) => isPassing(kind));
  return error instanceof HookError ? error.passing : true;
}

type Unknown = Omit<AnsweredCall, "outcome" | "passing" | "at">;

function unknownCall(hook: Hook, { generation }: TranslateParts): Unknown {
  return { hook, gateways: [], snapshot: 0, policy: generation.policy.index.digest, applied: new Map() };
}

function namesOf(gateways: readonly SnapshotGateway[]): ObjectKey[] {
  return gateways.map(({ namespace, name }): ObjectKey => `${namespace}/${name}`);
}

function gatewaysOf(context: Uint8Array): SnapshotGateway[] {
  return readCertStates(context).map(({ namespace, gateway, revision }) => ({
    namespace,
    name: gateway,
    revision,
  }));
}

/** Whoever listens cannot spoil an answer. */
function tell({ onAnswered, clock, log, metrics }: HookParts, call: Omit<AnsweredCall, "at">): void {
  try {
    onAnswered?.({ ...call, at: clock() });
  } catch (error) {
    metrics.add("certgate_hook_panics_total");
    log.error("taking note of an answer failed, the answer goes out", { error });
  }
}
