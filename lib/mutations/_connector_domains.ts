import { createHash } from "node:crypto";
import type { RouteConfigView, VirtualHostView } from "../xds/mod.ts";

const SUFFIX = ".connector.internal";

/** The name of a virtual host as part of a domain and of names of routes: `/`, space and `:` become `-`. */
export function sanitiseName(name: string): string {
  return name.replaceAll(/[/ :]/g, "-");
}

/**
 * Gives virtual hosts of one route configuration the domain under which their tunnel is asked for.
 *
 * - `<sanitised name>.connector.internal`. Envoy refuses a route configuration in which a domain stands twice, whatever
 *   the letters' case, so a domain is given only while nobody in the whole route configuration has it.
 * - Virtual hosts whose names become one and the same get `<sanitised name>-<8 hex digits>.connector.internal`, all of
 *   them, the digits being the beginning of the SHA-256 of the name. So the domain of a host depends on names alone:
 *   neither on the order of the hosts nor on who is online, and nobody takes over the plain domain of another.
 * - The same where somebody has written the plain domain among the domains of another virtual host.
 * - Never a wildcard: a virtual host whose name begins with `*` gets none, and neither does one without a name.
 */
export class ConnectorDomains {
  readonly #config: RouteConfigView;
  #names: Map<string, number> | null = null;
  #owners: Map<string, number> | null = null;

  /** Looks at nothing yet. */
  constructor(config: RouteConfigView) {
    this.#config = config;
  }

  /** @returns `null` where the host needs no other domain, or can have none. */
  give(host: VirtualHostView): string | null {
    const plain = sanitiseName(host.name);
    if (plain === "" || plain.startsWith("*")) return null;
    const alone = (this.#names ??= this.#countNames()).get(plain.toLowerCase()) === 1;
    const hashed = `${plain}-${createHash("sha256").update(host.name).digest("hex").slice(0, 8)}`;
    const owners = this.#owners ??= this.#findOwners();
    for (const stem of alone ? [plain, hashed] : [hashed]) {
      const domain = stem + SUFFIX;
      const owner = owners.get(domain.toLowerCase());
      if (owner === host.place) return null;
      if (owner !== undefined) continue;
      owners.set(domain.toLowerCase(), host.place);
      return domain;
    }
    return null;
  }

  #countNames(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { name } of this.#config.virtualHosts) {
      const key = sanitiseName(name).toLowerCase();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  #findOwners(): Map<string, number> {
    const owners = new Map<string, number>();
    for (const { domains, place } of this.#config.virtualHosts) {
      for (const domain of domains) {
        const key = domain.toLowerCase();
        if (!owners.has(key)) owners.set(key, place);
      }
    }
    return owners;
  }
}

/** The domain as the network-services-operator gives it; `null` where the host has it. */
export function plainDomain(host: VirtualHostView): string | null {
  const domain = sanitiseName(host.name) + SUFFIX;
  return host.domains.includes(domain) ? null : domain;
}
