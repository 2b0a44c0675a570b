import type { FailureAction, Hook, Log } from "../model/mod.ts";
import type { HookFailure } from "./hook_failure.ts";

const REMINDER = 3_600_000;
// Messages have names in them; what was said longest ago is forgotten first.
const MOST_SAID = 1000;

const MUTATION_SENTENCES: Readonly<Record<FailureAction, string>> = {
  open: "a mutation failed, the answer goes out without it",
  closed: "a mutation failed, envoy gateway keeps what it has",
  http500: "a mutation failed, what it is responsible for answers 500",
};
const HOOK_SENTENCES: Readonly<Record<FailureAction, string>> = {
  open: "a hook failed, the answer goes out without what policy objects ask for",
  closed: "a hook failed, envoy gateway keeps what it has",
  http500: "a hook failed, what policy objects are responsible for answers 500",
};

/** Whose call it is. */
export interface CallSubject {
  readonly hook: Hook;
  /** "namespace/name" of the Gateways of a snapshot; empty where nothing names them. */
  readonly gateways: readonly string[];
}

interface Said {
  readonly subject: string;
  readonly failure: HookFailure;
  readonly at: number;
}

/** Log lines about what failed in calls: said when it begins, and again once an hour while it lasts. */
export class FailureLog {
  readonly #log: Log;
  readonly #clock: () => number;
  readonly #said = new Map<string, Said>();

  constructor(log: Log, clock: () => number) {
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * Says what failed in a call, and what fails no more.
   *
   * The call of a small hook is about one resource and says nothing about others, so what fails there is forgotten with
   * time alone.
   */
  tell({ hook, gateways }: CallSubject, failures: readonly HookFailure[]): void {
    const subject = JSON.stringify([hook, gateways]);
    const now = this.#clock();
    const failing = new Map(failures.map((failure) => [signature(subject, failure), failure]));
    for (const [key, said] of this.#said) {
      if (hook === "PostTranslateModify" && said.subject === subject && !failing.has(key)) {
        this.#said.delete(key);
        this.#log.info("what failed in a hook call fails no more", { gateways, ...named(said.failure) });
      }
    }
    for (const [key, failure] of failing) {
      const before = this.#said.get(key);
      if (before !== undefined && now - before.at < REMINDER) continue;
      this.#said.delete(key);
      this.#said.set(key, { subject, failure, at: now });
      this.#say(failure, gateways, before !== undefined);
    }
    while (this.#said.size > MOST_SAID) this.#said.delete(this.#said.keys().next().value!);
  }

  #say(failure: HookFailure, gateways: readonly string[], reminder: boolean): void {
    const { scope, targets, place, message, action } = failure;
    const sentences = failure.mutation === null ? HOOK_SENTENCES : MUTATION_SENTENCES;
    this.#log.warn(sentences[action], {
      gateways,
      ...named(failure),
      ...scope === null ? {} : { scope },
      targets,
      place,
      problem: message,
      reminder,
    });
  }
}

// Which of many targets comes first changes with every change of routes, and is not what makes a failure another one.
function signature(subject: string, { mutation, kind, action, message }: HookFailure): string {
  return JSON.stringify([subject, mutation, kind, action, message]);
}

function named({ hook, mutation, kind, action }: HookFailure) {
  return { hook, ...mutation === null ? {} : { mutation }, kind, action };
}
