import type { PolicyEntry, PolicyTarget } from "../model/mod.ts";
import { digestOfEntry } from "./_entries.ts";
import { compare } from "./_order.ts";

/** The policies at one object by section; the empty one is all of it. */
type Sections = Map<string, PolicyEntry>;

/**
 * The policies of one effective namespace by what they are attached to. One for a section goes before one for all of the
 * object, as policies of Gateway API do (GEP-2649); of several at the very same target the first stays.
 */
export class Targets {
  readonly #attached = { Gateway: new Map<string, Sections>(), HTTPRoute: new Map<string, Sections>() };

  /** The policy for a section of an object; empty for an object of which no section is known. */
  find(kind: PolicyTarget["kind"], name: string, section: string): PolicyEntry | null {
    const sections = this.#attached[kind].get(name);
    if (sections === undefined) return null;
    return sections.get(section) ?? sections.get("") ?? null;
  }

  /**
   * Attaches a policy where none is attached yet.
   *
   * @returns The policy that is at this very target already; `null` if there is none.
   */
  add({ kind, name, sectionName }: PolicyTarget, entry: PolicyEntry): PolicyEntry | null {
    const sections = this.#attached[kind].get(name) ?? new Map<string, PolicyEntry>();
    this.#attached[kind].set(name, sections);
    const before = sections.get(sectionName);
    if (before !== undefined) return before === entry ? null : before;
    sections.set(sectionName, entry);
    return null;
  }

  /** All that can be found, in an order that does not depend on how it came in. */
  describe(): unknown[] {
    const gateways = inOrder(this.#attached.Gateway).map(([name, sections]) => {
      // Without a policy for all of the Gateway, one without directives is as good as none.
      const matters = ([section, entry]: [string, PolicyEntry]) =>
        entry.directives.length > 0 || section !== "" && (sections.get("")?.directives.length ?? 0) > 0;
      return ["Gateway", name, ...inOrder(sections).filter(matters).map(describe)];
    }).filter(({ length }) => length > 2);
    const routes = inOrder(this.#attached.HTTPRoute).map((
      [name, sections],
    ) => ["HTTPRoute", name, ...inOrder(sections).map(describe)]);
    return [...gateways, ...routes];
  }
}

function describe([section, entry]: [string, PolicyEntry]): [string, string] {
  return [section, digestOfEntry(entry)];
}

/** The entries of a map by their keys. */
export function inOrder<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => compare(a, b));
}
