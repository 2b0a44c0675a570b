import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { egConfig } from "../../lib/cli/eg_config.ts";
import { toolPath } from "../setup/tools.ts";
import { DEPLOY, generate, readConfig } from "./generate.ts";
import { generateSchemas, OUTPUT } from "./generate_schemas.ts";

for (const [path, text] of generate()) {
  Deno.test(`deploy/${path} says what the code says`, () => {
    const hint = "deno run -A tests/deploy/generate.ts makes it anew";
    assert.equal(readFileSync(DEPLOY + path, "utf8"), text, hint);
  });
}

const made = await generateSchemas();

Deno.test({
  name:
    "the schemas are made from what Kubernetes and the Prometheus Operator publish (skipped without their Go modules)",
  ignore: made === null,
  fn: async () => assert.equal(await Deno.readTextFile(OUTPUT), made),
});

Deno.test("deploy/ gives Envoy Gateway the extensionManager that certgate eg-config prints, for every configuration", () => {
  const values = parse(readFileSync(`${DEPLOY}envoy-gateway-values.yaml`, "utf8"));
  const block = parse(egConfig(readConfig("sidecar/config.yaml"), null));
  assert.deepEqual(values.config.envoyGateway, block);
  // Nothing of the gate: the kind CertState is not in the cluster.
  assert.equal(block.extensionManager.policyResources, undefined);
  const node = parse(readFileSync(`${DEPLOY}envoy-gateway-node.yaml`, "utf8"));
  for (const path of ["daemonset/config.yaml", "daemonset/host-network/config.yaml"]) {
    const whole = parse(egConfig(readConfig(path), null));
    assert.deepEqual(node.extensionManager, whole.extensionManager, path);
    assert.deepEqual(node.provider.custom.resource, whole.provider.custom.resource, path);
  }
});

/** Lets the real Envoy Gateway read a configuration; says whether it went on to start with it. */
async function reads(config: unknown): Promise<{ starts: boolean; output: string }> {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(file, stringify(config, { aliasDuplicateObjects: false }));
  const child = new Deno.Command(toolPath("envoy-gateway")!, {
    args: ["server", "--config-path", file],
    // There is no cluster, so it ends by itself once it has read the configuration.
    env: { KUBECONFIG: "/nonexistent", HOME: "/nonexistent" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), 15_000);
  const { stdout, stderr } = await child.output();
  clearTimeout(limit);
  await Deno.remove(file);
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { starts: output.includes("Start runners"), output };
}

Deno.test("the real Envoy Gateway starts with the values of the chart, and not with a wrong service", {
  ignore: toolPath("envoy-gateway") === null,
}, async () => {
  const values = parse(readFileSync(`${DEPLOY}envoy-gateway-values.yaml`, "utf8"));
  const whole = {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "EnvoyGateway",
    gateway: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
    provider: { type: "Kubernetes" },
    ...values.config.envoyGateway,
  };
  const good = await reads(whole);
  assert(good.starts, good.output);
  whole.extensionManager.service = {};
  const bad = await reads(whole);
  assert(
    !bad.starts && bad.output.includes("extension service must contain a configured target"),
    bad.output,
  );
});
