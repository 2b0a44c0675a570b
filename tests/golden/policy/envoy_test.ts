/** The real Envoy on what the mutations make, and on what the linter stops. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyStep } from "../../../lib/model/mod.ts";
import { lintSteps, runMutation } from "../../../lib/mutations/mod.ts";
import { applyPlan, type Snapshot } from "../../../lib/xds/mod.ts";
import { toolPath } from "../../setup/tools.ts";
import { throwaways } from "../words.ts";
import { folders, runCase } from "./case.ts";
import { contextOf } from "./fake_context.ts";
import { Official } from "./official.ts";
import { asSnapshot } from "./run_all.ts";

// deno-lint-ignore no-explicit-any -- resources as JSON
type Json = any;

const official = await Official.load();
const envoy = toolPath("envoy");

/** What Envoy is given of a snapshot, with the routes where they are asked for. */
class Bootstrap {
  readonly listeners: Json[] = [];
  readonly clusters: Json[] = [];

  /** @param prefix Tells the resources of several snapshots apart. */
  add(snapshot: Snapshot, prefix = ""): this {
    const read = (type: string, bytes: Uint8Array): Json => official.read(type, new Uint8Array(bytes));
    const routes = new Map<string, Json>(
      snapshot.resources("routes").map((bytes) => read("envoy.config.route.v3.RouteConfiguration", bytes))
        .map((config) => [config.name, { ...withoutGo(config), validate_clusters: false }]),
    );
    for (const bytes of snapshot.resources("clusters")) {
      const cluster = read("envoy.config.cluster.v3.Cluster", bytes);
      this.clusters.push({ ...cluster, name: prefix + cluster.name });
    }
    for (const bytes of snapshot.resources("listeners")) {
      const listener = read("envoy.config.listener.v3.Listener", bytes);
      const address = { socket_address: { address: "127.0.0.1", port_value: 0 } };
      const chains = [...listener.filter_chains ?? [], listener.default_filter_chain ?? []].flat();
      const filters = chains.flatMap((chain: Json) => chain.filters)
        .filter(({ typed_config }: Json) => !typed_config.unreadable)
        .map((filter: Json) => ({ ...filter, typed_config: managerOf(filter.typed_config, routes) }));
      filters.forEach((filter: Json, at: number) => {
        this.listeners.push({
          name: `${prefix}${listener.name} ${at}`,
          address,
          filter_chains: [{ filters: [filter] }],
        });
      });
    }
    return this;
  }

  /** @returns what Envoy says against it; empty if it takes it. */
  async refusal(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "certgate-policy-"));
    try {
      const path = join(folder, "envoy.json");
      const { listeners, clusters } = this;
      await writeFile(
        path,
        JSON.stringify({ ...INTERNAL, static_resources: { listeners: [TUNNEL, ...listeners], clusters } }),
      );
      const args = ["--mode", "validate", "-c", path, "--use-dynamic-base-id", "--log-level", "error"];
      const { code, stderr } = await new Deno.Command(envoy!, { args }).output();
      return code === 0 ? "" : new TextDecoder().decode(stderr);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

const TYPE = "type.googleapis.com/envoy.extensions";
const INTERNAL = {
  bootstrap_extensions: [{
    name: "envoy.bootstrap.internal_listener",
    typed_config: { "@type": `${TYPE}.bootstrap.internal_listener.v3.InternalListener` },
  }],
};
const TUNNEL = {
  name: "connector-tunnel",
  internal_listener: {},
  filter_chains: [{
    filters: [{
      name: "direct",
      typed_config: { "@type": `${TYPE}.filters.network.direct_response.v3.Config` },
    }],
  }],
};

/** The packaged Envoy has no Go filter, and a drawing has filters that nobody has. */
function managerOf({ rds, ...manager }: Json, routes: ReadonlyMap<string, Json>): Json {
  const isRouter = (filter: Json) => filter.name === "envoy.filters.http.router";
  return {
    ...manager,
    http_filters: manager.http_filters.filter(isRouter),
    ...(rds ? { route_config: routes.get(rds.route_config_name) ?? { name: rds.route_config_name } } : {}),
  };
}

function withoutGo(config: Json): Json {
  return JSON.parse(JSON.stringify(config), (key, value) => {
    if (key === "typed_per_filter_config") return undefined;
    // Drawn weights have names only.
    return key === "weighted_clusters"
      ? { clusters: value.clusters.map((one: Json) => ({ ...one, weight: 1 })) }
      : value;
  });
}

Deno.test({
  name: "Envoy takes the answer of every golden folder (needs envoy)",
  ignore: envoy === null,
  fn: async () => {
    const bootstrap = new Bootstrap();
    for (const folder of folders) {
      const { header, answer } = runCase(folder);
      if (header.whole !== false) bootstrap.add(answer, `${folder} `);
    }
    assert.ok(bootstrap.listeners.length > folders.length / 2);
    assert.equal(await bootstrap.refusal(), "");
  },
});

/** Steps gone wrong; where the linter did not stop them, Envoy would. */
const WRONG: Readonly<Record<string, (step: PolicyStep) => PolicyStep>> = {
  "a percent sign that is no operator": (step) =>
    step.kind === "set_local_reply" ? { ...step, reply: { ...step.reply, body: "100%" } } : step,
  "a domain that stands twice": (step) =>
    step.kind === "add_connect_route" ? { ...step, domain: "B.test" } : step,
  "a wildcard that stands twice": (step) =>
    step.kind === "add_connect_route" ? { ...step, domain: "*.c.test" } : step,
  "a domain with a line break": (step) =>
    step.kind === "add_connect_route" ? { ...step, domain: "a\nb" } : step,
  "a body that is too long": (step) =>
    step.kind === "refuse_route" ? { ...step, body: "x".repeat(4097) } : step,
};

const drawing = {
  clusters: ["online"],
  listeners: [{ name: "tcp-80", chains: [[{ rds: "web" }]] }],
  routes: [{
    name: "web",
    hosts: [
      { name: "a", routes: [{ name: "a0", cluster: "online" }, { name: "a1", cluster: "offline" }] },
      { name: "b", routes: [{ name: "b0" }] },
      { name: "c", domains: ["*.c.test"], routes: [{ name: "c0" }] },
    ],
  }],
};

for (const [what, spoil] of Object.entries(WRONG)) {
  Deno.test({
    name: `Envoy refuses ${what}, as the linter does (needs envoy)`,
    ignore: envoy === null,
    fn: async () => {
      const context = contextOf(drawing);
      const names = ["localReply", "connectorClusters", "connectorRoutes"] as const;
      const right = names.flatMap((name) => runMutation(name, context).steps);
      const steps = right.map(spoil);
      assert.equal(lintSteps(steps, context).size, 1);
      const answer = applyPlan(context.snapshot, { steps }, { throwaways });
      assert.notEqual(await new Bootstrap().add(asSnapshot(answer)).refusal(), "");
    },
  });
}

Deno.test({
  name: "Envoy takes the same without anything wrong (needs envoy)",
  ignore: envoy === null,
  fn: async () => {
    const context = contextOf(drawing);
    const names = ["localReply", "connectorClusters", "connectorRoutes"] as const;
    const steps = names.flatMap((name) => runMutation(name, context).steps);
    const answer = applyPlan(context.snapshot, { steps }, { throwaways });
    assert.equal(await new Bootstrap().add(asSnapshot(answer)).refusal(), "");
  },
});
