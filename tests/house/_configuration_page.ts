import { CONFIG_KEYS, editorSchema, parseConfig } from "../../lib/resources/mod.ts";
import type { Config } from "../../lib/resources/mod.ts";
import { needRestart } from "../../lib/server/mod.ts";
import { CONFIGURATION_PARTS, type ConfigurationPart } from "./_configuration_parts.ts";
import { MADE, row } from "./_page.ts";

interface Schema {
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly (string | null)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** `docs/configuration.md`: every key, part by part. */
export function renderConfiguration(): string {
  return [
    "# Configuration",
    MADE,
    "",
    ...INTRODUCTION,
    ...CONFIGURATION_PARTS.flatMap(renderPart),
    ...EDITORS,
  ].join("\n");
}

const INTRODUCTION =
  `\`/etc/certgate/config.yaml\`, or the file that \`CERTGATE_CONFIG\` or \`--config\` names. Every key has a default, so an empty
file is a valid configuration, and so is none. Keys are strict: an unknown one is an error with its place and, where a known
key is near, a hint.

\`\`\`sh
certgate config check                    # is it right, and may this binary write where it says
certgate config show                     # all of it, with every default
certgate run --set log.level=debug
\`\`\`

**In what order.** The file, then variables of the environment, then \`--set\`; the later counts. The variable of a key is in
the tables. A value is YAML: \`CERTGATE_NEVER_GATE='[default/a, default/b]'\`. Lists are replaced as a whole. An empty variable
counts as not set. A variable with a wrong name is not seen at all: \`certgate config check\` names those that were.

**When.** SIGHUP reads everything again, all or nothing: with a wrong file the configuration in use stays, the log says what
is wrong, and \`certgate_config_reload_failed\` is 1. Keys with "yes" under "restart" are only read at the start; the log names
those that have changed.
`.split("\n");

const EDITORS = `## In an editor

[config.schema.json](config.schema.json) is the JSON Schema, the same that \`certgate config schema\` prints. Editors with the
YAML language server complete keys and mark mistakes when the first line of the file names it:

\`\`\`yaml
# yaml-language-server: $schema=/usr/local/share/doc/certgate/config.schema.json
sources:
  - path: /etc/letsencrypt/live/*
\`\`\`

The schema refuses what certgate refuses, but for two things: that a file has one document with each key once, which YAML
itself says, and that \`gate.resources\` and \`gate.output\` must not stand in one another.
`.split("\n");

const FIXED = new Set(restartKeys());

/** The keys that a running agent cannot change: those that are named when every key has changed. */
function restartKeys(): string[] {
  const parsed = parseConfig("hook: { group: a }", "");
  if (!parsed.ok) throw new TypeError("the defaults are no configuration");
  const changed = (value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, changed(inner)]))
      : Symbol();
  return needRestart(parsed.config, changed(parsed.config) as Config);
}

function renderPart({ heading, keys, about, example }: ConfigurationPart): string[] {
  const schema = editorSchema() as Schema;
  return [
    `## ${heading}`,
    "",
    about,
    "",
    "```yaml",
    example,
    "```",
    "",
    row("key", "values", "default", "what it does", "variable", "restart"),
    row("---", "---", "---", "---", "---", "---"),
    ...keys.flatMap((key) => keyRows(schema.properties![key], key)),
    "",
  ];
}

function keyRows(schema: Schema, path: string): string[] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, inner]) => keyRows(inner, `${path}.${key}`));
  }
  const members = Object.entries(schema.items?.properties ?? {});
  const fallback = schema.default === undefined ? "–" : `\`${JSON.stringify(schema.default)}\``;
  const variable = CONFIG_KEYS.find((key) => key.path === path)?.variable;
  return [
    row(
      `\`${path}\``,
      valuesOf(schema),
      fallback,
      schema.description ?? "",
      variable === undefined ? "–" : `\`${variable}\``,
      FIXED.has(path) ? "yes" : "–",
    ),
    ...members.flatMap(([key, inner]) => keyRows(inner, `${path}[].${key}`)),
  ];
}

function valuesOf(schema: Schema): string {
  const { enum: choices, items, anyOf, pattern } = schema;
  if (anyOf) return anyOf.filter(({ type }) => type !== "null").map(valuesOf).join(", or ");
  if (choices) return choices.filter((one) => one !== null).map((one) => `\`${one}\``).join(", ");
  const [type] = [schema.type].flat();
  if (type === "object") {
    const members = Object.entries(schema.properties ?? {}).map(([key, inner]) =>
      `\`${key}\` (${valuesOf(inner)})`
    );
    return `a map of ${members.join(" and ")}`;
  }
  if (type === "array") return items!.properties ? "list of maps" : `list of ${valuesOf(items!)}s`;
  if (pattern === "^\\/.*") return "absolute path";
  if (pattern === "^\\d+(\\.\\d+)?d$") return 'days such as `"7d"`';
  return `${type}${boundsOf(schema)}`;
}

function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  if (minimum !== undefined) return `, ${minimum} to ${maximum}`;
  return exclusiveMinimum === undefined ? "" : ` between ${exclusiveMinimum} and ${exclusiveMaximum}`;
}
