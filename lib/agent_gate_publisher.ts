import { stampPlan } from "./gate/mod.ts";
import type { GatePlan, GateStatus } from "./model/mod.ts";
import type { EgDirectory, Published } from "./outputs/mod.ts";
import type { DeliveryTracker } from "./agent_delivery.ts";
import type { GatePolicy } from "./agent_gate_parts.ts";
import { rfc3339 } from "./agent_names.ts";

/** What {@linkcode GatePublisher} works with. */
export interface PublisherParts {
  /** `null` where there is no Envoy Gateway. */
  readonly directory: EgDirectory | null;
  readonly delivery: DeliveryTracker;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly policy: Pick<GatePolicy, "digest">;
}

/** Writes plans for Envoy Gateway, one at a time, each with the policy that is in use at that moment. */
export class GatePublisher {
  readonly #parts: PublisherParts;
  #publishedAt: number | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /** Whether what was written is still there. */
  intact(): Promise<boolean> {
    return this.#parts.directory?.intact() ?? Promise.resolve(true);
  }

  /** A plan as it would be written now. */
  stamped(plan: GatePlan): GatePlan {
    return stampPlan(plan, this.#parts.policy.digest());
  }

  /** @param planned The plan without a policy; asked for when its turn has come. */
  publish(
    planned: () => GatePlan,
  ): Promise<{ plan: GatePlan; output: GateStatus["output"]; written: Published }> {
    const turn = this.#last.then(async () => {
      const { directory, delivery, policy } = this.#parts;
      const plan = stampPlan(planned(), policy.digest());
      delivery.published(plan);
      const written = await directory?.publish(plan.objects) ?? NOTHING;
      return { plan, output: this.#outputOf(written), written };
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  #outputOf({ revision, problem, changed }: Published): GateStatus["output"] {
    if (changed) this.#publishedAt = this.#parts.clock();
    const at = this.#publishedAt;
    const publishedAt = at === null ? null : rfc3339(at);
    return { file: this.#parts.directory?.file ?? "", revision, publishedAt, message: problem };
  }
}

const NOTHING: Published = { changed: false, revision: "", problem: "" };
