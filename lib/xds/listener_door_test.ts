import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { field, join, textField, varint } from "./_encode.ts";
import { readSnapshot } from "./snapshot.ts";

const number = (at: number, value: number) => join([varint(at * 8), varint(value)]);
const address = (...socket: Uint8Array[]) => field(2, field(1, ...socket));
const door = (...parts: Uint8Array[]) => readSnapshot(field(4, ...parts)).listenerDoor(0);
const filter = (type: string) => field(9, textField(1, "any name"), field(3, textField(1, `x/${type}`)));
const INSPECTOR = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";

Deno.test("Snapshot.listenerDoor() reads what Envoy Gateway really sends", () => {
  const name = "eg-1.9.0-one-gateway-41-hosts.pb.gz";
  const snapshot = readSnapshot(
    gunzipSync(readFileSync(new URL(`../../tests/fixtures/${name}`, import.meta.url))),
  );
  const [ready, http, https] = snapshot.listeners.map(({ index }) => snapshot.listenerDoor(index));
  assert.deepEqual(ready, { port: 19003, inspectsTls: false });
  assert.equal(http.inspectsTls, false);
  assert.equal(https.inspectsTls, true);
  assert.notEqual(http.port, https.port);
});

Deno.test("Snapshot.listenerDoor() knows every port, and none where there is no number", () => {
  for (const port of [0, 1, 127, 128, 443, 16_384, 65_535]) {
    assert.equal(door(address(textField(2, "0.0.0.0"), number(3, port))).port, port);
  }
  assert.equal(door(address(textField(2, "::"), textField(4, "https"))).port, null);
  assert.equal(door(field(2, field(2, textField(1, "/run/pipe")))).port, null);
  assert.equal(door(textField(1, "no address")).port, null);
});

Deno.test("Snapshot.listenerDoor() knows the listener filter that looks for names by its type", () => {
  assert.equal(door(filter("other"), filter(INSPECTOR)).inspectsTls, true);
  assert.equal(door(filter("other"), filter(`not.${INSPECTOR}`), field(9)).inspectsTls, false);
});

// Whatever the bytes are, there is an answer and no exception.
Deno.test("Snapshot.listenerDoor() never throws", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    const { port } = door(bytes, address(bytes), field(9, bytes));
    assert.ok(port === null || port >= 0);
  }));
});
