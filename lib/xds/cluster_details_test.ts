import assert from "node:assert/strict";
import { bindField } from "./_bind.ts";
import { field, join, textField, varintField } from "./_encode.ts";
import { rewrite } from "./_rewrite.ts";
import { spanOf } from "./_span.ts";
import { tunnelCluster as tunnelParts, type TunnelView } from "./_tunnel.ts";
import { readSnapshot } from "./snapshot.ts";

const details = (...parts: Uint8Array[]) => readSnapshot(field(2, ...parts)).clusterDetails(0);
const tunnelCluster = (name: string, to: TunnelView) => join(tunnelParts(name, to));
const tunnel = { address: "2001:db8::1:9000", nodeId: "n", listener: "connector-tunnel" };

Deno.test("Snapshot.clusterDetails() names the device of a cluster that is bound to one and nothing else", () => {
  const bind = (...parts: Uint8Array[]) => details(textField(1, "c"), field(21, ...parts)).bindDevice;
  const option = (level: number, name: number, ...more: Uint8Array[]) =>
    field(3, varintField(2, level), varintField(3, name), ...more);
  const device = textField(5, "vrf-1");
  assert.equal(details(textField(1, "c")).bindDevice, null);
  assert.equal(details(bindField("vrf-1")).bindDevice, "vrf-1");
  assert.equal(bind(option(1, 25, device)), "vrf-1");
  assert.equal(bind(option(1, 25, varintField(6, 0), device)), "vrf-1");
  assert.equal(bind(option(1, 25, varintField(6, 1), device)), null);
  assert.equal(bind(option(1, 26, device)), null);
  assert.equal(bind(option(0, 25, device)), null);
  assert.equal(bind(option(1, 25, varintField(4, 7))), null);
  assert.equal(bind(option(1, 25, device), option(1, 25, device)), null);
  assert.equal(bind(field(1, textField(2, "10.0.0.1")), option(1, 25, device)), null);
});

Deno.test("Snapshot.clusterDetails() knows a tunnel that certgate has made, and no other cluster", () => {
  const made = tunnelCluster("httproute/ns/p/rule/0", tunnel);
  assert.deepEqual(details(made).isTunnel, tunnel);
  assert.deepEqual(details(made, bindField("vrf-1")), { bindDevice: "vrf-1", isTunnel: tunnel });
  assert.deepEqual(details(tunnelCluster("c", { ...tunnel, nodeId: "" })).isTunnel, {
    ...tunnel,
    nodeId: "",
  });
  assert.equal(details(made, varintField(5, 1)).isTunnel, null);
  assert.equal(details(made, textField(1, "renamed")).isTunnel, null);
  const slower = rewrite(
    spanOf([made]),
    ({ field: number }) => number === 4 ? [field(4, varintField(1, 6))] : undefined,
  );
  assert.equal(details(join(slower)).isTunnel, null);
  const plain = rewrite(spanOf([made]), ({ field: number }) => number === 24 ? null : undefined);
  assert.equal(details(join(plain)).isTunnel, null);
  assert.equal(details(textField(1, "c")).isTunnel, null);
});
