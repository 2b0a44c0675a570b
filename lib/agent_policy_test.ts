import assert from "node:assert/strict";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { FakeEnvoy, GO_FILTER_WORDS } from "../tests/fakes/fake_envoy.ts";
import { FakeEnvoyAdmin } from "../tests/fakes/fake_envoy_admin.ts";
import { FakeLog } from "../tests/fakes/fake_log.ts";
import { HookClient } from "../tests/fakes/hook_client.ts";
import { type Agent, startAgent } from "./agent.ts";
import type { JsonObject, PolicyStatus } from "./model/mod.ts";
import { type Config, configSchema } from "./resources/mod.ts";
import { Faults } from "./server/mod.ts";
import { readSnapshot } from "./xds/mod.ts";

const PATIENCE = 10_000;

const GATEWAY = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: eg, namespace: default }
spec:
  gatewayClassName: edge
  listeners: [{ name: http, port: 80, protocol: HTTP }]
`;

const policyText = (name: string, spec = "mode: Enforce") => `
apiVersion: networking.datumapis.com/v1alpha
kind: TrafficProtectionPolicy
metadata: { name: ${name}, namespace: default }
spec:
  ${spec}
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: eg }]
  ruleSets: [{ type: OWASPCoreRuleSet, owaspCoreRuleSet: {} }]
`;

const connectorText = (ready: boolean, heartbeat: string) => `
apiVersion: networking.datumapis.com/v1alpha1
kind: Connector
metadata: { name: home, namespace: default }
status:
  conditions: [{ type: Ready, status: "${ready ? "True" : "False"}", lastTransitionTime: "${heartbeat}" }]
  connectionDetails: { type: PublicKey, publicKey: { id: node-1 } }
---
apiVersion: networking.datumapis.com/v1alpha
kind: HTTPProxy
metadata: { name: backend, namespace: default }
spec:
  rules: [{ backends: [{ endpoint: "http://one.internal:8080", connector: { name: home } }] }]
`;

/** A directory with a Gateway, policy objects and an output, and an agent that can be started again on them. */
class Host {
  readonly log = new FakeLog();
  #agent: Agent | null = null;

  private constructor(readonly dir: string) {}

  static async make(files: Readonly<Record<string, string>>): Promise<Host> {
    const host = new Host(await Deno.makeTempDir());
    for (const name of ["resources", "output", "policy"]) await Deno.mkdir(join(host.dir, name));
    await Deno.writeTextFile(join(host.dir, "resources/gateway.yaml"), GATEWAY);
    for (const [name, text] of Object.entries(files)) await host.write(name, text);
    return host;
  }

  write(name: string, text: string): Promise<void> {
    return Deno.writeTextFile(join(this.dir, "policy", name), text);
  }

  remove(name: string): Promise<void> {
    return Deno.remove(join(this.dir, "policy", name));
  }

  config(changes: Record<string, unknown> = {}): Config {
    const at = (name: string) => join(this.dir, name);
    return configSchema.parse({
      hook: { listen: `unix://${at("hook.sock")}` },
      http: { listen: "127.0.0.1:0" },
      stateDir: at("state"),
      envoy: { path: "none", admin: "none" },
      watch: { pollInterval: 100, settle: 50, absenceGrace: 50, staleGrace: 50 },
      gate: { resources: at("resources"), output: at("output") },
      policy: { paths: [at("policy")] },
      ...changes,
    });
  }

  async start(changes: Record<string, unknown> = {}, faults?: Faults): Promise<Agent> {
    const { log } = this;
    const parts = { version: "0", log, clock: Date.now, spacing: 20, faults, envoyCheckInterval: 100 };
    const agent = await startAgent(this.config(changes), parts);
    assert(agent.kind === "agent", JSON.stringify(agent));
    return this.#agent = agent;
  }

  async stop(): Promise<void> {
    await this.#agent?.stop();
    this.#agent = null;
  }

  get status(): PolicyStatus {
    const { policy } = this.#agent!.status();
    assert(policy, "policy is off");
    return policy;
  }

  /** Programmed and Accepted of the first policy. */
  get conditions(): string[] {
    return this.status.policies[0].conditions.map(({ type, status, reason }) =>
      `${type} ${status} ${reason}`
    );
  }

  async sample(name: string): Promise<number | undefined> {
    const text = await (await fetch(`${this.#agent!.http}/metrics`)).text();
    const line = text.split("\n").find((row) => row.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length));
  }

  publications = async () => (await this.sample("certgate_gate_publications_total"))!;

  /** What the CertState object of the Gateway says. */
  async certState(): Promise<JsonObject> {
    const text = await Deno.readTextFile(join(this.dir, "output/certgate.yaml"));
    const objects = parseAllDocuments(text).map((document) => document.toJS());
    return objects.find(({ kind }) => kind === "CertState");
  }

  policy = async () => ((await this.certState()).spec as JsonObject).policy;

  /** Calls the hook as Envoy Gateway does with what is published: the routes of one listener of a real snapshot. */
  async call(): Promise<Buffer> {
    const client = new HookClient(this.#agent!.hook);
    const context = field(1, field(1, field(1, Buffer.from(JSON.stringify(await this.certState())))));
    try {
      return await client.call("PostTranslateModify", Buffer.concat([context, field(5, await routes)]));
    } finally {
      client.close();
    }
  }

  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!await holds()) {
      if (performance.now() > end) {
        throw new Error(`${what}: ${JSON.stringify(this.#agent?.status().policy, null, 1)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.dir, { recursive: true });
  }
}

const routes = (async () => {
  const file = await Deno.open(
    new URL("../tests/fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url),
  );
  const stream = file.readable.pipeThrough(new DecompressionStream("gzip"));
  return readSnapshot(new Uint8Array(await new Response(stream).arrayBuffer())).resources("routes")[0];
})();

const exists = (path: string) => Deno.lstat(path).then(() => true, () => false);

function field(number: number, value: Uint8Array): Buffer {
  const bytes: number[] = [number * 8 + 2];
  let length = value.length;
  for (; length >= 0x80; length >>>= 7) bytes.push((length & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...bytes, length]), value]);
}

Deno.test("startAgent() keeps the last good version of a policy that breaks, across a restart, and lets one go that is taken away", async () => {
  await using host = await Host.make({});
  await host.start();
  assert.equal(host.status.policies.length, 0);
  const nothing = await host.policy();
  await host.write("waf.yaml", policyText("waf"));
  await host.until("it is read", () => host.status.policies.length === 1);
  assert.deepEqual(host.conditions, ["Accepted True Accepted", "Programmed False Pending"]);
  assert.equal(host.status.waf, true);
  await host.until("it is published", async () => await host.policy() !== nothing);
  const good = await host.policy();

  await host.write("waf.yaml", policyText("waf", "mode: Sometimes"));
  await host.until("it is refused", () => host.status.refused === 1);
  assert.match(host.status.findings[0].place, /waf\.yaml:\d+:\d+$/);
  const [{ generation, inUse, mode }] = host.status.policies;
  assert.deepEqual([generation, inUse, mode], [2, 1, "Enforce"]);
  assert.deepEqual(host.conditions, ["Accepted False Invalid", "Programmed False Invalid"]);
  await host.stop();
  await host.start();
  assert.deepEqual(host.conditions, ["Accepted False Invalid", "Programmed False Invalid"]);
  assert.equal(host.status.policies[0].inUse, 1);
  assert.equal(await host.policy(), good);
  await host.write("waf.yaml", "{ no YAML");
  await host.until("the file does not parse", () => host.status.refused === 0);
  assert.equal(host.status.policies.length, 1);
  assert.equal(await host.policy(), good);

  await host.remove("waf.yaml");
  await host.until("it is gone", () => host.status.policies.length === 0);
  await host.until("that is published", async () => await host.policy() === nothing);
  assert.equal(await host.sample('certgate_tpp_cache_generation{namespace="default",name="waf"}'), undefined);
  assert.deepEqual(host.status.findings, []);
});

Deno.test("startAgent() makes Envoy Gateway call once when a connector changes its state, and never for a heartbeat", async () => {
  await using host = await Host.make({ "connector.yaml": connectorText(true, "2026-11-21T00:00:00Z") });
  await host.start();
  assert.deepEqual(host.status.connectors.map(({ name, online, nodeId }) => [name, online, nodeId]), [
    ["home", true, "node-1"],
  ]);
  const before = await host.publications();
  await host.write("connector.yaml", connectorText(true, "2026-11-21T00:01:00Z"));
  // A second file with a finding: once that is seen, the heartbeat was read too.
  await host.write("note.yaml", "{ no YAML");
  await host.until("the heartbeat is read", () => host.status.findings.length > 0);
  assert.equal(await host.publications(), before);
  await host.call();
  for (const [ready, at] of [[false, 1], [true, 2]] as const) {
    const began = performance.now();
    await host.write("connector.yaml", connectorText(ready, "2026-11-21T00:02:00Z"));
    await host.until("it is published", async () => await host.publications() > before + at - 1);
    // No call comes in between: what is published of policy does not wait until Envoy Gateway has worked off the last.
    assert(performance.now() - began < 5000);
    assert.equal(host.status.connectors[0].online, ready);
    assert.equal(await host.publications(), before + at);
  }
  assert.equal(await host.sample('certgate_policy_objects{kind="HTTPProxy"}'), 1);
  assert.equal(await host.sample('certgate_connectors{state="online"}'), 1);
  await host.remove("connector.yaml");
  await host.until("it is gone", async () => await host.publications() === before + 3);
});

Deno.test("startAgent() says Programmed once Envoy took routes after the answer, and keeps that across a restart", async () => {
  const envoy = new FakeEnvoyAdmin();
  const settings = { envoy: { path: "none", admin: [envoy.address] } };
  const programmed = () => host.conditions[1];
  const took = () => envoy.stats["http.http-80.rds.default/eg/http.update_time"] = Date.now();
  await using host = await Host.make({ "waf.yaml": policyText("waf") });
  try {
    took();
    await host.start(settings);
    assert.equal(await host.sample("certgate_cache_synced"), 1);
    assert.equal(await host.sample('certgate_tpp_cache_generation{namespace="default",name="waf"}'), 1);
    assert.equal(
      await host.sample('certgate_tpp_applied_generation{namespace="default",name="waf"}'),
      undefined,
    );
    assert((await host.call()).includes("SecRuleEngine On"));
    await host.until("it is applied", () => host.status.policies[0].applied === 1);
    assert.equal(await host.sample('certgate_tpp_applied_generation{namespace="default",name="waf"}'), 1);
    const looks = envoy.asked.length;
    await host.until("Envoy is asked", () => envoy.asked.length > looks + 3);
    assert.equal(programmed(), "Programmed False Pending");
    took();
    await host.until("Envoy has it", () => programmed() === "Programmed True Programmed");
    const since = host.status.policies[0].conditions[1].lastTransitionTime;
    await host.stop();

    await host.start(settings);
    await host.call();
    await host.until("it is there still", () => programmed() === "Programmed True Programmed");
    await host.stop();
    await host.start(settings);
    await host.write("waf.yaml", policyText("waf", "mode: Observe"));
    await host.until("the change is read", () => host.status.policies[0].generation === 2);
    assert.equal(programmed(), "Programmed False Pending");
    assert(since <= host.status.policies[0].conditions[1].lastTransitionTime);
  } finally {
    await host.stop();
    await envoy.stop();
  }
});

Deno.test("startAgent() takes policy into use and out of it at a reload, and makes Envoy Gateway call for each", async () => {
  await using host = await Host.make({ "waf.yaml": policyText("waf") });
  const agent = await host.start({ policy: {} });
  assert.equal(agent.status().policy, null);
  assert.equal(await host.policy(), undefined);
  assert(!(await host.call()).includes("SecRuleEngine"));
  const seen = new Set([undefined]) as Set<unknown>;
  const reload = async (what: string, changes: Record<string, unknown>) => {
    assert.deepEqual(await agent.reload(host.config(changes)), []);
    await host.until(what, async () => !seen.has(await host.policy()));
    seen.add(await host.policy());
  };
  await reload("policy is on", {});
  assert((await host.call()).includes("SecRuleEngine On"));
  await reload("a failure policy is another one", { mutations: { wafRoute: "open" } });
  const paths = [join(host.dir, "policy")];
  await reload("the filter is off", { policy: { paths, waf: { enabled: "off" } } });
  assert(!(await host.call()).includes("SecRuleEngine"));
  assert.equal(host.conditions[1], "Programmed False FilterOff");
  await agent.reload(host.config({ features: { policy: false } }));
  await host.until("policy is off", async () => await host.policy() === undefined);
  assert.equal(agent.status().policy, null);
  assert(!(await host.call()).includes("SecRuleEngine"));
});

Deno.test("startAgent() makes Envoy Gateway call again after an answer that lacks what may work the next time", async () => {
  await using host = await Host.make({ "waf.yaml": policyText("waf") });
  const faults = Faults.parse(["mutation=wafRoute:throw@1"]);
  assert(faults instanceof Faults);
  await host.start({ mutations: { wafRoute: "open" } }, faults);
  const before = await host.publications();
  assert(!(await host.call()).includes("SecRuleEngine"));
  await host.until("it is nudged", async () => await host.publications() > before);
  assert.equal(await host.sample('certgate_gate_nudges_total{cause="hook_error"}'), 1);
  assert((await host.call()).includes("SecRuleEngine On"));
});

Deno.test("startAgent() answers with the policies from the first call on, and works without the gate", async () => {
  await using host = await Host.make({ "waf.yaml": policyText("waf") });
  const config = host.config({ gate: {} });
  const client = new HookClient(config.hook.listen.replace("unix://", "unix:"));
  try {
    // What cannot be read is looked at for a while before it is believed: the first reading takes that long.
    await Deno.writeFile(join(host.dir, "policy/torn.yaml"), Uint8Array.of(0xff));
    const watch = { pollInterval: 100, settle: 1000 };
    const starting = host.start({ gate: {}, watch });
    await host.until("the door opens", () => exists(config.hook.listen.slice("unix://".length)));
    assert((await client.call("PostTranslateModify", field(5, await routes))).includes("SecRuleEngine On"));
    await starting;
  } finally {
    client.close();
  }
  assert.equal(host.status.nudges, false);
  await host.until("it is said", () => host.conditions[1] === "Programmed True Programmed");
  assert.match(host.status.policies[0].conditions[1].message, /no proxy is asked/);
});

Deno.test("startAgent() keeps the firewall from an Envoy without the Go filter, says so once, and gives it to another one", async () => {
  await using host = await Host.make({});
  const binary = new FakeEnvoy(host.dir);
  await binary.install(GO_FILTER_WORDS.lacksType);
  const envoy = { path: binary.path, admin: "none" };
  const hook = { listen: `unix://${join(host.dir, "hook.sock")}`, deadline: 10_000 };
  await host.start({ hook, envoy });
  await host.call();
  assert.equal(await binary.asked(), 0);

  await host.write("waf.yaml", policyText("waf"));
  // Nobody has called yet: it is asked when the policy is read.
  await host.until("the policy is read", () => host.status.policies.length > 0);
  await host.until("it is said", () => host.conditions[1] === "Programmed False FilterOff");
  const { wafProblem, policies: [{ conditions }] } = host.status;
  assert.equal(conditions[1].message, wafProblem);
  assert.match(wafProblem!, /has no Go filter.*policy\.waf\.enabled/);
  assert.equal(await host.sample("certgate_policy_filter_missing"), 1);
  await assert.rejects(host.call(), /Cannot apply wafRoute at .*has no Go filter/);
  await host.write("other.yaml", policyText("other"));
  await host.until("another policy is read", () => host.status.policies.length === 2);
  const sentences = () => host.log.sentences("warn").filter((line) => line.startsWith("the firewall"));
  assert.deepEqual(sentences(), ["the firewall of policies is kept from an envoy that would refuse it"]);
  await host.until("that is published too", async () => await host.policy() === host.status.digest);
  const lacking = host.status.digest;
  assert.equal(await binary.asked(), 1);

  await binary.install(GO_FILTER_WORDS.knows);
  await host.until("Envoy Gateway is made to call", async () => await host.policy() !== lacking);
  assert.deepEqual([host.status.wafProblem, await binary.asked()], ["", 2]);
  assert((await host.call()).includes("SecRuleEngine On"));
  await host.until("that is said", () => host.conditions[1] === "Programmed True Programmed");
  assert.equal(await host.sample("certgate_policy_filter_missing"), 0);
  assert.equal(sentences().length, 1);
});

Deno.test("startAgent() says that a directory of policies is not there, and starts all the same", async () => {
  await using host = await Host.make({});
  const agent = await host.start({ policy: { paths: [join(host.dir, "nowhere")] } });
  assert.match(
    host.status.findings[0].message,
    /^Cannot read the policy directory ".*nowhere": .*does not exist/,
  );
  await Deno.mkdir(join(host.dir, "nowhere"));
  await host.until("it is there", () => host.status.findings.length === 0);
  await Deno.writeTextFile(join(host.dir, "nowhere/waf.yaml"), policyText("waf"));
  await host.until("it is read", () => host.status.policies.length === 1);
  // Another directory in its place is a volume that is not mounted.
  await Deno.rename(join(host.dir, "nowhere"), join(host.dir, "elsewhere"));
  await Deno.mkdir(join(host.dir, "nowhere"));
  await host.until("it is complained of", () => host.status.findings.length === 1);
  assert.equal(host.status.policies.length, 1);
  await agent.reload(host.config({ policy: { paths: [join(host.dir, "slip")] } }));
  assert.match(host.status.findings[0].message, /slip/);
  assert.equal(host.status.policies.length, 1);
  await agent.reload(host.config());
  await host.until("a directory that can be seen has no policy", () => host.status.policies.length === 0);
});

Deno.test("startAgent() uses the page of the operator, and the built-in one while that cannot be used", async () => {
  await using host = await Host.make({});
  const bodyPath = join(host.dir, "page.html");
  const localReply = { enabled: true, bodyPath };
  const agent = await host.start({ policy: { localReply } });
  assert.equal(host.status.localReply.page, "built-in");
  assert.match(host.status.findings[0].message, /^Cannot use the page ".*page\.html" for the local reply: /);
  const missing = await host.policy();
  await Deno.writeTextFile(bodyPath, "<p style='width: 100%'>sorry</p>");
  await host.until("it is used", () => host.status.localReply.page === "file");
  assert.deepEqual(host.status.findings, []);
  await host.until("it is published", async () => await host.policy() !== missing);
  await Deno.writeTextFile(bodyPath, "");
  await host.until("it is empty", () => host.status.localReply.page === "built-in");
  assert.notEqual(host.status.localReply.problem, "");
  await agent.reload(host.config({ policy: { localReply: { ...localReply, enabled: false } } }));
  assert.equal(agent.status().policy, null);
});
