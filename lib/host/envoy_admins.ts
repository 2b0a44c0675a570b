import type { EnvoyStatus } from "../model/mod.ts";
import { askEnvoy, downStatus, type EnvoyMemory } from "./_ask_envoy.ts";
import { findRuns, type Run } from "./_find_runs.ts";
import { type HttpGet, httpGet, NobodyListens } from "./_http_get.ts";

export type { HttpGet };

/** Which Envoys {@linkcode openEnvoyAdmins} asks. */
export interface EnvoyAdminOptions {
  /** `auto` finds those of Envoy Gateway on this host, `none` asks nobody, a list names `host:port` of each. */
  readonly setting: "auto" | "none" | readonly string[];
  /** Where Envoy Gateway keeps its running Envoys. Default as Envoy Gateway has it for the own user. */
  readonly runtimeDir?: string;
  /** How to ask; for tests. */
  readonly get?: HttpGet;
}

/** The running Envoys. */
export interface EnvoyAdmins {
  /**
   * Asks each how it is, side by side, a second at most; never rejects. In the order of the setting, or by name.
   *
   * @param options `routes`: whether to ask when each took an update of routes last, too.
   */
  look(options?: { readonly routes?: boolean }): Promise<readonly EnvoyStatus[]>;
}

/** An Envoy that nobody listens for so many times has ended; its address file is never written again. */
const TRIES = 5;

/** One Envoy that was asked. */
interface Answered {
  readonly status: EnvoyStatus;
  /** Milliseconds since the epoch at which it was started, as far as known. */
  readonly startedAt: number;
  /** Whether nobody is there at all. */
  readonly gone: boolean;
}

/**
 * Reads the admin endpoints of the Envoys that serve on this host.
 *
 * With `auto`, of several starts of one Gateway's Envoy the youngest counts, and one that has ended is left out while
 * another lives: what it leaves behind is no news. If none lives, those that were seen alive are shown as down.
 */
export function openEnvoyAdmins(options: EnvoyAdminOptions): EnvoyAdmins {
  const { setting, get = httpGet } = options;
  const memories = new Map<string, EnvoyMemory>();
  const clusters = new Map<string, string>();
  const ask = async (admin: string, startedAt: number, routes?: boolean): Promise<Answered> => {
    try {
      const { status, memory } = await askEnvoy(admin, get, { before: memories.get(admin), routes });
      memories.set(admin, memory);
      clusters.set(admin, status.cluster);
      return { status, startedAt, gone: false };
    } catch (error) {
      memories.delete(admin);
      const message = `Cannot ask the Envoy at "${admin}": ${(error as Error).message}`;
      const status = downStatus(admin, clusters.get(admin) ?? "", message);
      return { status, startedAt, gone: error instanceof NobodyListens };
    }
  };
  const ended = new EndedRuns();
  return {
    async look({ routes } = {}) {
      if (setting === "none") return [];
      if (setting !== "auto") {
        const answers = await Promise.all(setting.map((address) => ask(plain(address), 0, routes)));
        return answers.map(({ status }) => status);
      }
      const runs = await findRuns(options.runtimeDir);
      const wasSeen = (admin: string) => clusters.has(admin);
      const worth = ended.without(runs, wasSeen);
      const answers = await Promise.all(
        worth.map(({ address, startedAt }) => ask(address, startedAt, routes)),
      );
      ended.note(answers);
      return pick(answers, wasSeen);
    },
  };
}

/** Runs that nobody has listened for, so that hundreds of them cost nothing. */
class EndedRuns {
  #refusals = new Map<string, number>();

  /** Leaves out what has certainly ended and was never seen alive. */
  without(runs: readonly Run[], wasSeen: (admin: string) => boolean): Run[] {
    const known = new Set(runs.map(keyOfRun));
    for (const key of this.#refusals.keys()) if (!known.has(key)) this.#refusals.delete(key);
    return runs.filter((run) => wasSeen(run.address) || (this.#refusals.get(keyOfRun(run)) ?? 0) < TRIES);
  }

  note(answers: readonly Answered[]): void {
    for (const { status, startedAt, gone } of answers) {
      const key = keyOfRun({ address: status.admin, startedAt });
      if (gone) this.#refusals.set(key, (this.#refusals.get(key) ?? 0) + 1);
      else this.#refusals.delete(key);
    }
  }
}

const keyOfRun = ({ address, startedAt }: Run) => `${address} ${startedAt}`;

function pick(answers: readonly Answered[], wasSeen: (admin: string) => boolean): EnvoyStatus[] {
  const there = answers.filter(({ gone }) => !gone);
  const shown = there.length > 0 ? there : answers.filter(({ status }) => wasSeen(status.admin));
  const youngest = new Map<string, Answered>();
  for (const answer of shown) {
    const { cluster, admin } = answer.status;
    const key = cluster === "" ? admin : cluster;
    const other = youngest.get(key);
    if (other === undefined || other.startedAt < answer.startedAt) youngest.set(key, answer);
  }
  return [...youngest.values()].map(({ status }) => status).sort((a, b) => compare(nameOf(a), nameOf(b)));
}

const nameOf = ({ cluster, admin }: EnvoyStatus) => `${cluster} ${admin}`;
const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;

function plain(address: string): string {
  return address.replace(/^(tcp|http):\/\//, "");
}
