import { join } from "node:path";
import { writeAtomic } from "../host/mod.ts";
import { DEPENDENT_OUTCOMES, type DependentOutcome } from "../model/mod.ts";

/** What has been done to an instance for the authority of the marker. */
export interface InstanceMarker {
  /**
   * `none` was not begun; `begun` stands before the restart and `acted` after it, so with `begun` it may or may not have taken place; `done` needs
   * nothing more.
   */
  readonly phase: "none" | "begun" | "acted" | "done";
  /** What told this run of it from another before the restart; `null` where nothing does. */
  readonly before: string | null;
  /** What became of it so far. */
  readonly outcome: DependentOutcome | "pending";
  /** What people read about it. */
  readonly message: string;
}

/** What is written down of a dependent. */
export interface DependentMarker {
  /** SHA-256 of the authority that it is, or was, restarted for: upper-case hex with colons. */
  readonly fingerprint: string;
  /** Whether anything is left to be done, and whether the latest roll has failed. */
  readonly state: "pending" | "failed" | "done";
  /** Rolls in a row that have failed. */
  readonly failures: number;
  /** When the next one may come, milliseconds since the epoch; `null` if none is needed. */
  readonly retryAt: number | null;
  /** When the latest roll ended, milliseconds since the epoch; `null` before the first. */
  readonly endedAt: number | null;
  /** By method and target, which outlive a change of their order. */
  readonly instances: Readonly<Record<string, InstanceMarker>>;
}

/** A marker for an authority that nothing has been done for. */
export function freshMarker(fingerprint: string): DependentMarker {
  return { fingerprint, state: "pending", failures: 0, retryAt: null, endedAt: null, instances: {} };
}

/** The folder of the markers below the state directory. */
export const markerFolder = (stateDir: string): string => join(stateDir, "dependents");

const pathOf = (stateDir: string, name: string) => join(markerFolder(stateDir), `${name}.json`);

/**
 * Reads what is written down of a dependent; `null` if there is nothing. What is damaged counts as nothing: a restart too
 * many does less harm than one too few.
 */
export async function readMarker(stateDir: string, name: string): Promise<DependentMarker | null> {
  try {
    const value = JSON.parse(await Deno.readTextFile(pathOf(stateDir, name)));
    return isMarker(value) ? value : null;
  } catch {
    return null;
  }
}

/** Writes it down, whole or not at all. The folder is there. */
export async function writeMarker(stateDir: string, name: string, marker: DependentMarker): Promise<void> {
  await writeAtomic(pathOf(stateDir, name), `${JSON.stringify({ version: 1, ...marker }, null, 2)}\n`, 0o600);
}

const isTime = (value: unknown) => value === null || typeof value === "number" && Number.isFinite(value);

function isMarker(value: DependentMarker | null): value is DependentMarker {
  return typeof value === "object" && value !== null &&
    typeof value.fingerprint === "string" &&
    ["pending", "failed", "done"].includes(value.state) &&
    Number.isInteger(value.failures) && isTime(value.retryAt) && isTime(value.endedAt) &&
    typeof value.instances === "object" && value.instances !== null &&
    Object.values(value.instances).every(isInstance);
}

function isInstance(value: InstanceMarker | null): boolean {
  return typeof value === "object" && value !== null &&
    ["none", "begun", "acted", "done"].includes(value.phase) &&
    (value.before === null || typeof value.before === "string") &&
    ["pending", ...DEPENDENT_OUTCOMES].includes(value.outcome) &&
    typeof value.message === "string";
}
