import assert from "node:assert/strict";
import { anyField, field, join, textField, varintField } from "./_encode.ts";
import { readSnapshot } from "./snapshot.ts";

const NAME = "envoy.filters.network.http_connection_manager";
const TYPE = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const rds = (name: string) => field(3, field(1, field(3)), textField(2, name));
const manager = (...parts: Uint8Array[]) => field(3, textField(1, NAME), anyField(4, TYPE, ...parts));
const managers = (...parts: Uint8Array[]) => readSnapshot(field(4, textField(1, "l"), ...parts)).httpManagers;
const only = (...parts: Uint8Array[]) => managers(field(3, manager(...parts)))[0];

Deno.test("Snapshot.httpManagers finds those of all chains, the default one last, and tells their places", () => {
  const snapshot = readSnapshot(join([
    field(
      4,
      textField(1, "a"),
      field(3, field(3, textField(1, "other")), manager(rds("r1")), manager(rds("r2"))),
    ),
    field(4, field(25, manager(rds("d"))), field(3, field(1)), field(3, manager()), textField(1, "b")),
  ]));
  assert.deepEqual(
    snapshot.httpManagers.map(({ listener, listenerName, chain, filter, routes }) =>
      [listener, listenerName, chain, filter, routes.kind === "rds" ? routes.name : routes.kind].join()
    ),
    ["0,a,0,1,r1", "0,a,0,2,r2", "1,b,1,0,none", "1,b,default,0,d"],
  );
});

Deno.test("Snapshot.httpManagers looks at the name of the filter and at what it has in itself", () => {
  const named = (name: string) => field(3, textField(1, name), anyField(4, TYPE));
  const elsewhere = field(3, textField(1, NAME), field(5, textField(1, "a")));
  const bare = field(3, textField(1, NAME));
  assert.deepEqual(managers(field(3, named("hcm"), named(`${NAME}.x`), elsewhere, bare)), []);
  const back = field(3, textField(1, NAME), field(5), anyField(4, TYPE));
  assert.equal(managers(field(3, back)).length, 1);
});

Deno.test("Snapshot.httpManagers tells where routes are by the last word of the oneof", () => {
  const kind = (...parts: Uint8Array[]) => {
    const { routes } = only(...parts);
    return routes.kind === "rds" ? `rds ${routes.name}` : routes.kind;
  };
  assert.equal(kind(rds("a")), "rds a");
  assert.equal(kind(field(3, field(1)), field(3, textField(2, "b"))), "rds b");
  assert.equal(kind(rds("a"), field(4, textField(1, "inline"))), "inline");
  assert.equal(kind(field(4), field(31)), "scoped");
  assert.equal(kind(field(31), rds("a")), "rds a");
  assert.equal(kind(), "none");
});

Deno.test("Snapshot.httpManagers lists HTTP filters in order and sees a local reply", () => {
  const filters = [field(5, textField(1, "one")), field(5), field(5, textField(1, "router"))];
  const view = only(textField(2, "http"), ...filters, field(38));
  assert.deepEqual([view.httpFilters, view.hasLocalReply, view.malformed], [
    ["one", "", "router"],
    true,
    false,
  ]);
  assert.equal(only(varintField(38, 1)).hasLocalReply, false);
});

Deno.test("Snapshot.httpManagers says what does not read or is of another type", () => {
  const broken = Uint8Array.of(0x0a, 0x7f);
  const other = field(3, textField(1, NAME), anyField(4, "envoy.other.HttpConnectionManager"));
  assert.equal(managers(field(3, other))[0].malformed, true);
  assert.equal(only(broken).malformed, true);
  assert.equal(managers(field(3, field(3, textField(1, NAME), field(4, broken))))[0].malformed, true);
  assert.equal(managers(field(3, field(3, textField(1, NAME), field(4), broken)))[0].malformed, true);
});
