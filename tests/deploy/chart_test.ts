import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const cache = Deno.env.get("GOMODCACHE") ??
  `${Deno.env.get("GOPATH") ?? `${Deno.env.get("HOME")}/go`}/pkg/mod`;
const CHART = `${cache}/github.com/envoyproxy/gateway@v1.9.0/charts/gateway-helm`;
const stub = parse(
  readFileSync(fileURLToPath(new URL("fixtures/envoy_gateway.yaml", import.meta.url)), "utf8"),
);

Deno.test({
  name: "what the patches rely on is so in the chart of Envoy Gateway 1.9.0 (skipped without its Go module)",
  ignore: !existsSync(CHART),
  fn: () => {
    const template = readFileSync(`${CHART}/templates/envoy-gateway-deployment.yaml`, "utf8");
    const flat = template.replace(/\s+/g, " ");
    const { metadata, spec: { template: { metadata: labels, spec: pod } } } = stub;
    assert(flat.includes(`kind: Deployment metadata: name: ${metadata.name}`));
    assert(flat.includes(`name: ${pod.containers[0].name} ports:`));
    assert(flat.includes(`serviceAccountName: ${pod.serviceAccountName}`));
    assert.deepEqual(labels.labels, { "control-plane": "envoy-gateway" });
    assert(flat.includes("labels: control-plane: envoy-gateway"));
    for (const { mountPath, name } of pod.containers[0].volumeMounts) {
      assert(flat.includes(`- mountPath: ${mountPath} name: ${name}`), mountPath);
    }
    // The patch brings a list of its own, which would replace one that the chart has.
    assert(!flat.includes("initContainers"));
    const values = parse(readFileSync(`${CHART}/values.tmpl.yaml`, "utf8"));
    assert.deepEqual(values.deployment.pod.securityContext, pod.securityContext);
    const ports = values.deployment.ports.map(({ port }: { port: number }) => port);
    // The topology webhook is written into the template itself.
    assert(values.topologyInjector.enabled && flat.includes("containerPort: 9443"));
    const own = pod.containers[0].ports.map(({ containerPort }: { containerPort: number }) => containerPort);
    assert.deepEqual([...ports, 9443], own);
    const config = readFileSync(`${CHART}/templates/envoy-gateway-config.yaml`, "utf8");
    assert(config.includes(".Values.config.envoyGateway"));
  },
});
