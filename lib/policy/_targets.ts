import type { PolicyEntry, PolicyTarget } from "../model/mod.ts";
import { digestOfEntry } from "./_entries.ts";
import { compare } from "./_order.ts";

/** A policy at a target. */
interface Attached {
  /** Empty: all of it. */
  readonly section: string;
  readonly entry: PolicyEntry;
}

/** The policies of one effective namespace by what they are attached to, in the order in which they are asked. */
export class Targets {
  readonly #attached = { Gateway: new Map<string, Attached[]>(), HTTPRoute: new Map<string, Attached[]>() };

  /** The policy for a section of an object; empty for an object of which no section is known. */
  find(kind: PolicyTarget["kind"], name: string, section: string): PolicyEntry | null {
    const attached = this.#attached[kind].get(name);
    if (attached === undefined) return null;
    for (const one of attached) if (one.section === "" || one.section === section) return one.entry;
    return null;
  }

  /**
   * Attaches a policy behind those that are there.
   *
   * @returns The policy that goes before it everywhere at this target; `null` if there is none.
   */
  add({ kind, name, sectionName }: PolicyTarget, entry: PolicyEntry): PolicyEntry | null {
    const before = this.find(kind, name, sectionName);
    if (before !== null) return before === entry ? null : before;
    const attached = this.#attached[kind].get(name) ?? [];
    attached.push({ section: sectionName, entry });
    this.#attached[kind].set(name, attached);
    return null;
  }

  /** All that can be found, in an order that does not depend on how it came in. */
  describe(): unknown[] {
    const gateways = inOrder(this.#attached.Gateway).map(([name, attached]) => {
      // Where nothing follows, a policy without directives is as good as none.
      const last = attached.findLastIndex(({ entry }) => entry.directives.length > 0);
      return ["Gateway", name, ...attached.slice(0, last + 1).map(describe)];
    }).filter(({ length }) => length > 2);
    const routes = inOrder(this.#attached.HTTPRoute).map((
      [name, attached],
    ) => ["HTTPRoute", name, ...attached.map(describe)]);
    return [...gateways, ...routes];
  }
}

function describe({ section, entry }: Attached): [string, string] {
  return [section, digestOfEntry(entry)];
}

/** The entries of a map by their keys. */
export function inOrder<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => compare(a, b));
}
