import assert from "node:assert/strict";
import { parse } from "yaml";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { parseConfig } from "../../lib/resources/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { certgateOf, type Manifest, noKubectl, render } from "./_manifests.ts";

/** Builds with a container of certgate. */
const WORKLOADS = ["examples/sidecar", "examples/daemonset", "examples/daemonset-host-network"];

for (const build of WORKLOADS) {
  const test = (criterion: string, fn: (objects: Manifest[]) => void | Promise<void>) =>
    Deno.test(`${build} ${criterion}`, { ignore: noKubectl }, async () => await fn(await render(build)));

  test("runs certgate with nothing that it does not need", (objects) => {
    const { container, pod } = certgateOf(objects);
    const context = { ...pod.securityContext, ...container.securityContext };
    assert.equal(context.runAsNonRoot, true);
    assert.notEqual(context.runAsUser, 0);
    assert.equal(context.readOnlyRootFilesystem, true);
    assert.equal(context.allowPrivilegeEscalation, false);
    assert.equal(context.privileged, false);
    assert.deepEqual(context.capabilities, { drop: ["ALL"] });
    assert.deepEqual(context.seccompProfile, { type: "RuntimeDefault" });
    // In the pod of Envoy Gateway the token is Envoy Gateway's; certgate's container could read it there.
    if (build !== "examples/sidecar") assert.equal(pod.automountServiceAccountToken, false);
    assert.deepEqual(Object.keys(container.resources.requests), ["cpu", "memory"]);
    assert.deepEqual(Object.keys(container.resources.limits), ["memory"]);
  });

  test("gives certgate a configuration that it takes, and arguments that it knows", async (objects) => {
    const { container, pod } = certgateOf(objects);
    const { text, path } = configIn(objects, container, pod);
    const result = parseConfig(text, path);
    assert(result.ok, JSON.stringify(result));
    assert.deepEqual(container.args, ["run", "--config", path]);
    const terminal = new FakeTerminal();
    assert.equal(await runCommandLine([...container.args, "--help"], terminal), 0, terminal.stderr);
  });

  test("has a volume for each path of the configuration, and can write where it has to", (objects) => {
    const { container, pod } = certgateOf(objects);
    const result = parseConfig(configIn(objects, container, pod).text, "config.yaml");
    assert(result.ok);
    const { hook, stateDir, gate, sources, envoy } = result.config;
    const written = [hook.listen.replace("unix://", ""), stateDir, gate.output];
    const read = [gate.resources, ...sources.map((source) => source.path), envoy.runtimeDir];
    const inside = (path: string, writable: boolean) =>
      container.volumeMounts.some((mount: Manifest) =>
        `${path}/`.startsWith(`${mount.mountPath}/`) && !(writable && mount.readOnly)
      );
    for (const path of written) if (path !== undefined) assert(inside(path, true), path);
    for (const path of read) if (path !== undefined) assert(inside(path, false), path);
    const volumes = new Set(pod.volumes.map(({ name }: Manifest) => name));
    for (const { name } of container.volumeMounts) assert(volumes.has(name), name);
  });

  test("asks where certgate answers", (objects) => {
    const { container, pod } = certgateOf(objects);
    const result = parseConfig(configIn(objects, container, pod).text, "config.yaml");
    assert(result.ok);
    const [, host, port] = result.config.http.listen.match(/^(.*):(\d+)$/)!;
    assert.deepEqual(container.ports, [{ name: "certgate", containerPort: Number(port) }]);
    const probes = ["startupProbe", "livenessProbe", "readinessProbe"].flatMap((name) =>
      container[name] ? [[name, container[name].httpGet]] : []
    );
    const asked = Object.fromEntries(probes.map(([name, { path }]) => [name, path]));
    assert.equal(asked.startupProbe, "/readyz");
    assert.equal(asked.livenessProbe, "/healthz");
    for (const [name, get] of probes) {
      assert.equal(get.port, "certgate", name);
      // The kubelet asks at the address of the pod unless it is told another.
      assert.equal(host, get.host ?? "0.0.0.0", name);
      assert(get.host === undefined || pod.hostNetwork === true, name);
    }
  });
}

function configIn(objects: Manifest[], container: Manifest, pod: Manifest): { text: string; path: string } {
  const volume = pod.volumes.find(({ configMap, name }: Manifest) =>
    configMap !== undefined && container.volumeMounts.some((mount: Manifest) => mount.name === name)
  );
  const map = objects.find(({ kind, metadata }) =>
    kind === "ConfigMap" && metadata.name === volume.configMap.name
  );
  const mount = container.volumeMounts.find(({ name }: Manifest) => name === volume.name);
  return { text: map.data["config.yaml"], path: `${mount.mountPath}/config.yaml` };
}

Deno.test("examples/sidecar lets Envoy Gateway reach the socket of the hook, as the same user", {
  ignore: noKubectl,
}, async () => {
  const objects = await render("examples/sidecar");
  const { container, pod } = certgateOf(objects);
  const gateway = pod.containers.find(({ name }: Manifest) => name === "envoy-gateway");
  const mount = gateway.volumeMounts.find(({ name }: Manifest) => name === "certgate-run");
  assert.equal(mount.mountPath, "/run/certgate");
  assert.equal(container.securityContext.runAsUser, pod.securityContext.runAsUser);
  // What the chart has is still there.
  assert.equal(gateway.volumeMounts.length, 4);
  assert.equal(pod.containers.length, 1);
  // An init container that stays is ready before Envoy Gateway starts.
  assert.equal(container.restartPolicy, "Always");
});

Deno.test(
  "examples/sidecar keeps every port of Envoy Gateway open that it has",
  { ignore: noKubectl },
  async () => {
    const objects = await render("examples/sidecar");
    const { pod } = certgateOf(objects);
    const policy = objects.find(({ kind }) => kind === "NetworkPolicy");
    const open = new Set(
      policy.spec.ingress.flatMap(({ ports }: Manifest) => ports.map(({ port }: Manifest) => port)),
    );
    const wanted = [...pod.containers, ...pod.initContainers].flatMap(({ ports }: Manifest) =>
      ports.map(({ containerPort }: Manifest) => containerPort)
    );
    assert.deepEqual([...open].sort(), wanted.sort());
  },
);

Deno.test(
  "the Service, the ServiceMonitor and the pods find one another",
  { ignore: noKubectl },
  async () => {
    for (const build of ["examples/sidecar", "examples/daemonset"]) {
      const objects = await render(build);
      const of = (wanted: string) => objects.find(({ kind }) => kind === wanted);
      const service = of("Service");
      const labels = (of("Deployment") ?? of("DaemonSet")).spec.template.metadata.labels;
      for (const [name, value] of Object.entries(service.spec.selector)) assert.equal(labels[name], value);
      for (const [name, value] of Object.entries(of("ServiceMonitor").spec.selector.matchLabels)) {
        assert.equal(service.metadata.labels[name], value);
      }
      assert.equal(of("ServiceMonitor").spec.endpoints[0].port, service.spec.ports[0].name);
      assert.equal(service.metadata.namespace, of("ServiceMonitor").metadata.namespace);
      const { container } = certgateOf(objects);
      assert.equal(service.spec.ports[0].targetPort, container.ports[0].name);
    }
  },
);

Deno.test("the fleet's instance is the node, so a replaced pod is no host that has gone", {
  ignore: noKubectl,
}, async () => {
  const monitor = (await render("examples/daemonset")).find(({ kind }) => kind === "ServiceMonitor");
  const instance = parse(JSON.stringify(monitor.spec.endpoints[0].relabelings))
    .find(({ targetLabel }: Manifest) => targetLabel === "instance");
  assert.deepEqual(instance.sourceLabels, ["__meta_kubernetes_pod_node_name"]);
});
