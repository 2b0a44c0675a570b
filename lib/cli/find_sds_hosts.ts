import { isIP } from "node:net";
import type { Config } from "../resources/mod.ts";
import type { SdsHost } from "./envoy_config.ts";
import { readHostname } from "./find_listeners.ts";
import { lookAtSds } from "./look_at_sds.ts";

/** Hosts, and what an operator should know of those that are none. */
export interface FoundSdsHosts {
  readonly hosts: readonly SdsHost[];
  /** Sentences, a line each. */
  readonly notes: readonly string[];
}

/**
 * Looks once at the sources whose pairs Envoy asks certgate for, and makes a host of each pair with the names that are in
 * its certificate. A name that several pairs have belongs to the first of them, in the order of the Secrets.
 */
export async function findSdsHosts(config: Config): Promise<FoundSdsHosts> {
  const sightings = await lookAtSds(config);
  return shareOut([...sightings].map(([secret, { facts }]) => ({
    secret,
    names: facts.certificates[0]?.names ?? [],
  })));
}

/** The hosts of the options `--hostname NAME=SECRET`, those of one Secret together. */
export function hostsOf(named: readonly { readonly hostname: string; readonly secret: string }[]): SdsHost[] {
  const hosts = new Map<string, string[]>();
  for (const { hostname, secret } of named) hosts.set(secret, [...hosts.get(secret) ?? [], hostname]);
  return [...hosts].map(([secret, hostnames]) => ({ secret, hostnames }));
}

function shareOut(
  pairs: readonly { readonly secret: string; readonly names: readonly string[] }[],
): FoundSdsHosts {
  const owners = new Map<string, string>();
  const notes: string[] = [];
  const hosts: SdsHost[] = [];
  for (const { secret, names } of pairs.toSorted((a, b) => a.secret < b.secret ? -1 : 1)) {
    const usable = [...new Set(names.flatMap((name) => isIP(name) > 0 ? [] : readHostname(name) ?? []))];
    const hostnames = usable.filter((name) => !owners.has(name));
    for (const name of hostnames) owners.set(name, secret);
    for (const name of usable.filter((name) => owners.get(name) !== secret)) {
      notes.push(`"${name}" is of "${owners.get(name)}", so "${secret}" is not asked for it`);
    }
    if (usable.length === 0) {
      notes.push(`"${secret}" has no hostname that can be read, so there is no chain for it`);
    }
    if (hostnames.length > 0) hosts.push({ secret, hostnames });
  }
  return { hosts, notes };
}
