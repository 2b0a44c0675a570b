import assert from "node:assert/strict";
import { join } from "node:path";
import { GateHost, makePair } from "../tests/fakes/gate_host.ts";
import type { GateStatus } from "./model/mod.ts";

const GATEWAY = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: web, namespace: edge }
spec:
  gatewayClassName: edge
  allowedListeners: { namespaces: { from: Same } }
  listeners:
    - name: a
      protocol: HTTPS
      port: 443
      hostname: a.example.com
      tls: { certificateRefs: [{ name: a.example.com }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: { name: team, namespace: edge }
spec:
  parentRef: { name: web }
  listeners:
    - name: b
      protocol: HTTPS
      port: 443
      hostname: b.example.com
      tls: { certificateRefs: [{ name: b.example.com }] }
`;

/** What has to stay the same, whatever is looked at. */
const pairsOf = ({ pairs }: GateStatus) =>
  pairs.map(({ name, serving, current }) => [name, serving, current]);
const hostnames = ({ listeners }: GateStatus) => listeners.map(({ hostname }) => hostname);

Deno.test("startAgent() looks at ListenerSets only with features.listenerSets, switched while running", async () => {
  await using host = await GateHost.make([]);
  await Deno.writeTextFile(join(host.dir, "resources/web.yaml"), GATEWAY);
  for (const name of ["a.example.com", "b.example.com"]) await host.putPair(name, await makePair(name));
  const agent = await host.start();
  const off = await host.status();
  const published = await host.output();
  assert.deepEqual(hostnames(off), ["a.example.com"]);
  assert.deepEqual(off.resources.findings.map(({ message, hint }) => `${message}; ${hint}`), [
    'Cannot use ListenerSet "edge/team": ListenerSets are not looked at; ' +
    "set features.listenerSets to true in the configuration, and reload",
  ]);
  assert(!published.includes("b.team.edge"));

  assert.deepEqual(await agent.reload(host.config({ features: { listenerSets: true } })), []);
  const on = await host.until("the set is served", (status) => hostnames(status).length === 2);
  assert.deepEqual(on.resources.findings, []);
  assert((await host.output()).includes("b.team.edge"));
  assert.deepEqual(pairsOf(on), pairsOf(off));
  assert.deepEqual(on.listeners[0], off.listeners[0], "the Gateway's own listener is left alone");

  await agent.reload(host.config());
  const again = await host.until("the set is passed over", (status) => hostnames(status).length === 1);
  assert.deepEqual(pairsOf(again), pairsOf(off));
  assert.equal(await host.output(), published);
});
