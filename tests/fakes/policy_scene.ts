/** A snapshot in which every mutation of policy objects has something to do, and pruning too. */
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ListenerSchema } from "../../proto/gen/envoy/config/listener/v3/listener_pb.ts";
import type { RouteSchema } from "../../proto/gen/envoy/config/route/v3/route_components_pb.ts";
import {
  PostTranslateModifyRequestSchema,
  type PostTranslateModifyResponse,
  PostTranslateModifyResponseSchema,
} from "../../proto/gen/extension/service_pb.ts";
import type { Faults } from "../../lib/server/faults.ts";
import { type AnsweredCall, type HookParts, makeHookHandlers } from "../../lib/server/hook_handlers.ts";
import { makeGeneration } from "../../lib/server/generation.ts";
import type { HostEnvoy } from "../../lib/server/host_envoy.ts";
import { SnapshotReports } from "../../lib/server/snapshot_reports.ts";
import { KeyMaterial } from "../../lib/model/mod.ts";
import { parseConfig } from "../../lib/resources/mod.ts";
import { chain, inPlace } from "../golden/build.ts";
import { draw } from "../golden/policy/drawing.ts";
import { believe } from "../golden/policy/run_all.ts";
import { FakeLog } from "./fake_log.ts";
import { fakeMetrics } from "./fake_metrics.ts";

/** A policy of the Gateway, three rules behind a tunnel that is up, one that is down, and a machine of a tenant. */
export const OBJECTS = `
apiVersion: networking.datumapis.com/v1alpha
kind: TrafficProtectionPolicy
metadata: { namespace: default, name: guard, generation: 3 }
spec:
  mode: Enforce
  targetRefs:
  - { group: gateway.networking.k8s.io, kind: Gateway, name: eg }
  ruleSets:
  - { type: OWASPCoreRuleSet }
---
apiVersion: networking.datumapis.com/v1alpha
kind: HTTPProxy
metadata: { namespace: default, name: app }
spec:
  rules:
  - backends: [{ endpoint: "https://up.internal", connector: { name: up } }]
  - backends: [{ endpoint: "https://down.internal", connector: { name: down } }]
  - backends: [{ endpoint: "http://vm.internal", instance: { name: vm, port: 80 } }]
---
apiVersion: networking.datumapis.com/v1alpha1
kind: Connector
metadata: { namespace: default, name: up }
status:
  conditions: [{ type: Ready, status: "True" }]
  connectionDetails: { type: PublicKey, publicKey: { id: node } }
---
apiVersion: networking.datumapis.com/v1alpha1
kind: Connector
metadata: { namespace: default, name: down }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { namespace: default, name: vm, labels: { galactic.datum.net/tenant-id: tenant } }
`;

const rule = (index: number) => `httproute/default/app/rule/${index}`;
const route = (index: number) => ({
  name: `${rule(index)}/match/0/www`,
  cluster: rule(index),
  of: "HTTPRoute default/app",
});

const LISTENER = "default/eg/http";

/** A serialized PostTranslateModifyRequest. */
export function sceneRequest(): Uint8Array {
  const drawn = draw({
    clusters: [rule(0), rule(1), rule(2), "backend"],
    listeners: [{ name: LISTENER, chains: [[{ rds: "web" }]] }],
    routes: [{
      name: "web",
      hosts: [
        {
          name: "default/eg/http/up",
          of: LISTENER,
          routes: [route(0), { name: "plain", cluster: "backend" }],
        },
        { name: "default/eg/http/down", of: LISTENER, routes: [route(1), route(2)] },
      ],
    }],
  });
  const request = fromBinary(PostTranslateModifyRequestSchema, drawn);
  request.listeners[0].filterChains.push(
    ...create(ListenerSchema, { filterChains: [chain(BAD_HOST, inPlace(BAD_PAIR))] }).filterChains,
  );
  return toBinary(PostTranslateModifyRequestSchema, request);
}

const BAD_HOST = "bad.example.com";
/** A pair that is good for nothing. */
export const BAD_PAIR = "no pair at all";

/** What can be seen in an answer. */
export const EFFECTS = [
  "wafListener",
  "localReply",
  "wafRoute",
  "connectorClusters",
  "connectorRoutes",
  "connectorOffline",
  "vpcBind",
  "pruned",
  "fails",
] as const;

/** One of {@linkcode EFFECTS}; `fails` is a 500 that certgate answers. */
export type Effect = (typeof EFFECTS)[number];

/** Reads what an answer has. */
export function effectsOf(answer: Uint8Array): Effect[] {
  const response = fromBinary(PostTranslateModifyResponseSchema, answer);
  const { listeners, routes } = textsOf(response);
  const all = response.routes.flatMap(({ virtualHosts }) => virtualHosts.flatMap(({ routes }) => routes));
  const statuses = all.map((one) => statusOf(one));
  const seen: Readonly<Record<Effect, boolean>> = {
    wafListener: listeners.includes("coraza-waf"),
    localReply: listeners.includes("local_reply_5xx"),
    wafRoute: routes.includes("SecRuleEngine"),
    connectorClusters: JSON.stringify(response.clusters, plain).includes("connector-tunnel"),
    connectorRoutes: all.some(({ name }) => name.startsWith("connector-connect-")),
    connectorOffline: all.some(({ name }) => name.startsWith("connector-offline-")),
    vpcBind: response.clusters.some(({ upstreamBindConfig }) => upstreamBindConfig !== undefined),
    pruned: !listeners.includes(BAD_PAIR),
    fails: statuses.includes(500),
  };
  return EFFECTS.filter((effect) => seen[effect]);
}

const plain = (_key: string, value: unknown) => typeof value === "bigint" ? String(value) : value;

function textsOf(response: PostTranslateModifyResponse): { listeners: string; routes: string } {
  const text = (
    part: Pick<MessageInitShape<typeof PostTranslateModifyResponseSchema>, "listeners" | "routes">,
  ) =>
    Buffer.from(
      toBinary(PostTranslateModifyResponseSchema, create(PostTranslateModifyResponseSchema, part)),
    ).toString("latin1");
  return { listeners: text({ listeners: response.listeners }), routes: text({ routes: response.routes }) };
}

function statusOf({ action }: Pick<MessageInitShape<typeof RouteSchema>, "action">): number {
  return action?.case === "directResponse" ? action.value.status ?? 0 : 0;
}

/** What every mutation and the pruning do together. */
export const EVERYTHING: readonly Effect[] = EFFECTS.filter((effect) => effect !== "fails");

const NO_ENVOY: HostEnvoy = { path: "none", confirmer: null, problem: "" };

/** The handlers with the belief of {@linkcode OBJECTS}. */
export function scene(
  config: Record<string, unknown> = {},
  more: Partial<HookParts> & {
    readonly objects?: string;
    readonly faults?: Faults;
    readonly envoy?: HostEnvoy;
  } = {},
) {
  const { objects = OBJECTS, envoy = NO_ENVOY, ...parts } = more;
  const policy = { localReply: { enabled: true }, ...config.policy as object };
  const parsed = parseConfig(
    JSON.stringify({ hook: { deadline: 200 }, ...config, policy }),
    "config.yaml",
  );
  if (!parsed.ok) throw new Error(parsed.complaints.map(({ message }) => message).join("; "));
  const log = new FakeLog();
  const metrics = fakeMetrics();
  const clock = () => Date.UTC(2026, 10, 21);
  const generation = makeGeneration(
    parsed.config,
    new Map(),
    envoy,
    {
      log,
      metrics,
      clock,
      keeper: { keep: () => {} },
      policy: believe(objects, policy),
    },
  );
  const calls: AnsweredCall[] = [];
  const reports = new SnapshotReports({ log, metrics, clock });
  const handlers = makeHookHandlers({
    generation: () => generation,
    reports,
    throwaways,
    metrics,
    log,
    clock,
    onAnswered: (call) => calls.push(call),
    ...parts,
  });
  return { handlers, calls, log, metrics, reports, generation };
}

const text = (value: string) => new TextEncoder().encode(value);
const throwaways = { pair: { certificate: text("T"), key: new KeyMaterial(text("K")) }, trust: text("C") };
