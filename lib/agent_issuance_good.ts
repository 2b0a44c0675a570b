import type { Intent, IntentPlan, ObjectOutcome } from "./issuers/mod.ts";
import type { Keep } from "./outputs/mod.ts";
import { keyOf } from "./agent_names.ts";

/** Written into each file; what has another one is forgotten. */
const FORMAT = "certgate intents 1";

/**
 * The last good intents of each object, so that a mistake in an annotation costs nobody the certificates that were planned
 * before it. They survive a restart.
 *
 * - An object with something wrong keeps all of them, one with something wrong in a listener those of that listener, as
 *   long as it refers to their Secrets.
 * - An object that is not there any more, asks no more, or is not taken any more, has none.
 * - While ListenerSets are not looked at, those of sets wait.
 */
export class GoodIntents {
  readonly #keep: Keep;
  readonly #good = new Map<string, readonly Intent[]>();

  /** @param keep Where they are kept. */
  constructor(keep: Keep) {
    this.#keep = keep;
    const decoder = new TextDecoder();
    for (const [key, bytes] of keep.entries()) {
      const intents = parse(decoder.decode(bytes));
      if (intents === null) keep.remove(key);
      else this.#good.set(key, intents);
    }
  }

  /** What is wanted now: what a plan has, and what it lacks only because of a mistake. */
  take({ intents, objects, findings }: IntentPlan): Intent[] {
    const planned = Map.groupBy(intents, ({ owner }) => titleOf(owner));
    const broken = Map.groupBy(
      findings.filter(({ severity, listener }) => severity === "bad" && listener !== null),
      ({ object }) => titleOf(object),
    );
    const wanted: Intent[] = [];
    const taken = new Set<string>();
    const present = new Set<string>();
    for (const object of objects) {
      const title = titleOf(object);
      present.add(title);
      if (object.state === "off") continue;
      const listeners = new Set(broken.get(title)?.map(({ listener }) => listener!));
      const mine = this.#mine(object, planned.get(title) ?? [], listeners)
        .filter((intent) => !taken.has(keyOf(intent)));
      mine.forEach((intent) => taken.add(keyOf(intent)));
      wanted.push(...mine);
      this.#remember(title, mine);
    }
    for (const title of this.#good.keys()) if (!present.has(title)) this.#remember(title, []);
    return wanted;
  }

  /** Resolves when nothing is left to write. */
  settled(): Promise<void> {
    return this.#keep.settled();
  }

  #mine(object: ObjectOutcome, planned: readonly Intent[], broken: ReadonlySet<string>): readonly Intent[] {
    if (object.state !== "planned" && object.state !== "bad") return [];
    const earlier = this.#good.get(titleOf(object)) ?? [];
    const needed = earlier.filter(({ name }) => object.secrets.includes(name));
    if (object.state === "bad") return needed;
    const kept = needed.filter(({ listeners }) => listeners.some((listener) => broken.has(listener)));
    const names = new Set(kept.map(({ name }) => name));
    return [...planned.filter(({ name }) => !names.has(name)), ...kept];
  }

  #remember(title: string, intents: readonly Intent[]): void {
    const before = this.#good.get(title);
    if (intents.length === 0) {
      if (!this.#good.delete(title)) return;
      this.#keep.remove(title);
      return;
    }
    this.#good.set(title, intents);
    const text = format(intents);
    if (before === undefined || format(before) !== text) {
      this.#keep.put(title, new TextEncoder().encode(text));
    }
  }
}

const titleOf = ({ kind, namespace, name }: Pick<ObjectOutcome, "kind" | "namespace" | "name">): string =>
  `${kind} ${namespace}/${name}`;

function format(intents: readonly Intent[]): string {
  // Where a value came from is no part of what is wanted: moving a line is no change.
  return JSON.stringify({ format: FORMAT, intents: intents.map((intent) => ({ ...intent, explain: [] })) });
}

function parse(text: string): readonly Intent[] | null {
  try {
    const { format, intents } = JSON.parse(text);
    return format === FORMAT && Array.isArray(intents) ? intents : null;
  } catch {
    return null;
  }
}
