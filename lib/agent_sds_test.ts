import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { GateHost, type MadePair, makePair } from "../tests/fakes/gate_host.ts";
import { type Response, SdsTestClient, type SdsTestStream } from "../tests/fakes/sds_client.ts";
import { startAgent } from "./agent.ts";
import { isPlaceholder, makeSelfSigned } from "./pki/mod.ts";

const A = "a.example.com", NAME = `edge/${A}`;

/** The configuration with every source delivered straight to Envoy. */
function direct(host: GateHost, sds: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    sources: [{ path: join(host.dir, "volumes/*"), namespace: "edge", delivery: "sds" }],
    sds: { listen: `unix://${join(host.dir, "sds.sock")}`, ...sds },
  };
}

/** Asks as an Envoy does, for one name. */
function ask(host: GateHost, name: string): { stream: SdsTestStream; [Symbol.dispose](): void } {
  const client = new SdsTestClient(`unix:${join(host.dir, "sds.sock")}`);
  const stream = client.stream("DeltaSecrets");
  stream.send({ node: { id: "edge" }, resource_names_subscribe: [name] });
  return { stream, [Symbol.dispose]: () => client.close() };
}

function inlineBytes({ secrets: [secret] }: Response, ...path: string[]): string {
  let value: unknown = secret.content;
  for (const name of [...path, "inline_bytes"]) value = (value as Record<string, unknown>)[name];
  return Buffer.from(value as Uint8Array).toString();
}

const certificateOf = (response: Response) => inlineBytes(response, "tls_certificate", "certificate_chain");
const textOf = ({ certificate }: MadePair) => Buffer.from(certificate).toString();

/** Certificates that stand in what Envoy Gateway is given. */
async function published(host: GateHost): Promise<string[]> {
  const found = [...(await host.output()).matchAll(/tls\.crt: "?([A-Za-z0-9+/=]+)/g)];
  return found.map(([, text]) => Buffer.from(text, "base64").toString());
}

Deno.test("startAgent() gives Envoy the pair and Envoy Gateway a placeholder, which no renewal changes", async () => {
  await using host = await GateHost.make([A]);
  const [first, second] = [await makePair(A), await makePair(A)];
  await host.putPair(A, first);
  await host.start(direct(host));
  using envoy = ask(host, NAME);
  assert.equal(certificateOf(await envoy.stream.accept()), textOf(first));
  const before = await host.output();
  const [placeholder] = await published(host);
  assert.ok(isPlaceholder(new TextEncoder().encode(placeholder)));
  assert.equal((await host.status()).pairs[0].delivery, "sds");
  await host.putPair(A, second);
  assert.equal(certificateOf(await envoy.stream.accept()), textOf(second));
  assert.equal(await host.output(), before);
});

Deno.test("startAgent() keeps a bad renewal from Envoy, and says so", async () => {
  await using host = await GateHost.make([A]);
  const [first, second, third] = [await makePair(A), await makePair(A), await makePair(A)];
  await host.putPair(A, first);
  await host.start(direct(host));
  using envoy = ask(host, NAME);
  await envoy.stream.accept();
  await host.putPair(A, { ...second, key: first.key });
  const held = await host.until("it is held", ({ pairs: [pair] }) => pair.serving === "held");
  assert.equal(held.pairs[0].verdict.reason, "KeyMismatch");
  await host.putPair(A, third);
  // The next that comes is the third: the second was never sent.
  assert.equal(certificateOf(await envoy.stream.accept()), textOf(third));
});

Deno.test("startAgent() takes back what an Envoy refuses, for good", async () => {
  await using host = await GateHost.make([A]);
  const [first, second] = [await makePair(A), await makePair(A)];
  await host.putPair(A, first);
  await host.start(direct(host));
  {
    using envoy = ask(host, NAME);
    await envoy.stream.accept();
    await host.putPair(A, second);
    const refused = await envoy.stream.next();
    assert.equal(certificateOf(refused), textOf(second));
    envoy.stream.answer(refused, [], "Failed to load certificate chain from <inline>");
    assert.equal(certificateOf(await envoy.stream.accept()), textOf(first));
    const held = await host.until("it is held", ({ pairs: [pair] }) => pair.serving === "held");
    assert.equal(held.pairs[0].verdict.cause, "proxy_refuses");
    assert.match(held.pairs[0].verdict.detail, /^Failed to load certificate chain/);
    const { sds } = await host.everything();
    assert.match(sds!.names[0].refused!.message, /^Failed to load certificate chain/);
  }
  await host.stop();
  await host.start(direct(host));
  using again = ask(host, NAME);
  assert.equal(certificateOf(await again.stream.accept()), textOf(first), "after a restart as well");
});

Deno.test("startAgent() believes an Envoy that refuses what was replaced meanwhile, and goes back to what it took", async () => {
  await using host = await GateHost.make([A]);
  const [first, second, third] = [await makePair(A), await makePair(A), await makePair(A)];
  await host.putPair(A, first);
  await host.start(direct(host));
  using envoy = ask(host, NAME);
  await envoy.stream.accept();
  await host.putPair(A, second);
  const late = await envoy.stream.next();
  assert.equal(certificateOf(late), textOf(second));
  await host.putPair(A, third);
  const isThird = ({ names: [{ version }] }: { names: readonly { version: string }[] }) =>
    version !== late.secrets[0].version.slice(0, 16);
  await waitFor(async () => isThird((await host.everything()).sds!));
  envoy.stream.answer(late, [], "not the second");
  const next = await envoy.stream.next();
  assert.equal(certificateOf(next), textOf(third));
  envoy.stream.answer(next, [], "nor the third");
  assert.equal(certificateOf(await envoy.stream.accept()), textOf(first));
  using other = ask(host, NAME);
  assert.equal(certificateOf(await other.stream.accept()), textOf(first));
});

Deno.test("startAgent() leaves out a host whose every pair Envoy refuses", async () => {
  await using host = await GateHost.make([A]);
  const [first, second] = [await makePair(A), await makePair(A)];
  await host.putPair(A, first);
  await host.start(direct(host));
  using envoy = ask(host, NAME);
  await envoy.stream.accept();
  await host.putPair(A, second);
  for (const pair of [second, first]) {
    const response = await envoy.stream.next();
    assert.equal(certificateOf(response), textOf(pair));
    envoy.stream.answer(response, [], "this Envoy takes no P-256");
  }
  await host.until("it is withheld", ({ pairs: [pair] }) => pair.serving === null);
  await host.until("the listener goes", ({ listeners: [{ reason }] }) => reason === "Unsupported");
});

Deno.test("startAgent() goes on giving an Envoy what it asks for after the way was changed", async () => {
  await using host = await GateHost.make([A]);
  const [first, second] = [await makePair(A), await makePair(A)];
  await host.putPair(A, first);
  const agent = await host.start({ ...direct(host), sources: host.config().sources });
  assert.deepEqual(await published(host), [textOf(first)]);
  assert.equal((await host.everything()).sds, null);
  assert.deepEqual(await agent.reload(host.config(direct(host))), []);
  assert.notDeepEqual(await published(host), [textOf(first)]);
  using envoy = ask(host, NAME);
  assert.equal(certificateOf(await envoy.stream.accept()), textOf(first));
  assert.deepEqual(await agent.reload(host.config({ ...direct(host), sources: host.config().sources })), []);
  assert.deepEqual(await published(host), [textOf(first)]);
  await host.putPair(A, second);
  assert.equal(certificateOf(await envoy.stream.accept()), textOf(second));
});

Deno.test("startAgent() puts Envoy Gateway's file back also while an Envoy does not answer", async () => {
  await using host = await GateHost.make([A]);
  await host.putPair(A, await makePair(A));
  await host.start(direct(host));
  const before = await host.output();
  using envoy = ask(host, NAME);
  await envoy.stream.next();
  assert.equal((await host.status()).converged, false);
  const file = join(host.config().gate.output!, "certgate.yaml");
  await Deno.remove(file);
  await waitFor(() => Deno.stat(file).then(() => true, () => false));
  assert.equal(await host.output(), before);
});

Deno.test("startAgent() says when no Envoy can connect any more", async () => {
  await using host = await GateHost.make([A]);
  await host.putPair(A, await makePair(A));
  await host.start(direct(host));
  const socket = join(host.dir, "sds.sock");
  assert.equal((await host.everything()).sds!.message, "");
  await Deno.rename(socket, `${socket}.away`);
  await waitFor(async () => /took its socket away/.test((await host.everything()).sds!.message));
  await Deno.rename(`${socket}.away`, socket);
  await waitFor(async () => (await host.everything()).sds!.message === "");
});

Deno.test("startAgent() publishes no placeholder where no Envoy could ask", async () => {
  await using host = await GateHost.make([A]);
  await host.putPair(A, await makePair(A));
  await Deno.writeTextFile(join(host.dir, "sds.sock"), "no socket");
  const failure = await startAgent(host.config(direct(host)), {
    version: "0",
    log: host.log,
    clock: Date.now,
  });
  assert.ok(failure.kind === "failed", failure.kind);
  assert.match(
    failure.message,
    /^Cannot give certificates to Envoys: Cannot listen on "unix:.*something else/,
  );
  await assert.rejects(host.output(), Deno.errors.NotFound);
});

Deno.test("startAgent() gives pairs to an Envoy without any Envoy Gateway", async () => {
  await using host = await GateHost.make([]);
  const first = await makePair(A);
  await host.putPair(A, first);
  await host.start({ ...direct(host), gate: {} });
  using envoy = ask(host, NAME);
  assert.equal(certificateOf(await envoy.stream.accept()), textOf(first));
  const { pairs, gateways, output } = await host.status();
  assert.deepEqual([pairs[0].serving, gateways, output.file], ["current", [], ""]);
  await host.until("Envoy has it", ({ converged }) => converged);
});

Deno.test("startAgent() goes on with an Envoy that asks where nothing else is left to do", async () => {
  await using host = await GateHost.make([]);
  const [first, second] = [await makePair(A), await makePair(A)];
  await host.putPair(A, first);
  const agent = await host.start({ ...direct(host), gate: {} });
  using envoy = ask(host, NAME);
  await envoy.stream.accept();
  const through = { ...direct(host), sources: host.config().sources, gate: {} };
  assert.deepEqual(await agent.reload(host.config(through)), []);
  await host.putPair(A, second);
  assert.equal(certificateOf(await envoy.stream.accept()), textOf(second));
});

Deno.test("startAgent() gives Envoy a CA bundle, puts in what is new and keeps out what is broken", async () => {
  await using host = await GateHost.make([A]);
  await host.putPair(A, await makePair(A));
  const file = join(host.dir, "ca.pem");
  const [one, two] = await Promise.all(
    ["one", "two"].map((commonName) => makeSelfSigned({ commonName, now: Date.now(), days: 30 })),
  );
  const text = ({ certificate }: { certificate: Uint8Array }) => Buffer.from(certificate).toString();
  await Deno.writeTextFile(file, text(one));
  const bundles = { bundles: [{ name: "clients", namespace: "edge", file }] };
  const agent = await host.start(direct(host, bundles));
  using envoy = ask(host, "trust/edge/clients");
  const trusted = async () =>
    inlineBytes(await envoy.stream.accept(), "validation_context", "trusted_ca").trim();
  assert.equal(await trusted(), text(one).trim());
  const output = await host.output();
  assert.ok(output.includes("kind: ConfigMap") && !output.includes(text(one).split("\n")[1]));
  await Deno.writeTextFile(file, "no certificate\n");
  await waitFor(async () => (await host.everything()).sds!.bundles[0].message !== "");
  const { bundles: [broken] } = (await host.everything()).sds!;
  assert.match(broken.message, /; what was read before goes on$/);
  assert.equal(broken.members, 1);
  await Deno.writeTextFile(file, text(one) + text(two));
  const both = await envoy.stream.next();
  const sent = inlineBytes(both, "validation_context", "trusted_ca").trim();
  assert.equal(sent, (text(one) + text(two)).trim(), "what was broken was never sent");
  assert.equal(await host.output(), output);
  envoy.stream.answer(both, [], "not this one");
  assert.equal(await trusted(), text(one).trim(), "the one before");
  const { bundles: [refused] } = (await host.everything()).sds!;
  assert.equal(refused.message, "Envoy refused it: not this one; what was read before goes on");
  await agent.reload(host.config(direct(host)));
  await Deno.remove(file);
  await agent.reload(host.config(direct(host, bundles)));
  const { bundles: [anew] } = (await host.everything()).sds!;
  assert.equal(anew.members, 0, "what was asked for no more is trusted no more");
});

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!await holds()) {
    assert.ok(performance.now() < end, "it did not come");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
