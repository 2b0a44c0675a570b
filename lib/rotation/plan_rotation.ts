import { join } from "node:path";
import type { CertificateFacts } from "../model/mod.ts";
import { mergeTrust } from "../pki/mod.ts";
import { findStranger, STRANGER_HINT } from "./find_stranger.ts";
import { type Journal, type PendingRotation, readJournal } from "./journal.ts";
import { judgeTree, readFiles, readTree, type TreeReading } from "./read_tree.ts";
import { CONVERGENCE, type RotationOptions } from "./rotation_options.ts";
import { bytesOf, PAIR_FOLDERS } from "./tree.ts";
import { findStale, foreignFolder, isLinked } from "./tree_directory.ts";

/** What is wanted: a tree if there is none, a new one at once, or a new one whose trust goes first. */
export type RotationGoal = "create" | "single" | "staged";

/** Everything that a decision is made of. */
export interface Situation {
  /** Path of the directory of certificates. */
  readonly certs: string;
  readonly reading: TreeReading;
  /** Its pending rotation is one whose generations are there. */
  readonly journal: Journal;
  /** Whether all files are reached through one link already. */
  readonly linked: boolean;
  /** What earlier runs have left behind. */
  readonly stale: readonly string[];
  /** A folder that is a link to elsewhere. */
  readonly foreign: string | null;
}

/** What is to be done. */
export type RotationDecision =
  | { readonly kind: "nothing"; readonly hint: string }
  | { readonly kind: "create" }
  | { readonly kind: "rotate"; readonly mode: "single" | "staged" }
  /** `waits` is whether time is given to those who read; `settle` puts the phase in place and goes no further. */
  | {
    readonly kind: "finish";
    readonly pending: PendingRotation;
    readonly waits: boolean;
    readonly settle: boolean;
  }
  | { readonly kind: "refuse"; readonly why: string; readonly hint: string };

/** Looks at what is there. Changes nothing. */
export async function lookAround(configHome: string): Promise<Situation> {
  const certs = join(configHome, "certs");
  const reading = await readTree(configHome);
  const found = await readJournal(certs);
  const journal = await canGoOn(certs, found.pending) ? found : { ...found, pending: null };
  const { pending } = journal;
  return {
    certs,
    reading,
    journal,
    linked: await isLinked(certs, reading.files),
    stale: await findStale(certs, [pending?.trust ?? null, pending?.leaves ?? null]),
    foreign: await foreignFolder(certs, new Map(PAIR_FOLDERS.map((folder) => [`${folder}/ca.crt`, NOTHING]))),
  };
}

const NOTHING = new Uint8Array();

async function canGoOn(certs: string, pending: PendingRotation | null): Promise<boolean> {
  if (pending === null) return true;
  const needed = pending.phase === "trust" ? [pending.trust!, pending.leaves] : [pending.leaves];
  for (const name of needed) {
    if (judgeTree(await readFiles(join(certs, name)), name).state !== "whole") return false;
  }
  return true;
}

/**
 * Decides what is to be done. Pure.
 *
 * - What was begun is finished before anything new begins; a rotation that waits is hurried only by force.
 * - A tree that is there is changed only on demand, and one that is not whole only by making it anew: the key of its
 *   authority is gone, and all folders have to be of one generation.
 * - A second rotation soon after the last one would drop an authority that somebody may not have replaced yet.
 */
export function decideRotation(
  goal: RotationGoal,
  situation: Situation,
  options: { readonly now: number; readonly force?: boolean; readonly convergence?: number },
): RotationDecision {
  const { reading, journal: { pending, rotatedAt }, foreign } = situation;
  const { now, force = false, convergence = CONVERGENCE } = options;
  if (reading.state === "unreadable") {
    return { kind: "refuse", why: reading.problem!, hint: "run this as the user that Envoy Gateway runs as" };
  }
  if (foreign !== null) {
    const hint = "put the folder itself in its place; the directory certs may be a link";
    return { kind: "refuse", why: `${foreign} is a link, and not a folder`, hint };
  }
  if (pending !== null) return goOn(goal, pending, force);
  if (reading.state === "absent") return { kind: "create" };
  if (reading.state === "partial" && goal !== "single") {
    const hint =
      "the key of their authority is gone, so nothing can be added; --overwrite makes all of them anew";
    return { kind: "refuse", why: reading.problem!, hint };
  }
  if (goal === "create") return { kind: "nothing", hint: "" };
  // A clock that was set back must not lock the tree for as long.
  const since = rotatedAt === null ? Infinity : Math.abs(now - rotatedAt);
  if (since < convergence && !force) {
    const seconds = (milliseconds: number) => `${Math.ceil(milliseconds / 1000)} s`;
    return {
      kind: "refuse",
      why: `the last rotation was ${seconds(since)} ago, and a new one drops the authority before it`,
      hint: `wait ${seconds(convergence - since)}, or use --force`,
    };
  }
  return { kind: "rotate", mode: goal };
}

function goOn(goal: RotationGoal, pending: PendingRotation, force: boolean): RotationDecision {
  const finish = { kind: "finish", pending, waits: goal === "staged", settle: false } as const;
  if (pending.mode !== "staged" || pending.phase === "dependents" || goal === "staged") return finish;
  if (goal === "create") {
    return pending.publishedAt === null
      ? { ...finish, settle: true }
      : { kind: "nothing", hint: `a staged rotation waits to be finished: ${STAGED_HINT}` };
  }
  if (force) return finish;
  return {
    kind: "refuse",
    why: "a staged rotation is under way",
    hint: `${STAGED_HINT}; --force ends it without waiting`,
  };
}

/** How to go on with a staged rotation. */
export const STAGED_HINT = "certgate certgen --staged goes on with it";

/** The bundles that stand beside the leaves now, each once; the first one counts most. */
export function oldBundles(reading: TreeReading): Uint8Array[] {
  const bundles = new Map<string, Uint8Array>();
  for (const folder of PAIR_FOLDERS) {
    const bundle = reading.files.get(`${folder}/ca.crt`);
    if (bundle !== undefined) bundles.set(bytesOf(bundle).join(), bytesOf(bundle));
  }
  return [...bundles.values()];
}

/** What a run would do, for people. */
export interface RotationPlan {
  readonly decision: RotationDecision;
  /** One sentence each, in order. */
  readonly steps: readonly string[];
  /** What would be trusted besides the new authority; `null` for nothing. */
  readonly carriedOver: CertificateFacts | null;
}

/** Says what a run would do, and changes nothing. */
export async function planRotation(goal: RotationGoal, options: RotationOptions): Promise<RotationPlan> {
  const stranger = await findStranger(options.configHome);
  if (stranger !== null) {
    return { decision: { kind: "refuse", why: stranger, hint: STRANGER_HINT }, steps: [], carriedOver: null };
  }
  const now = options.clock();
  const situation = await lookAround(options.configHome);
  const decision = decideRotation(goal, situation, { ...options, now });
  const [carriedOver = null] = decision.kind === "rotate"
    ? mergeTrust([NOTHING, ...oldBundles(situation.reading)], { now, cap: 1 }).members
    : [];
  return { decision, steps: stepsOf(decision, situation, options), carriedOver };
}

function stepsOf(decision: RotationDecision, { linked }: Situation, options: RotationOptions): string[] {
  const wait = `wait until everybody has read it, at most ${(options.convergence ?? CONVERGENCE) / 1000} s`;
  const make = "make an authority and what it signs for envoy-gateway, envoy and envoy-rate-limit";
  const leaves = "publish the new certificates, with trust in the new authority and the one before";
  const trust = "publish trust in both authorities, with the certificates that are there";
  if (decision.kind === "create") return [make, "make the secret of envoy-oidc-hmac", "publish all folders"];
  if (decision.kind === "finish") {
    const { pending: { phase, mode }, waits } = decision;
    const pause = waits && mode === "staged" ? [wait] : [];
    return [
      ...(phase === "trust" ? [trust, ...pause] : []),
      ...(decision.settle ? [] : phase === "dependents" ? [] : [leaves, ...pause]),
      ...(decision.settle || mode === "create" ? [] : ["restart who does not read anew"]),
    ];
  }
  if (decision.kind !== "rotate") return [];
  return [
    make,
    `${options.rotateHmac ? "make anew" : "keep"} the secret of envoy-oidc-hmac`,
    ...(linked ? [] : ["move the files that are there behind one link, as they are"]),
    ...(decision.mode === "staged" ? [trust, wait] : []),
    leaves,
    ...(decision.mode === "staged" ? [wait] : []),
    "restart who does not read anew",
    "remove the generation before",
  ];
}
