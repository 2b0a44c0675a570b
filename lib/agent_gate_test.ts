import assert from "node:assert/strict";
import { join } from "node:path";
import { GateHost, makePair, PATIENCE } from "../tests/fakes/gate_host.ts";
import type { GateStatus } from "./model/mod.ts";

const DAY = 86_400_000;

const withheld = (status: GateStatus) =>
  status.listeners.filter(({ published }) => published === null).map(({ hostname, reason }) =>
    `${hostname} ${reason}`
  );

Deno.test("startAgent() publishes the good host, withholds the bad one, and says so everywhere", async () => {
  await using host = await GateHost.make(["a.example.com", "b.example.com", "c.example.com"]);
  const [a, b] = [await makePair("a.example.com"), await makePair("b.example.com")];
  await host.putPair("a.example.com", a);
  await host.putPair("b.example.com", { ...b, key: a.key });
  await host.start();
  const status = await host.status();
  assert.deepEqual(withheld(status), ["b.example.com KeyMismatch", "c.example.com Missing"]);
  const conditions = status.listeners[1].conditions.map(({ type, status, reason }) => [type, status, reason]);
  assert.deepEqual(conditions, [
    ["Accepted", "True", "Accepted"],
    ["ResolvedRefs", "False", "InvalidCertificateRef"],
    ["Programmed", "False", "Invalid"],
  ]);
  const published = await host.output();
  assert(published.includes("hostname: a.example.com") || published.includes('hostname: "a.example.com"'));
  assert(!published.includes("b.example.com") && !published.includes("c.example.com"));
  assert.equal((await Deno.stat(join(host.dir, "output/certgate.yaml"))).mode! & 0o777, 0o600);
  const metrics = await host.metrics();
  assert.match(metrics, /certgate_gateway_listener_cert_withheld\{[^}]*hostname="b\.example\.com"[^}]*\} 1/);
  assert.match(metrics, /certgate_listeners_withheld\{reason="Missing"\} 1/);
  assert.match(metrics, /certgate_listeners_managed 3/);
  const said = host.log.lines.filter(({ sentence }) => sentence === "listener certificate unhealthy");
  assert.deepEqual(said.map(({ fields }) => fields.hostname), ["b.example.com", "c.example.com"]);
  const secret = new TextDecoder().decode(a.key).split("\n")[1];
  assert(![JSON.stringify(status), metrics, JSON.stringify(host.log.lines)].join().includes(secret));

  await host.putPair("b.example.com", b);
  await host.putPair("c.example.com", await makePair("c.example.com"));
  await host.until("both are repaired", (status) => withheld(status).length === 0);
  assert((await host.output()).includes("b.example.com"));
  assert(!(await host.metrics()).includes("certgate_gateway_listener_cert_withheld{"));
  assert.equal(
    host.log.sentences("info").filter((text) => text === "listener certificate usable again").length,
    2,
  );
});

Deno.test("startAgent() holds the last good pair while a renewal is broken, across a restart", async () => {
  await using host = await GateHost.make(["a.example.com"]);
  const [first, other] = [await makePair("a.example.com"), await makePair("a.example.com")];
  await host.putPair("a.example.com", first);
  await host.start();
  const served = (await host.status()).listeners[0].secrets[0].serial;
  const before = await host.output();
  await host.putPair("a.example.com", { certificate: other.certificate, key: first.key });
  const held = await host.until("the old one is held", ({ pairs }) => pairs[0].serving === "held");
  assert.equal(held.pairs[0].verdict.reason, "KeyMismatch");
  assert.equal(held.listeners[0].secrets[0].serial, served);
  assert.match(await host.metrics(), /certgate_cert_held\{[^}]*\} 1/);
  assert.equal(await host.output(), before, "nothing changes for envoy gateway");
  await host.stop();
  await host.start();
  assert.equal((await host.status()).pairs[0].serving, "held");
  assert.equal(await host.output(), before);
  await host.putPair("a.example.com", other);
  const renewed = await host.until("the new one is served", ({ pairs }) => pairs[0].serving === "current");
  assert.notEqual(renewed.listeners[0].secrets[0].serial, served);
  await Deno.remove(join(host.dir, "volumes/a.example.com"), { recursive: true });
  await host.until("a pair that was taken away is not held", (status) => withheld(status).length === 1);
});

Deno.test("startAgent() touches nothing where nothing changed, across a restart", async () => {
  await using host = await GateHost.make(["a.example.com"]);
  await host.putPair("a.example.com", await makePair("a.example.com"));
  await host.start();
  const before = await Deno.stat(join(host.dir, "output/certgate.yaml"));
  const conditions = (await host.status()).listeners[0].conditions;
  await host.stop();
  await host.start();
  const after = await Deno.stat(join(host.dir, "output/certgate.yaml"));
  assert.deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
  const status = await host.status();
  assert.deepEqual(status.listeners[0].conditions, conditions);
  await host.stop();
  const kept = JSON.parse(await Deno.readTextFile(join(host.dir, "state/status.json")));
  assert.deepEqual(kept.listeners, status.listeners);
});

Deno.test("startAgent() follows the clock without any file event", async () => {
  await using host = await GateHost.make(["a.example.com", "b.example.com"]);
  await host.putPair("a.example.com", await makePair("a.example.com", { days: 10 }));
  await host.putPair("b.example.com", await makePair("b.example.com", { now: Date.now() + 5 * DAY }));
  await host.start();
  assert.deepEqual(withheld(await host.status()), ["b.example.com NotYetValid"]);
  host.offset = 6 * DAY;
  await host.until("b has become valid", (status) => withheld(status).length === 0);
  host.offset = 11 * DAY;
  const status = await host.until("a has run out", (status) => withheld(status).length === 1);
  assert.deepEqual(withheld(status), ["a.example.com Expired"]);
  assert.match(
    status.listeners[0].message,
    /^HTTPS for a\.example\.com is stopped: its certificate ran out on /,
  );
});

Deno.test("startAgent() leaves out a file that is wrong, and keeps its last good version across a restart", async () => {
  await using host = await GateHost.make(["a.example.com"]);
  await host.putPair("a.example.com", await makePair("a.example.com"));
  await host.start();
  const before = await host.output();
  await Deno.writeTextFile(join(host.dir, "resources/web.yaml"), "kind: Gateway\n  broken: [");
  const status = await host.until(
    "the file is complained of",
    ({ resources }) => resources.findings.length > 0,
  );
  assert.match(status.resources.findings[0].place, /web\.yaml:\d+:\d+$/);
  assert.equal(await host.output(), before);
  await host.stop();
  await host.start();
  assert.equal(await host.output(), before);
  assert.equal((await host.status()).listeners.length, 1);
});

Deno.test("startAgent() opens, changes and closes the gate at a reload, and touches nothing for it", async () => {
  await using host = await GateHost.make(["a.example.com"]);
  await host.putPair("a.example.com", await makePair("a.example.com"));
  const agent = await host.start({ gate: {} });
  assert.equal(await host.status(), null);
  assert.deepEqual(await agent.reload(host.config()), []);
  const before = await host.output();
  assert.deepEqual(withheld(await host.status()), []);
  await agent.reload(host.config({ watch: { pollInterval: 200 } }));
  assert.deepEqual(withheld(await host.status()), []);
  await agent.reload(host.config({ gate: {} }));
  assert.equal(await host.status(), null);
  assert.equal(await host.output(), before);
});

Deno.test("startAgent() says what a reload has changed, and nothing twice", async () => {
  await using host = await GateHost.make(["a.example.com", "b.example.com"]);
  await host.putPair("a.example.com", await makePair("a.example.com", { now: Date.now() + DAY }));
  const agent = await host.start();
  await agent.reload(host.config({ neverGate: ["edge/a.example.com"] }));
  const said = host.log.lines.filter(({ sentence }) => sentence.startsWith("listener certificate"));
  assert.deepEqual(said.map(({ sentence, fields }) => `${sentence} ${fields.hostname}`), [
    "listener certificate unhealthy a.example.com",
    "listener certificate unhealthy b.example.com",
    "listener certificate usable again a.example.com",
  ]);
});

Deno.test("startAgent() puts back at once what somebody takes out of envoy gateway's directory", async () => {
  await using host = await GateHost.make(["a.example.com"]);
  await host.putPair("a.example.com", await makePair("a.example.com"));
  await host.start();
  const before = await host.output();
  await Deno.remove(join(host.dir, "output"), { recursive: true });
  const end = performance.now() + PATIENCE;
  while (await host.output().catch(() => "") !== before) {
    assert(performance.now() < end, "it does not come back");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

Deno.test("startAgent() says why nothing can be published, and publishes when it can", async () => {
  await using host = await GateHost.make(["a.example.com"]);
  await host.putPair("a.example.com", await makePair("a.example.com"));
  await Deno.remove(join(host.dir, "output"));
  await Deno.writeTextFile(join(host.dir, "output"), "");
  await host.start();
  const { output, converged } = await host.status();
  assert.notEqual(output.message, "");
  assert.equal(converged, false);
  assert.match(await host.metrics(), /certgate_gate_publish_failed 1/);
  for (const _ of [1, 2]) {
    const failures = await host.metrics();
    host.offset += 10_000;
    const end = performance.now() + PATIENCE;
    while (await host.metrics() === failures) assert(performance.now() < end, "it is not tried again");
  }
  await Deno.remove(join(host.dir, "output"));
  host.offset += 10_000;
  await host.until("it is published", (status) => status.output.message === "");
  const said = host.log.lines.filter(({ sentence }) => sentence.startsWith("envoy gateway's directory "));
  assert.deepEqual(said.map(({ level }) => level), ["error", "info"], "said once, however often it is tried");
  assert((await host.output()).includes("a.example.com"));
  assert.match(await host.metrics(), /certgate_gate_publish_failed 0/);
});
