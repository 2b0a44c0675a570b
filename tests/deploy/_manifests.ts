import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { toolPath } from "../setup/tools.ts";
import { DEPLOY } from "./generate.ts";

// deno-lint-ignore no-explicit-any
export type Manifest = any;

/** Whether there is no kubectl on this machine. */
export const noKubectl = toolPath("kubectl") === null;

/** What people apply: each is a directory with a kustomization. */
export const BUILDS = [
  "sidecar",
  "daemonset",
  "examples/sidecar",
  "examples/daemonset",
  "examples/daemonset-host-network",
];

/** A copy of deploy/ that may be changed, with what the chart of Envoy Gateway gives where the example wants it. */
export function copyDeploy(): { readonly folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "certgate-deploy-"));
  cpSync(DEPLOY, folder, { recursive: true });
  const chart = fileURLToPath(new URL("fixtures/envoy_gateway.yaml", import.meta.url));
  writeFileSync(join(folder, "examples/sidecar/envoy-gateway.yaml"), readFileSync(chart));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** Runs the real `kubectl kustomize`. */
export async function kustomize(path: string): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const { success, stdout, stderr } = await new Deno.Command(toolPath("kubectl")!, {
    args: ["kustomize", path],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const rendered = new Map<string, Promise<Manifest[]>>();

/** The objects of one of the builds as it stands; built once, so leave them as they are. */
export function render(build: string): Promise<Manifest[]> {
  const known = rendered.get(build) ?? renderChanged(build);
  rendered.set(build, known);
  return known;
}

/** The objects of one of the builds, after a change of the copy that is built. */
export async function renderChanged(build: string, change?: (folder: string) => void): Promise<Manifest[]> {
  using copy = copyDeploy();
  change?.(copy.folder);
  const { success, stdout, stderr } = await kustomize(join(copy.folder, build));
  if (!success || stderr !== "") throw new Error(`${build}: ${stderr}`);
  return parseAllDocuments(stdout).map((document) => (document as { toJS(): Manifest }).toJS());
}

/** The container of certgate, and the pod that it is in. */
export function certgateOf(objects: readonly Manifest[]): { container: Manifest; pod: Manifest } {
  const workload = objects.find(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
  const pod = workload.spec.template.spec;
  const container = [...pod.initContainers ?? [], ...pod.containers].find(({ name }) => name === "certgate");
  return { container, pod };
}
