import { join } from "node:path";
import { saveJournal } from "./_begin_rotation.ts";
import type { Journal, PendingRotation } from "./journal.ts";
import { judgeTree, readFiles } from "./read_tree.ts";
import { CONVERGENCE, type RotationOptions, type RotationPhase } from "./rotation_options.ts";
import { type FaultPoint, findStale, publishGeneration, removeStale } from "./tree_directory.ts";

/** How often peers are asked, and how often it is said that the wait goes on. */
const EVERY = 1_000;
/**
 * Envoy hears of new files within a tenth of a second, and cannot be asked: so much time passes in any case, whatever those
 * say who can be.
 */
const SOONEST = 5_000;
/** Opening a file by its path is no atomic step: the generation before stays for as long as that could ever take. */
const GRACE = 1_000;

/** A rotation that is gone on with. */
export interface Going {
  readonly certs: string;
  readonly journal: Journal;
  readonly options: RotationOptions;
  readonly at: FaultPoint;
  /** Whether time is given to those who read the files. */
  readonly waits: boolean;
}

/** Thrown where a signal ended a wait. */
export class Interrupted extends Error {}

/**
 * Goes on with a rotation from wherever it is until it has ended. Each step is written down before it and can be done
 * twice, so this may be ended at any moment and called again.
 *
 * @throws {Interrupted} If the signal came; everything is in place for the next time.
 * @throws What the file system answers, and what a restart of dependents throws.
 */
export async function goOnRotation(pending: PendingRotation, going: Going): Promise<void> {
  const { certs, journal, options, at } = going;
  let now = pending;
  const save = async (changes: Partial<PendingRotation>) => {
    now = { ...now, ...changes };
    await saveJournal(certs, { ...journal, pending: now }, at);
  };
  if (now.phase === "trust") {
    await publish(now, going, save);
    await wait(now, going);
    await save({ phase: "leaves", publishedAt: null });
  }
  if (now.phase === "leaves") {
    await publish(now, going, save);
    await wait(now, going);
    await save({ phase: "dependents" });
  }
  if (now.mode !== "create") {
    options.say?.({ kind: "dependents" });
    await options.dependents?.(now.fingerprint);
  }
  const rotatedAt = now.mode === "create" ? null : now.publishedAt;
  await saveJournal(certs, { rotatedAt, pending: null }, at);
  await cleanUp(going);
}

/** Puts the files of the phase in place, unless they are, and goes no further. */
export async function settlePhase(pending: PendingRotation, going: Going): Promise<void> {
  const { certs, journal, at } = going;
  await publish(pending, going, async (changes) => {
    await saveJournal(certs, { ...journal, pending: { ...pending, ...changes } }, at);
  });
}

type Save = (changes: Partial<PendingRotation>) => Promise<void>;

async function publish(pending: PendingRotation, { certs, options, at }: Going, save: Save): Promise<void> {
  if (pending.publishedAt !== null) return;
  const phase = pending.phase as RotationPhase;
  const name = pending[phase]!;
  const found = await readFiles(join(certs, name));
  const { state, problem } = judgeTree(found, name);
  // Nothing is swapped in that would not work.
  if (state !== "whole") throw new Error(`the generation that was made is not whole: ${problem}`);
  await publishGeneration(certs, name, found.files, at);
  await save({ publishedAt: options.clock() });
  options.say?.({ kind: "published", phase });
}

async function wait(pending: PendingRotation, { certs, options, waits }: Going): Promise<void> {
  if (!waits || pending.mode !== "staged") return;
  const { clock, sleep, signal, say, converged, convergence = CONVERGENCE } = options;
  const phase = pending.phase as RotationPhase;
  const { files } = await readFiles(join(certs, pending.leaves));
  const next = { fingerprint: pending.fingerprint, files };
  // A clock that was set back since then must not make this longer.
  const begun = Math.min(clock(), pending.publishedAt!);
  const end = begun + convergence;
  for (;;) {
    if (signal?.aborted) throw new Interrupted();
    const patient = clock() >= begun + Math.min(SOONEST, convergence);
    if (patient && await converged?.(phase, next)) return say?.({ kind: "converged", phase });
    const left = end - clock();
    if (left <= 0) break;
    say?.({ kind: "waiting", phase, left });
    try {
      await sleep(Math.min(EVERY, left), signal);
    } catch (error) {
      if (signal?.aborted) throw new Interrupted();
      throw error;
    }
  }
  if (converged !== undefined) say?.({ kind: "unconverged", phase });
}

async function cleanUp({ certs, options, at }: Going): Promise<void> {
  const stale = await findStale(certs, []);
  if (stale.length === 0) return;
  await options.sleep(GRACE).catch(() => {});
  await removeStale(certs, stale, at);
}
