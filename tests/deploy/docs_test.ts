import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { ALERTS, FLEET_GROUPS } from "../../lib/cli/alerts/mod.ts";
import { toolPath } from "../setup/tools.ts";
import { DEPLOY } from "./generate.ts";

const page = (name: string) => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), "utf8");
const [fleet, kubernetes] = [page("fleet"), page("kubernetes")];

/** What stands in a block of YAML of a page, the list markers of the text around it taken away. */
function blocksOf(text: string): unknown[] {
  return [...text.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)].map(([, indent, block]) =>
    parse(block.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
  );
}

Deno.test("docs/fleet.md lists every alert of the fleet with its severity", () => {
  const rows = [...fleet.matchAll(/^\| (CertgateFleet\w+) +\| (\w+) /gm)].map(([, name, severity]) => [
    name,
    severity,
  ]);
  const wanted = FLEET_GROUPS.flatMap(({ alerts }) => alerts.map(({ name, severity }) => [name, severity]));
  assert.deepEqual(rows, wanted);
});

Deno.test("docs/fleet.md lists every series that is recorded, and no other", () => {
  const wanted = FLEET_GROUPS.flatMap(({ records = [] }) => records.map(({ record }) => record));
  const named = new Set([...fleet.matchAll(/`(\w+:certgate_\w+:\w+)`/g)].map(([, name]) => name));
  assert.deepEqual([...named].sort(), wanted.sort());
});

Deno.test("docs/fleet.md names only alerts that there are", () => {
  const names = new Set(ALERTS.map(({ name }) => name));
  const used = [...fleet.matchAll(/\b(?:Certgate|GatewayListener|TLSBackstop)[A-Z]\w+/g)].map(([name]) =>
    name
  );
  assert(used.length > 15);
  assert.deepEqual(used.filter((name) => !names.has(name)), []);
});

Deno.test("docs/kubernetes.md shows the values that are in deploy/", () => {
  const [values] = blocksOf(kubernetes);
  assert.deepEqual(values, parse(readFileSync(`${DEPLOY}envoy-gateway-values.yaml`, "utf8")));
});

Deno.test("promtool finds no fault in what docs/fleet.md puts into the Prometheus of a host", {
  ignore: toolPath("promtool") === null,
}, async () => {
  const parts = blocksOf(fleet).filter((block) =>
    typeof block === "object" && block !== null && ("scrape_configs" in block || "remote_write" in block)
  );
  assert.equal(parts.length, 2);
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(file, stringify(Object.assign({}, ...parts)));
  const { success, stderr } = await new Deno.Command(toolPath("promtool")!, {
    args: ["check", "config", file],
  })
    .output();
  await Deno.remove(file);
  assert(success, new TextDecoder().decode(stderr));
});
