/**
 * What policy objects do to traffic while all is well, step by step on one scene.
 */
import assert from "node:assert/strict";
import { promised } from "./_expect.ts";
import type { ConnectRelay } from "./fakes/connect_relay.ts";
import { ALL_WELL, allWellBut, PROJECT, type Scene } from "./_policy_scene.ts";
import {
  askConnect,
  askHttp,
  type Bed,
  type Certgate,
  type EnvoyAdmin,
  NAMESPACE,
  protection,
  total,
  until,
} from "./harness/mod.ts";

const WITHIN = 5000;
const OFFLINE = "503 Tunnel not online";
/** What CONNECT names: the host itself, because in HTTP/1.1 Envoy takes no name with an underscore. */
const SHOP = "shop.example.com:80";

/** Where the steps happen. */
export interface Stage {
  readonly bed: Bed;
  readonly scene: Scene;
  readonly relay: ConnectRelay;
  readonly certgate: Certgate;
  readonly envoy: EnvoyAdmin;
}

/** Connectors that are up: 200 through the tunnel, and CONNECT as well. */
export async function reachConnectors({ scene, relay }: Stage): Promise<void> {
  await scene.shows("both connectors are reached", ALL_WELL, 30_000);
  const opened = new Set(relay.tunnels.map(({ target, node }) => `${target} ${node}`));
  assert.deepEqual(opened, new Set(["service.internal:8080 n1", "service.internal:8080 n2"]));

  const { status, text } = await askConnect(scene.ports[0], SHOP);
  assert.equal(status, 200);
  assert.match(text, /^HTTP\/1\.1 200 [^]*connector n1 saw/);
}

/** Heartbeats bring no call. A connector that goes brings one, one that comes back another, and its neighbour notices nothing. */
export async function flipConnector(stage: Stage): Promise<void> {
  const { scene, certgate } = stage;
  const counts = async () => {
    const published = (await certgate.log()).filter(({ msg }) => msg === "published to envoy gateway");
    return {
      published: published.length,
      calls: total(await certgate.metrics(), "certgate_hook_calls_total"),
    };
  };
  const before = await counts();
  for (const count of [1, 2, 3]) await beat(stage, count);

  await scene.connect("shop", null, 4);
  const down = await scene.shows("a connector that went is answered for", allWellBut(OFFLINE, "shop/tunnel"));
  // Envoy refuses what leads to no tunnel before it looks for an answer.
  assert.equal((await askConnect(scene.ports[0], SHOP)).status, 403);
  // Had a heartbeat been published it would have been before the flip, and called for as well.
  assert.deepEqual(await counts(), { published: before.published + 1, calls: before.calls + 1 });

  await scene.connect("shop", "n1", 5);
  const up = await scene.shows("a connector that came back is reached", ALL_WELL);
  console.log(`a connector was offline after ${Math.round(down)} ms and online after ${Math.round(up)} ms`);
}

/** A heartbeat, and proof that it was read: of a kind that nobody knows there is a finding. */
async function beat({ bed, scene, certgate }: Stage, count: number): Promise<void> {
  await scene.connect("shop", "n1", count);
  await bed.policies.put("90-marker", [{
    apiVersion: "e2e.certgate.dev/v1",
    kind: "Marker",
    metadata: { name: `beat-${count}`, namespace: NAMESPACE },
  }]);
  await until(`heartbeat ${count} was read`, async () => {
    const findings = JSON.stringify((await certgate.status()).policy?.findings);
    if (findings?.includes(`beat-${count}`)) return true;
    throw new Error(findings);
  }, { within: promised(WITHIN) });
}

/** What is taken away is gone from Envoy: the project from the routes, the tunnel from its path. */
export async function takeAway({ bed, scene, envoy }: Stage): Promise<void> {
  assert.ok((await projects(envoy)).has(PROJECT));
  const names = ["00-namespace", "10-mall"];
  const paths = names.map((name) => `${bed.policies.path}/${name}.yaml`);
  const texts = await Promise.all(paths.map((path) => Deno.readTextFile(path)));
  await Promise.all(paths.map((path) => Deno.remove(path)));
  const ms = await scene.shows(
    "without its HTTPProxy a path is served by Envoy Gateway's backend",
    allWellBut("200 backend", "mall/tunnel"),
  );
  await until("no route names the project", async () => !(await projects(envoy)).has(PROJECT), {
    within: promised(WITHIN),
  });
  console.log(`an HTTPProxy and a Namespace were gone after ${Math.round(ms)} ms`);
  await Promise.all(names.map((name, index) => bed.policies.put(name, [JSON.parse(texts[index])])));
}

async function projects(envoy: EnvoyAdmin): Promise<Set<unknown>> {
  const configs = [...(await envoy.resources("route_config")).values()] as unknown as RouteConfigDump[];
  const routes = configs.flatMap(({ virtual_hosts }) => virtual_hosts.flatMap(({ routes }) => routes));
  return new Set(routes.map(({ metadata }) => metadata?.filter_metadata["datum-gateway"]?.project_name));
}

interface RouteConfigDump {
  readonly virtual_hosts: readonly {
    readonly routes: readonly {
      readonly metadata?: {
        readonly filter_metadata: Readonly<Record<string, { readonly project_name?: string }>>;
      };
    }[];
  }[];
}

const PAGE = "<style>p{width:100%;left:50%;margin:0 -5% %}</style><p>branded %RESPONSE_CODE%</p>";
const SHOWN = "<style>p{width:100%;left:50%;margin:0 -5% %}</style><p>branded 503</p>";

/** Answers of Envoy itself get the page, with their status, and what was taken away is back. */
export async function brand({ bed, scene, certgate, envoy }: Stage, policy: object): Promise<void> {
  const bodyPath = `${bed.directory}/page.html`;
  await Deno.writeTextFile(bodyPath, PAGE);
  const localReply = { enabled: true, bodyPath };
  await certgate.reconfigure({ policy: { paths: [bed.policies.path], ...policy, localReply } });
  const ms = await scene.shows("an answer of Envoy has the page", {
    ...ALL_WELL,
    "other/dead": `503 ${SHOWN.slice(0, 60)}`,
  });
  console.log(`the page was there after ${Math.round(ms)} ms`);
  assert.deepEqual(await askHttp(scene.portOf("other/dead"), "other.example.com", "/dead"), {
    status: 503,
    contentType: "text/html; charset=UTF-8",
    body: SHOWN,
  });
  assert.deepEqual((await envoy.refusals()).rejected, {});
}

/** An Envoy without the Go filter would refuse what a policy needs: it is not given it, and nobody says "Programmed". */
export async function withholdFirewall({ bed, scene, certgate, envoy }: Stage): Promise<void> {
  await bed.policies.put("30-firewall", [
    protection("firewall", { mode: "Enforce", target: { kind: "HTTPRoute", name: "shop" } }),
  ]);
  await certgate.reconfigure({ policy: { paths: [bed.policies.path] } });
  await until("the change is an error", async () => {
    const failed = { mutation: "wafListener", action: "closed" };
    return total(await certgate.metrics(), "certgate_mutation_failures_total", failed) > 0;
  }, { within: promised(WITHIN) });
  const [{ conditions }] = (await certgate.status()).policy!.policies;
  assert.deepEqual(conditions.map(({ type, status }) => `${type}=${status}`), [
    "Accepted=True",
    "Programmed=False",
  ]);
  assert.equal((await scene.look())["shop/tunnel"], ALL_WELL["shop/tunnel"]);
  assert.deepEqual((await envoy.refusals()).rejected, {});
  await bed.policies.remove("30-firewall");
}
