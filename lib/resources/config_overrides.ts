import { parseDocument } from "yaml";
import { configJsonSchema } from "./config_schema.ts";

/** One key of the configuration that is set outside of its file. */
export interface ConfigOverride {
  /** Path of the key, e.g. `http.listen`. */
  readonly key: string;
  /** The value as YAML, e.g. `127.0.0.1:9794`, `true` or `[a/b, c/d]`. */
  readonly text: string;
  /** How complaints call it, e.g. `CERTGATE_HTTP_LISTEN` or `--set http.listen`. */
  readonly from: string;
}

/** A key that can be set outside of the file: every one but the members of list entries. */
export interface ConfigKey {
  /** Path of the key, e.g. `gate.expiresSoon`. */
  readonly path: string;
  /** The environment variable that sets it, e.g. `CERTGATE_GATE_EXPIRES_SOON`. */
  readonly variable: string;
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

/** Every key that can be set outside of the file, in the order of the schema. */
export const CONFIG_KEYS: readonly ConfigKey[] = listKeys(configJsonSchema() as SchemaNode, []);

function listKeys(node: SchemaNode, path: readonly string[]): ConfigKey[] {
  if (node.properties) {
    return Object.entries(node.properties).flatMap(([name, inner]) => listKeys(inner, [...path, name]));
  }
  // Words begin at a capital after a small letter, and at the last capital of several: PostHTTPListenerModify has four.
  const words = path.map((name) =>
    name.replace(/(?<=[a-z\d])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g, "_$&").toUpperCase()
  );
  return [{ path: path.join("."), variable: `CERTGATE_${words.join("_")}` }];
}

/**
 * The overrides of an environment. A variable that is empty counts as not set, and one that names no key is not looked
 * at: an orchestrator puts variables of its own making into every environment (`CERTGATE_SERVICE_HOST`).
 *
 * @param get Gives the value of a variable.
 */
export function overridesOfEnvironment(get: (variable: string) => string | undefined): ConfigOverride[] {
  return CONFIG_KEYS.flatMap(({ path, variable }) => {
    const text = get(variable);
    return text ? [{ key: path, text, from: variable }] : [];
  });
}

/** What an override does to a configuration: the value with it, or why it cannot be read. */
export type Overridden = { readonly value: unknown } | { readonly problem: string };

/**
 * Sets one key of a configuration. The value that is given is not changed.
 *
 * @param value The configuration so far, as plain data.
 * @param override The key and its value; the key need not exist, the schema says so later.
 */
export function applyOverride(value: unknown, override: ConfigOverride): Overridden {
  const document = parseDocument(override.text);
  const [error] = document.errors;
  if (error) return { problem: error.message.split("\n")[0].replace(/ at line \d+, column \d+:?$/, "") };
  try {
    return { value: setIn(value, override.key.split("."), document.toJS()) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function setIn(value: unknown, path: readonly string[], inner: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return inner;
  // What stands in the way is wrong by itself, and the schema says where.
  if (value !== null && value !== undefined && (typeof value !== "object" || Array.isArray(value))) {
    return value;
  }
  const members = (value ?? {}) as Record<string, unknown>;
  return { ...members, [name]: setIn(Object.hasOwn(members, name) ? members[name] : undefined, rest, inner) };
}
