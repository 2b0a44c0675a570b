import type { DarkHostname, Log, Material, Plan, TrustVerdict } from "../model/mod.ts";
import { emptyPlan, planPrune } from "../mutations/mod.ts";
import type { Metrics } from "../outputs/mod.ts";
import { applyPlan, readSnapshot, type Snapshot, type Throwaways } from "../xds/mod.ts";
import type { Generation } from "./generation.ts";
import { pruneAttributes, snapshotAttributes } from "./_span_attributes.ts";
import { snapshotMaterials } from "./snapshot_materials.ts";
import { inSpan } from "./tracing.ts";

/** What one PostTranslateModify call came to. */
export interface Translation {
  /** Serialized PostTranslateModifyResponse. */
  readonly answer: Uint8Array;
  readonly snapshot: Snapshot;
  readonly plan: Plan;
  readonly requestBytes: number;
  /** Mutations that failed and were undone alone. */
  readonly reverted: readonly string[];
}

/** What {@linkcode translate} works with. */
export interface TranslateParts {
  readonly generation: Generation;
  readonly throwaways: Throwaways;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Hostnames that the gate has left out. Default none. */
  readonly dark?: readonly DarkHostname[];
  /** Judges as if it were this moment, milliseconds since the epoch; default what the clock says. */
  readonly at?: number;
}

// What is left of the deadline after the verdicts: planning and splicing of the largest snapshots take less.
const SHARE_FOR_VERDICTS = 0.7;

/**
 * One snapshot through view, verdicts, plan and answer.
 *
 * - There is an answer within the deadline whatever hangs: verdicts that are not there by then are the rules' own.
 * - A mutation that throws is undone alone, and the rest of the answer goes out.
 * - A request that does not read is refused, because an answer to a part of it would delete the rest.
 *
 * @param request Serialized PostTranslateModifyRequest; its bytes may be used up for the answer.
 * @throws Error if the request is not a message, or the answer cannot be made at all.
 */
export function translate(request: Uint8Array, parts: TranslateParts): Promise<Translation> {
  return inSpan("handler", {}, async (span) => {
    const timer = phaseTimer(parts.metrics);
    const requestBytes = request.byteLength;
    const snapshot = await inSpan("index_build", {}, () => readAndJudge(request, parts, timer));
    span.set(() => snapshotAttributes(snapshot));
    return inSpan("mutate", {}, () => {
      const now = parts.at ?? parts.clock();
      const { store } = parts.generation;
      const { plan, reverted } = inSpan("tls.prune", {}, (span) => {
        const planned = planOrUndo(parts, snapshot, (material) => store.verdictOf(material, now));
        span.set(() => pruneAttributes(planned.plan));
        return planned;
      });
      timer.end("plan");
      const answer = applyPlan(snapshot, plan, { throwaways: parts.throwaways, consume: true });
      timer.end("apply");
      return { answer, snapshot, plan, requestBytes, reverted };
    });
  });
}

async function readAndJudge(
  request: Uint8Array,
  parts: TranslateParts,
  timer: PhaseTimer,
): Promise<Snapshot> {
  const snapshot = readSnapshot(request);
  if (!snapshot.intact) throw new Error("Cannot read the snapshot: the message breaks off or is no message");
  const materials = snapshotMaterials(snapshot);
  timer.end("read");
  await learnWithin(parts, materials, parts.generation.config.hook.deadline * SHARE_FOR_VERDICTS);
  timer.end("judge");
  return snapshot;
}

async function learnWithin(
  parts: TranslateParts,
  materials: readonly Material[],
  patience: number,
): Promise<void> {
  const { generation: { store }, metrics, log, clock } = parts;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), patience);
  });
  const learnt = store.learn(materials, clock() + patience);
  try {
    if (await Promise.race([learnt, late]) === "late") {
      metrics.add("certgate_hook_deadline_exceeded_total");
      log.warn("verdicts were not ready in time, the rules stand alone for this answer", {
        patience_ms: patience,
      });
      learnt.catch(() => {});
    }
  } catch (error) {
    metrics.add("certgate_hook_panics_total");
    log.error("asking for verdicts failed, the rules stand alone for this answer", { error });
  } finally {
    clearTimeout(timer);
  }
}

function planOrUndo(
  { generation: { config }, throwaways, metrics, log, dark }: TranslateParts,
  snapshot: Snapshot,
  verdictOf: (material: Material) => TrustVerdict,
): { plan: Plan; reverted: string[] } {
  try {
    const { whenEmpty, onDark } = config;
    const neverGate = new Set(config.neverGate);
    return {
      plan: planPrune(snapshot, verdictOf, { whenEmpty, onDark, neverGate, throwaways, dark }),
      reverted: [],
    };
  } catch (error) {
    metrics.add("certgate_hook_panics_total");
    metrics.add("certgate_mutation_reverted_total", { mutation: "prune" });
    log.error("a mutation failed and was undone, the rest of the answer goes out", {
      mutation: "prune",
      error,
    });
    return { plan: emptyPlan(), reverted: ["prune"] };
  }
}

interface PhaseTimer {
  end(phase: string): void;
}

function phaseTimer(metrics: Metrics): PhaseTimer {
  let last = performance.now();
  return {
    end(phase) {
      const now = performance.now();
      metrics.observe("certgate_phase_duration_seconds", (now - last) / 1000, { phase });
      last = now;
    },
  };
}
