import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { field, join, textField, varintField } from "./_encode.ts";
import { encodeStruct } from "./_encode_struct.ts";
import { readSnapshot } from "./snapshot.ts";

const configs = (...values: Uint8Array[][]) =>
  readSnapshot(join(values.map((one) => field(5, ...one)))).routeConfigs;
const hostOf = (...parts: Uint8Array[]) => configs([field(2, ...parts)])[0].virtualHosts[0];
const routeOf = (...parts: Uint8Array[]) => hostOf(field(3, ...parts)).routes[0];
const about = (key: string, ...structs: Uint8Array[]) =>
  field(1, textField(1, key), ...structs.map((one) => field(2, one)));
const gateway = (kind: string, name: string) =>
  encodeStruct({ resources: [{ kind, namespace: "ns", name, sectionName: "https" }, { name: "second" }] });

Deno.test("Snapshot.routeConfigs reads the real capture", () => {
  const file = new URL("../../tests/fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url);
  const snapshot = readSnapshot(gunzipSync(readFileSync(file)));
  assert.equal(snapshot.routeConfigs.length, 42);
  const [config] = snapshot.routeConfigs;
  const [host] = config.virtualHosts;
  const [route] = host.routes;
  assert.deepEqual([config.index, config.name, config.malformed, host.place, host.malformed, route.place], [
    0,
    "default/eg/http",
    false,
    0,
    false,
    0,
  ]);
  assert.equal(host.name.startsWith("default/eg/http/"), true);
  assert.deepEqual(host.gateway, { kind: "", namespace: "default", name: "eg", sectionName: "http" });
  assert.deepEqual(route.resource, {
    kind: "HTTPRoute",
    namespace: "default",
    name: "backend",
    sectionName: "",
  });
  assert.deepEqual(route.clusters, [snapshot.clusters[0].name]);
  assert.equal(snapshot.routeConfigs, snapshot.routeConfigs);
  assert.equal(host.routes, host.routes);
});

Deno.test("Snapshot.routeConfigs counts places over everything between, and takes the last name", () => {
  const [, second] = configs([], [
    textField(1, "old"),
    field(2, textField(1, "a")),
    varintField(9, 1),
    field(
      2,
      textField(1, "b"),
      textField(2, "x.test"),
      field(3),
      textField(2, "*.y.test"),
      field(3, textField(14, "r")),
    ),
    textField(1, "new"),
  ]);
  assert.deepEqual([second.index, second.name], [1, "new"]);
  assert.deepEqual(second.virtualHosts.map(({ place, name }) => [place, name]), [[0, "a"], [1, "b"]]);
  assert.deepEqual(second.virtualHosts[1].domains, ["x.test", "*.y.test"]);
  assert.deepEqual(second.virtualHosts[1].routes.map(({ place, name }) => [place, name]), [[0, ""], [
    1,
    "r",
  ]]);
});

Deno.test("VirtualHostView.gateway takes the last entry of a key and merges parts of the metadata", () => {
  const first = field(24, about("envoy-gateway", gateway("", "old")), about("other", gateway("", "x")));
  const host = hostOf(first, field(24, about("envoy-gateway", gateway("Gateway", "new"))));
  assert.deepEqual(host.gateway, { kind: "Gateway", namespace: "ns", name: "new", sectionName: "https" });
});

Deno.test("VirtualHostView.gateway is null where the metadata says something else", () => {
  const of = (struct: Uint8Array) => hostOf(field(24, about("envoy-gateway", struct))).gateway;
  assert.equal(hostOf(textField(1, "a")).gateway, null);
  assert.equal(hostOf(field(24, about("other", gateway("", "a")))).gateway, null);
  assert.equal(of(encodeStruct({})), null);
  assert.equal(of(encodeStruct({ resources: [] })), null);
  assert.equal(of(encodeStruct({ resources: "a" })), null);
  assert.equal(of(encodeStruct({ resources: ["a"] })), null);
  assert.equal(of(encodeStruct({ resources: [["a"]] })), null);
  assert.equal(of(Uint8Array.of(0x0a, 0x7f)), null);
  assert.deepEqual(of(encodeStruct({ resources: [{ kind: 1 }] })), {
    kind: "",
    namespace: "",
    name: "",
    sectionName: "",
  });
});

Deno.test("a struct deeper than protobuf allows does not read, and ends nobody's stack", () => {
  let value = encodeStruct({ a: 1 });
  for (let depth = 0; depth < 5000; depth++) value = field(1, textField(1, "a"), field(2, field(5, value)));
  assert.equal(hostOf(field(24, about("envoy-gateway", value))).gateway, null);
});

Deno.test("RouteView.clusters names plain and weighted clusters, and those of nothing else", () => {
  const plain = textField(1, "a");
  const weighted = field(3, field(1, textField(1, "b")), field(1), field(1, textField(1, "c")));
  const mirror = field(30, textField(1, "mirror"));
  const of = (...parts: Uint8Array[]) => {
    const { clusters, weighted } = routeOf(...parts);
    return `${clusters.join()} ${weighted}`;
  };
  assert.equal(of(field(2, plain, mirror)), "a false");
  assert.equal(of(field(2, weighted)), "b,c true");
  assert.equal(of(field(2, field(3, field(1, textField(1, "b"))))), "b true");
  assert.equal(of(field(2, weighted, plain)), "a false");
  assert.equal(of(field(2, plain), field(2, weighted)), "b,c true");
  assert.equal(of(field(2, plain, textField(2, "header"))), " false");
  assert.equal(of(field(2, plain), field(7)), " false");
  assert.equal(of(field(3), field(2, plain)), "a false");
  assert.equal(of(), " false");
});

Deno.test("views say what breaks off, each for itself", () => {
  const broken = Uint8Array.of(0x0a, 0x7f);
  const [outer, inner] = configs([textField(1, "a"), broken], [field(2, field(3, broken), field(3))]);
  assert.deepEqual([outer.malformed, outer.name], [true, "a"]);
  const [host] = inner.virtualHosts;
  assert.deepEqual([inner.malformed, host.malformed], [false, false]);
  assert.deepEqual(host.routes.map(({ malformed }) => malformed), [true, false]);
  assert.equal(hostOf(broken).malformed, true);
});
