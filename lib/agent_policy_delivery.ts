import type { EnvoyStatus, ObjectKey, ObjectName, PolicyDelivery } from "./model/mod.ts";
import { keyOf } from "./agent_names.ts";

/** What an answered snapshot says of the policies in it. */
export interface PolicyAnswer {
  /** Which snapshot; the same one from answer to answer. */
  readonly snapshot: number;
  /** Its Gateways, where it says so. */
  readonly gateways: readonly ObjectName[];
  /** Digest of the index that it was answered with. */
  readonly policy: string;
  /** Policies on its routes, with their generations. */
  readonly applied: ReadonlyMap<ObjectKey, number>;
}

/** A policy in the latest answer to a snapshot. */
interface Given {
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What each Envoy had refused until then. */
  readonly refused: ReadonlyMap<string, number>;
  state: "waiting" | "served" | "refused";
}

/** Remembers across restarts which generation of a policy the Envoys were known to have. */
export interface SettledGenerations {
  get(policy: ObjectKey): number | null;
  set(policy: ObjectKey, generation: number): void;
}

interface Snapshot {
  readonly gateways: readonly ObjectKey[];
  readonly policy: string;
  readonly given: ReadonlyMap<ObjectKey, Given>;
}

/**
 * How far policies have come: which generation the latest answers have, and whether the Envoys took an update since.
 *
 * - What an Envoy was given before it stays served: an answer that changes nothing of it brings no update.
 * - An Envoy is asked about the Gateways that it is named after; where none is named after one of them, all are.
 */
export class PolicyTracker {
  readonly #clock: () => number;
  readonly #snapshots = new Map<number, Snapshot>();
  readonly #settled: SettledGenerations;
  #envoys: readonly EnvoyStatus[] = [];
  #expected = false;

  /**
   * @param parts.clock Milliseconds since the epoch as the Envoys of this host have them.
   * @param parts.settled What was known of the Envoys before a restart: what they have already brings no update.
   */
  constructor(parts: { readonly clock: () => number; readonly settled: SettledGenerations }) {
    this.#clock = parts.clock;
    this.#settled = parts.settled;
  }

  /** Takes note of an answer. */
  answered({ snapshot, gateways, policy, applied }: PolicyAnswer): void {
    const keys = gateways.map(keyOf);
    const before = this.#snapshots.get(snapshot);
    for (const [id, other] of this.#snapshots) {
      // Another one of the same Gateway is the same under another name.
      if (id !== snapshot && other.gateways.some((key) => keys.includes(key))) this.#snapshots.delete(id);
    }
    const at = this.#clock();
    const refused = new Map(this.#envoys.map((envoy) => [envoy.admin, refusals(envoy)]));
    const given = new Map([...applied].map(([key, generation]): [ObjectKey, Given] => {
      const known = before?.given.get(key);
      const stays = known?.generation === generation && known.state !== "refused";
      const isThere = before === undefined && this.#settled.get(key) === generation;
      const state = isThere ? "served" : "waiting";
      return [key, stays ? known : { generation, at, refused, state }];
    }));
    this.#snapshots.set(snapshot, { gateways: keys, policy, given });
  }

  /**
   * Takes note of what the Envoys say.
   *
   * @param expected Whether an Envoy that cannot be asked yet is still to come.
   */
  looked(envoys: readonly EnvoyStatus[], expected: boolean): void {
    this.#envoys = envoys;
    this.#expected = expected;
    this.#judge();
  }

  /** Forgets the snapshots of Gateways that are gone; those that name none stay. */
  retain(isKnown: (gateway: ObjectKey) => boolean): void {
    for (const [id, { gateways }] of this.#snapshots) {
      if (gateways.length > 0 && !gateways.some(isKnown)) this.#snapshots.delete(id);
    }
  }

  /** The generation that the latest answers have; `null` where none has it. The older one, if they differ. */
  applied(policy: ObjectKey): number | null {
    const generations = this.#holders(policy).map(({ generation }) => generation);
    return generations.length === 0 ? null : Math.min(...generations);
  }

  /** Whether an Envoy is to be asked for its updates: something was given, and is not known to be there. */
  get waiting(): boolean {
    return this.#live().length > 0 &&
      [...this.#snapshots.values()].some(({ given }) =>
        [...given.values()].some(({ state }) => state === "waiting")
      );
  }

  /**
   * How far the Envoys are with a policy.
   *
   * @param policy Its key, and the generation that is in use.
   * @param digest Of the index that is in use.
   * @param atOnce Whether it counts as served with the answer.
   */
  of(
    { key, generation }: { readonly key: ObjectKey; readonly generation: number },
    { digest, atOnce }: { readonly digest: string; readonly atOnce: boolean },
  ): PolicyDelivery {
    const holders = this.#holders(key);
    if (atOnce && holders.some((given) => given.generation === generation)) return "served";
    const found = this.#deliveryOf(holders, generation);
    const isBehind = this.#snapshots.size === 0 ||
      [...this.#snapshots.values()].some(({ policy }) => policy !== digest);
    // An answer that has not come yet may have it too.
    if (isBehind && this.#settled.get(key) !== generation) return "waiting";
    if (found === "served" || found === "unknown") this.#settled.set(key, generation);
    return found;
  }

  #deliveryOf(holders: readonly Given[], generation: number): PolicyDelivery {
    if (holders.length === 0) return "unused";
    if (holders.some((given) => given.generation !== generation)) return "waiting";
    if (holders.some(({ state }) => state === "refused")) return "refused";
    if (holders.every(({ state }) => state === "served")) return "served";
    return this.#live().length > 0 || this.#expected ? "waiting" : "unknown";
  }

  #holders(policy: ObjectKey): Given[] {
    return [...this.#snapshots.values()].flatMap(({ given }) => given.get(policy) ?? []);
  }

  #live(): readonly EnvoyStatus[] {
    return this.#envoys.filter(({ up, state }) => up && state === "LIVE");
  }

  #judge(): void {
    const live = this.#live();
    if (live.length === 0) return;
    for (const { gateways, given } of this.#snapshots.values()) {
      const own = live.filter(({ cluster }) => gateways.includes(cluster as ObjectKey));
      const asked = own.length > 0 ? own : live;
      for (const one of given.values()) if (one.state === "waiting") one.state = stateOf(one, asked);
    }
  }
}

function stateOf({ at, refused }: Given, envoys: readonly EnvoyStatus[]): Given["state"] {
  // One that was not there yet has refused nothing of earlier answers.
  if (envoys.some((envoy) => refusals(envoy) > (refused.get(envoy.admin) ?? 0))) return "refused";
  return envoys.every(({ routesUpdatedAt = 0 }) => routesUpdatedAt >= at) ? "served" : "waiting";
}

function refusals({ rejected: { lds, cds, rds } }: EnvoyStatus): number {
  return lds + cds + rds;
}
