import assert from "node:assert/strict";
import { parseConfig } from "./config.ts";

const complaints = (text: string) => {
  const result = parseConfig(text, "c.yaml");
  return result.ok
    ? []
    : result.complaints.map(({ line, column, message }) => `${line}:${column} ${message}`);
};

Deno.test("parseConfig() names the instance of a dependent that has no method, or two", () => {
  const text = `rotation:
  configHome: /eg
  dependents:
    - name: limit
      instances:
        - timeout: 500
        - systemd: {unit: a}
          command: [/a]
`;
  assert.deepEqual(complaints(text), [
    '6:11 Cannot use the value for "rotation.dependents.0.instances.0": Expected exactly one of systemd, signal, command, http',
    '7:11 Cannot use the value for "rotation.dependents.0.instances.1": Expected exactly one of systemd, signal, command, http',
  ]);
});

Deno.test("parseConfig() refuses dependents that are there twice, and a minUp that allows no restart", () => {
  const text = `rotation:
  configHome: /eg
  dependents:
    - name: limit
      minUp: 2
      instances:
        - systemd: {unit: a}
        - systemd: {unit: a, action: reload}
    - {name: limit, instances: [{command: [/a]}]}
`;
  assert.deepEqual(complaints(text), [
    '5:14 Cannot use the value 2 for "rotation.dependents.0.minUp": With 2 instances at most 1 can stay up while one is restarted',
    '8:11 Cannot use the value for "rotation.dependents.0.instances.1": This instance is there twice',
    '9:14 Cannot use the value "limit" for "rotation.dependents.1.name": Two dependents have this name',
  ]);
});

Deno.test("parseConfig() fills in what a dependent needs", () => {
  const result = parseConfig(
    "rotation: {configHome: /eg, dependents: [{name: a, instances: [{systemd: {unit: b}}, {signal: {pidFile: /c}}]}]}",
    "c.yaml",
  );
  assert(result.ok);
  assert.deepEqual(result.config.rotation.dependents, [{
    name: "a",
    instances: [
      { systemd: { unit: "b", action: "restart" }, timeout: 30_000 },
      { signal: { pidFile: "/c", signal: "SIGHUP" }, timeout: 30_000 },
    ],
  }]);
});

Deno.test("parseConfig() refuses dependents of a tree that it is not told of", () => {
  assert.deepEqual(complaints("rotation: {dependents: [{name: a, instances: [{command: [/a]}]}]}"), [
    '1:24 Cannot use the value for "rotation.dependents": Dependents need "configHome": without it no rotation is ever seen',
  ]);
});
