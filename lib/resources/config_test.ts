import assert from "node:assert/strict";
import { parseConfig } from "./config.ts";
import { configJsonSchema } from "./config_schema.ts";

Deno.test("parseConfig() fills every default from an empty file", () => {
  const result = parseConfig("", "config.yaml");
  assert(result.ok);
  assert.equal(result.config.hook.listen, "unix:///run/certgate/hook.sock");
  assert.equal(result.config.http.listen, "127.0.0.1:9794");
  assert.equal(result.config.stateDir, "/var/lib/certgate");
  assert.equal(result.config.envoy.path, "auto");
  assert.equal(result.config.hook.maxMessageSize, 268435456);
});

Deno.test("parseConfig() names the place of an unknown key and the key that was meant", () => {
  const result = parseConfig("hook:\n  listn: unix:///a\nstatedir: /x\n", "c.yaml");
  assert(!result.ok);
  assert.deepEqual(result.complaints, [
    {
      file: "c.yaml",
      line: 2,
      column: 3,
      message: 'Unknown key "hook.listn"',
      hint: 'did you mean "hook.listen"?',
    },
    {
      file: "c.yaml",
      line: 3,
      column: 1,
      message: 'Unknown key "statedir"',
      hint: 'did you mean "stateDir"?',
    },
  ]);
});

Deno.test("parseConfig() names the place and the value it cannot use", () => {
  const result = parseConfig("# c\nhook:\n  listen: http://x\nwhenEmpty: burn\n", "c.yaml");
  assert(!result.ok);
  assert.deepEqual(result.complaints.map((c) => [c.line, c.column, c.message]), [
    [3, 11, 'Cannot use the value "http://x" for "hook.listen": Expected unix:///path or tcp://host:port'],
    [4, 12, 'Cannot use the value "burn" for "whenEmpty": Invalid option: expected one of "remove"|"park"'],
  ]);
});

Deno.test("parseConfig() says what a failure policy can be, and refuses a content type that is no header", () => {
  const text =
    "hooks:\n  PostTranslateModify: fail\nmutations:\n  wafRoute: {action: http500, scope: world}\n" +
    'policy:\n  localReply: {contentType: "a\\nb"}\n';
  const result = parseConfig(text, "c.yaml");
  assert(!result.ok);
  const words =
    "Expected open, closed, http500, or an object with such an action and the scope of its http500: " +
    "route, virtualHost, listener, everything";
  assert.deepEqual(result.complaints.map((c) => [c.line, c.column, c.message]), [
    [2, 24, `Cannot use the value "fail" for "hooks.PostTranslateModify": ${words}`],
    [4, 13, `Cannot use the value for "mutations.wafRoute": ${words}`],
    [
      6,
      29,
      'Cannot use the value "a…" for "policy.localReply.contentType": Expected one line, as a header has it',
    ],
  ]);
});

Deno.test("parseConfig() shows no private key that stands where something else is meant", () => {
  const key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----\n";
  const message = (text: string) => {
    const result = parseConfig(text, "c.yaml");
    assert(!result.ok);
    return result.complaints.map((each) => each.message).join();
  };
  assert.equal(message(key), "Cannot use the value: Invalid input: expected object, received string");
  const inline = `stateDir: ${JSON.stringify(key)}`;
  assert.match(message(inline), /^Cannot use the value "-----BEGIN PRIVATE KEY-----…" for "stateDir": /);
  assert.match(message(`stateDir: ${"x".repeat(61)}`), /^Cannot use the value "x{60}…" for "stateDir": /);
  assert.match(message(`stateDir: ${"x".repeat(60)}`), /^Cannot use the value "x{60}" for "stateDir": /);
});

Deno.test("parseConfig() says where text stops being YAML", () => {
  const result = parseConfig("hook:\n  listen: [\n", "c.yaml");
  assert(!result.ok);
  assert.equal(result.complaints[0].file, "c.yaml");
  assert(result.complaints[0].line >= 2);
});

Deno.test("parseConfig() refuses a key that is written twice", () => {
  const result = parseConfig("stateDir: /a\nstateDir: /b\n", "c.yaml");
  assert(!result.ok);
  assert.equal(result.complaints[0].line, 2);
});

Deno.test("parseConfig() refuses a file that is not a map", () => {
  const result = parseConfig("- a\n", "c.yaml");
  assert(!result.ok);
  assert.equal(result.complaints[0].line, 1);
});

Deno.test("configJsonSchema() describes every key and forbids others", () => {
  const schema = configJsonSchema() as { properties: Record<string, unknown>; additionalProperties: boolean };
  assert.equal(schema.additionalProperties, false);
  assert(Object.keys(schema.properties).includes("neverGate"));
});

Deno.test("parseConfig() refuses to offer the hook to the network", () => {
  const result = parseConfig("hook:\n  listen: tcp://0.0.0.0:5005\n", "c.yaml");
  assert(!result.ok);
  assert.match(result.complaints[0].message, /only a Unix socket or a loopback address/);
});

Deno.test("parseConfig() says which alias has no anchor", () => {
  const result = parseConfig("log: &a {}\nhttp: *a\nhook: *b\n", "c.yaml");
  assert(!result.ok);
  assert.deepEqual(result.complaints, [{
    file: "c.yaml",
    line: 3,
    column: 7,
    message: "Cannot read the configuration: Unresolved alias (the anchor must be set before the alias): b",
    hint: "write the value out",
  }]);
});

Deno.test("parseConfig() refuses aliases that grow without bound", () => {
  const rows = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (const [name, of] of ["ba", "cb", "dc", "ed"]) rows.push(`${name}: &${name} [${`*${of},`.repeat(9)}]`);
  const result = parseConfig(rows.join("\n"), "c.yaml");
  assert(!result.ok);
  assert.match(result.complaints[0].message, /alias/);
});

Deno.test("parseConfig() takes an empty section for one that is not there, and a group by number", () => {
  const result = parseConfig("hook:\n  # listen: unix:///x\nhttp:\nstateDir:\n", "c.yaml");
  assert(result.ok);
  assert.deepEqual(result.config, (parseConfig("", "c.yaml") as typeof result).config);
  const numbered = parseConfig("hook: { group: 27 }", "c.yaml");
  assert(numbered.ok);
  assert.equal(numbered.config.hook.group, "27");
  assert(!parseConfig("hook: { group: 99999999999 }", "c.yaml").ok);
});

Deno.test("parseConfig() refuses a second document", () => {
  const result = parseConfig("stateDir: /a\n---\nstateDir: /b\n", "c.yaml");
  assert(!result.ok);
  assert.match(result.complaints[0].message, /a second document begins here$/);
});

Deno.test("parseConfig() wants both directories of the gate, apart from each other", () => {
  const brief = (text: string) => {
    const result = parseConfig(text, "c.yaml");
    return result.ok ? [] : result.complaints.map(({ line, message }) => `${line} ${message}`);
  };
  assert.deepEqual(brief("gate:\n  resources: /a\n  output: /b\n"), []);
  assert.deepEqual(brief("gate:\n  resources: /a/b\n  output: /a/bc/\n"), []);
  assert.match(brief("gate:\n  resources: /a\n")[0], /The gate also needs "output"/);
  for (const [resources, output] of [["/a", "/a/"], ["/a", "/a/b"], ["/a/b", "/a/./"]]) {
    const [complaint] = brief(`gate:\n  resources: ${resources}\n  output: ${output}\n`);
    assert.match(complaint, /^3 .*must not stand in one directory/);
  }
});

Deno.test("parseConfig() suggests keys that have no default, and members of list entries", () => {
  const hints = (text: string) => {
    const result = parseConfig(text, "c.yaml");
    assert(!result.ok);
    return result.complaints.map((complaint) => complaint.hint);
  };
  assert.deepEqual(hints("gate:\n  resorces: /a\n"), ['did you mean "gate.resources"?']);
  assert.deepEqual(hints("sources:\n  - path: /a\n    exlude: []\n"), ['did you mean "sources.0.exclude"?']);
});

Deno.test("parseConfig() offers the hook to the network with TLS, which needs all of its files", () => {
  const read = (text: string) => {
    const result = parseConfig(text, "c.yaml");
    return result.ok ? result.config.hook.tls : result.complaints.map(({ message }) => message);
  };
  const files = "certificate: /a.crt, key: /a.key, clientCa: /ca.crt";
  assert.deepEqual(read(`hook: { listen: "tcp://0.0.0.0:1", tls: { ${files} } }`), {
    certificate: "/a.crt",
    key: "/a.key",
    clientCa: "/ca.crt",
    allowedNames: [],
  });
  assert.deepEqual(read("hook: { listen: 'tcp://h:1', tls: { certificate: /a.crt, clientCa: /ca.crt } }"), [
    'Cannot use the value for "hook.tls.key": hook.tls needs certificate, key and clientCa together',
  ]);
  assert.match(
    String(read(`hook: { tls: { ${files} } }`)),
    /"hook.listen": hook.tls needs a tcp:\/\/ address/,
  );
  assert.match(
    String(read(`hook: { listen: "tcp://h:1", tls: { ${files.replace("/a.key", "a.key")} } }`)),
    /Expected an absolute path for the key/,
  );
  for (const name of ["'*'", "a.*.b", "a b", "''"]) {
    const text = `hook: { listen: "tcp://h:1", tls: { ${files}, allowedNames: [${name}] } }`;
    assert.match(String(read(text)), /Expected a name such as/, name);
  }
});

Deno.test("parseConfig() refuses two ways for one source, and one address for both doors", () => {
  const complaints = (text: string) => {
    const result = parseConfig(text, "c.yaml");
    return result.ok ? [] : result.complaints.map(({ line, message }) => [line, message]);
  };
  const sources = (one: string, other: string) =>
    complaints(`sources:\n- {path: /a, delivery: ${one}}\n- {path: /a, delivery: ${other}}\n`);
  assert.deepEqual(sources("sds", "sds"), []);
  assert.match(
    String(sources("sds", "gateway")),
    /^3,.*The source "\/a" is there already with another delivery/,
  );
  const doors = (hook: string, sds: string) =>
    complaints(`hook: {listen: "${hook}"}\nsds: {listen: "${sds}"}\n`);
  assert.deepEqual(doors("unix:///a", "unix:///b"), []);
  assert.match(String(doors("unix:///a", "unix:///a")), /^2,.*The hook listens there/);
  assert.match(String(doors("tcp://127.0.0.1:5", "tcp://127.0.0.1:5")), /The hook listens there/);
});
