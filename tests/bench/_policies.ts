import { join } from "node:path";
import type { BenchPair } from "./_pairs.ts";
import { gatewayName, HOSTS_PER_GATEWAY } from "./_snapshot.ts";

/** Every so many hosts, one behind a connector; of these every other is offline. */
const CONNECTOR = 10;
/** Every so many hosts, one behind a pod of a VPC; never one with a connector. */
const POD = 20;

const GROUP = "apiVersion: networking.datumapis.com";

/**
 * Writes policy objects that leave no resource of {@linkcode makeSnapshot} as it is but plain clusters: a policy for each
 * Gateway, so that every route is under one, and connectors and pods behind some of the routes.
 *
 * @returns lines of a configuration with which every mutation is on.
 */
export async function writePolicies(
  dir: string,
  gateways: number,
  pairs: readonly BenchPair[],
): Promise<string[]> {
  await Deno.mkdir(dir, { recursive: true });
  const policies = Array.from({ length: gateways }, (_, gateway) => policy(gatewayName(gateway)));
  await Deno.writeTextFile(join(dir, "policies.yaml"), policies.join("---\n"));
  const hosts = pairs.slice(0, gateways * HOSTS_PER_GATEWAY).map(({ hostname }) => hostname);
  const proxies = hosts.flatMap((hostname, at) =>
    at % CONNECTOR === 0
      ? [proxy(hostname, `connector: { name: ${at % (2 * CONNECTOR) === 0 ? "online" : "offline"} }`)]
      : at % POD === 5
      ? [proxy(hostname, "instance: { name: pod, port: 80 }")]
      : []
  );
  await Deno.writeTextFile(join(dir, "proxies.yaml"), [...OTHERS, ...proxies].join("---\n"));
  return [`policy: { paths: ["${dir}"], localReply: { enabled: true } }`];
}

const OTHERS = [
  `apiVersion: v1
kind: Namespace
metadata: { name: default, labels: { meta.datumapis.com/upstream-cluster-name: cluster-project } }
`,
  `${GROUP}/v1alpha1
kind: Connector
metadata: { namespace: default, name: online }
status:
  conditions: [{ type: Ready, status: "True" }]
  connectionDetails: { type: PublicKey, publicKey: { id: node-1 } }
`,
  `${GROUP}/v1alpha1
kind: Connector
metadata: { namespace: default, name: offline }
`,
  `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { namespace: default, name: pod, labels: { galactic.datum.net/tenant-id: tenant } }
`,
];

const policy = (gateway: string) =>
  `${GROUP}/v1alpha
kind: TrafficProtectionPolicy
metadata: { namespace: default, name: ${gateway}, generation: 1 }
spec:
  mode: Enforce
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: ${gateway} }]
  ruleSets:
  - type: OWASPCoreRuleSet
    owaspCoreRuleSet:
      paranoiaLevels: { blocking: 1, detection: 2 }
      ruleExclusions: { tags: [attack-sqli], ids: [941100], idRanges: ["942000-942999"] }
`;

const proxy = (hostname: string, backend: string) =>
  `${GROUP}/v1alpha
kind: HTTPProxy
metadata: { namespace: default, name: ${hostname} }
spec:
  rules: [{ backends: [{ endpoint: "https://${hostname}", ${backend} }] }]
`;
