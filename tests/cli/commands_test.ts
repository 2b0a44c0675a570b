import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { LISTENER_WORDS } from "../../lib/health/mod.ts";
import { readSnapshot } from "../../lib/xds/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { toolPath } from "../setup/tools.ts";

const capture = new URL("../fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url).pathname;
const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const AT = "2026-11-22T00:00:00Z";

async function certgate(...args: string[]) {
  const terminal = new FakeTerminal();
  const code = await runCommandLine(args, terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}

Deno.test("replay --diff shows what changes in a saved snapshot, and --out writes the answer", async () => {
  const dir = await Deno.makeTempDir();
  const out = join(dir, "answer.pb");
  const { code, out: text } = await certgate(
    "replay",
    capture,
    "--diff",
    "--envoy=none",
    "--at",
    AT,
    "--out",
    out,
  );
  assert.equal(code, 0);
  assert.match(text, /secret default\/m-staple-tls\n {2}- the secret\n/);
  assert.match(text, /listener default\/eg\/https-g1\n {2}- chain default\/eg\/https-m-staple\n/);
  assert.match(text, /1 chains and 1 secrets pruned/);
  assert.match(text, /m-staple\.example\.com: The proxy cannot use the certificate/);
  assert.equal((await Deno.stat(out)).mode! & 0o777, 0o600);
  // The answer has the lists one field lower than a request.
  assert.equal(readSnapshot(await Deno.readFile(out)).intact, true);
  await Deno.remove(dir, { recursive: true });
});

Deno.test({
  name: "replay --at a time long past still asks Envoy",
  ignore: toolPath("envoy") === null,
  fn: async () => {
    const { out, err } = await certgate(
      "replay",
      capture,
      "--envoy",
      toolPath("envoy")!,
      "--at",
      "2000-01-01",
    );
    assert.equal(err, "");
    assert.match(out, /41 chains and 41 secrets pruned/);
  },
});

Deno.test("replay -o json gives the plan without bytes", async () => {
  const { code, out } = await certgate("replay", capture, "-o", "json", "--envoy", "none", "--at", AT);
  assert.equal(code, 0);
  const plan = JSON.parse(out);
  assert.equal(plan.counts.prunedChains, 1);
  assert.equal(plan.withheld[0].reason, "Unsupported");
  assert(!out.includes("BEGIN"));
});

Deno.test("replay says what is wrong with a file", async () => {
  const absent = await certgate("replay", "/nowhere.pb");
  assert.equal(absent.code, 2);
  assert.match(absent.err, /^error: Cannot read "\/nowhere\.pb"/);
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "no snapshot");
  const other = await certgate("replay", file, "--envoy", "none");
  assert.equal(other.code, 3);
  assert.match(other.err, /^error: Cannot replay .*\nhint: .*PostTranslateModifyRequest/);
  const answer = await certgate("replay", capture, "--envoy", "none", "--out", join(file, "answer.pb"));
  assert.equal(answer.code, 3);
  assert.match(answer.err, /^error: Cannot write /);
  await Deno.remove(file);
});

Deno.test("eg-config prints what Envoy Gateway needs, as a part and as a whole", async () => {
  const { out } = await certgate("eg-config");
  const { extensionManager } = parse(out);
  assert.deepEqual(extensionManager.hooks.xdsTranslator.post, ["Translation"]);
  for (const kind of ["cluster", "secret", "listener", "route"]) {
    assert.equal(extensionManager.hooks.xdsTranslator.translation[kind].includeAll, true, kind);
  }
  assert.equal(extensionManager.service.unix.path, "/run/certgate/hook.sock");
  assert.equal(extensionManager.maxMessageSize, "256Mi");
  assert.equal(extensionManager.failOpen, false);
  const whole = parse((await certgate("eg-config", "--resources", "/etc/gateway")).out);
  assert.equal(whole.kind, "EnvoyGateway");
  assert.deepEqual(whole.provider.custom.resource.file.paths, ["/etc/gateway"]);
  assert.deepEqual(whole.extensionManager, extensionManager);
});

Deno.test("eg-config --hooks has Envoy Gateway call the hooks that are named", async () => {
  const all = ["VirtualHost", "Route", "HTTPListener", "Cluster", "Endpoints", "Translation"];
  const { xdsTranslator } =
    parse((await certgate("eg-config", "--hooks", ...all)).out).extensionManager.hooks;
  assert.deepEqual(xdsTranslator.post, all);
  assert.equal(xdsTranslator.translation.route.includeAll, true);
  const small = parse((await certgate("eg-config", "--hooks", "VirtualHost")).out);
  assert.deepEqual(small.extensionManager.hooks.xdsTranslator, { post: ["VirtualHost"] });
  assert.equal((await certgate("eg-config", "--hooks", "PostTranslateModify")).code, 2);
});

Deno.test("eg-config --sds-secrets has Envoy Gateway take Secrets that name an SDS server", async () => {
  assert.equal(parse((await certgate("eg-config")).out).extensionApis, undefined);
  for (const more of [[], ["--resources", "/etc/gateway"]]) {
    const { extensionApis, extensionManager } = parse(
      (await certgate("eg-config", "--sds-secrets", ...more)).out,
    );
    assert.deepEqual(extensionApis, { enableSDSSecretRef: true });
    assert.equal(extensionManager.failOpen, false);
  }
});

Deno.test("eg-config follows the configuration", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "hook: { listen: tcp://127.0.0.1:5005, maxMessageSize: 5000000 }\n");
  const { extensionManager } = parse((await certgate("eg-config", "-c", file)).out);
  assert.deepEqual(extensionManager.service, { ip: { address: "127.0.0.1", port: 5005 } });
  assert.equal(extensionManager.maxMessageSize, "5000000");
  await Deno.remove(file);
});

Deno.test("eg-config asks Envoy Gateway for TLS where the hook has it, and says where that cannot be", async () => {
  const file = await Deno.makeTempFile();
  const tls = "tls: { certificate: /a.crt, key: /a.key, clientCa: /ca.crt }";
  await Deno.writeTextFile(file, `hook: { listen: "tcp://0.0.0.0:9795", ${tls} }\n`);
  const { extensionManager } = parse((await certgate("eg-config", "-c", file)).out);
  assert.deepEqual(extensionManager.service, {
    fqdn: { hostname: "certgate.envoy-gateway-system.svc.cluster.local", port: 9795 },
    tls: {
      certificateRef: { name: "certgate-hook-ca" },
      clientCertificateRef: { name: "certgate-hook-client" },
    },
  });
  const standalone = await certgate("eg-config", "-c", file, "--resources", "/etc/gateway");
  assert.deepEqual([standalone.code, standalone.out], [2, ""]);
  assert.match(standalone.err, /standalone Envoy Gateway 1\.9 cannot call a hook with TLS/);
  await Deno.remove(file);
});

Deno.test("eg-config lets Envoy Gateway read what the gate publishes, and know the kind CertState", async () => {
  const file = await Deno.makeTempFile();
  const settings = (more: string) =>
    Deno.writeTextFile(file, `gate: { resources: /etc/gateway, output: /run/gate${more} }\n`);
  await settings("");
  const { provider: { custom }, extensionManager } = parse((await certgate("eg-config", "-c", file)).out);
  assert.deepEqual(custom.resource.file.paths, ["/run/gate"]);
  assert.deepEqual(extensionManager.policyResources, [
    { group: "certgate.dev", version: "v1alpha1", kind: "CertState" },
  ]);
  const other = parse((await certgate("eg-config", "-c", file, "--resources", "/elsewhere")).out);
  assert.deepEqual(other.provider.custom.resource.file.paths, ["/elsewhere"]);
  await settings(", certState: false");
  const without = parse((await certgate("eg-config", "-c", file)).out);
  assert.equal(without.extensionManager.policyResources, undefined);
  await Deno.remove(file);
});

Deno.test("config check says that a file is right, or where it is wrong", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(file, "neverGate: [default/wildcard]\n");
  const right = await certgate("config", "check", file);
  assert.deepEqual([right.code, right.out], [0, `${file}: ok\n`]);
  await Deno.writeTextFile(file, "neverGate: default/wildcard\n");
  const wrong = await certgate("config", "check", file);
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.err,
    new RegExp(`^error: ${file}:1:12: Cannot use the value "default/wildcard" for "neverGate"`),
  );
  await Deno.remove(file);
});

Deno.test("config schema is a JSON Schema", async () => {
  const schema = JSON.parse((await certgate("config", "schema")).out);
  assert.equal(schema.additionalProperties, false);
  assert.equal(schema.properties.hook.properties.listen.default, "unix:///run/certgate/hook.sock");
});

Deno.test("--help names every command and the exit codes, and a wrong command is suggested", async () => {
  const { code, out } = await certgate("--help");
  assert.equal(code, 0);
  const commands = "run check status explain wait replay eg-config config rules runbook version".split(" ");
  for (const command of commands) {
    assert(out.includes(`  ${command}`));
  }
  assert.match(out, /Exit codes: 0 /);
  const wrong = await certgate("chekc");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /Did you mean check/);
  assert.equal((await certgate()).code, 2);
});

Deno.test("--help of every command that can find something names its exit codes", async () => {
  for (const command of ["check", "status", "explain", "wait"]) {
    const { code, out } = await certgate(command, "--help");
    assert.equal(code, 0);
    assert.match(out, /^Exit codes: 0 .*\n/m, command);
    assert.match(out, /^Examples:\n {2}certgate /m, command);
  }
});

Deno.test("docs/status.md explains every state, step, goal and exit code", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/status.md", import.meta.url));
  const steps = "resource secret files verdict held published gateway hook sds envoy policy handshake".split(
    " ",
  );
  const goals = ["converged", "programmed=HOST", "withheld=HOST"];
  for (const word of [...LISTENER_WORDS, ...steps, ...goals]) {
    assert.match(text, new RegExp(`^\\| \\\`${word}\\\` +\\| \\S`, "m"), word);
  }
  for (const code of [0, 1, 2, 3]) assert.match(text, new RegExp(`^\\| ${code} +\\| \\S`, "m"));
});

Deno.test("replay -o yaml gives the same as json", async () => {
  const args = ["replay", capture, "--envoy", "none", "--at", AT];
  const [json, yaml] = [await certgate(...args, "-o", "json"), await certgate(...args, "-o", "yaml")];
  assert.deepEqual(parse(yaml.out), JSON.parse(json.out));
});

Deno.test("rules and runbook are printed, and a name that no alert has is answered with 2", async () => {
  const { code, out } = await certgate(
    "rules",
    "--team",
    "edge",
    "--runbook-url",
    "https://r.example/runbooks.md",
  );
  assert.equal(code, 0);
  const [{ rules: [rule] }] = parse(out).groups;
  assert.equal(rule.labels.team, "edge");
  assert.match(rule.annotations.runbook_url, /^https:\/\/r\.example\/runbooks\.md#/);
  assert((await certgate("runbook", rule.alert)).out.includes(rule.alert));
  assert.equal((await certgate("runbook", "NoSuchAlert")).code, 2);
});

Deno.test("version says the version of certgate and of the runtime", async () => {
  assert.match((await certgate("version")).out, /^certgate \d+\.\d+\.\d+ \(revision checkout, deno \d+\./);
});

Deno.test("a reader that has seen enough is no error", async () => {
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      '{ "$@"; echo $? >&2; } | true',
      "sh",
      Deno.execPath(),
      "run",
      "-A",
      MAIN,
      "config",
      "schema",
    ],
    stderr: "piped",
  });
  const { stderr } = await child.output();
  assert.equal(new TextDecoder().decode(stderr).trim(), "0");
});
