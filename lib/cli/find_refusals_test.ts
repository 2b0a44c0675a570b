import assert from "node:assert/strict";
import { parseConfig } from "../resources/mod.ts";
import { findRefusals } from "./find_refusals.ts";

function read(text: string) {
  const result = parseConfig(text, "c.yaml");
  assert(result.ok);
  return result.config;
}

Deno.test("findRefusals() names each key that asks for more than the binary may", {
  permissions: { write: ["/var/lib/certgate"], run: ["/usr/bin/envoy"], read: true, env: true },
}, async () => {
  const config = read(`
hook: {listen: "unix:///srv/hook.sock"}
gate: {resources: /a, output: /srv/gate}
envoy: {path: /srv/envoy}
rotation: {automatic: true, configHome: /srv/eg}
`);
  const refusals = await findRefusals(config);
  assert.deepEqual(refusals.map(({ key, message }) => [key, message]), [
    ["gate.output", 'Cannot use "/srv/gate" for "gate.output": this binary may not write there'],
    ["hook.listen", 'Cannot use "/srv" for "hook.listen": this binary may not write there'],
    [
      "rotation.configHome",
      'Cannot use "/srv/eg" for "rotation.configHome": this binary may not write there',
    ],
    ["envoy.path", 'Cannot use "/srv/envoy" for "envoy.path": this binary may not run it'],
  ]);
  assert.match(refusals[0].hint, /may write beneath \/var\/lib\/certgate/);
});

Deno.test("findRefusals() finds nothing where everything is permitted, or nothing is asked for", {
  permissions: { write: ["/var/lib/certgate"], run: ["/usr/bin/envoy"], read: true, env: true },
}, async () => {
  assert.deepEqual(
    await findRefusals(read('hook: {listen: "tcp://127.0.0.1:1"}\nrotation: {configHome: /srv}')),
    [],
  );
  assert.deepEqual(
    await findRefusals(
      read('hook: {listen: "unix:///var/lib/certgate/s"}\nenvoy: {path: /usr/bin/envoy}\ngate: {}'),
    ),
    [],
  );
});

Deno.test("findRefusals() looks at delivery straight to Envoy only where it is wanted", {
  permissions: { write: ["/var/lib/certgate", "/run/certgate"], run: false, read: true, env: true },
}, async () => {
  const keys = async (text: string) => (await findRefusals(read(text))).map(({ key }) => key);
  const wanted = "sources: [{ path: /a, delivery: sds }]\n";
  assert.deepEqual(await keys("sds: { listen: unix:///srv/sds.sock }"), []);
  assert.deepEqual(await keys(`${wanted}sds: { listen: unix:///srv/sds.sock }`), ["sds.listen"]);
  const tls = "sds: { listen: tcp://10.0.0.1:5, tls: { certificate: /c, key: /k, clientCa: /a } }\n";
  const gate = "gate: { resources: /a, output: /var/lib/certgate/gate }\n";
  assert.deepEqual(await keys(wanted + tls + gate), ["sds.envoy"]);
  assert.deepEqual(await keys(wanted + tls), [], "an Envoy without Envoy Gateway has its own configuration");
  assert.deepEqual(await keys(tls + gate), []);
});

Deno.test("findRefusals() names each program of a dependent that the binary may not run", {
  permissions: {
    write: ["/run/certgate", "/var/lib/certgate"],
    run: ["/usr/bin/systemctl"],
    read: true,
    env: true,
  },
}, async () => {
  const config = read(`
envoy: {path: auto}
rotation:
  configHome: /etc/envoy-gateway
  dependents:
    - name: limit
      instances:
        - {systemd: {unit: a.service}, health: {command: [/srv/ask]}}
        - {command: [/srv/restart, "2"]}
        - {signal: {pidFile: /run/a.pid}}
        - {http: {url: "http://127.0.0.1:8080/reload"}}
`);
  const refusals = await findRefusals(config);
  assert.deepEqual(refusals.map(({ message }) => message), [
    'Cannot use "/srv/ask" for "rotation.dependents.0.instances.0.health.command": this binary may not run it',
    'Cannot use "/srv/restart" for "rotation.dependents.0.instances.1.command": this binary may not run it',
    'Cannot use "/usr/bin/kill" for "rotation.dependents.0.instances.2.signal": this binary may not run it',
  ]);
  assert.match(refusals[1].hint, /may run \/usr\/local\/lib\/certgate\/restart/);
});
