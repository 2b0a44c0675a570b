import type { Hook, HookOutcome, Log } from "../model/mod.ts";
import type { Metrics } from "../outputs/mod.ts";
import { HOOK_SERVICE } from "../xds/mod.ts";
import type { CallsUnderWay } from "./calls_under_way.ts";
import { failuresOf } from "./hook_error.ts";
import { inSpan } from "./tracing.ts";

const RPC = { "rpc.system.name": "grpc" };

/** The answer to a call, and how it ended. */
export interface Answer {
  readonly bytes: Uint8Array;
  readonly outcome: HookOutcome;
}

interface Parts {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly calls?: CallsUnderWay;
}

/** Answers a call in a span of its own, and counts it whatever becomes of it. */
export async function measured(hook: Hook, answer: () => Promise<Answer>, parts: Parts): Promise<Uint8Array> {
  const { metrics, log } = parts;
  const started = performance.now();
  const ended = parts.calls?.begin();
  let outcome: HookOutcome = "error";
  try {
    const result = await inSpan(`${HOOK_SERVICE}/${hook}`, RPC, answer, "server");
    outcome = result.outcome;
    return result.bytes;
  } catch (error) {
    // What a failure policy refuses was counted where it failed.
    if (failuresOf(error).length === 0) metrics.add("certgate_hook_panics_total");
    log.error("a hook call failed", { hook, error });
    throw error;
  } finally {
    ended?.();
    show(metrics, hook, { outcome, seconds: (performance.now() - started) / 1000 });
  }
}

function show(
  metrics: Metrics,
  hook: Hook,
  { outcome, seconds }: { readonly outcome: HookOutcome; readonly seconds: number },
): void {
  metrics.add("certgate_hook_calls_total", { hook, outcome });
  metrics.observe("certgate_hook_duration_seconds", seconds, { hook });
  if (hook !== "PostTranslateModify") return;
  const theirs = outcome === "error" ? "error" : "success";
  metrics.add("nso_extension_hook_calls_total", { outcome: theirs });
  metrics.observe("nso_extension_hook_duration_seconds", seconds, { outcome: theirs });
}
