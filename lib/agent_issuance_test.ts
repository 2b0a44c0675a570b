import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { FakeIssuers } from "../tests/fakes/fake_issuers.ts";
import { GateHost, makePair, PATIENCE } from "../tests/fakes/gate_host.ts";
import { isPlaceholder } from "./pki/mod.ts";
import { failure } from "./issuance/mod.ts";
import type { IssuanceStatus } from "./model/mod.ts";

/** A Gateway whose listeners are HTTPS ones of these names, with the annotations of the first argument. */
function gatewayText(annotations: Record<string, string>, hosts: readonly string[], more = ""): string {
  const listeners = hosts.map((hostname) => ({
    name: hostname.split(".")[0],
    protocol: "HTTPS",
    port: 443,
    hostname,
    tls: { certificateRefs: [{ name: hostname.split(".")[0] }] },
  }));
  const gateway = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: {
      name: "web",
      namespace: "edge",
      annotations: Object.fromEntries(
        Object.entries({ "private-key-algorithm": "ECDSA", ...annotations })
          .map(([key, value]) => [`cert-manager.io/${key}`, value]),
      ),
    },
    spec: {
      gatewayClassName: "edge",
      allowedListeners: { namespaces: { from: "All" } },
      listeners: [{ name: "http", protocol: "HTTP", port: 80 }, ...listeners],
    },
  };
  return `${JSON.stringify(gateway)}\n---\n${more}`;
}

const ISSUERS = [{ name: "one", selfSigned: {} }, { name: "two", selfSigned: {} }];

/** A host that issues what one file asks for. */
class IssuingHost {
  readonly issuers = new FakeIssuers();

  constructor(readonly host: GateHost) {}

  settings(changes: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      issuers: ISSUERS,
      issuance: { output: join(this.host.dir, "issued"), retryAfter: 1000, jitter: 0 },
      ...changes,
    };
  }

  start(changes: Record<string, unknown> = {}) {
    return this.host.start(this.settings(changes), { openIssuer: this.issuers.open });
  }

  put(text: string): Promise<void> {
    return Deno.writeTextFile(join(this.host.dir, "resources/web.yaml"), text);
  }

  async issuance(): Promise<IssuanceStatus> {
    return (await this.host.everything()).issuance!;
  }

  /** Waits until what is issued is as the test wants it. */
  async until(what: string, holds: (status: IssuanceStatus) => boolean): Promise<IssuanceStatus> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const status = await this.issuance();
      if (holds(status)) return status;
      if (performance.now() > end) throw new Error(`${what}: ${JSON.stringify(status, null, 1)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Waits until exactly these listeners that end TLS are published. */
  published(...hosts: string[]) {
    return this.host.until(
      `${hosts} are published`,
      ({ listeners }) =>
        listeners.filter(({ managed, published }) => managed && published !== null)
          .map(({ hostname }) => hostname).join() === hosts.join(),
    );
  }

  /** `state issuer` by name of the Secret. */
  async states(): Promise<Record<string, string>> {
    const { pairs } = await this.issuance();
    return Object.fromEntries(pairs.map(({ name, state, issuer }) => [name, `${state} ${issuer}`]));
  }
}

async function onHost(body: (issuing: IssuingHost) => Promise<void>): Promise<void> {
  await using host = await GateHost.make([]);
  await body(new IssuingHost(host));
}

const asks = (issuer: string, more: Record<string, string> = {}) => ({ "cluster-issuer": issuer, ...more });
const conditionOf = ({ objects }: IssuanceStatus, object = "Gateway edge/web") =>
  objects.find((one) => one.object === object)?.conditions.map(({ status, reason }) => `${status} ${reason}`);

Deno.test("startAgent() issues what an annotation asks for, and publishes it", () =>
  onHost(async (issuing) => {
    await issuing.put(gatewayText(asks("one"), ["a.example.com", "b.example.com"]));
    await issuing.start();
    const status = await issuing.published("a.example.com", "b.example.com");
    assert.deepEqual(status.pairs.map(({ origin }) => origin.kind === "source" && origin.path), [
      join(issuing.host.dir, "issued/edge/a"),
      join(issuing.host.dir, "issued/edge/b"),
    ]);
    const issued = await issuing.issuance();
    assert.deepEqual(await issuing.states(), {
      a: "Issued ClusterIssuer/one",
      b: "Issued ClusterIssuer/one",
    });
    assert.deepEqual(conditionOf(issued), ["True IssuersResolved"]);
    assert.equal((await Deno.stat(join(issuing.host.dir, "issued"))).mode! & 0o777, 0o700);
    await issuing.host.stop();
    await issuing.start();
    await issuing.published("a.example.com", "b.example.com");
    assert.deepEqual(
      issuing.issuers.asked.toSorted(),
      ["one edge/a", "one edge/b"],
      "none is asked for twice",
    );
    assert.deepEqual((await issuing.issuance()).objects, issued.objects, "conditions keep their times");
  }));

Deno.test("startAgent() gives Envoy itself what is issued, where issuance says so, and waits for it all the same", () =>
  onHost(async (issuing) => {
    const { host, issuers } = issuing;
    issuers.failing = failure("unreachable", "the issuer is asleep");
    await issuing.put(gatewayText(asks("one"), ["a.example.com"]));
    const { issuance } = issuing.settings() as { issuance: Record<string, unknown> };
    await issuing.start({
      issuance: { ...issuance, delivery: "sds" },
      sds: { listen: `unix://${join(host.dir, "sds.sock")}` },
    });
    const { listeners: [, pending] } = await host.until(
      "it waits",
      ({ listeners }) => listeners[1].message.includes("asleep"),
    );
    assert.deepEqual([pending.reason, (await host.everything()).sds!.names], ["Pending", []]);
    issuers.failing = null;
    const { pairs: [pair] } = await issuing.published("a.example.com");
    assert.deepEqual([pair.serving, pair.delivery], ["current", "sds"]);
    assert.deepEqual((await host.everything()).sds!.names.map(({ name }) => name), ["edge/a"]);
    const [, certificate] = /tls\.crt: "?([A-Za-z0-9+/=]+)/.exec(await host.output())!;
    assert.ok(isPlaceholder(Buffer.from(certificate, "base64")));
  }));

Deno.test("startAgent() says what a certificate is waited for, and does not call it missing", () =>
  onHost(async (issuing) => {
    issuing.issuers.failing = failure("unreachable", "the issuer is asleep");
    await issuing.put(gatewayText(asks("one"), ["a.example.com"]));
    await issuing.start();
    const status = await issuing.host.until(
      "it waits",
      ({ listeners }) => listeners[1].message.includes("asleep"),
    );
    const { reason, cause, message, secrets, conditions } = status.listeners[1];
    assert.deepEqual([reason, cause, secrets[0].verdict.reason], ["Pending", "not_issued", "Pending"]);
    assert.match(
      message,
      /^HTTPS for a\.example\.com starts once its certificate is issued\. .*asleep; the next attempt is at .*\.$/,
    );
    assert.equal(conditions.find(({ type }) => type === "ResolvedRefs")?.status, "False");
    assert.deepEqual(status.gateways[0].conditions.map(({ reason }) => reason), ["CertificatesPending"]);
    const warned = issuing.host.log.lines.filter(({ sentence, level }) =>
      level === "warn" && sentence === "listener certificate unhealthy"
    );
    assert.deepEqual(warned, []);
    issuing.issuers.failing = null;
    await issuing.published("a.example.com");
  }));

Deno.test("startAgent() keeps what a mistake in an annotation would cost, across a restart", () =>
  onHost(async (issuing) => {
    await issuing.put(gatewayText(asks("one"), ["a.example.com", "b.example.com"]));
    await issuing.start();
    await issuing.published("a.example.com", "b.example.com");
    await issuing.put(gatewayText(asks("one", { duration: "soon" }), ["a.example.com", "b.example.com"]));
    const bad = await issuing.until(
      "it is complained of",
      (status) => conditionOf(status)?.join() === "False BadConfig",
    );
    assert.match(bad.objects[0].conditions[0].message, /duration/);
    const kept = { a: "Issued ClusterIssuer/one", b: "Issued ClusterIssuer/one" };
    assert.deepEqual(await issuing.states(), kept);
    await issuing.host.until(
      "it is a finding",
      ({ resources }) => resources.findings.some(({ message }) => message.includes("duration")),
    );
    await issuing.host.stop();
    await issuing.start();
    assert.deepEqual(await issuing.states(), kept);
    await issuing.until(
      "both are asked for still",
      ({ pairs }) => pairs.every(({ message }) => message === ""),
    );
    // A Secret that no listener names any more is not asked for, mistake or not.
    await issuing.put(gatewayText(asks("one", { duration: "soon" }), ["a.example.com"]));
    await issuing.until(
      "b is not asked for",
      ({ pairs }) =>
        pairs.some(({ name, message }) => name === "b" && message.startsWith("Nobody asks for it any more")),
    );
    assert.equal(issuing.issuers.asked.length, 2);
  }));

Deno.test("startAgent() issues nothing for a Secret that the operator gives", () =>
  onHost(async (issuing) => {
    const { host } = issuing;
    await host.putPair("a", await makePair("a.example.com"));
    const secret = `{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b", "namespace": "edge"}}`;
    await issuing.put(gatewayText(asks("one"), ["a.example.com", "b.example.com", "c.example.com"], secret));
    await issuing.start();
    await issuing.published("a.example.com", "c.example.com");
    assert.deepEqual(issuing.issuers.asked, ["one edge/c"]);
    const { objects } = await issuing.issuance();
    assert.equal(
      objects[0].conditions[0].message,
      `Nothing is issued for Secret "edge/a": the pair of that name comes from "${host.dir}/volumes/a". ` +
        `Nothing is issued for Secret "edge/b": the pair of that name comes from "${host.dir}/resources/web.yaml:3:1".`,
    );
    await Deno.remove(join(host.dir, "volumes/a"), { recursive: true });
    await issuing.until(
      "it is issued once it is gone",
      ({ pairs }) => pairs.some(({ name, state }) => name === "a" && state === "Issued"),
    );
  }));

Deno.test("startAgent() says that nobody issues for a reference, and issues once a reload brings somebody", () =>
  onHost(async (issuing) => {
    await issuing.put(gatewayText(asks("three"), ["a.example.com"]));
    const agent = await issuing.start();
    const status = await issuing.until(
      "nobody issues",
      (status) => conditionOf(status)?.join() === "False NoIssuer",
    );
    assert.match(
      status.objects[0].conditions[0].message,
      /Nobody on this host issues for ClusterIssuer\/three/,
    );
    const issuers = [...ISSUERS, { name: "three", selfSigned: {} }];
    assert.deepEqual(await agent.reload(issuing.host.config(issuing.settings({ issuers }))), []);
    await issuing.published("a.example.com");
    assert.deepEqual(conditionOf(await issuing.issuance()), ["True IssuersResolved"]);
    assert.deepEqual(issuing.issuers.asked, ["three edge/a"]);
  }));

Deno.test("startAgent() switches issuance on and off at a reload, and leaves pairs alone", () =>
  onHost(async (issuing) => {
    await issuing.put(gatewayText(asks("one"), ["a.example.com"]));
    const agent = await issuing.start({ issuance: {} });
    assert.equal(await issuing.issuance(), null);
    assert.deepEqual((await issuing.host.status()).listeners[1].reason, "Missing");
    await agent.reload(issuing.host.config(issuing.settings()));
    await issuing.published("a.example.com");
    const path = join(issuing.host.dir, "issued/edge/a/tls.crt");
    const before = await Deno.readTextFile(path);
    await agent.reload(issuing.host.config(issuing.settings({ issuance: {} })));
    assert.equal(await issuing.issuance(), null);
    await agent.reload(issuing.host.config(issuing.settings()));
    await issuing.published("a.example.com");
    assert.equal(await Deno.readTextFile(path), before);
    assert.equal(issuing.issuers.asked.length, 1);
  }));

Deno.test("startAgent() issues for ListenerSets only with features.listenerSets", () =>
  onHost(async (issuing) => {
    const set = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "ListenerSet",
      metadata: {
        name: "team",
        namespace: "team",
        annotations: {
          "cert-manager.io/cluster-issuer": "two",
          "cert-manager.io/private-key-algorithm": "ECDSA",
        },
      },
      spec: {
        parentRef: { name: "web", namespace: "edge" },
        listeners: [{
          name: "t",
          protocol: "HTTPS",
          port: 443,
          hostname: "t.example.com",
          tls: { certificateRefs: [{ name: "t" }] },
        }],
      },
    };
    await issuing.put(gatewayText(asks("one"), ["a.example.com"], JSON.stringify(set)));
    const agent = await issuing.start();
    await issuing.published("a.example.com");
    await agent.reload(issuing.host.config(issuing.settings({ features: { listenerSets: true } })));
    await issuing.published("a.example.com", "t.example.com");
    assert.deepEqual(await issuing.states(), {
      a: "Issued ClusterIssuer/one",
      t: "Issued ClusterIssuer/two",
    });
    const { objects } = await issuing.issuance();
    assert.deepEqual(objects.map(({ object }) => object), ["Gateway edge/web", "ListenerSet team/team"]);
    await agent.reload(issuing.host.config(issuing.settings()));
    await issuing.published("a.example.com");
    assert(await Deno.stat(join(issuing.host.dir, "issued/team/t/tls.crt")), "the pair stays");
    assert.deepEqual(issuing.issuers.asked, ["one edge/a", "two team/t"]);
  }));

Deno.test("startAgent() publishes proofs over HTTP, and says why one cannot be answered", () =>
  onHost(async (issuing) => {
    const hostname = "a.example.com";
    const owner = "edge/web" as const;
    let said: string | null = null;
    issuing.issuers.before = async (_, { challenges }, signal) => {
      const challenge = { hostname, token: "token", keyAuthorization: "answer", owner };
      // No Envoy is there to answer it: whether it is published is seen in what Envoy Gateway is given.
      const presented = challenges.present(challenge, signal);
      const end = performance.now() + PATIENCE;
      while (!(await issuing.host.output()).includes("/.well-known/acme-challenge/token")) {
        assert(performance.now() < end, "it is not published");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      challenges.withdraw(challenge);
      void presented;
      const lost = { ...challenge, hostname: "lost.example.com", owner: "edge/lost" as const };
      said = await challenges.present(lost, signal);
      challenges.withdraw(lost);
      return null;
    };
    await issuing.put(gatewayText(asks("one"), [hostname]));
    await issuing.start();
    await issuing.published(hostname);
    assert.equal(said, 'there is no Gateway for "edge/lost" any more');
    const end = performance.now() + PATIENCE;
    while ((await issuing.host.output()).includes("acme-challenge")) {
      assert(performance.now() < end, "it is gone once the proof is over");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }));

Deno.test("startAgent() asks for nothing while the clock is in doubt", () =>
  onHost(async (issuing) => {
    await issuing.put(gatewayText(asks("one"), ["a.example.com"]));
    await issuing.host.start(issuing.settings(), {
      openIssuer: issuing.issuers.open,
      released: Date.now() + 86_400_000,
    });
    await issuing.until("it waits", ({ pairs }) =>
      pairs.some(({ message }) => message.includes("nothing is asked for")));
    assert.equal((await issuing.host.status()).listeners[1].reason, "Pending");
    assert.deepEqual(issuing.issuers.asked, []);
  }));
