import type { Governing, PolicyEntry } from "../model/mod.ts";
import type { NamespaceMeaning } from "./_namespaces.ts";
import type { Targets } from "./_targets.ts";

/** A namespace of this host, with all that is looked up in it. */
export class Space {
  readonly upstream: string;
  readonly project: string;
  /** The policies of the namespace that it stands for; `null` if there are none. */
  readonly targets: Targets | null;
  readonly #answers = new Map<PolicyEntry | null, Governing>();

  constructor({ upstream, project }: NamespaceMeaning, targets: Targets | null) {
    this.upstream = upstream;
    this.project = project;
    this.targets = targets;
  }

  /** The answer where that policy governs, identical by reference for the same policy. */
  answer(entry: PolicyEntry | null): Governing {
    const effective = entry === null || entry.directives.length === 0 ? null : entry;
    let answer = this.#answers.get(effective);
    if (answer === undefined) {
      answer = { project: this.project, policy: effective };
      this.#answers.set(effective, answer);
    }
    return answer;
  }
}

/** The namespaces of this host. */
export class Spaces {
  readonly #known = new Map<string, Space>();
  readonly #targets: ReadonlyMap<string, Targets>;
  readonly #onlyNamed: boolean;

  /**
   * @param meanings What the Namespace objects say.
   * @param targets Policies by effective namespace.
   * @param onlyNamed Whether only those with a Namespace object count; else every other one stands for itself.
   */
  constructor(
    meanings: ReadonlyMap<string, NamespaceMeaning>,
    targets: ReadonlyMap<string, Targets>,
    onlyNamed: boolean,
  ) {
    this.#targets = targets;
    this.#onlyNamed = onlyNamed;
    for (const [name, meaning] of meanings) this.#put(name, meaning);
  }

  /** `null` where the namespace is none of ours. */
  get(name: string): Space | null {
    const known = this.#known.get(name);
    if (known !== undefined || this.#onlyNamed) return known ?? null;
    return this.#put(name, { upstream: name, project: "" });
  }

  #put(name: string, meaning: NamespaceMeaning): Space {
    const space = new Space(meaning, this.#targets.get(meaning.upstream) ?? null);
    this.#known.set(name, space);
    return space;
  }
}
