import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeEnvoy, GO_FILTER_WORDS } from "../../tests/fakes/fake_envoy.ts";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { configCheck } from "./config_check.ts";

const POLICY = `
apiVersion: networking.datumapis.com/v1alpha
kind: TrafficProtectionPolicy
metadata: { name: waf, namespace: default }
spec: { targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: eg }] }
`;

Deno.test("configCheck() asks the Envoy of the host about the firewall, where one is wanted", () =>
  inDirectory(async (dir) => {
    const envoy = new FakeEnvoy(dir);
    await envoy.install(GO_FILTER_WORDS.lacksType);
    const notes = async (policy: unknown, path = envoy.path) => {
      const file = join(dir, "config.yaml");
      await Deno.writeTextFile(file, JSON.stringify({ envoy: { path }, policy }));
      const terminal = new FakeTerminal();
      assert.equal(await configCheck({ config: file }, terminal), 0);
      return terminal.stderr;
    };
    assert.match(
      await notes({ waf: { enabled: "on" } }),
      /^note: The Envoy of this host, .* has no Go filter.*\n$/,
    );
    assert.equal(await notes({ waf: { enabled: "on" } }, "none"), "");
    assert.equal(await notes({ waf: { enabled: "auto" } }), "");
    await Deno.mkdir(join(dir, "policy"));
    const paths = [join(dir, "policy")];
    assert.equal(await notes({ paths }), "");
    await Deno.writeTextFile(join(dir, "policy/waf.yaml"), POLICY);
    assert.match(await notes({ paths }), /^note: /);
    assert.equal(await notes({ paths, waf: { enabled: "off" } }), "");
  }));

Deno.test("configCheck() says what may be meant otherwise about delivery straight to Envoy", () =>
  inDirectory(async (dir) => {
    const file = join(dir, "config.yaml");
    const notes = async (config: object) => {
      await Deno.writeTextFile(file, JSON.stringify({ envoy: { path: "none" }, ...config }));
      const terminal = new FakeTerminal();
      assert.equal(await configCheck({ config: file }, terminal), 0);
      return terminal.stderr;
    };
    const sources = [{ path: "/pairs/*", delivery: "sds" }];
    const gate = { resources: "/a", output: "/b" };
    assert.match(
      await notes({ sources }),
      /^note: .* certgate envoy-config prints what it needs\nnote: only the group .*"\/run\/certgate\/sds\.sock"; sds\.group/,
    );
    assert.equal(await notes({ sources, gate, sds: { group: "envoy" } }), "");
    const bundles = [{ name: "there", file }, { name: "away", file: join(dir, "away.pem") }];
    assert.equal(
      await notes({ gate, sds: { listen: "tcp://127.0.0.1:5", bundles } }),
      `note: the bundle "${dir}/away.pem" is not there; as long as it never was, nobody is trusted by it\n`,
    );
    assert.equal(await notes({ sources: [{ path: "/pairs/*" }] }), "");
  }));
