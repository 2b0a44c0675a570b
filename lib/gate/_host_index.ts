import type { ListenerDraft } from "./_drafts.ts";
import type { ResourceObject } from "../model/mod.ts";
import { asText } from "../resources/mod.ts";

/** Finds the listeners that share a name with a route, without looking at every one. */
export class HostIndex {
  readonly #positions = new Map<string, number[]>();

  constructor(readonly listeners: readonly ListenerDraft[]) {
    listeners.forEach(({ hostname }, position) => {
      const known = this.#positions.get(hostname);
      if (known === undefined) this.#positions.set(hostname, [position]);
      else known.push(position);
    });
  }

  /** The listeners that a route with these names can be asked at, in their order; all for a route without names. */
  meeting(hostnames: readonly string[]): readonly ListenerDraft[] {
    if (hostnames.length === 0) return this.listeners;
    const found = new Set<number>(this.#positions.get("*"));
    for (const hostname of hostnames) {
      for (const name of coveringNames(hostname)) this.#positions.get(name)?.forEach((one) => found.add(one));
      if (hostname.startsWith("*.")) this.#below(hostname.slice(1)).forEach((one) => found.add(one));
    }
    return [...found].sort((a, b) => a - b).map((position) => this.listeners[position]);
  }

  #below(suffix: string): number[] {
    return [...this.#positions].flatMap(([name, positions]) => name.endsWith(suffix) ? positions : []);
  }
}

/** The name and every wildcard above it: a wildcard of the Gateway API stands for one or more labels. */
function coveringNames(hostname: string): string[] {
  const names = [hostname];
  const labels = hostname.startsWith("*.") ? hostname.slice(2) : hostname;
  for (let dot = labels.indexOf("."); dot >= 0; dot = labels.indexOf(".", dot + 1)) {
    names.push(`*${labels.slice(dot)}`);
  }
  return names;
}

/** The names of a route, lower case. */
export function routeNames({ value }: ResourceObject): readonly string[] {
  const spec = value.spec as { hostnames?: unknown } | undefined;
  return Array.isArray(spec?.hostnames) ? spec.hostnames.map((one) => asText(one).toLowerCase()) : [];
}
