/**
 * The small hooks of Envoy Gateway, each responsible for its part alone, against what PostTranslateModify makes of the same.
 */
import assert from "node:assert/strict";
import { ALL_WELL, allWellBut, MANAGER, type Scene } from "./_policy_scene.ts";
import {
  type Bed,
  type Certgate,
  type DumpedResource,
  type Edge,
  type EnvoyAdmin,
  total,
} from "./harness/mod.ts";

/** What an Envoy has of everything that hooks change, by kind and name. */
export interface Whole {
  readonly routes: ReadonlyMap<string, DumpedResource>;
  readonly listeners: ReadonlyMap<string, DumpedResource>;
  readonly clusters: ReadonlyMap<string, DumpedResource>;
}

/** Reads what an Envoy has. */
export async function readWhole(envoy: EnvoyAdmin): Promise<Whole> {
  const [routes, listeners, clusters] = await Promise.all([
    envoy.resources("route_config"),
    envoy.resources("listener"),
    envoy.resources("cluster"),
  ]);
  for (const found of [routes, listeners, clusters]) assert.ok(found.size > 1, "Envoy shows nothing");
  return { routes, listeners, clusters };
}

/** Where the hooks are tried: one connector is up, the other down, and answers of Envoy have a page. */
export interface SmallStage {
  readonly bed: Bed;
  readonly scene: Scene;
  readonly certgate: Certgate;
  /** What Envoy has with PostTranslateModify. */
  readonly whole: Whole;
}

/** No two of these see the same kind of resource, so that each is alone with its own. */
export async function virtualHostsAndListeners({ bed, scene, certgate, whole }: SmallStage): Promise<Edge> {
  const edge = await bed.startEdge("all", hooks("VirtualHost", "HTTPListener"));
  const envoy = await edge.envoy("default/edge");
  // Without the hook of clusters the connector that is up is not reached, but Envoy Gateway's backend.
  await scene.shows("virtual hosts and listeners are changed", {
    ...allWellBut("200 backend", "mall/tunnel"),
    ...OFFLINE,
  }, 30_000);
  const { routes, listeners } = await readWhole(envoy);
  assert.deepEqual(routes, whole.routes);
  assert.deepEqual(listeners, whole.listeners);
  await expectCalls(certgate, "PostVirtualHostModify", "PostHTTPListenerModify");
  assert.deepEqual((await envoy.refusals()).rejected, {});
  return edge;
}

/** The hooks that Envoy Gateway calls only where an extension has a part in a route. */
export async function routesAndClusters({ bed, scene, certgate, whole }: SmallStage): Promise<Edge> {
  const edge = await bed.startEdge("all", hooks("Route", "Cluster"));
  const envoy = await edge.envoy("default/edge");
  await scene.shows("routes and clusters are changed", { ...ALL_WELL, ...OFFLINE }, 30_000);
  const { clusters } = await readWhole(envoy);
  assert.deepEqual(clusters, whole.clusters);
  await expectCalls(certgate, "PostRouteModify", "PostClusterModify");
  assert.deepEqual((await envoy.refusals()).rejected, {});
  return edge;
}

const OFFLINE = { "shop/tunnel": "503 Tunnel not online" } as const;

function hooks(...post: readonly string[]): Record<string, unknown> {
  return { ...MANAGER, hooks: { xdsTranslator: { post } } };
}

async function expectCalls(certgate: Certgate, ...names: readonly string[]): Promise<void> {
  const metrics = await certgate.metrics();
  for (const hook of names) {
    assert.ok(total(metrics, "certgate_hook_calls_total", { hook, outcome: "changed" }) > 0, hook);
    assert.equal(total(metrics, "certgate_hook_calls_total", { hook, outcome: "error" }), 0, hook);
  }
}
