import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { tryHoldState } from "../../lib/host/mod.ts";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";

const gateway = (name: string, issuer: string, hosts: readonly string[]) =>
  `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: ${name}
  namespace: public
  annotations: { cert-manager.io/cluster-issuer: ${issuer}, cert-manager.io/private-key-algorithm: ECDSA }
spec:
  gatewayClassName: eg
  listeners:
${
    hosts.map((host) =>
      `    - { name: ${host}, hostname: ${host}.example.com, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: ${host}-tls }] } }\n`
    ).join("")
  }---
`;

/** A host with a configuration and Gateways, in a directory of its own. */
class Host implements AsyncDisposable {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(resources: string, issuers = "[{ name: self, selfSigned: {} }]"): Promise<Host> {
    const host = new Host(await Deno.makeTempDir());
    await Deno.mkdir(host.path("resources"));
    await Deno.writeTextFile(host.path("resources/edge.yaml"), resources);
    await Deno.writeTextFile(
      host.path("config.yaml"),
      `stateDir: ${host.path("state")}
envoy: { path: none }
gate: { resources: ${host.path("resources")}, output: ${host.path("gate")} }
issuance: { output: ${host.path("issued")} }
issuers: ${issuers}
`,
    );
    return host;
  }

  path(name: string): string {
    return join(this.#root, name);
  }

  async issue(...args: string[]) {
    const terminal = new FakeTerminal();
    const code = await runCommandLine(["issue", "-c", this.path("config.yaml"), ...args], terminal);
    return { code, out: terminal.stdout, err: terminal.stderr };
  }

  certificate(secret: string): X509Certificate {
    return new X509Certificate(Deno.readTextFileSync(this.path(`issued/public/${secret}/tls.crt`)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }
}

Deno.test("issue has every pair issued that is not there, and no pair twice", async () => {
  await using host = await Host.open(gateway("edge", "self", ["www", "api"]));
  const first = await host.issue("-o", "json");
  assert.equal(first.code, 0, first.err);
  assert.match(first.err, /^issued: public\/www-tls by ClusterIssuer\/self, valid until 20\d\d-.*Z$/m);
  const { directory, pairs } = JSON.parse(first.out);
  assert.equal(directory, host.path("issued"));
  assert.deepEqual(pairs.map(({ name, state }: { name: string; state: string }) => [name, state]), [
    ["www-tls", "Issued"],
    ["api-tls", "Issued"],
  ]);
  const { serialNumber, subjectAltName } = host.certificate("www-tls");
  assert.equal(subjectAltName, "DNS:www.example.com");
  const second = await host.issue();
  assert.deepEqual([second.code, second.err], [0, ""]);
  assert.match(second.out, /\n\n2 of 2 pairs are there\n$/);
  assert.equal(host.certificate("www-tls").serialNumber, serialNumber);
});

Deno.test("issue answers 1 and says what failed, pair by pair", async () => {
  const text = gateway("edge", "self", ["www"]) + gateway("bad", "bad", ["shop"]) +
    gateway("lost", "nobody", ["lost"]);
  const issuers =
    `[{ name: self, selfSigned: {} }, { name: bad, exec: { command: [/bin/sh, -c, "exit 1"] } }]`;
  await using host = await Host.open(text, issuers);
  const { code, out, err } = await host.issue();
  assert.equal(code, 1);
  assert.match(err, /^failed: public\/shop-tls: .* ended with code 1$/m);
  assert.match(out, /^public\/www-tls +ClusterIssuer\/self +Issued /m);
  assert.match(out, /^public\/shop-tls +ClusterIssuer\/bad +Retrying /m);
  assert.match(out, /^public\/lost-tls +ClusterIssuer\/nobody +NoIssuer /m);
  assert.match(out, /\n {2}1 failed attempt; the next attempt is at 20.*Z\n/);
  assert.match(out, /\n1 of 3 pairs are there\n$/);
});

Deno.test("issue keeps to the back-off of an earlier round", async () => {
  const issuers = (file: string) =>
    `[{ name: bad, exec: { command: [/bin/sh, -c, "echo x >>${file}; exit 1"] } }]`;
  await using host = await Host.open(gateway("edge", "bad", ["www"]));
  const file = host.path("asked");
  const set = ["--set", `issuers=${issuers(file)}`];
  assert.equal((await host.issue(...set)).code, 1);
  assert.equal((await host.issue(...set)).code, 1);
  assert.equal(Deno.readTextFileSync(file), "x\n");
});

Deno.test("issue leaves alone what only the agent can prove, and asks nobody for it", async () => {
  const issuers = `[{ name: le, acme: { server: "https://127.0.0.1:1/dir", acceptTerms: true } }]`;
  await using host = await Host.open(gateway("edge", "le", ["www"]), issuers);
  const { code, out, err } = await host.issue();
  assert.deepEqual([code, err], [1, ""]);
  assert.match(out, /Left alone: its issuer proves control over HTTP \(HTTP-01\), which only the agent can/);
  assert.match(out, /\n0 of 1 pair is there\n$/);
});

Deno.test("issue is refused while another certgate has the state directory", async () => {
  await using host = await Host.open(gateway("edge", "self", ["www"]));
  await Deno.mkdir(host.path("state"), { mode: 0o700 });
  const release = await tryHoldState(host.path("state"));
  assert(release !== null);
  try {
    const { code, err } = await host.issue();
    assert.equal(code, 4);
    assert.match(err, /^error: Cannot use ".*": another certgate has it\nhint: the agent issues by itself/);
  } finally {
    release();
  }
  assert.equal((await host.issue()).code, 0);
});

Deno.test("issue leaves alone a Secret that is among the resources", async () => {
  const secret =
    "apiVersion: v1\nkind: Secret\nmetadata: { name: api-tls, namespace: public }\ntype: kubernetes.io/tls\n" +
    'data: { tls.crt: "", tls.key: "" }\n';
  await using host = await Host.open(gateway("edge", "self", ["www", "api"]) + secret);
  const { code, out, err } = await host.issue();
  assert.equal(code, 0, err);
  assert.match(
    err,
    /^note: nothing is issued for public\/api-tls: a Secret of this name is among the resources$/m,
  );
  assert.match(out, /\n1 of 1 pair is there\n$/);
});

Deno.test("issue says what is missing in the configuration", async () => {
  const terminal = new FakeTerminal();
  assert.equal(await runCommandLine(["issue", "--set", "stateDir=/nowhere"], terminal), 2);
  assert.match(terminal.stderr, /^error: Cannot issue certificates: "issuance.output" is not set\nhint: /);
});

Deno.test("issue looks at the paths that are named, and answers 1 for an object that cannot be planned", async () => {
  await using host = await Host.open(gateway("edge", "self", ["www"]));
  const bad = gateway("bad", "self", ["bad"]).replace("ECDSA", "ecdsa");
  await Deno.writeTextFile(host.path("bad.yaml"), bad + gateway("fine", "self", ["fine"]));
  const { code, out, err } = await host.issue(host.path("bad.yaml"));
  assert.equal(code, 1);
  assert.match(err, /^error: .*private-key-algorithm/m);
  assert.match(out, /^ISSUED SECRET .*\npublic\/fine-tls .*\n\n1 of 1 pair is there\n$/);
  assert.equal((await host.issue(host.path("none.yaml"))).code, 2);
});
