import type { PolicyStep } from "../model/mod.ts";
import type { Snapshot } from "../xds/mod.ts";

type ConnectStep = Extract<PolicyStep, { readonly kind: "add_connect_route" }>;

/** What Envoy takes for a domain: anything but what breaks a header. */
const NOT_IN_A_HEADER = /[\0\r\n]/;

/** Looks for domains that would stand twice in a route configuration; Envoy refuses such a one as a whole. */
export class DomainLint {
  readonly #snapshot: Snapshot;
  readonly #taken = new Map<number, Set<string>>();

  /** Looks at nothing yet. */
  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** The host of the step has to be there. @returns in words what is wrong; empty if nothing is. */
  check({ routeConfig, domain }: ConnectStep): string {
    if (domain === null) return "";
    if (domain === "") return "the domain is empty";
    if (NOT_IN_A_HEADER.test(domain)) return "the domain has a line break or a NUL in it";
    const taken = this.#domainsOf(routeConfig);
    // Envoy compares domains in lower case.
    const key = domain.toLowerCase();
    if (taken.has(key)) return `the domain "${domain}" would stand twice in the route configuration`;
    taken.add(key);
    return "";
  }

  #domainsOf(routeConfig: number): Set<string> {
    let taken = this.#taken.get(routeConfig);
    if (taken === undefined) {
      taken = new Set();
      for (const host of this.#snapshot.routeConfigs[routeConfig].virtualHosts) {
        for (const domain of host.domains) taken.add(domain.toLowerCase());
      }
      this.#taken.set(routeConfig, taken);
    }
    return taken;
  }
}
