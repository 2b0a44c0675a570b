import { type Config, parseHttpAddress } from "./resources/mod.ts";
import {
  createTree,
  makeTree,
  overwrite,
  peersConverged,
  readTree,
  type RotationOptions,
  type RotationProgress,
  type RotationResult,
  stagedRotation,
} from "./rotation/mod.ts";

/** One attempt. */
export interface RotationAttempt {
  /** The configuration that it began with; a reload does not change it. */
  readonly config: Config;
  /** `finish` goes on with what is there, and never begins anything. */
  readonly kind: "finish" | "rotate";
  /** How. */
  readonly mode: "create" | "single" | "staged";
  /** SHA-256 of the authority that is to be replaced; `null` where nothing is to begin. */
  readonly replaces: string | null;
}

/** What an attempt is given. */
export interface RotationRunParts {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Ends its waits. */
  readonly signal: AbortSignal;
  /** Hears of each step. */
  readonly say: (progress: RotationProgress) => void;
  /** Restarts who does not read anew. */
  readonly dependents?: (fingerprint: string, signal: AbortSignal) => Promise<void>;
}

/** How an attempt ended; `overtaken` means that somebody else had done it meanwhile. */
export type RotationEnd = RotationResult | { readonly outcome: "overtaken" };

/** Does what an attempt asks for. */
export type RunRotation = (attempt: RotationAttempt, parts: RotationRunParts) => Promise<RotationEnd>;

const DAY = 86_400_000;
const RUNS = { create: createTree, single: overwrite, staged: stagedRotation };

/** Rotates, or goes on with a rotation, as the configuration says. */
export const runRotation: RunRotation = async ({ config, kind, mode, replaces }, parts) => {
  const { rotation } = config;
  const { clock, signal, say, dependents } = parts;
  const configHome = rotation.configHome!;
  let overtaken = false;
  // Between the look that led here and the lock a command may have done it: one more rotation would drop an authority
  // that somebody still needs. This is asked for first, under the lock, before anything is written.
  const make: typeof makeTree = async (wishes, place) => {
    const { authority } = await readTree(configHome);
    overtaken = kind === "finish" || authority?.fingerprint !== replaces;
    if (overtaken) throw new Error("somebody else has rotated meanwhile");
    return await makeTree(wishes, place);
  };
  const options: RotationOptions = {
    configHome,
    clock,
    sleep: sleepUnless,
    signal,
    say,
    make,
    key: rotation.key,
    lifetime: rotation.lifetimeDays * DAY,
    convergence: rotation.convergence,
    ...rotation.probes.length > 0 ? { converged: peersConverged(rotation.probes.flatMap(peerOf)) } : {},
    dependents: async (fingerprint) => await dependents?.(fingerprint, signal),
  };
  const result = await RUNS[mode](options);
  return overtaken ? { outcome: "overtaken" } : result;
};

function peerOf(text: string) {
  const parsed = parseHttpAddress(text);
  return typeof parsed === "string" || parsed.kind === "unix" ? [] : [parsed];
}

/** Waits, or until the signal comes. */
export function sleepUnless(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
  });
}
