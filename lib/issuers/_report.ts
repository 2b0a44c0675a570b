import type { Place } from "../model/mod.ts";
import type { Owner } from "./_owners.ts";
import type { IntentFinding, IntentReason } from "./intent.ts";

/** What is to be said of one object. */
export class Report {
  readonly findings: IntentFinding[] = [];
  readonly #owner: Owner;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Something about the object or one of its listeners, in a whole message. */
  say(
    severity: IntentFinding["severity"],
    reason: IntentReason,
    said: { listener?: string; place: Place; message: string; hint: string },
  ): void {
    const { kind, namespace, name } = this.#owner;
    const { listener = null, place, message, hint } = said;
    this.findings.push({
      severity,
      reason,
      object: { kind, namespace, name },
      listener,
      place,
      message,
      hint,
    });
  }

  /** Something that keeps the object, or one of its listeners, from getting certificates. */
  refuse(
    { listener, place, what, hint }: { listener?: string; place: Place; what: string; hint: string },
  ): void {
    const part = listener === undefined ? "" : `listener ${JSON.stringify(listener)} of `;
    const message = `Cannot plan certificates for ${part}${this.#owner.title}: ${what}`;
    this.say("bad", "BadConfig", { listener, place, message, hint });
  }
}
