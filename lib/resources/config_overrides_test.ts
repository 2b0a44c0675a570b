import assert from "node:assert/strict";
import { parseConfig } from "./config.ts";
import { CONFIG_KEYS, overridesOfEnvironment } from "./config_overrides.ts";

const set = (key: string, text: string) => ({ key, text, from: `--set ${key}` });

Deno.test("CONFIG_KEYS have one variable each, in words", () => {
  const variables = new Map(CONFIG_KEYS.map(({ path, variable }) => [path, variable]));
  assert.equal(variables.get("http.listen"), "CERTGATE_HTTP_LISTEN");
  assert.equal(variables.get("hook.maxMessageSize"), "CERTGATE_HOOK_MAX_MESSAGE_SIZE");
  assert.equal(variables.get("stateDir"), "CERTGATE_STATE_DIR");
  assert.equal(variables.get("sources"), "CERTGATE_SOURCES");
  assert.equal(variables.get("hooks.PostHTTPListenerModify"), "CERTGATE_HOOKS_POST_HTTP_LISTENER_MODIFY");
  assert.equal(new Set(variables.values()).size, CONFIG_KEYS.length);
});

Deno.test("overridesOfEnvironment() takes variables that name a key, and no empty ones", () => {
  const environment = new Map([
    ["CERTGATE_LOG_LEVEL", "debug"],
    ["CERTGATE_STATE_DIR", ""],
    ["CERTGATE_SERVICE_HOST", "10.0.0.1"],
  ]);
  assert.deepEqual(overridesOfEnvironment((name) => environment.get(name)), [
    { key: "log.level", text: "debug", from: "CERTGATE_LOG_LEVEL" },
  ]);
});

Deno.test("parseConfig() sets keys outside of the file, the last one of several", () => {
  const text = "http: {listen: 127.0.0.1:1}\nlog: {level: warn}\n";
  const result = parseConfig(text, "c.yaml", [
    set("log.level", "debug"),
    set("http.listen", "127.0.0.1:2"),
    set("http.listen", "127.0.0.1:3"),
    set("sources", "[{path: /a/*}]"),
    set("hook.group", "42"),
    set("gate.repair", "true"),
  ]);
  assert(result.ok);
  const { log, http, sources, hook, gate } = result.config;
  assert.deepEqual([log.level, http.listen, sources[0].path, hook.group, gate.repair], [
    "debug",
    "127.0.0.1:3",
    "/a/*",
    "42",
    true,
  ]);
});

Deno.test("parseConfig() says of a wrong value where it comes from", () => {
  const complaints = (key: string, text: string, file = "") => {
    const result = parseConfig(file, "c.yaml", [set(key, text)]);
    assert(!result.ok);
    return result.complaints.map((complaint) => [complaint.file, complaint.line, complaint.message]);
  };
  assert.deepEqual(complaints("log.level", "loud", "log: {level: info}"), [[
    "--set log.level",
    0,
    'Cannot use the value "loud" for "log.level": Invalid option: expected one of "debug"|"info"|"warn"|"error"',
  ]]);
  assert.deepEqual(complaints("sources", "[{pth: /a}]").map(([file]) => file), [
    "--set sources",
    "--set sources",
  ]);
  assert.deepEqual(complaints("neverGate", "[a").map(([file, line]) => [file, line]), [[
    "--set neverGate",
    0,
  ]]);
  assert.deepEqual(complaints("no.such", "1"), [["--set no.such", 0, 'Unknown key "no"']]);
  assert.deepEqual(complaints("gate.reapir", "true").map(([file, , message]) => [file, message]), [[
    "--set gate.reapir",
    'Unknown key "gate.reapir"',
  ]]);
});

Deno.test("parseConfig() complains of the file where the file is wrong, whatever is set beside it", () => {
  const result = parseConfig("hook: 5\n", "c.yaml", [set("hook.group", "envoy")]);
  assert(!result.ok);
  assert.deepEqual([result.complaints[0].file, result.complaints[0].line], ["c.yaml", 1]);
});
