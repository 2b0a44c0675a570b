import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { parseConfig } from "./config.ts";
import { editorSchema } from "./editor_schema.ts";

const accepts = new Ajv2020({ strict: true, strictTypes: false }).compile(editorSchema());
const accepted = (text: string) => accepts(parse(text) ?? {});

const RIGHT = [
  "",
  "hook:\nhttp:\nstateDir:\nwhenEmpty:\ngate:\n  # all of it\n",
  "hook: { listen: unix:/run/a.sock, group: 27, maxMessageSize: 4194304, deadline: 100 }",
  "hook: { listen: 'tcp://127.0.0.1:5005', group: envoy }",
  "hook: { listen: 'tcp://[::1]:65535' }",
  "hook: { listen: 'tcp://localhost:00080' }",
  "hook: { listen: 'tcp://0.0.0.0:5005', tls: { certificate: /c, key: /k, clientCa: /a, allowedNames: [eg] } }",
  "hook: { listen: 'tcp://certgate.example:5005', tls: { certificate: /c, key: /k, clientCa: /a } }",
  "hook: { listen: 'tcp://[::1]:65535', tls: }",
  "sds: { listen: unix:///run/certgate/sds.sock, group: envoy }",
  "sds: { listen: 'tcp://127.0.0.1:5006', tls: , envoy: }",
  "sds: { listen: 'tcp://10.0.0.1:5006', tls: { certificate: /c, key: /k, clientCa: /a } }",
  `sds:
  listen: tcp://[2001:db8::1]:5006
  tls: { certificate: /c, key: /k, clientCa: /a }
  envoy: { certificate: /c, key: /k, ca: /a, serverName: certgate }
  bundles:
    - { name: client-ca, file: /etc/certgate/client-ca.pem }
    - { name: client-ca, kind: Secret, namespace: default, file: /etc/certgate/client-ca.pem }`,
  "sources: [{ path: /a, delivery: sds }, { path: /b, delivery: gateway }]\nissuance: { delivery: sds }",
  "http: { listen: 'http://0.0.0.0:9794' }",
  "http: { listen: '[::]:1' }",
  "sources: [{ path: '/etc/letsencrypt/live/*' }]",
  "sources: [{ path: /a, exclude: [old], namespace: '{parent}', secretName: '{name}-tls' }]",
  "watch: { pollInterval: 100, events: false, settle: 0, absenceGrace: 0, staleGrace: 0 }",
  "gate: { resources: /a, output: /b, expiresSoon: 7d, nameCoverage: withhold, repair: true }",
  "gate: { expiresSoon: 0.5, expiryMargin: 0, holdLastGood: false, certState: false }",
  "envoy: { path: none, admin: none }",
  "envoy: { path: /usr/bin/envoy, admin: ['127.0.0.1:19000'], runtimeDir: /run/eg }",
  "rotation: { configHome: /etc/envoy-gateway }",
  "rotation: { configHome: /a, automatic: true, mode: single, key: rsa, lifetimeDays: 7, renewAt: 0.3, jitter: 0 }",
  "rotation: { convergence: 1000, probes: ['127.0.0.1:18000'], automatic: false }",
  "metrics: { compat: nso, perHost: false }\nlog: { level: debug }",
  "whenEmpty: park\nonDark: wildcard\nonExpired: serve\nneverGate: [a/b]\nstateDir: /x",
  `rotation:
  configHome: /etc/envoy-gateway
  dependents:
    - name: limit
      minUp: 1
      probe: 127.0.0.1:8081
      instances:
        - { systemd: { unit: ratelimit@1.service }, health: { http: "http://127.0.0.1:8080/healthcheck" } }
        - { signal: { pidFile: /run/a.pid }, health: { tcp: "[::1]:80" }, timeout: 100 }
        - { command: [/usr/local/lib/certgate/restart, a b, ""], health: { command: [/bin/true] } }
        - { http: { url: "http://localhost/reload", method: PUT } }`,
];

const WRONG = [
  "- a",
  "statedir: /x",
  "hook: { listn: unix:///a }",
  "hook: { listen: 'http://x' }",
  "hook: { listen: 'unix://a' }",
  "hook: { listen: 'tcp://0.0.0.0:5005' }",
  "hook: { listen: 'tcp://127.0.0.1:65536' }",
  `hook: { listen: 'unix:///${"a".repeat(110)}' }`,
  "hook: { tls: { certificate: /c, key: /k, clientCa: /a } }",
  "hook: { listen: unix:///a, tls: { certificate: /c, key: /k, clientCa: /a } }",
  "hook: { listen: 'tcp://0.0.0.0:5005', tls: }",
  "hook: { listen: 'tcp://0.0.0.0:5005', tls: { certificate: /c, key: /k } }",
  "sds: { listen: 'tcp://0.0.0.0:5006' }",
  "sds: { listen: 'tcp://a.example:70000', tls: { certificate: /c, key: /k, clientCa: /a } }",
  "sds: { envoy: { certificate: /c, key: /k, ca: /a, serverName: certgate } }",
  "sds: { bundles: [{ name: client-ca }] }",
  "sds: { bundles: [{ name: client-ca, file: here.pem }] }",
  "sds: { bundles: [{ name: Client, file: /a }] }",
  "sds: { bundles: [{ name: a, kind: Pod, file: /a }] }",
  "sources: [{ path: /a, delivery: file }]",
  "hook: { group: '' }",
  "hook: { group: 99999999999 }",
  "hook: { deadline: 99 }",
  "hook: { deadline: 1.5 }",
  "hook: []",
  "http: { listen: 9794 }",
  "http: { listen: '127.0.0.1' }",
  "http: { listen: 'unix:///a' }",
  "sources: { path: /a }",
  "sources: [{ exclude: [a] }]",
  "sources: [{ path: relative }]",
  "sources: [{ path: /a, secretName: '' }]",
  "sources: [{ path: /a, exclude: null }]",
  "sources: [null]",
  "gate: { resources: /a }",
  "gate: { output: /a }",
  "gate: { resources: a, output: /b }",
  "gate: { expiresSoon: 7 }",
  "gate: { expiresSoon: 1w }",
  "gate: { nameCoverage: maybe }",
  "envoy: { path: envoy }",
  "envoy: { admin: [] }",
  "envoy: { admin: ['nowhere'] }",
  "envoy: { admin: always }",
  "rotation: { automatic: true }",
  "rotation: { automatic: true, configHome: }",
  "rotation: { configHome: here }",
  "rotation: { mode: both }",
  "rotation: { lifetimeDays: 6 }",
  "rotation: { renewAt: 0.9 }",
  "rotation: { jitter: 0.2 }",
  "rotation: { convergence: 10 }",
  "rotation: { probes: [nowhere] }",
  "metrics: { perHost: 'yes' }",
  "stateDir: here",
  "whenEmpty: burn",
  "neverGate: default/wildcard",
  "neverGate: ['']",
  "log: { level: loud }",
  ...[
    "{ name: Limit, instances: [{ command: [/a] }] }",
    "{ name: a, instances: [] }",
    "{ name: a, instances: [{}] }",
    "{ name: a, instances: [{ command: [] }] }",
    "{ name: a, instances: [{ command: [a] }] }",
    "{ name: a, instances: [{ command: /a }] }",
    "{ name: a, instances: [{ command: [/a], systemd: { unit: a } }] }",
    "{ name: a, instances: [{ systemd: { unit: --now } }] }",
    "{ name: a, instances: [{ systemd: { unit: a, action: stop } }] }",
    "{ name: a, instances: [{ signal: { pidFile: a.pid } }] }",
    "{ name: a, instances: [{ signal: { pidFile: /a, signal: SIGKILL } }] }",
    "{ name: a, instances: [{ http: { url: 'http://10.0.0.1/' } }] }",
    "{ name: a, instances: [{ http: { url: 'https://localhost/' } }] }",
    "{ name: a, instances: [{ http: { url: 'http://localhost/', method: GET } }] }",
    "{ name: a, instances: [{ command: [/a], health: {} }] }",
    "{ name: a, instances: [{ command: [/a], health: { tcp: 'a:1', http: 'http://localhost/' } }] }",
    "{ name: a, instances: [{ command: [/a], timeout: 0 }] }",
    "{ name: a, probe: here, instances: [{ command: [/a] }] }",
  ].map((one) => `rotation: { dependents: [${one}] }`),
];

for (const [verdict, texts] of [[true, RIGHT], [false, WRONG]] as const) {
  Deno.test(`editorSchema() ${verdict ? "accepts" : "refuses"} what parseConfig() does`, () => {
    for (const text of texts) {
      assert.equal(parseConfig(text, "c.yaml").ok, verdict, `parseConfig: ${text}`);
      assert.equal(accepted(text), verdict, `schema: ${text} ${JSON.stringify(accepts.errors)}`);
    }
  });
}

Deno.test("editorSchema() says of every key what it is for, and keeps its defaults", () => {
  const bare: string[] = [];
  const walk = (node: Record<string, unknown>, path: string) => {
    const inner = Object.entries((node.properties ?? {}) as Record<string, Record<string, unknown>>);
    if (inner.length === 0 && !node.description) bare.push(path);
    for (const [key, value] of inner) walk(value, `${path}.${key}`);
  };
  const schema = editorSchema();
  walk(schema, "");
  assert.deepEqual(bare, []);
  assert.equal(schema.additionalProperties, false);
});
