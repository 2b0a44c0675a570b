import type { AnsweredCall } from "./server/mod.ts";
import type { DeliveryTracker } from "./agent_delivery.ts";
import type { Nudger } from "./agent_nudger.ts";

/** How far Envoy Gateway is with what was published, and whether it has to be made to call again. */
export class GateProgress {
  readonly #delivery: DeliveryTracker;
  readonly #nudger: Nudger;
  /** Without Envoy Gateway there is nobody to make call again. */
  readonly #hasGateway: boolean;

  constructor(delivery: DeliveryTracker, nudger: Nudger, hasGateway: boolean) {
    this.#delivery = delivery;
    this.#nudger = nudger;
    this.#hasGateway = hasGateway;
  }

  /**
   * Takes note of an answered hook call.
   *
   * @returns whether Envoy Gateway has gone on with the answer, and whether it is further than it was.
   */
  answered(
    { gateways, outcome, passing, hook }: Pick<AnsweredCall, "gateways" | "outcome" | "passing" | "hook">,
  ): { readonly wentOn: boolean; readonly moved: boolean } {
    // What it lacks may be there the next time, and Envoy Gateway does not come back for it by itself.
    if (outcome === "error" || outcome === "degraded" && passing) this.#nudger.failed();
    if (outcome === "error" || hook !== "PostTranslateModify") return { wentOn: false, moved: false };
    this.#nudger.answered(gateways.length);
    const moved = this.#delivery.answered(gateways);
    this.#note(this.#delivery.isOlder(gateways));
    return { wentOn: true, moved };
  }

  /** Takes note of a publication. */
  published(changed: boolean): void {
    if (this.#hasGateway) this.#nudger.published(changed);
    this.#note(false);
  }

  /** @param shownOlder Whether a call has just carried something older than what was published. */
  #note(shownOlder: boolean): void {
    const since = this.#delivery.pendingSince();
    if (since === null) this.#nudger.caughtUp();
    else this.#nudger.behind(since, { shownOlder, usual: this.#delivery.usual });
  }
}
