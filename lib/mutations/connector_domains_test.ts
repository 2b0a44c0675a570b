import assert from "node:assert/strict";
import fc from "fast-check";
import { ConnectorDomains, sanitiseName } from "./_connector_domains.ts";
import { contextOf } from "../../tests/golden/policy/fake_context.ts";
import type { DrawnHost } from "../../tests/golden/policy/drawing.ts";

/** The domain of each host by name, asked for in order. */
function give(hosts: readonly DrawnHost[]): Map<string, string | null> {
  const { snapshot } = contextOf({ routes: [{ name: "web", hosts }] });
  const [config] = snapshot.routeConfigs;
  const domains = new ConnectorDomains(config);
  return new Map(config.virtualHosts.map((host) => [host.name, domains.give(host)]));
}

Deno.test("sanitiseName() replaces slash, space and colon", () => {
  assert.equal(sanitiseName("default/eg/http/www_example_com"), "default-eg-http-www_example_com");
  assert.equal(sanitiseName("a b:c/d"), "a-b-c-d");
});

Deno.test("ConnectorDomains.give() gives the name of the host below connector.internal", () => {
  assert.deepEqual([...give([{ name: "default/eg/http/www" }])], [
    ["default/eg/http/www", "default-eg-http-www.connector.internal"],
  ]);
});

Deno.test("ConnectorDomains.give() gives no wildcard, nothing to a host without a name, and nothing twice", () => {
  assert.equal(give([{ name: "*" }]).get("*"), null);
  assert.equal(give([{ name: "*.a" }]).get("*.a"), null);
  assert.equal(give([{ name: "" }]).get(""), null);
  assert.equal(give([{ name: "a", domains: ["A.connector.internal"] }]).get("a"), null);
});

Deno.test("ConnectorDomains.give() does not depend on the order of hosts whose names become one", () => {
  const hosts = [{ name: "a/b-c" }, { name: "a-b/c" }, { name: "A b:c" }, { name: "other" }];
  const given = give(hosts);
  assert.deepEqual(give(hosts.toReversed()), new Map([...given].toReversed()));
  assert.equal(given.get("other"), "other.connector.internal");
  for (const { name } of hosts.slice(0, 3)) {
    assert.match(given.get(name)!, /^[aA]-b-c-[0-9a-f]{8}\.connector\.internal$/);
  }
});

Deno.test("ConnectorDomains.give() gives up where both domains of a host are taken", () => {
  const [, hashed] = [...give([{ name: "a/b" }, { name: "a-b" }]).values()];
  const given = give([{ name: "a-b" }, { name: "x", domains: ["a-b.connector.internal", hashed!] }]);
  assert.equal(given.get("a-b"), null);
});

// Contract: whatever names and domains there are, no domain stands twice once all that are given are added.
Deno.test("ConnectorDomains.give() never makes a domain stand twice", () => {
  const name = fc.stringMatching(/^[aA/ :*-]{0,4}$/);
  const domain = fc.oneof(
    fc.constant("x.test"),
    name.map((one) => `${sanitiseName(one)}.connector.internal`),
  );
  const host = fc.record({ name, domains: fc.array(domain, { maxLength: 2 }) });
  const hosts = fc.uniqueArray(host, { maxLength: 6, selector: (one) => one.name });
  fc.assert(fc.property(hosts, (hosts) => {
    const before = hosts.flatMap(({ domains }) => domains).map((one) => one.toLowerCase());
    const added = [...give(hosts).values()].filter((one) => one !== null).map((one) => one.toLowerCase());
    assert.equal(new Set(added).size, added.length);
    assert.ok(added.every((one) => !before.includes(one) && !one.startsWith("*")));
  }));
});
