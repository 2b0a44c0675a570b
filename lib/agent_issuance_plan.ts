import { type Intent, type IntentPlan, planIntents } from "./issuers/mod.ts";
import type { ObjectKey, PairState, ResourceFinding, ResourceObject } from "./model/mod.ts";
import type { Config } from "./resources/mod.ts";
import { keyOf, placeText } from "./agent_names.ts";

/** The keys that say how annotations are understood. */
export type PlanSettings = Pick<Config, "issuance" | "features">;

/** Plans intents once for the same objects: the gate asks again for every pair that moves. */
export class IntentPlanner {
  #objects: readonly ResourceObject[] = [];
  #settings: PlanSettings | null = null;
  #plan: IntentPlan | null = null;

  plan(objects: readonly ResourceObject[], settings: PlanSettings): IntentPlan {
    const before = this.#objects;
    const isSame = this.#settings === settings && objects.length === before.length &&
      objects.every((object, index) => object === before[index]);
    if (!isSame || this.#plan === null) {
      const { compat, inherit, deriveHostnames } = settings.issuance;
      const { listenerSets } = settings.features;
      this.#plan = planIntents(objects, { compat, inherit, deriveHostnames, listenerSets });
      this.#objects = objects;
      this.#settings = settings;
    }
    return this.#plan;
  }
}

/**
 * Where the Secrets of intents come from that somebody else gives: nothing is issued for them.
 *
 * @param wanted What is asked for.
 * @param given The operator's objects, what is believed of pairs, and where issued pairs land.
 */
export function takenElsewhere(
  wanted: readonly Intent[],
  { objects, pairs, directory }: {
    readonly objects: readonly ResourceObject[];
    readonly pairs: ReadonlyMap<ObjectKey, PairState>;
    readonly directory: string;
  },
): Map<ObjectKey, string> {
  const taken = new Map<ObjectKey, string>();
  const keys = new Set(wanted.map(keyOf));
  for (const object of objects) {
    const isSecret = object.group === "" && object.kind === "Secret";
    if (isSecret && keys.has(keyOf(object))) taken.set(keyOf(object), placeText(object.place));
  }
  for (const key of keys) {
    const origin = pairs.get(key)?.origin;
    if (origin?.kind !== "source") continue;
    const where = origin.path || origin.source;
    if (!where.startsWith(`${directory}/`)) taken.set(key, where);
  }
  return taken;
}

/** What keeps intents from being made, as findings about resources. */
export function findingsOf({ findings }: IntentPlan): ResourceFinding[] {
  return findings.filter(({ severity }) => severity === "bad")
    .map(({ place, message, hint }) => ({ place, message, hint }));
}
