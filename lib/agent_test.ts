import assert from "node:assert/strict";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { FakeLog } from "../tests/fakes/fake_log.ts";
import { HookClient } from "../tests/fakes/hook_client.ts";
import { type Agent, startAgent } from "./agent.ts";
import { HOOKS } from "./model/mod.ts";
import { type Config, configSchema } from "./resources/mod.ts";
import { readSnapshot } from "./xds/mod.ts";

const capture = await unzip(
  new URL("../tests/fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url),
);
const NOW = Date.parse("2026-11-22T00:00:00Z");

async function unzip(file: URL): Promise<Uint8Array> {
  const stream = (await Deno.open(file)).readable.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

interface Bench {
  readonly agent: Agent;
  readonly client: HookClient;
  readonly log: FakeLog;
  readonly config: Config;
  sample(name: string): Promise<number>;
}

/** A started agent in a directory of its own, with Envoy left out; stopped and removed at the end. */
async function withAgent(
  changes: Record<string, unknown>,
  use: (bench: Bench) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const config = configSchema.parse({
    http: { listen: "127.0.0.1:0" },
    stateDir: join(dir, "state"),
    envoy: { path: "none" },
    ...changes,
    hook: { listen: `unix://${dir}/hook.sock`, ...changes.hook as object },
  });
  const log = new FakeLog();
  const agent = await startAgent(config, { version: "0", log, clock: () => NOW, envoyCheckInterval: 50 });
  assert(agent.kind === "agent");
  const client = new HookClient(agent.hook);
  const sample = async (name: string) => {
    const text = await (await fetch(`${agent.http}/metrics`)).text();
    const line = text.split("\n").find((row) => row.startsWith(`${name} `));
    assert(line, `no sample ${name}`);
    return Number(line.slice(name.length));
  };
  try {
    await use({ agent, client, log, config, sample });
  } finally {
    client.close();
    await agent.stop();
    assert.equal(log.lines.at(-1)?.fields.every_call_finished, true, "nothing had to be cut off");
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("startAgent() answers a real snapshot without the one certificate that Envoy refuses", async () => {
  await withAgent({}, async ({ client, agent, log, sample }) => {
    const answer = await client.call("PostTranslateModify", capture);
    assert(!answer.includes("m-staple-tls"));
    for (let host = 1; host <= 40; host++) assert(answer.includes(`https-g${host}`), `g${host}`);
    assert.equal(await sample("certgate_tls_pruned_chains_total"), 1);
    assert.equal(await sample("certgate_tls_pruned_chains_active"), 1);
    assert.equal(await sample('certgate_tls_withheld_hostnames_active{reason="Unsupported"}'), 1);
    assert.equal(await sample('certgate_hook_calls_total{hook="PostTranslateModify",outcome="changed"}'), 1);
    assert.equal(
      await sample('grpc_server_handled_total{grpc_method="PostTranslateModify",grpc_code="OK"}'),
      1,
    );
    const status = await (await fetch(`${agent.http}/v1/status`)).json();
    assert.equal(status.snapshots[0].withheld[0].hostname, "m-staple.example.com");
    const pruned = log.lines.find((line) => line.sentence === "pruned invalid TLS chains");
    assert.deepEqual(pruned?.fields.dropped_hostnames, ["m-staple.example.com"]);
    assert.deepEqual(pruned?.fields.affected_listeners, ["default/eg/https-g1"]);
  });
});

Deno.test("startAgent() says the same thing once, and counts it each time", async () => {
  await withAgent({}, async ({ client, log, sample }) => {
    for (let i = 0; i < 3; i++) await client.call("PostTranslateModify", capture);
    assert.equal(log.sentences("warn").filter((text) => text === "pruned invalid TLS chains").length, 1);
    assert.equal(await sample("certgate_tls_pruned_chains_total"), 3);
    assert.equal(await sample("certgate_tls_pruned_chains_active"), 1);
  });
});

Deno.test("startAgent() echoes the resource of the five small hooks without the context", async () => {
  await withAgent({}, async ({ client }) => {
    const resource = Uint8Array.of(10, 3, 10, 1, 97);
    const context = Uint8Array.of(18, 2, 8, 1);
    for (const hook of HOOKS.filter((hook) => hook !== "PostTranslateModify")) {
      assert.deepEqual(
        await client.call(hook, Buffer.concat([resource, context])),
        Buffer.from(resource),
        hook,
      );
    }
  });
});

Deno.test("startAgent() answers an empty snapshot with an empty one", async () => {
  await withAgent({}, async ({ client }) => {
    assert.equal((await client.call("PostTranslateModify", new Uint8Array(0))).length, 0);
    assert.equal((await client.call("PostTranslateModify", Uint8Array.of(10, 0))).length, 0);
  });
});

Deno.test("startAgent() answers garbage with INTERNAL, counts it, and serves the next call", async () => {
  await withAgent({}, async ({ client, sample }) => {
    for (const hook of HOOKS) {
      await assert.rejects(client.call(hook, Uint8Array.of(10, 200)), { code: status.INTERNAL }, hook);
    }
    assert.equal(await sample("certgate_hook_panics_total"), 6);
    assert.equal(await sample('certgate_hook_calls_total{hook="PostTranslateModify",outcome="error"}'), 1);
    assert((await client.call("PostTranslateModify", capture)).length > 100_000);
  });
});

Deno.test("startAgent() refuses a message above the limit and counts it", async () => {
  await withAgent({ hook: { maxMessageSize: 4 * 1024 * 1024 } }, async ({ client, sample }) => {
    const large = new Uint8Array(5 * 1024 * 1024);
    await assert.rejects(client.call("PostTranslateModify", large), { code: status.RESOURCE_EXHAUSTED });
    const name =
      'grpc_server_handled_total{grpc_method="PostTranslateModify",grpc_code="RESOURCE_EXHAUSTED"}';
    assert.equal(await sample(name), 1);
    assert((await client.call("PostTranslateModify", capture)).length > 100_000);
  });
});

Deno.test("startAgent() warns when a snapshot fills most of the message size", async () => {
  await withAgent({ hook: { maxMessageSize: 4 * 1024 * 1024 } }, async ({ client, log }) => {
    // A listener of 3.6 MB in a field that nobody knows.
    await client.call("PostTranslateModify", field(4, field(15, Buffer.alloc(3_600_000))));
    assert(log.sentences("warn").includes("snapshots are near the largest message size"));
  });
});

function field(number: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2]), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
}

Deno.test("startAgent() notices that Envoy Gateway leaves listeners out, names the setting, and notices the end", async () => {
  await withAgent({}, async ({ client, log, sample }) => {
    const secretsOnly = readSnapshot(capture).resources("secrets").map((secret) => field(3, secret));
    await client.call("PostTranslateModify", Buffer.concat(secretsOnly));
    assert.equal(await sample('certgate_hook_incomplete_input{kind="listeners"}'), 1);
    const line = log.lines.find((line) => line.fields.kind === "listeners");
    assert.equal(
      line?.fields.setting,
      "extensionManager.hooks.xdsTranslator.translation.listener.includeAll",
    );
  });
});

Deno.test("startAgent() offers health and reflection", async () => {
  await withAgent({}, async ({ client }) => {
    const health = await client.unary("/grpc.health.v1.Health/Check", new Uint8Array(0));
    assert.deepEqual([...health], [8, 1]); // status: SERVING
  });
});

Deno.test("startAgent() gives the socket mode 0660, refuses a live one and takes a stale one over", async () => {
  await withAgent({}, async ({ config }) => {
    const path = config.hook.listen.slice("unix://".length);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o660);
    const other = { ...config, stateDir: join(config.stateDir, "other") };
    const second = await startAgent(other, { version: "0", log: new FakeLog(), clock: () => NOW });
    assert.equal(second.kind, "busy");
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o660);
  });
  const dir = await Deno.makeTempDir();
  const path = join(dir, "hook.sock");
  const bound = Deno.listen({ transport: "unix", path: join(dir, "old") });
  await Deno.rename(join(dir, "old"), path);
  bound.close();
  assert((await Deno.lstat(path)).isSocket);
  await withAgent({ hook: { listen: `unix://${path}` } }, async ({ client }) => {
    assert.equal((await client.call("PostTranslateModify", new Uint8Array(0))).length, 0);
  });
  await assert.rejects(Deno.lstat(path), Deno.errors.NotFound, "a clean stop takes the socket away");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("startAgent() listens on loopback TCP and refuses a port in use", async () => {
  await withAgent({ hook: { listen: "tcp://127.0.0.1:0" } }, async ({ agent, client, config }) => {
    assert((await client.call("PostTranslateModify", capture)).length > 100_000);
    const listen = `tcp://${agent.hook}`;
    const stateDir = join(config.stateDir, "other");
    const taken = { ...config, stateDir, hook: { ...config.hook, listen } };
    const second = await startAgent(taken, { version: "0", log: new FakeLog(), clock: () => NOW });
    assert.equal(second.kind, "busy");
  });
});

Deno.test("startAgent() leaves a state directory to the one that has it, until that one has stopped", async () => {
  await withAgent({}, async ({ agent, config }) => {
    const hook = { ...config.hook, listen: `${config.hook.listen}2` };
    const second = () =>
      startAgent({ ...config, hook }, { version: "0", log: new FakeLog(), clock: () => NOW });
    const refused = await second();
    assert(refused.kind === "busy" && refused.message.includes("another certgate has it"));
    await agent.stop();
    const after = await second();
    assert(after.kind === "agent");
    await after.stop();
  });
});

Deno.test("startAgent() reloads all or nothing and names what needs a restart", async () => {
  await withAgent({}, async ({ agent, client, config, sample, log }) => {
    const listen = { http: { listen: "127.0.0.1:1" } };
    assert.deepEqual(await agent.reload({ ...config, ...listen, onExpired: "serve" }), ["http.listen"]);
    assert.equal(await sample("certgate_config_reload_failed"), 1);
    assert(log.sentences("error").some((text) => text.startsWith("these keys need a restart")));
    assert.deepEqual(await agent.reload({ ...config, neverGate: ["a/b"] }), []);
    assert.equal(await sample("certgate_config_reload_failed"), 0);
    agent.reloadFailed();
    assert.equal(await sample("certgate_config_reload_failed"), 1);
    assert((await client.call("PostTranslateModify", capture)).length > 100_000);
  });
});

Deno.test("startAgent() notices an Envoy binary that comes later, and asks it about what is known", async () => {
  const dir = await Deno.makeTempDir();
  const path = join(dir, "envoy");
  await withAgent({ envoy: { path } }, async ({ client, sample, log }) => {
    await client.call("PostTranslateModify", capture);
    assert.equal(await sample("certgate_envoy_binary"), 0);
    // It says its version and then fails, which is an answer about nothing.
    const script =
      '#!/bin/sh\n[ "$1" = --version ] && echo "envoy  version: 0/9/Clean/RELEASE/B" && exit\nexit 1\n';
    await Deno.writeTextFile(`${path}.new`, script, { mode: 0o755 });
    await Deno.rename(`${path}.new`, path);
    const sentence = "the envoy binary has changed, what it has not judged is asked again";
    while (!log.sentences("info").includes(sentence)) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await sample("certgate_envoy_binary"), 1);
    await client.call("PostTranslateModify", capture);
    assert.equal(await sample("certgate_envoy_confirm_failures_total"), 41);
  });
  await Deno.remove(dir, { recursive: true });
});

Deno.test("startAgent() refuses a state directory that everybody may write to", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.chmod(dir, 0o777);
  const config = configSchema.parse({ stateDir: dir, hook: { listen: "tcp://127.0.0.1:0" } });
  const refused = await startAgent(config, { version: "0", log: new FakeLog(), clock: () => NOW });
  assert(refused.kind === "failed");
  assert.match(refused.message, /every user may write there/);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("startAgent() gives the same answer after a restart", async () => {
  const dir = await Deno.makeTempDir();
  const answers: Buffer[] = [];
  for (let start = 0; start < 2; start++) {
    await withAgent({ stateDir: join(dir, "state"), whenEmpty: "park" }, async ({ client }) => {
      answers.push(await client.call("PostTranslateModify", capture));
    });
  }
  assert(answers[0].equals(answers[1]));
  const kept = JSON.parse(await Deno.readTextFile(join(dir, "state", "verdicts.json")));
  assert.equal(kept.verdicts.length, 41);
  assert(!JSON.stringify(kept).includes("BEGIN"));
  await Deno.remove(dir, { recursive: true });
});

Deno.test("startAgent() fails with a reason where it cannot keep its state", async () => {
  const config = configSchema.parse({ stateDir: "/proc/certgate", hook: { listen: "tcp://127.0.0.1:0" } });
  const failed = await startAgent(config, { version: "0", log: new FakeLog(), clock: () => NOW });
  assert(failed.kind === "failed");
  assert.match(failed.message, /^Cannot make the directory "\/proc\/certgate"/);
});

Deno.test("startAgent() gives the socket to one of several that start at once", async () => {
  const dir = await Deno.makeTempDir();
  const config = configSchema.parse({
    hook: { listen: `unix://${dir}/hook.sock` },
    http: { listen: "127.0.0.1:0" },
    stateDir: join(dir, "state"),
    envoy: { path: "none" },
  });
  const parts = { version: "0", log: new FakeLog(), clock: () => NOW };
  const started = await Promise.all(Array.from({ length: 4 }, () => startAgent(config, parts)));
  const agents = started.filter((result) => result.kind === "agent");
  const client = new HookClient(`unix:${dir}/hook.sock`);
  try {
    assert.deepEqual(started.map(({ kind }) => kind).sort(), ["agent", "busy", "busy", "busy"]);
    assert.equal((await client.call("PostTranslateModify", new Uint8Array())).length, 0);
  } finally {
    client.close();
    for (const agent of agents) await agent.stop();
    await Deno.remove(dir, { recursive: true });
  }
});
