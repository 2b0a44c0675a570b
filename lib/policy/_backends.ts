import { createHash } from "node:crypto";
import type { ConnectorFate, HttpProxy, PolicySet, ProxyBackend } from "../model/mod.ts";
import { parseEndpoint } from "../resources/mod.ts";
import { effectiveNamespace, labelOf } from "./_namespaces.ts";
import { connectorLiveness } from "./connector_states.ts";

/** Label of an EndpointSlice with the tenant in whose network its addresses are. */
const TENANT = "galactic.datum.net/tenant-id";

/** What stands behind the rules of HTTPProxies, by {@linkcode ruleKey}. */
export interface Backends {
  readonly connectors: ReadonlyMap<string, ConnectorFate>;
  readonly devices: ReadonlyMap<string, string>;
}

/** A rule of an HTTPProxy in an effective namespace. */
export function ruleKey(namespace: string, name: string, index: number): string {
  return `${namespace}/${name}/${index}`;
}

/**
 * What stands behind the rules of all HTTPProxies. Of two in one effective namespace with one name the first in the order of
 * the files counts; within a rule the last backend.
 */
export function readBackends({ proxies, connectors, slices }: PolicySet): Backends {
  const fates = new Map(connectors.map((one) => [`${one.namespace}/${one.name}`, connectorLiveness(one)]));
  const tenants = new Map(slices.map(({ namespace, name, labels }) => [
    `${namespace}/${name}`,
    labelOf(labels, TENANT),
  ]));
  const result = { connectors: new Map<string, ConnectorFate>(), devices: new Map<string, string>() };
  const seen = new Set<string>();
  for (const proxy of proxies) {
    const namespace = effectiveNamespace(proxy);
    if (seen.has(`${namespace}/${proxy.name}`)) continue;
    seen.add(`${namespace}/${proxy.name}`);
    for (const [index, backends] of proxy.rules.entries()) {
      const key = ruleKey(namespace, proxy.name, index);
      for (const backend of backends) {
        if (backend.connector !== null) {
          const fate = fateOf(proxy, backend, fates);
          if (fate !== null) result.connectors.set(key, fate);
        } else if (backend.instance !== null) {
          const tenant = tenants.get(`${proxy.namespace}/${backend.instance}`) ?? "";
          if (tenant !== "") result.devices.set(key, deviceOf(tenant));
        }
      }
    }
  }
  return result;
}

function fateOf(
  { namespace }: HttpProxy,
  { connector, endpoint }: ProxyBackend,
  fates: ReadonlyMap<string, { readonly online: boolean; readonly nodeId: string }>,
): ConnectorFate | null {
  const parsed = parseEndpoint(endpoint);
  if (typeof parsed === "string") return null;
  const liveness = fates.get(`${namespace}/${connector}`);
  if (liveness === undefined || !liveness.online) return { online: false };
  return { online: true, address: `${parsed.host}:${parsed.port}`, nodeId: liveness.nodeId };
}

/** The VRF of a tenant: 15 bytes, which is all that Linux takes for the name of a device. */
function deviceOf(tenant: string): string {
  return `vrf-${createHash("sha256").update(tenant).digest("hex").slice(0, 11)}`;
}
