/**
 * Makes `schemas.json` beside this file: the schemas of the kinds that deploy/ uses, from what their projects publish, without
 * descriptions and closed to fields that they do not name. Core kinds come from the OpenAPI documents of Kubernetes that
 * kubectl-validate carries, the others from the CRDs of the Prometheus Operator; both are read from the Go module cache:
 * `go mod download sigs.k8s.io/kubectl-validate@VERSION github.com/prometheus-operator/prometheus-operator@VERSION`.
 *
 * `deno run -A tests/deploy/generate_schemas.ts` writes the file.
 *
 * @module
 */
import { parse } from "yaml";

/** Where the generated file is. */
export const OUTPUT = new URL("schemas.json", import.meta.url);

const VALIDATE = "sigs.k8s.io/kubectl-validate@v0.0.5-0.20250915070809-d2f2d68fba09";
const OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0";
const KUBERNETES = "1.32";

const CORE: readonly [document: string, schema: string, apiVersion: string][] = [
  ["api/v1.json", "io.k8s.api.core.v1.ConfigMap", "v1"],
  ["api/v1.json", "io.k8s.api.core.v1.Namespace", "v1"],
  ["api/v1.json", "io.k8s.api.core.v1.Service", "v1"],
  ["api/v1.json", "io.k8s.api.core.v1.ServiceAccount", "v1"],
  ["apis/apps/v1.json", "io.k8s.api.apps.v1.DaemonSet", "apps/v1"],
  ["apis/apps/v1.json", "io.k8s.api.apps.v1.Deployment", "apps/v1"],
  ["apis/networking.k8s.io/v1.json", "io.k8s.api.networking.v1.NetworkPolicy", "networking.k8s.io/v1"],
];
const OPERATED = ["PodMonitor", "PrometheusRule", "ServiceMonitor"];

// deno-lint-ignore no-explicit-any
type Schema = any;

const KEPT = [
  ...["type", "enum", "pattern", "required", "minimum", "maximum", "minLength", "maxLength"],
  ...["minItems", "maxItems", "uniqueItems"],
];

/** A schema of OpenAPI as one of JSON Schema. `refer` gives the name of the definition that a reference leads to. */
function close(schema: Schema, refer: (name: string) => string): Schema {
  const reference = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0].$ref : undefined);
  if (reference !== undefined) return { $ref: `#/definitions/${refer(reference.split("/").at(-1))}` };
  if (schema.format === "int-or-string" || schema["x-kubernetes-int-or-string"]) {
    return { type: ["integer", "string"] };
  }
  const made: Schema = {};
  for (const key of KEPT) if (schema[key] !== undefined) made[key] = schema[key];
  // RE2 takes a flag for the rest of a pattern, JavaScript for a part of it.
  if (made.pattern) made.pattern = made.pattern.replace(/\(\?i\)(.*?)(\$?)$/, "(?i:$1)$2");
  if (schema.items) made.items = close(schema.items, refer);
  for (const key of ["allOf", "anyOf", "oneOf"]) {
    if (schema[key]) made[key] = schema[key].map((one: Schema) => close(one, refer));
  }
  if (schema.properties) {
    made.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, inner]) => [name, close(inner as Schema, refer)]),
    );
  }
  if (typeof schema.additionalProperties === "object") {
    made.additionalProperties = close(schema.additionalProperties, refer);
  } else if (schema.properties && !schema["x-kubernetes-preserve-unknown-fields"]) {
    made.additionalProperties = false;
  }
  return made;
}

async function addCore(folder: string, kinds: Schema, definitions: Schema): Promise<void> {
  for (const [document, name, apiVersion] of CORE) {
    const path = `${folder}/pkg/openapiclient/builtins/${KUBERNETES}/${document}`;
    const { schemas } = JSON.parse(await Deno.readTextFile(path)).components;
    const refer = (wanted: string): string => {
      // What only a cluster writes is nothing that a manifest has.
      if (/Status$|ManagedFieldsEntry$/.test(wanted)) return "none";
      if (definitions[wanted] === undefined) {
        definitions[wanted] = {};
        definitions[wanted] = close(schemas[wanted], refer);
      }
      return wanted;
    };
    kinds[`${apiVersion}/${name.split(".").at(-1)}`] = refer(name);
  }
}

async function addOperated(folder: string, kinds: Schema, definitions: Schema): Promise<void> {
  for (const kind of OPERATED) {
    const path =
      `${folder}/example/prometheus-operator-crd/monitoring.coreos.com_${kind.toLowerCase()}s.yaml`;
    const crd = parse(await Deno.readTextFile(path));
    const schema = close(crd.spec.versions[0].schema.openAPIV3Schema, String);
    schema.properties.metadata = {
      $ref: "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
    };
    delete schema.properties.status;
    definitions[kind] = schema;
    kinds[`monitoring.coreos.com/v1/${kind}`] = kind;
  }
}

async function moduleFolder(name: string): Promise<string | null> {
  const cache = Deno.env.get("GOMODCACHE") ??
    `${Deno.env.get("GOPATH") ?? `${Deno.env.get("HOME")}/go`}/pkg/mod`;
  const there = await Deno.stat(`${cache}/${name}`).then((stat) => stat.isDirectory, () => false);
  return there ? `${cache}/${name}` : null;
}

/** The text of the generated file, or `null` if the modules it is made from are not on this machine. */
export async function generateSchemas(): Promise<string | null> {
  const [core, operator] = [await moduleFolder(VALIDATE), await moduleFolder(OPERATOR)];
  if (core === null || operator === null) return null;
  const kinds = {};
  const definitions: Record<string, Schema> = { none: { type: "object", maxProperties: 0 } };
  await addCore(core, kinds, definitions);
  await addOperated(operator, kinds, definitions);
  const lines = Object.entries(definitions).map(([name, one]) =>
    `${JSON.stringify(name)}: ${JSON.stringify(one)}`
  );
  return [
    "{",
    `"source": "Kubernetes ${KUBERNETES} (${VALIDATE}) and ${OPERATOR}; made by tests/deploy/generate_schemas.ts",`,
    `"license": "Apache-2.0",`,
    `"kinds": ${JSON.stringify(kinds)},`,
    `"definitions": {`,
    lines.join(",\n"),
    "}",
    "}",
    "",
  ].join("\n");
}

if (import.meta.main) {
  const text = await generateSchemas();
  if (text === null) throw new Error("Cannot make the schemas: the Go module cache lacks their modules");
  await Deno.writeTextFile(OUTPUT, text);
  console.log(`${OUTPUT.pathname}: ${text.length} bytes`);
}
