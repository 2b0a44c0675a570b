import { configJsonSchema } from "./config_schema.ts";

type Json = Readonly<Record<string, unknown>>;

/** Where the schema for editors stands once it is published; a name, fetched by nobody. */
const ID = "https://certgate.dev/config.schema.json";

const PORT = "0*([0-9]{1,4}|[0-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
const HOST_PORT = `^((tcp|http)://)?(\\[[0-9a-fA-F:.]+\\]|[^:\\[\\]/]+):${PORT}$`;
const LOOPBACK = "(\\[::1\\]|localhost|127(\\.[0-9]{1,3}){3})";
const TCP = `^tcp://(\\[[0-9a-fA-F:.]+\\]|[^:\\[\\]/]+):${PORT}$`;
const THIS_MACHINE = `^(unix:(//)?/[^/].{0,101}|tcp://${LOOPBACK}:${PORT})$`;

// That it is the first one cannot be said in a way that every validator takes.
const ABSOLUTE_PROGRAM: Json = { contains: { type: "string", pattern: "^/" } };

function exactlyOne(...keys: string[]): Json {
  return { oneOf: keys.map((key) => ({ properties: { [key]: true }, required: [key] })) };
}

// A server that hands out private keys: with TLS any address that has a port, without it this machine alone.
const DOOR: Json = {
  if: { required: ["tls"], properties: { tls: { type: "object" } } },
  then: { required: ["listen"], properties: { listen: { type: "string", pattern: TCP } } },
  else: { properties: { listen: { pattern: THIS_MACHINE }, envoy: { type: "null" } } },
};

// What the schema library checks by functions, said once more in the words of JSON Schema. A test holds both together.
const MORE: Readonly<Record<string, Json>> = {
  "hook": DOOR,
  "sds": DOOR,
  "http.listen": { pattern: HOST_PORT },
  "envoy.path": { pattern: "^(auto|none|/.*)$" },
  "envoy.admin[]": { pattern: HOST_PORT },
  "gate": { dependentRequired: { resources: ["output"], output: ["resources"] } },
  "rotation": {
    if: { required: ["automatic"], properties: { automatic: { type: "boolean", const: true } } },
    then: { required: ["configHome"], properties: { configHome: { type: "string" } } },
  },
  "rotation.probes[]": { pattern: HOST_PORT },
  "rotation.dependents[].instances[]": exactlyOne("systemd", "signal", "command", "http"),
  "rotation.dependents[].instances[].command": ABSOLUTE_PROGRAM,
  "rotation.dependents[].instances[].health.command": ABSOLUTE_PROGRAM,
  "rotation.dependents[].instances[].health": exactlyOne("http", "tcp", "command"),
};

/**
 * The JSON Schema (draft 2020-12) of the configuration file as editors want it: it accepts what `parseConfig()` accepts,
 * an empty section included, and refuses what that refuses, as far as one schema can say it. What it cannot say is that
 * two paths must not stand in one another, and that no two dependents, instances or bundles are the same.
 */
export function editorSchema(): Json {
  const { $schema, ...schema } = adapt(configJsonSchema() as Json, "") as Json;
  return { $schema, $id: ID, title: "Configuration of certgate", ...schema };
}

/** @param path Of the key, with `[]` behind it for the entries of a list. */
function adapt(node: Json, path: string): Json {
  // "starts_with" is no format that a validator knows; the pattern beside it says the same.
  const { format: _, properties, items, anyOf, ...rest } = node;
  const inList = path.includes("[]");
  const adapted: Record<string, unknown> = { ...rest, ...MORE[path] };
  if (properties) {
    adapted.properties = Object.fromEntries(
      Object.entries(properties as Json).map(([key, value]) => {
        const inner = adapt(value as Json, path === "" ? key : `${path}.${key}`);
        return [key, inList ? inner : orEmpty(inner)];
      }),
    );
  }
  if (items) adapted.items = adapt(items as Json, `${path}[]`);
  if (anyOf) adapted.anyOf = (anyOf as Json[]).map((one) => adapt(one, path));
  return adapted;
}

/** A key with nothing behind it counts as one that is not there. */
function orEmpty(node: Json): Json {
  if (node.anyOf) return { ...node, anyOf: [...node.anyOf as Json[], { type: "null" }] };
  const choices = node.enum ? { enum: [...node.enum as unknown[], null] } : {};
  return { ...node, type: [node.type, "null"], ...choices };
}
