import { join } from "node:path";
import { tryHoldState, wordsOf } from "../host/mod.ts";
import { beginRotation, saveJournal } from "./_begin_rotation.ts";
import { findStranger, STRANGER_HINT } from "./find_stranger.ts";
import { type Going, goOnRotation, Interrupted, settlePhase } from "./_go_on.ts";
import type { PendingRotation } from "./journal.ts";
import {
  decideRotation,
  lookAround,
  type RotationDecision,
  type RotationGoal,
  type Situation,
  STAGED_HINT,
} from "./plan_rotation.ts";
import { linkTarget, readTree, type TreeReading } from "./read_tree.ts";
import type { RotationOptions, RotationResult } from "./rotation_options.ts";
import {
  claim,
  type FaultPoint,
  findStale,
  makeCertsDirectory,
  ownerOf,
  removeStale,
} from "./tree_directory.ts";

/**
 * Makes the certificates of Envoy Gateway where there are none. What is there is never changed, except that a rotation that
 * was ended in its middle is finished.
 */
export function createTree(options: RotationOptions): Promise<RotationResult> {
  return run("create", options);
}

/**
 * Replaces every certificate at once. `ca.crt` then holds the new authority and one that was there before, so peers that
 * have read it accept old and new ones; those that have not refuse the new ones until they do. Makes a tree where there
 * is none.
 */
export function overwrite(options: RotationOptions): Promise<RotationResult> {
  return run("single", options);
}

/**
 * Replaces every certificate without a moment in which a peer that reads late refuses another: first trust in both
 * authorities, a wait, then the new leaves, another wait, then whoever has to be restarted. Ends like
 * {@linkcode overwrite}. Goes on with what an earlier run has begun. Makes a tree where there is none.
 */
export function stagedRotation(options: RotationOptions): Promise<RotationResult> {
  return run("staged", options);
}

async function run(goal: RotationGoal, options: RotationOptions): Promise<RotationResult> {
  const certs = join(options.configHome, "certs");
  try {
    const stranger = await findStranger(options.configHome);
    if (stranger !== null) {
      return answer({ kind: "refuse", why: stranger, hint: STRANGER_HINT }, certs, { authority: null });
    }
    const situation = await lookAround(options.configHome);
    const decision = decideRotation(goal, situation, { ...options, now: options.clock() });
    // Nothing is written where nothing is to be done, not even a lock.
    if (decision.kind === "refuse" || decision.kind === "nothing" && situation.stale.length === 0) {
      return answer(decision, certs, situation.reading);
    }
    const at = options.at ?? (() => {});
    await at("before directory");
    await makeCertsDirectory(options.configHome);
    const release = await tryHoldState(certs);
    if (release === null) return busy(certs);
    try {
      await claim(join(certs, "lock"), await ownerOf(certs));
      return await underLock(goal, options, at);
    } finally {
      release();
    }
  } catch (error) {
    return failure(error, certs);
  }
}

async function underLock(
  goal: RotationGoal,
  options: RotationOptions,
  at: FaultPoint,
): Promise<RotationResult> {
  // Another process may have been at it since the first look.
  const situation = await lookAround(options.configHome);
  const { certs, journal } = situation;
  const decision = decideRotation(goal, situation, { ...options, now: options.clock() });
  if (decision.kind === "refuse" || decision.kind === "nothing") {
    await removeStale(certs, situation.stale, at);
    return answer(decision, certs, situation.reading);
  }
  const going: Going = { certs, journal, options, at, waits: goal === "staged" };
  if (decision.kind === "finish") return await finish(decision, going);
  const mode = decision.kind === "create" ? "create" : decision.mode;
  let warnings: readonly string[] = [];
  try {
    const begun = await beginRotation(mode, situation, options, at);
    warnings = begun.warnings;
    await goOnRotation(begun.pending, going);
  } catch (error) {
    if (!(error instanceof Interrupted)) await undo(situation, at).catch(() => {});
    throw error;
  }
  const [outcome, words] = mode === "create"
    ? ["created", "were made"] as const
    : ["rotated", "were replaced"] as const;
  const reading = await readTree(options.configHome);
  return { ...answer({ kind: "nothing", hint: "" }, certs, reading, words), outcome, warnings };
}

async function finish(
  decision: Extract<RotationDecision, { kind: "finish" }>,
  going: Going,
): Promise<RotationResult> {
  const { pending, waits, settle } = decision;
  const { certs, options: { configHome } } = going;
  if (settle) {
    await settlePhase(pending, going);
    const hint = `a staged rotation waits to be finished: ${STAGED_HINT}`;
    return answer({ kind: "nothing", hint }, certs, await readTree(configHome));
  }
  await goOnRotation(pending, { ...going, waits });
  const words = pending.mode === "create" ? "were made" : "were replaced";
  const reading = await readTree(configHome);
  const done = answer({ kind: "nothing", hint: "" }, certs, reading, `${words}, as an earlier run had begun`);
  return { ...done, outcome: pending.mode === "create" ? "created" : "finished" };
}

/**
 * Takes everything back, unless some of it is in place already: then the next run finishes it. Does what it can, since
 * what made the rotation fail, e.g. a full disk, may make this fail too.
 */
async function undo({ certs, journal }: Situation, at: FaultPoint): Promise<void> {
  await at("before undo");
  const { journal: { pending } } = await lookAround(join(certs, ".."));
  if (pending !== null && isInPlace(pending, await linkTarget(certs))) return;
  if (pending !== null) await saveJournal(certs, journal, at);
  await removeStale(certs, await findStale(certs, []), at);
}

function isInPlace({ trust, leaves }: PendingRotation, target: string | null): boolean {
  return target !== null && (target === trust || target === leaves);
}

function answer(
  decision: Extract<RotationDecision, { kind: "refuse" | "nothing" }>,
  certs: string,
  { authority }: Pick<TreeReading, "authority">,
  words = "are already present and were not changed",
): RotationResult {
  const fingerprint = authority?.fingerprint ?? null;
  if (decision.kind === "nothing") {
    const message = `The certificates in "${certs}" ${words}`;
    return { outcome: "present", message, hint: decision.hint, fingerprint, warnings: [] };
  }
  const message = `Cannot change the certificates in "${certs}": ${decision.why}`;
  return { outcome: "refused", message, hint: decision.hint, fingerprint, warnings: [] };
}

function busy(certs: string): RotationResult {
  const message = `Cannot change the certificates in "${certs}": another certgate is doing so`;
  return {
    outcome: "busy",
    message,
    hint: "wait until it has ended",
    fingerprint: null,
    warnings: [],
  };
}

function failure(error: unknown, certs: string): RotationResult {
  if (error instanceof Interrupted) {
    const message = `The rotation in "${certs}" was interrupted; what is in place can be used`;
    return { outcome: "interrupted", message, hint: STAGED_HINT, fingerprint: null, warnings: [] };
  }
  const message = `Cannot change the certificates in "${certs}": ${wordsOf(error)}`;
  const hint = "what is in place can be used; run the same command again when this is repaired";
  return { outcome: "failed", message, hint, fingerprint: null, warnings: [] };
}
