import type { GatePlan, ListenerState, Log, PairState, SourceHealth } from "./model/mod.ts";
import { keyOf, placeText, rfc3339 } from "./agent_names.ts";

const REMINDER = 3_600_000;

interface Said {
  readonly what: string;
  readonly at: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Log lines about the gate: what is wrong is said when it begins, once an hour while it lasts, and when it ends. */
export class GateLog {
  readonly #log: Log;
  #said = new Map<string, Said>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Something new was published under a revision. */
  published(revision: string | null, plan: GatePlan): void {
    this.#log.info("published to envoy gateway", {
      revision,
      objects: plan.objects.length,
      withheld: plan.listeners.filter(({ published }) => published === null).length,
    });
  }

  /** @param now Milliseconds since the epoch. */
  tell(
    view: {
      readonly plan: GatePlan;
      readonly pairs: Iterable<PairState>;
      readonly findings: GatePlan["findings"];
      readonly sources: readonly SourceHealth[];
      readonly doubt: string;
      /** Why Envoy Gateway's directory could not be written; empty if it could. */
      readonly problem: string;
    },
    now: number,
  ): void {
    const next = new Map<string, Said>();
    const say = (
      subject: string,
      what: string,
      fields: Said["fields"],
      sentence: string,
      level: "info" | "warn" | "error" = "warn",
    ) => {
      const before = this.#said.get(subject);
      const same = before?.what === what;
      if (same && now - before.at < REMINDER) return next.set(subject, before);
      next.set(subject, { what, at: now, fields });
      this.#log[level](sentence, same ? { ...fields, reminder: true } : fields);
    };
    for (const listener of view.plan.listeners) {
      if (listener.published !== null) continue;
      const fields = listenerFields(listener);
      if (listener.cause === "not_issued") {
        // Its words change with every attempt, and status has them.
        say(listenerSubject(listener), listener.cause, fields, WAITING, "info");
        continue;
      }
      say(listenerSubject(listener), `${listener.reason} ${listener.message}`, fields, UNHEALTHY);
    }
    for (const pair of view.pairs) {
      if (pair.served?.from !== "held") continue;
      const { reason, cause, detail } = pair.verdict;
      const until = rfc3339(pair.served.leaf.notAfter);
      const fields = { secret: keyOf(pair), reason, cause, detail, held_not_after: until };
      say(`held ${keyOf(pair)}`, `${cause} ${detail}`, fields, HELD);
    }
    for (const { place, message, hint } of view.findings) {
      const fields = { place: placeText(place), problem: message, hint };
      say(`finding ${fields.place} ${message}`, message, fields, FINDING);
    }
    for (const { source, up, message, errors } of view.sources) {
      if (up && Object.keys(errors).length === 0) continue;
      say(`source ${source}`, `${up} ${message}`, { source, up, errors, message }, SOURCE);
    }
    if (view.doubt) say("clock", "wrong", { why: view.doubt }, CLOCK);
    if (view.problem) say("output", view.problem, { problem: view.problem }, OUTPUT, "error");
    const present = new Set(view.plan.listeners.map(listenerSubject));
    for (const [subject, { fields }] of this.#said) {
      const kind = subject.split(" ", 1)[0];
      if (next.has(subject) || kind === "listener" && !present.has(subject)) continue;
      this.#log.info(ENDED[kind], fields);
    }
    this.#said = next;
  }
}

const UNHEALTHY = "listener certificate unhealthy";
const WAITING = "a listener waits for its certificate";
const HELD = "a renewal is not usable, the last good pair is held";
const FINDING = "a resource is not as it should be";
const SOURCE = "a source of certificates has problems";
const OUTPUT = "envoy gateway's directory could not be written";
const CLOCK = "the clock of this host is not believed";

const ENDED: Readonly<Record<string, string>> = {
  listener: "listener certificate usable again",
  held: "the last good pair is held no more",
  finding: "a resource is as it should be again",
  source: "a source of certificates is in order again",
  output: "envoy gateway's directory can be written again",
  clock: "the clock of this host is believed again",
};

function listenerSubject({ owner, name }: ListenerState): string {
  return `listener ${owner.kind} ${keyOf(owner)} ${name}`;
}

function listenerFields(listener: ListenerState) {
  const { gateway, owner, name, hostname, secrets, problem, reason, cause, message, detail } = listener;
  const blamed = secrets.find(({ verdict }) => verdict.cause === cause) ?? secrets[0];
  const notAfter = blamed?.verdict.validity?.notAfter;
  return {
    listener: `${keyOf(owner)}/${name}`,
    gateway: keyOf(gateway),
    hostname,
    reason: problem ?? reason,
    cause,
    message,
    detail,
    cert_not_after: notAfter !== undefined && Number.isFinite(notAfter) ? rfc3339(notAfter) : null,
  };
}
