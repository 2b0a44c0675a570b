import { findEnvoy } from "../host/mod.ts";
import { type Confirmer, makeConfirmer } from "./confirmer.ts";
import { GoFilter } from "./go_filter.ts";

/** The Envoy binary of the host, as it is at one moment. */
export interface HostEnvoy {
  /** `null` where the rules stand alone. */
  readonly confirmer: Confirmer | null;
  /** Absolute path, or `none`. */
  readonly path: string;
  /** Why there is none although one is asked for; empty otherwise. */
  readonly problem: string;
  /** Whether it knows the filter that a firewall needs; absent where no binary is known. */
  readonly goFilter?: GoFilter;
}

/**
 * Looks for the Envoy binary and asks which build it is.
 *
 * @param setting The configuration's `envoy.path`.
 * @param before What an earlier look found; it is the answer if the same build still stands there.
 */
export async function lookForEnvoy(setting: string, before?: HostEnvoy): Promise<HostEnvoy> {
  const { path, error } = await findEnvoy(setting);
  if (
    before?.confirmer && before.path === path &&
    await before.confirmer.currentBuild() === before.confirmer.build
  ) {
    return before;
  }
  if (path === null) return { confirmer: null, path: "none", problem: error ?? "" };
  const confirmer = await makeConfirmer(path);
  return confirmer ? { confirmer, path, problem: "", goFilter: new GoFilter(path) } : {
    confirmer: null,
    path: "none",
    problem: `Cannot use "${path}" as Envoy: it does not say its version`,
  };
}

/** Whether two looks found the same build in the same place, so that nothing has to be asked again. */
export function sameEnvoy(one: HostEnvoy, other: HostEnvoy): boolean {
  return one.path === other.path && one.confirmer?.build === other.confirmer?.build;
}
