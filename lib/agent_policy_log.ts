import type { Log } from "./model/mod.ts";
import { placeText } from "./agent_names.ts";
import type { PolicyView } from "./agent_policy_view.ts";

/** Log lines about policy: what is wrong is said when it begins and when it ends, and each policy that comes into use. */
export class PolicyLog {
  readonly #log: Log;
  #said: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map();
  #digest = "";
  #cannotNudge = false;
  #wafProblem = "";

  constructor(log: Log) {
    this.#log = log;
  }

  /** Says what is new in a view. */
  tell({ config: { gate }, findings, digest, files, belief, wafProblem }: PolicyView): void {
    const next = new Map(findings.map(({ place, message, hint }) => {
      const fields = { place: placeText(place), problem: message, hint };
      return [`${fields.place} ${message}`, fields];
    }));
    const begun = [...next].filter(([key]) => !this.#said.has(key));
    const ended = [...this.#said].filter(([key]) => !next.has(key));
    for (const [, fields] of begun.slice(0, MOST)) this.#log.warn(WRONG, fields);
    if (begun.length > MOST) this.#log.warn(MORE_WRONG, { more: begun.length - MOST });
    for (const [, fields] of ended.slice(0, MOST)) this.#log.info(RIGHT, fields);
    if (ended.length > MOST) this.#log.info(MORE_RIGHT, { more: ended.length - MOST });
    this.#said = next;
    const cannotNudge = digest !== "" && (gate.resources === undefined || !gate.certState);
    if (cannotNudge && !this.#cannotNudge) this.#log.info(DEAF);
    this.#cannotNudge = cannotNudge;
    if (wafProblem !== this.#wafProblem) {
      if (wafProblem === "") this.#log.info(TAKEN);
      else this.#log.warn(UNTAKEN, { problem: wafProblem });
    }
    this.#wafProblem = wafProblem;
    if (digest === this.#digest) return;
    this.#digest = digest;
    if (digest === "") return this.#log.info("policy is switched off");
    this.#log.info("policy is in use", {
      digest,
      policies: files.policies.length,
      proxies: files.proxies.length,
      connectors: files.connectors.length,
      waf: belief.settings.waf !== null,
      local_reply: belief.settings.localReply !== null,
    });
  }
}

// One line that goes in at the top of a file moves all that is wrong below it, and status has every one.
const MOST = 20;
const WRONG = "a policy object is not as it should be";
const RIGHT = "a policy object is as it should be again";
const MORE_WRONG = "more policy objects are not as they should be, certgate status names them";
const MORE_RIGHT = "more policy objects are as they should be again";
const UNTAKEN = "the firewall of policies is kept from an envoy that would refuse it";
const TAKEN = "nothing is known against the firewall of policies any more";
const DEAF =
  "envoy gateway is not made to call when policy changes: that takes the gate with its CertState objects";
