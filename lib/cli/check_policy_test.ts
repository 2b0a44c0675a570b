import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { toolPath } from "../../tests/setup/tools.ts";
import { runCommandLine } from "./command_line.ts";

const POLICY = `apiVersion: networking.datumapis.com/v1alpha
kind: TrafficProtectionPolicy
metadata: { name: waf, namespace: default }
spec:
  mode: Enforce
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: eg }]
  ruleSets: [{ type: OWASPCoreRuleSet }]
`;
const CONNECTOR = `apiVersion: networking.datumapis.com/v1alpha1
kind: Connector
metadata: { name: home, namespace: default }
`;

async function check(files: Readonly<Record<string, string>>, ...args: string[]) {
  const terminal = new FakeTerminal();
  let code = -1;
  let out = "";
  await inDirectory(async (dir) => {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(dir, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(dir, name), text);
    }
    code = await runCommandLine(["check", "--policy", dir, ...args], terminal);
    out = terminal.stdout.replaceAll(dir, "DIR");
  });
  return { code, out, err: terminal.stderr };
}

Deno.test("check --policy answers 0 where every object is used as it is written", async () => {
  const { code, out } = await check({
    "a.yaml": POLICY,
    "b/c.yml": CONNECTOR,
    ".hidden.yaml": "[",
    "d.txt": "[",
  });
  assert.equal(code, 0);
  assert.match(out, /^VERDICT +KIND +OBJECT +DOES +PLACE\n/);
  assert.match(out, /^use +TrafficProtectionPolicy +default\/waf +Enforce, 7 directives +DIR\/a\.yaml:1:1$/m);
  assert.match(out, /^use +Connector +default\/home +- +DIR\/b\/c\.yml:1:1$/m);
  assert.match(out, /\n2 policy files: 2 objects used, 0 refused, 0 findings\n$/);
});

Deno.test("check --policy answers 1 where an object is refused, and says where and why; the others are used", async () => {
  const { code, out } = await check({
    "a.yaml": POLICY.replace("Enforce", "Enforced"),
    "b.yaml": POLICY.replace("name: waf", "name: other"),
  });
  assert.equal(code, 1);
  assert.match(out, /^refuse +TrafficProtectionPolicy +default\/waf /m);
  assert.match(out, /^use +TrafficProtectionPolicy +default\/other /m);
  assert.match(
    out,
    /^DIR\/a\.yaml:5:3\n {2}Cannot use spec\.mode .*"Enforced".*\n {2}hint: write Observe, Enforce or Disabled$/m,
  );
});

Deno.test("check --policy answers 1 for a file that does not read and for a directory that is not there", async () => {
  const torn = await check({ "a.yaml": "a: [" });
  assert.equal(torn.code, 1);
  assert.match(torn.out, /^DIR\/a\.yaml:1:\d+$/m);
  const terminal = new FakeTerminal();
  assert.equal(await runCommandLine(["check", "--policy", "/nowhere/at/all"], terminal), 1);
  assert.match(terminal.stdout, /\/nowhere\/at\/all/);
});

Deno.test("check --policy tells of a policy that does nothing although it is right", async () => {
  const inverted = POLICY.replace(
    "OWASPCoreRuleSet }",
    "OWASPCoreRuleSet, owaspCoreRuleSet: { paranoiaLevels: { blocking: 3, detection: 1 } } }",
  );
  const { code, out } = await check({ "a.yaml": inverted });
  assert.equal(code, 0);
  assert.match(out, /Enforce, 0 directives/);
  assert.match(out, /paranoia level for detection \(1\) is lower than the one for blocking \(3\)/);
});

Deno.test("check --policy -o json has objects, findings and places, beside pairs", async () => {
  const { code, out } = await check(
    { "a.yaml": `${POLICY}---\n${CONNECTOR.replace("Connector", "Kettle")}` },
    "-o",
    "json",
  );
  assert.equal(code, 1);
  const { pairs, policy } = JSON.parse(out);
  assert.deepEqual(pairs, []);
  const [{ policy: said, ...object }] = policy.objects;
  assert.deepEqual(object, {
    kind: "TrafficProtectionPolicy",
    namespace: "default",
    name: "waf",
    verdict: "use",
    message: "",
    place: "DIR/a.yaml:1:1",
  });
  assert.deepEqual([said.mode, said.directives, said.accepted.status], ["Enforce", 7, "True"]);
  assert.equal(policy.findings.length, 1);
  assert.match(policy.findings[0].message, /Kettle/);
});

Deno.test("check --policy says that an Envoy lacks what policies need, and only where there is a policy", {
  ignore: toolPath("envoy") === null,
}, async () => {
  const envoy = ["--envoy", toolPath("envoy")!];
  assert.match(
    (await check({ "a.yaml": POLICY }, ...envoy)).err,
    /^note: The Envoy of this host, .*, has no Go filter, .* policy\.waf\.enabled/,
  );
  assert.equal((await check({ "a.yaml": CONNECTOR }, ...envoy)).err, "");
  assert.equal((await check({ "a.yaml": POLICY }, "--envoy", "none")).err, "");
});

Deno.test("check without a path and without --policy is wrong usage", async () => {
  const terminal = new FakeTerminal();
  assert.equal(await runCommandLine(["check"], terminal), 2);
  assert.match(terminal.stderr, /^error: Cannot check anything: no path is given\nhint: /);
});
