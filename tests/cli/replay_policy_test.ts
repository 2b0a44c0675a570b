import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { readSnapshot } from "../../lib/xds/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { inDirectory } from "../fakes/in_directory.ts";

const capture = new URL("../fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url).pathname;
// The certificates of the fixture have ended since, and are not what this is about.
const AT = "2026-11-22T00:00:00Z";

const POLICY = `apiVersion: networking.datumapis.com/v1alpha
kind: TrafficProtectionPolicy
metadata: { name: waf, namespace: default, generation: 4 }
spec:
  mode: Enforce
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: eg }]
  ruleSets: [{ type: OWASPCoreRuleSet }]
---
apiVersion: v1
kind: Namespace
metadata: { name: default, labels: { meta.datumapis.com/upstream-cluster-name: cluster-acme } }
`;

const connector = (ready: boolean) =>
  `apiVersion: networking.datumapis.com/v1alpha
kind: HTTPProxy
metadata: { name: backend, namespace: default }
spec:
  rules: [{ backends: [{ endpoint: "http://10.0.0.7:3000", connector: { name: home } }] }]
---
apiVersion: networking.datumapis.com/v1alpha1
kind: Connector
metadata: { name: home, namespace: default }
status:
  conditions: [{ type: Ready, status: "${ready ? "True" : "False"}" }]
  connectionDetails: { type: PublicKey, publicKey: { id: node-1 } }
`;

async function replay(dir: string, ...args: string[]) {
  const terminal = new FakeTerminal();
  const code = await runCommandLine(["replay", capture, "--envoy", "none", "--at", AT, ...args], terminal);
  return { code, out: terminal.stdout, err: terminal.stderr.replaceAll(dir, "DIR") };
}

function withPolicy(
  files: Readonly<Record<string, string>>,
  use: (dir: string) => Promise<void>,
): Promise<void> {
  return inDirectory(async (dir) => {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(dir, name), text);
    await use(dir);
  });
}

Deno.test("replay --policy --diff shows the firewall on listeners and routes, with what was, what is now and why", async () => {
  await withPolicy({ "a.yaml": POLICY }, async (dir) => {
    const { code, out, err } = await replay(dir, "--policy", dir, "--diff");
    assert.deepEqual([code, err], [0, ""]);
    assert.match(
      out,
      /^listener default\/eg\/https-g1\n {2}~ chain default\/eg\/https-\S+, .* and \d+ more: the firewall's filter first .*\n {6}was: envoy\.filters\.http\.router\n {6}now: coraza-waf, envoy\.filters\.http\.router\n/m,
    );
    assert.match(
      out,
      /^virtual host default\/eg\/https-g1\/\S+ of route configuration default\/eg\/https-g1\n {2}~ route httproute\/default\/backend\/rule\/0\S*: under a policy\n {6}now: project acme, default\/waf generation 4, Enforce, 7 directives\n {6}default\/waf is attached to Gateway eg\n/m,
    );
    // What pruning does stands in the same diff.
    assert.match(out, /^ {2}- chain default\/eg\/https-m-staple$/m);
    assert.match(out, /^changes by policy objects: wafListener \d+, wafRoute \d+$/m);
  });
});

Deno.test("replay shows a connector that is online, and one that is offline", async () => {
  await withPolicy({ "a.yaml": connector(true) }, async (dir) => {
    const { out } = await replay(dir, "--policy", dir, "--diff");
    assert.match(
      out,
      /^cluster httproute\/default\/backend\/rule\/0\n {2}~ leads into the tunnel\n {6}was: as Envoy Gateway made it, .*\n {6}now: connector-tunnel: 10\.0\.0\.7:3000 by node node-1\n {6}the connector is online\n/m,
    );
    assert.match(
      out,
      /\+ route connector-connect-\S+, first: CONNECT goes to the connector\n {6}was: domains \S/,
    );
  });
  await withPolicy({ "a.yaml": connector(false) }, async (dir) => {
    const { out } = await replay(dir, "--policy", dir, "--diff");
    assert.doesNotMatch(out, /^cluster /m);
    assert.match(
      out,
      /answers 503\n {6}was: to httproute\/default\/backend\/rule\/0\n {6}now: 503 Tunnel not online\n {6}the connector behind it is offline\n/,
    );
  });
});

Deno.test("replay reads policy.paths of the configuration, and nothing with features.policy off", async () => {
  await withPolicy({ "a.yaml": POLICY }, async (dir) => {
    const paths = ["--set", `policy.paths=[${dir}]`];
    assert.match((await replay(dir, ...paths)).out, /^changes by policy objects: /m);
    assert.doesNotMatch(
      (await replay(dir, ...paths, "--set", "features.policy=false")).out,
      /policy objects/,
    );
  });
});

Deno.test("replay -o json has every change, the policies with their directives, and each mutation", async () => {
  await withPolicy({ "a.yaml": POLICY }, async (dir) => {
    const args = ["--policy", dir, "--set", "policy.localReply.enabled=true"];
    const { out } = await replay(dir, ...args, "-o", "json");
    const data = JSON.parse(out);
    const of = (mutation: string) =>
      data.changes.filter((change: { mutation: string }) => change.mutation === mutation);
    assert(of("wafListener").length > 1);
    assert.equal(of("wafListener").length, of("localReply").length);
    assert.equal(of("prune").length, data.steps.length);
    assert.deepEqual(Object.keys(of("wafRoute")[0]).sort(), [
      "mutation",
      "now",
      "part",
      "resource",
      "sign",
      "was",
      "what",
      "why",
    ]);
    assert.equal(data.policies.length, 1);
    assert.equal(data.policies[0].directives[2], "SecRuleEngine On");
    assert.deepEqual(
      data.mutations.find(({ mutation }: { mutation: string }) => mutation === "wafListener"),
      { mutation: "wafListener", steps: of("wafListener").length, action: null },
    );
    assert.deepEqual(parse((await replay(dir, ...args, "-o", "yaml")).out), data);
  });
});

Deno.test("replay names objects that are not used, and writes an answer with what the others do", async () => {
  await withPolicy({ "a.yaml": POLICY, "b.yaml": POLICY.replace("Enforce", "Sometimes") }, async (dir) => {
    const answer = join(dir, "answer.pb");
    const { code, err } = await replay(dir, "--policy", dir, "--out", answer);
    assert.equal(code, 0);
    assert.match(err, /^note: DIR\/b\.yaml:5:3: .*"Sometimes"/m);
    const bytes = await Deno.readFile(answer);
    assert.equal(readSnapshot(bytes).intact, true);
    assert(new TextDecoder().decode(bytes).includes("SecRuleEngine On"));
  });
});

// A request with one route configuration, whose one virtual host breaks off.
const BROKEN = new Uint8Array([0x2a, 0x05, 0x12, 0x03, 0x0a, 0x05, 0x61]);

Deno.test("replay says what failed, and what its failure policy does: the answer goes out, or there is none", async () => {
  await withPolicy({ "a.yaml": POLICY }, async (dir) => {
    const file = join(dir, "broken.pb");
    await Deno.writeFile(file, BROKEN);
    const run = async (...args: string[]) => {
      const terminal = new FakeTerminal();
      const code = await runCommandLine(
        ["replay", file, "--envoy", "none", "--policy", dir, ...args],
        terminal,
      );
      return { code, out: terminal.stdout, err: terminal.stderr };
    };
    const open = await run();
    assert.equal(open.code, 0);
    assert.match(
      open.out,
      /^failed:\n {2}wafRoute, virtual host 1 of route configuration 1: .* \(malformed, open\)$/m,
    );
    const closed = await run("--set", "mutations.wafRoute=closed");
    assert.deepEqual([closed.code, closed.out], [3, ""]);
    assert.match(
      closed.err,
      /^error: Cannot replay .*: Cannot apply wafRoute at .*\nhint: .*Envoy Gateway keeps what it has\n {2}wafRoute at .* \(malformed, closed\)$/m,
    );
  });
});
