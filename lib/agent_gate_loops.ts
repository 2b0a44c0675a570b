import { inSpan, type OpenSpan } from "./server/mod.ts";
import { type Loop, makeLoop } from "./agent_loop.ts";

// The first change is published at once; a second within this time waits, so that a storm is a few reloads.
const SPACING = 1000;

/** When the two kinds of work may begin. */
export interface GatePace {
  /** Milliseconds between publications; a second unless told. */
  readonly spacing: number | undefined;
  /** Whether something goes straight to Envoy. */
  readonly direct: boolean;
  /** Whether the next piece of work waits neither for pairs nor for Envoy Gateway. */
  readonly isHurried: () => { readonly judge: boolean; readonly publish: boolean };
  /** Whether Envoy Gateway is at work on what was published last. */
  readonly isDigesting: () => boolean;
  /** Milliseconds that judging took last. */
  readonly effort: () => number;
}

/** The two kinds of work. Each says whether the next is to keep its distance. */
export interface GateWork {
  readonly judge: (span: OpenSpan) => Promise<boolean>;
  readonly publish: () => Promise<boolean>;
  readonly onError: (what: string) => (error: unknown) => void;
}

/** Makes the loops in which pairs are judged, and in which is published what is believed. */
export function makeGateLoops(
  { spacing = SPACING, direct, isHurried, isDigesting, effort }: GatePace,
  { judge, publish, onError }: GateWork,
): { readonly work: Loop; readonly publishing: Loop } {
  const work = makeLoop(() => inSpan("gate.reconcile", {}, judge), {
    // It is publications that keep their distance; judging only takes no more than half of the time.
    spacing: () => Math.min(spacing, 2 * effort()),
    mayBegin: () => direct || isHurried().judge || !isDigesting(),
    onError: onError("judge"),
  });
  const publishing = makeLoop(() =>
    inSpan("gate.publish", {}, async (span) => {
      const changed = await publish();
      span.set(() => ({ "gate.published": changed }));
      return changed;
    }), {
    spacing,
    mayBegin: () => isHurried().publish || !isDigesting(),
    onError: onError("publish"),
  });
  return { work, publishing };
}
