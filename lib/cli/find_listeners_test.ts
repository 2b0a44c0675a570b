import assert from "node:assert/strict";
import { sampleStatus } from "../../tests/fakes/gate_status.ts";
import { closestHostnames, findListeners, readHostname } from "./find_listeners.ts";

const { listeners } = sampleStatus([
  { hostname: "a.test" },
  { hostname: "a.test", name: "again", port: 9443 },
  { hostname: "*.test", name: "wild" },
  { hostname: "*.deep.test", name: "deep" },
  { hostname: "*", name: "all" },
]);

const find = (hostname: string) => {
  const { taking, behind } = findListeners(hostname, listeners);
  return [taking.map(({ name }) => name), behind.map(({ name }) => name)];
};

Deno.test("findListeners() takes the exact name, on every port, before wildcards", () => {
  assert.deepEqual(find("a.test"), [["https-a", "again"], ["wild", "all"]]);
});

Deno.test("findListeners() takes the longest wildcard, over several labels", () => {
  assert.deepEqual(find("x.y.deep.test"), [["deep"], ["wild", "all"]]);
  assert.deepEqual(find("other.test"), [["wild"], ["all"]]);
  assert.deepEqual(find("test"), [["all"], []]);
  assert.deepEqual(find("*.test"), [["wild"], ["all"]]);
});

Deno.test("closestHostnames() names what may have been meant, the closest first", () => {
  assert.deepEqual(closestHostnames("b.test", listeners), ["a.test", "*.test"]);
  assert.deepEqual(closestHostnames("something-else.example", listeners), []);
});

Deno.test("readHostname() takes names as people write them", () => {
  const names = ["A.Test", "a.test.", "*.A.test", "*", "bücher.example", "_x.a.test"];
  assert.deepEqual(names.map(readHostname), [
    "a.test",
    "a.test",
    "*.a.test",
    "*",
    "xn--bcher-kva.example",
    "_x.a.test",
  ]);
  for (const wrong of ["", "https://a.test/", "a.test:443", "a b", "a..b", "*.", "a.*", "\u202ea"]) {
    assert.equal(readHostname(wrong), null, wrong);
  }
});
