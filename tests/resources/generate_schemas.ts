/**
 * Makes `lib/resources/_schemas.json` from the CRDs that Envoy Gateway carries, and from the OpenAPI documents of the
 * core kinds in kubectl-validate, the library with which Envoy Gateway checks files. Both are read from the Go module
 * cache: `go mod download github.com/envoyproxy/gateway@v1.9.0` puts the first one there.
 *
 * `deno run -A tests/resources/generate_schemas.ts` writes the file.
 *
 * @module
 */
import { parseAllDocuments } from "yaml";
import type { JsonObject } from "../../lib/model/mod.ts";

/** Where the generated file is. */
export const OUTPUT = new URL("../../lib/resources/_schemas.json", import.meta.url);

const GATEWAY = "github.com/envoyproxy/gateway@v1.9.0";
const VALIDATE = "sigs.k8s.io/kubectl-validate@v0.0.5-0.20250915070809-d2f2d68fba09";
const CRDS = "charts/gateway-helm/charts/crds/crds";

/** The version of each validated kind that Envoy Gateway's file mode can load, use and forget again. */
const VERSIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...["BackendTLSPolicy", "GRPCRoute", "Gateway", "GatewayClass", "HTTPRoute", "ListenerSet"],
      ...["TCPRoute", "TLSRoute", "UDPRoute"],
    ].map((kind) => [kind, "v1"]),
  ),
  ReferenceGrant: "v1beta1",
  ...Object.fromEntries(
    [
      ...["Backend", "BackendTrafficPolicy", "ClientTrafficPolicy", "EnvoyExtensionPolicy"],
      ...["EnvoyPatchPolicy", "EnvoyProxy", "HTTPRouteFilter", "SecurityPolicy"],
    ].map((kind) => [kind, "v1alpha1"]),
  ),
};

/** Core kinds: converted to Go types and nothing else, so only types are kept. */
const CORE: readonly [document: string, schema: string, apiVersion: string, kind: string][] = [
  ...["Secret", "ConfigMap", "Service", "Namespace"].map((
    kind,
  ): [string, string, string, string] => ["api/v1.json", `io.k8s.api.core.v1.${kind}`, "v1", kind]),
  [
    "apis/discovery.k8s.io/v1.json",
    "io.k8s.api.discovery.v1.EndpointSlice",
    "discovery.k8s.io/v1",
    "EndpointSlice",
  ],
];

/** What is kept of a schema besides its children. */
const KEPT = [
  ...["type", "format", "enum", "pattern", "default", "required", "nullable"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"],
  "unusable",
];
const EXTENSIONS: Readonly<Record<string, string>> = {
  "x-kubernetes-preserve-unknown-fields": "preserve",
  "x-kubernetes-int-or-string": "intOrString",
  "x-kubernetes-embedded-resource": "embedded",
  "x-kubernetes-list-type": "listType",
  "x-kubernetes-list-map-keys": "listKeys",
};

/**
 * Members of the kind uint64 in Go. Envoy Gateway 1.9.0's file mode keeps objects in a store that cannot hold such a
 * number (structured-merge-diff, value.kind) and ends with a panic.
 */
const UNUSABLE: ReadonlySet<string> = new Set(["tableSize", "minEndpointsThreshold", "number"]);

/**
 * Parts of patterns that take exponential time in JavaScript on text that does not match, and what says the same in
 * linear time. RE2, which Envoy Gateway uses, is linear with both.
 */
const LINEAR: readonly [part: string, same: string][] = [
  ["[!-~]+([\\t ]?[!-~]+)*", "[!-~](?:[\\t ]?[!-~])*"],
  ["(([\\w-]+\\.?)+)?[\\w-]+", "[\\w-]+(?:\\.[\\w-]+)*"],
];

// deno-lint-ignore no-explicit-any
type Schema = any;

/** Path of a Go module in the cache, or `null` if it is not there. */
async function moduleFolder(name: string): Promise<string | null> {
  const cache = Deno.env.get("GOMODCACHE") ??
    `${Deno.env.get("GOPATH") ?? `${Deno.env.get("HOME")}/go`}/pkg/mod`;
  const there = await Deno.stat(`${cache}/${name}`).then((stat) => stat.isDirectory, () => false);
  return there ? `${cache}/${name}` : null;
}

/** Every distinct schema once; children are numbers of the list. */
class Table {
  readonly nodes: JsonObject[] = [];
  readonly #seen = new Map<string, number>();

  add(node: JsonObject): number {
    const key = JSON.stringify(node);
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    this.#seen.set(key, this.nodes.length);
    return this.nodes.push(node) - 1;
  }
}

function intern(table: Table, schema: Schema): number {
  const node: Record<string, Schema> = {};
  for (const key of KEPT) if (schema[key] !== undefined) node[key] = schema[key];
  for (const [part, same] of LINEAR) node.pattern = node.pattern?.replace(part, same);
  for (const [key, short] of Object.entries(EXTENSIONS)) {
    const value = schema[key];
    if (value !== undefined && value !== "atomic") node[short] = value;
  }
  if (schema.properties) {
    node.properties = Object.fromEntries(
      Object.entries(schema.properties).sort(([a], [b]) => a < b ? -1 : 1)
        .map(([name, inner]) => {
          const unusable = UNUSABLE.has(name) && (inner as Schema).format === "int64";
          return [name, intern(table, unusable ? { ...(inner as Schema), unusable } : inner)];
        }),
    );
  }
  if (schema.items) node.items = intern(table, schema.items);
  if (typeof schema.additionalProperties === "object") {
    node.additional = intern(table, schema.additionalProperties);
  } else if (schema.additionalProperties === true) node.additional = true;
  for (const key of ["allOf", "anyOf", "oneOf"]) {
    if (schema[key]) node[key] = schema[key].map((inner: Schema) => intern(table, inner));
  }
  if (schema.not) node.not = intern(table, schema.not);
  // A rule about the old object has nothing to say about a new one.
  const rules = (schema["x-kubernetes-validations"] ?? []).filter((rule: Schema) =>
    !/\boldSelf\b/.test(rule.rule)
  );
  if (rules.length > 0) {
    node.rules = rules.map((rule: Schema) => ({
      rule: forJavaScript(rule.rule.trim()),
      message: rule.message?.trim() ?? "",
    }));
  }
  return table.add(node);
}

// RE2 takes a flag in the middle of a pattern, JavaScript around a part of it. The evaluator does not know has() with
// an entry of a list, which says the same as "in".
function forJavaScript(rule: string): string {
  return rule.replace(/\^\(\?i\)(.*?)\$"""/g, '^(?i:$1)$"""')
    .replace(/has\((\w+(?:\.\w+)*\[\d+\](?:\.\w+)*)\.(\w+)\)/g, "('$2' in $1)");
}

function internTypes(table: Table, schema: Schema, all: Schema, depth = 0): number {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (ref !== undefined) return internTypes(table, all[ref.split("/").at(-1)], all, depth);
  const node: Record<string, Schema> = {};
  if (schema.type) node.type = schema.type;
  if (schema.format === "byte" || schema.format === "date-time") node.format = schema.format;
  if (schema.format === "int-or-string" || schema.oneOf) return table.add({ intOrString: true });
  if (schema.properties) {
    node.properties = Object.fromEntries(
      Object.entries(schema.properties).filter(([name]) => name !== "managedFields" && name !== "metadata")
        .map(([name, inner]) => [name, internTypes(table, inner, all, depth + 1)]),
    );
  }
  if (schema.items) node.items = internTypes(table, schema.items, all, depth + 1);
  if (typeof schema.additionalProperties === "object") {
    node.additional = internTypes(table, schema.additionalProperties, all, depth + 1);
  }
  return table.add(node);
}

/** The text of the generated file, or `null` if the modules it is made from are not on this machine. */
export async function generateSchemas(): Promise<string | null> {
  const gateway = await moduleFolder(GATEWAY);
  const validate = await moduleFolder(VALIDATE);
  if (gateway === null || validate === null) return null;
  const table = new Table();
  const kinds: Record<string, number> = {};
  const files = [`${gateway}/${CRDS}/gatewayapi-crds.yaml`];
  for await (const entry of Deno.readDir(`${gateway}/${CRDS}/generated`)) {
    files.push(`${gateway}/${CRDS}/generated/${entry.name}`);
  }
  for (const file of files.sort()) {
    for (const document of parseAllDocuments(await Deno.readTextFile(file))) {
      const crd = (document as unknown as { toJS(): Schema }).toJS();
      const kind = crd?.spec?.names?.kind;
      if (!(kind in VERSIONS)) continue;
      const version = crd.spec.versions.find((one: Schema) => one.name === VERSIONS[kind]);
      kinds[`${crd.spec.group}/${version.name}/${kind}`] = intern(table, version.schema.openAPIV3Schema);
    }
  }
  for (const [document, name, apiVersion, kind] of CORE) {
    const path = `${validate}/pkg/openapiclient/builtins/1.32/${document}`;
    const { components } = JSON.parse(await Deno.readTextFile(path));
    kinds[`${apiVersion}/${kind}`] = internTypes(table, components.schemas[name], components.schemas);
  }
  const meta = JSON.parse(await Deno.readTextFile(`${validate}/pkg/openapiclient/local_crds_metadata.json`));
  kinds["ObjectMeta"] = internTypes(
    table,
    meta["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"],
    meta,
  );
  return show({
    source: `Envoy Gateway 1.9.0 (${CRDS}; Gateway API 1.6.1, experimental channel) and kubectl-validate ` +
      "(core kinds of Kubernetes 1.32); made by tests/resources/generate_schemas.ts",
    license: "Apache-2.0",
    kinds,
    nodes: table.nodes,
  });
}

// One node a line: small, and a change shows what has changed.
function show(
  file: { source: string; license: string; kinds: Record<string, number>; nodes: JsonObject[] },
): string {
  return [
    "{",
    `"source": ${JSON.stringify(file.source)},`,
    `"license": ${JSON.stringify(file.license)},`,
    `"kinds": ${JSON.stringify(file.kinds)},`,
    `"nodes": [`,
    file.nodes.map((node) => JSON.stringify(node)).join(",\n"),
    "]",
    "}",
    "",
  ].join("\n");
}

if (import.meta.main) {
  const text = await generateSchemas();
  if (text === null) throw new Error(`Cannot make the schemas: ${GATEWAY} is not in the Go module cache`);
  await Deno.writeTextFile(OUTPUT, text);
  console.log(`${OUTPUT.pathname}: ${text.length} bytes`);
}
