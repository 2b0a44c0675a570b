import type { ObjectName } from "../model/mod.ts";
import type { Snapshot } from "../xds/mod.ts";

// Every snapshot of Envoy Gateway has this listener, so it tells none from another.
const READY_LISTENER = /^envoy-gateway-proxy-ready-/;

/** Whether a listener is one of the operator's. */
export const isOwnListener = (name: string) => !READY_LISTENER.test(name);

/** What a snapshot without CertState objects is known again by. */
export function snapshotNames(snapshot: Snapshot): Set<string> {
  // Envoy Gateway names a listener after the first host of its port, or (XDSNameSchemeV2) after the port alone, which
  // other Gateways have too. Names of chains have namespace, Gateway and listener in them and stay.
  const own = snapshot.listeners.filter(({ name }) => isOwnListener(name));
  const chains = own.flatMap((listener) => listener.chains.map((chain) => chain.name)).filter((name) =>
    name !== ""
  );
  if (chains.length > 0) return new Set(chains);
  return new Set([...own.map(({ name }) => name), ...snapshot.secrets.map(({ name }) => `secret ${name}`)]);
}

interface Identity {
  readonly names: ReadonlySet<string>;
  readonly gateways: readonly ObjectName[];
}

/** Whether two snapshots are the same one at different times. */
export function isSame(before: Identity, now: Identity): boolean {
  if (before.gateways.length === 0 || now.gateways.length === 0) return overlap(before.names, now.names);
  const keys = new Set(before.gateways.map(keyOf));
  return now.gateways.some((gateway) => keys.has(keyOf(gateway)));
}

/** "namespace/name". */
export const keyOf = ({ namespace, name }: ObjectName) => `${namespace}/${name}`;

function overlap(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  if (some.size === 0 || others.size === 0) return some.size === others.size;
  for (const name of some) if (others.has(name)) return true;
  return false;
}
