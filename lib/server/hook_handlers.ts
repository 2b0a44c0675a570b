import { type DarkHostname, type Hook, type HookOutcome, HOOKS, type Log } from "../model/mod.ts";
import type { Metrics } from "../outputs/mod.ts";
import { echoResource, HOOK_SERVICE, readCertStates, readSnapshot, type Throwaways } from "../xds/mod.ts";
import type { CallsUnderWay } from "./calls_under_way.ts";
import type { Generation } from "./generation.ts";
import type { HookHandler } from "./grpc_server.ts";
import type { SnapshotGateway, SnapshotReports } from "./snapshot_reports.ts";
import { inSpan } from "./tracing.ts";
import { translate } from "./translate.ts";

export type { DarkHostname };

/** How a PostTranslateModify call ended. */
export interface AnsweredCall {
  /** The Gateways of the snapshot with the revision that it was made from; empty if there are no CertState objects. */
  readonly gateways: readonly SnapshotGateway[];
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Envoy Gateway does not come again by itself after an `error`. */
  readonly outcome: HookOutcome;
}

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
  /** Told of every call while it is under way. */
  readonly calls?: CallsUnderWay;
  /** Told of every answered snapshot, and of every one that could not be answered. */
  readonly onAnswered?: (call: AnsweredCall) => void;
}

/**
 * The handlers of the six hooks. PostTranslateModify prunes; the other five answer with the resource they were given,
 * byte for byte, so that a chain of extension managers can go on with it.
 *
 * An error is counted and passed on, and becomes UNAVAILABLE; the next call finds everything as it was.
 */
export function makeHookHandlers(parts: HookParts): Record<Hook, HookHandler> {
  const handlers = HOOKS.map((hook): [Hook, HookHandler] => {
    const answer = hook === "PostTranslateModify"
      ? (bytes: Uint8Array) => answerSnapshot(bytes, parts)
      : echo;
    return [hook, (request) => measured(hook, () => answer(request), parts)];
  });
  return Object.fromEntries(handlers) as Record<Hook, HookHandler>;
}

const RPC = { "rpc.system.name": "grpc" };

interface Answer {
  readonly bytes: Uint8Array;
  readonly outcome: HookOutcome;
}

function echo(request: Uint8Array): Promise<Answer> {
  return Promise.resolve({ bytes: echoResource(request), outcome: "unchanged" });
}

async function answerSnapshot(request: Uint8Array, parts: HookParts): Promise<Answer> {
  try {
    const { gateways, ...answer } = await answerAndReport(request, parts);
    tell(parts, gateways, answer.outcome);
    return answer;
  } catch (error) {
    tell(parts, gatewaysOf(readSnapshot(request).context), "error");
    throw error;
  }
}

async function answerAndReport(
  request: Uint8Array,
  parts: HookParts,
): Promise<Answer & { readonly gateways: readonly SnapshotGateway[] }> {
  const generation = parts.generation();
  const { answer, snapshot, plan, requestBytes, reverted } = await translate(request, {
    ...parts,
    generation,
    dark: parts.dark?.(),
  });
  const gateways = gatewaysOf(snapshot.context);
  parts.reports.record({
    snapshot,
    gateways,
    plan,
    requestBytes,
    responseBytes: answer.byteLength,
    maxMessageSize: generation.config.hook.maxMessageSize,
    whenEmpty: generation.config.whenEmpty,
  });
  const outcome = reverted.length > 0 ? "degraded" : plan.steps.length > 0 ? "changed" : "unchanged";
  return { bytes: answer, outcome, gateways };
}

function gatewaysOf(context: Uint8Array): SnapshotGateway[] {
  return readCertStates(context).map(({ namespace, gateway, revision }) => ({
    namespace,
    name: gateway,
    revision,
  }));
}

/** Whoever listens cannot spoil an answer. */
function tell(
  { onAnswered, clock, log, metrics }: HookParts,
  gateways: readonly SnapshotGateway[],
  outcome: HookOutcome,
): void {
  try {
    onAnswered?.({ gateways, at: clock(), outcome });
  } catch (error) {
    metrics.add("certgate_hook_panics_total");
    log.error("taking note of an answer failed, the answer goes out", { error });
  }
}

async function measured(hook: Hook, answer: () => Promise<Answer>, parts: HookParts): Promise<Uint8Array> {
  const { metrics, log } = parts;
  const started = performance.now();
  const ended = parts.calls?.begin();
  let outcome: HookOutcome = "error";
  try {
    const result = await inSpan(`${HOOK_SERVICE}/${hook}`, RPC, answer, "server");
    outcome = result.outcome;
    return result.bytes;
  } catch (error) {
    metrics.add("certgate_hook_panics_total");
    log.error("a hook call failed", { hook, error });
    throw error;
  } finally {
    ended?.();
    metrics.add("certgate_hook_calls_total", { hook, outcome });
    metrics.observe("certgate_hook_duration_seconds", (performance.now() - started) / 1000, { hook });
  }
}
