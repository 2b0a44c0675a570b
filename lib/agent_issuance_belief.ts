import type { Issuance } from "./issuance/mod.ts";
import type { Intent, IntentPlan } from "./issuers/mod.ts";
import type { IssuanceStatus, ObjectKey, ResourceObject } from "./model/mod.ts";
import type { StatusKeeper } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import { intentConditions } from "./agent_issuance_conditions.ts";
import type { GoodIntents } from "./agent_issuance_good.ts";
import type { GateIssuance, Planned } from "./agent_issuance_parts.ts";
import { withPending } from "./agent_issuance_pending.ts";
import { findingsOf, IntentPlanner, takenElsewhere } from "./agent_issuance_plan.ts";
import { keyOf } from "./agent_names.ts";
import { generationOf } from "./agent_status.ts";

/** What {@linkcode IssuanceBelief} works with. */
export interface BeliefParts {
  readonly engine: Pick<Issuance, "use" | "status" | "pending">;
  readonly good: GoodIntents;
  readonly keeper: StatusKeeper;
  /** Where issued pairs land. */
  readonly directory: string;
}

/** It is on the disk and the sources have yet to see it. */
const ARRIVING = "It is issued and about to be taken over";

/** What is wanted of one configuration, and what is said about it. */
export class IssuanceBelief {
  readonly #parts: BeliefParts;
  readonly #planner = new IntentPlanner();
  #config: Config;
  #plan: IntentPlan | null = null;
  #objects: readonly ResourceObject[] = [];
  #wanted: readonly Intent[] = [];
  #taken: ReadonlyMap<ObjectKey, string> = new Map();
  #used = "";

  constructor(config: Config, parts: BeliefParts) {
    this.#config = config;
    this.#parts = parts;
  }

  /** Takes a configuration that issues the same way. */
  use(config: Config): void {
    this.#config = config;
  }

  /** Says what is wanted of what the operator wrote, and what is waited for of it. */
  planned({ objects, pairs }: Parameters<GateIssuance["planned"]>[0]): Planned {
    const { engine, good, directory } = this.#parts;
    const plan = this.#planner.plan(objects, this.#config);
    const isNew = plan !== this.#plan;
    if (isNew) this.#wanted = good.take(plan);
    this.#plan = plan;
    this.#objects = objects;
    this.#taken = takenElsewhere(this.#wanted, { objects, pairs, directory });
    const mine = this.#wanted.filter((intent) => !this.#taken.has(keyOf(intent)));
    const used = mine.map(keyOf).join();
    if (isNew || used !== this.#used) engine.use(mine);
    this.#used = used;
    const known = engine.pending();
    const pending = new Map(mine.map((intent) => {
      const key = keyOf(intent);
      return [key, known.get(key) ?? ARRIVING];
    }));
    const believed = withPending(pairs, pending, directory);
    return { pairs: believed, findings: findingsOf(plan), isPending: believed !== pairs };
  }

  /** As `/v1/status` shows it; conditions have the times that the keeper knows. */
  status(): IssuanceStatus {
    const { engine, keeper } = this.#parts;
    const status = engine.status();
    if (this.#plan === null) return { ...status, objects: [] };
    const found = new Map(this.#objects.map((object) => [`${object.kind} ${keyOf(object)}`, object]));
    const conditions = intentConditions(this.#plan, status.pairs, this.#taken);
    const objects = conditions.map(({ object, condition }) => {
      const generation = generationOf(found.get(object)!, keeper);
      return { object, conditions: keeper.stamp(`issuance ${object}`, [condition], generation) };
    });
    keeper.retain(new Set(objects.map(({ object }) => `issuance ${object}`)), "issuance");
    return { ...status, objects };
  }
}
