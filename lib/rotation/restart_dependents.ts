import { ensurePrivateDirectory, KILL, SYSTEMCTL, tryHoldState, wordsOf } from "../host/mod.ts";
import type { DependentReason } from "../model/mod.ts";
import type { Dependent, DependentInstance } from "../resources/mod.ts";
import {
  type DependentMarker,
  freshMarker,
  type InstanceMarker,
  markerFolder,
  readMarker,
  writeMarker,
} from "./dependent_marker.ts";
import type { DependentOptions, DependentResult, InstanceResult } from "./dependent_options.ts";
import { patience } from "./_patience.ts";
import { type Roll, rollInstance, skipInstance } from "./roll_instance.ts";
import { restartMethod } from "./restart_method.ts";

/** Milliseconds between two rolls of one dependent: rotations right after one another become one restart of a fresh process. */
const SPACING = 10_000;
/** Milliseconds for which another certgate that is at it is waited for. */
const BUSY = 60_000;
/** After the first failed roll, and at most. */
const RETRY = 60_000;
const LONGEST_RETRY = 3_600_000;

/**
 * Restarts those who do not read a new authority by themselves: each instance once for an authority, in the order of the
 * list, one after the other, and each healthy before the next.
 *
 * - It never takes an instance down while fewer than `minUp` of the others are up.
 * - An instance that is not there is left alone. One that fails ends the roll of its dependent; the dependents behind it
 *   are restarted all the same, since each that is not goes on refusing the new authority.
 * - What is done is written down before and after each step. Called again for the same authority, also after a crash at any
 *   moment, it does what is left. A unit, and a process that is ended by its signal, are seen to be another run and so are
 *   restarted exactly once; a command, a request and other signals can come twice if the crash falls between them and the
 *   note that they were done.
 *
 * It is for rotations alone; who makes the first tree does not call it.
 *
 * @throws Nothing but programming mistakes, and what `at` throws.
 */
export async function restartDependents(
  dependents: readonly Dependent[],
  options: DependentOptions,
): Promise<DependentResult[]> {
  if (dependents.length === 0) return [];
  const { stateDir, fingerprint, log } = options;
  const folder = markerFolder(stateDir);
  const problem = await ensurePrivateDirectory(folder);
  if (problem !== undefined) return stuck(dependents, options, "NotPermitted", problem);
  const release = await hold(folder, options);
  if (typeof release !== "function") return stuck(dependents, options, ...release);
  try {
    const markers = new Map<string, DependentMarker>();
    // All are written down first: a crash in the roll of one must not forget the others.
    for (const { name } of dependents) {
      const found = await readMarker(stateDir, name);
      const known = found?.fingerprint === fingerprint;
      const marker = known ? found : { ...freshMarker(fingerprint), endedAt: found?.endedAt ?? null };
      if (!known) await save(name, marker, options);
      markers.set(name, marker);
    }
    const results: DependentResult[] = [];
    for (const dependent of dependents) {
      results.push(await rollDependent(dependent, markers.get(dependent.name)!, options));
    }
    return results;
  } catch (error) {
    // Without the note a restart could be repeated for ever, so there is none.
    if (!(error instanceof MarkerError)) throw error;
    log.error("what was done to dependents cannot be written down, so they are left alone", {
      error: error.message,
    });
    return stuck(dependents, options, "NotPermitted", error.message);
  } finally {
    release();
  }
}

class MarkerError extends Error {}

async function save(name: string, marker: DependentMarker, options: DependentOptions): Promise<void> {
  await options.at?.(`before marker of ${name}`);
  await writeMarker(options.stateDir, name, marker).catch((error) => {
    throw new MarkerError(wordsOf(error));
  });
  await options.at?.(`after marker of ${name}`);
}

async function rollDependent(
  dependent: Dependent,
  found: DependentMarker,
  options: DependentOptions,
): Promise<DependentResult> {
  const { name } = dependent;
  if (found.state === "done") return { name, outcome: "known", retryAt: null, instances: [] };
  const { clock, log, signal } = options;
  await spaceOut(found, options);
  let marker = found;
  const roll: Roll = {
    dependent,
    members: dependent.instances.map((instance) => ({ instance, method: methodOf(instance, options) })),
    options,
    noted: (key) => marker.instances[key],
    note: async (key, changes: InstanceMarker) => {
      marker = { ...marker, instances: { ...marker.instances, [key]: changes } };
      await save(name, marker, options);
    },
  };
  if (dependent.instances.length === 1) {
    log.warn("a dependent has a single instance, its restart makes a short gap", { dependent: name });
  }
  const instances: InstanceResult[] = [];
  let stopped: DependentReason | null = null;
  for (const member of roll.members) {
    const noted = marker.instances[member.method.instance];
    if (noted?.phase === "done") continue;
    if (stopped === null && signal?.aborted) stopped = "Interrupted";
    const result: InstanceResult = stopped === null
      ? await rollInstance(roll, member)
      : await skipInstance(roll, member, stopped);
    instances.push(result);
    options.tally?.(name, result.outcome);
    if (result.outcome !== "restarted" && result.outcome !== "absent") stopped ??= "Earlier";
  }
  marker = { ...marker, ...ending(marker, stopped !== null, clock()) };
  await save(name, marker, options);
  return { name, outcome: stopped === null ? "done" : "failed", retryAt: marker.retryAt, instances };
}

function methodOf(instance: DependentInstance, { programs, sleep, signal }: DependentOptions) {
  const pause = (milliseconds: number) => sleep(milliseconds, signal).catch(() => {});
  return restartMethod(instance, programs ?? { systemctl: SYSTEMCTL, kill: KILL }, pause);
}

function ending({ failures }: DependentMarker, failed: boolean, now: number) {
  if (!failed) return { state: "done", failures: 0, retryAt: null, endedAt: now } as const;
  const pause = Math.min(RETRY * 2 ** Math.min(failures, 10), LONGEST_RETRY);
  return { state: "failed", failures: failures + 1, retryAt: now + pause, endedAt: now } as const;
}

/** Waits until the latest roll for another authority is some seconds ago. */
async function spaceOut(marker: DependentMarker, { clock, sleep, signal }: DependentOptions): Promise<void> {
  if (marker.endedAt === null || Object.keys(marker.instances).length > 0) return;
  const left = SPACING - (clock() - marker.endedAt);
  // A clock that was set back must not make this longer.
  if (left > 0 && left <= SPACING) await sleep(left, signal).catch(() => {});
}

async function hold(
  folder: string,
  options: DependentOptions,
): Promise<(() => void) | [DependentReason, string]> {
  try {
    for (const more of patience(BUSY, options)) {
      const release = await tryHoldState(folder);
      if (release !== null) return release;
      if (!await more()) break;
    }
    return ["Busy", folder];
  } catch (error) {
    return ["NotPermitted", wordsOf(error)];
  }
}

function stuck(
  dependents: readonly Dependent[],
  options: DependentOptions,
  reason: DependentReason,
  detail: string,
): DependentResult[] {
  const { log, clock, tally } = options;
  const busy = reason === "Busy";
  if (busy) log.info("dependents are left to another certgate that restarts them", { detail });
  return dependents.map((dependent) => {
    if (!busy) log.error("a dependent could not be restarted", { dependent: dependent.name, reason, detail });
    const retryAt = clock() + RETRY;
    const instances = dependent.instances.map((instance) => {
      const method = methodOf(instance, options);
      if (!busy) tally?.(dependent.name, "failed");
      return { instance: method.instance, outcome: "failed", reason, detail } as const;
    });
    return { name: dependent.name, outcome: "failed", retryAt, instances };
  });
}
