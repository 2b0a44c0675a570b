import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { BUILDS, certgateOf, type Manifest, noKubectl, render, renderChanged } from "./_manifests.ts";
import { mistakesOf } from "./_validate.ts";

for (const build of BUILDS) {
  Deno.test(`${build} is built by the real kustomize and keeps to the published schemas`, {
    ignore: noKubectl,
  }, async () => {
    const objects = await render(build);
    assert.deepEqual(objects.flatMap(mistakesOf), []);
    for (const { kind, metadata } of objects) {
      if (kind !== "Namespace") {
        assert.match(metadata.namespace ?? "", /^certgate$|^envoy-gateway-system$/, kind);
      }
    }
  });
}

Deno.test("the PodMonitor in monitoring/ keeps to the published schema", () => {
  const monitor = parse(
    readFileSync(new URL("../../monitoring/podmonitor.yaml", import.meta.url), "utf8"),
  );
  assert.deepEqual(mistakesOf(monitor), []);
});

/** Replaces text in a file of a copy of deploy/. */
const edit = (file: string, from: string, to: string) => (folder: string) => {
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  assert(text.includes(from), `${file} has no ${from}`);
  writeFileSync(path, text.replace(from, to));
};

const BROKEN: [file: string, from: string, to: string, mistake: RegExp][] = [
  ["daemonset/daemonset.yaml", "readOnlyRootFilesystem", "readOnlyRootFileSystem", /readOnlyRootFileSystem/],
  ["daemonset/daemonset.yaml", "httpGet: { path: /readyz", "httpGet: { paht: /readyz", /paht/],
  [
    "daemonset/daemonset.yaml",
    "containerPort: 9794",
    'containerPort: "9794"',
    /containerPort: must be integer/,
  ],
  ["daemonset/networkpolicy.yaml", "podSelector:", "podSelektor:", /podSelektor/],
  ["daemonset/service.yaml", "publishNotReadyAddresses", "publishNotReadyAddress", /publishNotReadyAddress/],
  ["monitoring/servicemonitor.yaml", "targetLabel: job", "targetLable: job", /targetLable/],
  [
    "monitoring/servicemonitor.yaml",
    "interval: 30s",
    "interval: half a minute",
    /interval: must match pattern/,
  ],
  ["monitoring/rules.yaml", "expr:", "expression:", /must have required property 'expr'/],
];

Deno.test(
  "mistakesOf() finds what is misspelt or of a wrong type in a manifest",
  { ignore: noKubectl },
  async () => {
    const objects = await renderChanged("examples/daemonset", (folder) => {
      for (const [file, from, to] of BROKEN) edit(file, from, to)(folder);
    });
    const found = objects.flatMap(mistakesOf);
    for (const [file, , to, mistake] of BROKEN) {
      assert(found.some((one) => mistake.test(one)), `${to} in ${file}: ${found.join("; ")}`);
    }
  },
);

Deno.test("mistakesOf() takes no object that it has no schema of", () => {
  assert.deepEqual(mistakesOf({ apiVersion: "v2", kind: "Pod" }), ["no schema of v2/Pod"]);
});

Deno.test("examples take the image that they name", { ignore: noKubectl }, async () => {
  const image = (folder: string) =>
    edit("examples/daemonset/kustomization.yaml", "newTag: 0.1.0", "newTag: 9.9.9")(folder);
  const { container } = certgateOf(await renderChanged("examples/daemonset", image));
  assert.equal(container.image, "registry.example/certgate:9.9.9");
});

Deno.test(
  "sidecar/envoy gives certgate the binary where it looks for one",
  { ignore: noKubectl },
  async () => {
    const { container, pod } = certgateOf(
      await renderChanged(
        "examples/sidecar",
        edit("examples/sidecar/kustomization.yaml", "# - ../../sidecar/envoy", "- ../../sidecar/envoy"),
      ),
    );
    const mount = container.volumeMounts.find(({ name }: Manifest) => name === "certgate-envoy");
    assert.equal(mount.mountPath, "/usr/local/lib/certgate");
    const copy = pod.initContainers.find(({ name }: Manifest) => name === "certgate-envoy");
    assert.equal(copy.command.at(-1), `${copy.volumeMounts[0].mountPath}/envoy`);
    assert.equal(container.restartPolicy, "Always");
  },
);
