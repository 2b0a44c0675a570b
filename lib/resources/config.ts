import { closest, distance } from "fastest-levenshtein";
import { isMap, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Document, Node } from "yaml";
import type { $ZodIssue } from "zod/v4/core";
import type { Complaint } from "./complaint.ts";
import { applyOverride, type ConfigOverride } from "./config_overrides.ts";
import { type Config, configJsonSchema, configSchema } from "./config_schema.ts";

/** A configuration, or everything that is wrong with its text. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly complaints: readonly Complaint[] };

/**
 * Reads a configuration file. Keys are strict: an unknown one is a complaint with its place and, where a known key is
 * near, a hint. All complaints of a file come at once.
 *
 * @param text The YAML 1.2 text; empty means every default.
 * @param file The name under which complaints mention it.
 * @param overrides Keys that are set outside of the file; of two with one key the later counts. A complaint about such a
 * value names where it comes from instead of the file.
 * @returns The configuration with defaults filled in, or the complaints in order of their place.
 */
export function parseConfig(
  text: string,
  file: string,
  overrides: readonly ConfigOverride[] = [],
): ConfigResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const at = (offset: number | undefined) => {
    if (offset === undefined) return { file, line: 0, column: 0 };
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  if (document.errors.length > 0) {
    return {
      ok: false,
      complaints: document.errors.map((error) => ({
        ...at(error.pos[0]),
        message: `Cannot read the configuration: ${
          error.code === "MULTIPLE_DOCS" ? "a second document begins here" : firstLine(error.message)
        }`,
        hint: "the file is YAML; check the indentation and the quotes around this place",
      })),
    };
  }
  const value = toValue(document);
  if ("problem" in value) {
    const message = `Cannot read the configuration: ${firstLine(value.problem)}`;
    return { ok: false, complaints: [{ ...at(value.offset), message, hint: "write the value out" }] };
  }
  const { js, complaints: unread } = override(withoutEmpty(value.js), overrides);
  if (unread.length > 0) return { ok: false, complaints: unread };
  const parsed = configSchema.safeParse(js ?? {});
  if (parsed.success) return { ok: true, config: parsed.data };
  const complaints = parsed.error.issues.flatMap((issue) => explain(issue, document, js)).map((each) => {
    const outside = overrides.findLast(({ key }) => isSetBy(each.path, key, document));
    const place = outside ? { file: outside.from, line: 0, column: 0 } : at(each.offset);
    return { ...place, message: each.message, hint: each.hint };
  });
  return { ok: false, complaints: complaints.sort((a, b) => a.line - b.line || a.column - b.column) };
}

function override(
  value: unknown,
  overrides: readonly ConfigOverride[],
): { js: unknown; complaints: Complaint[] } {
  let js = value;
  const complaints: Complaint[] = [];
  for (const each of overrides) {
    const done = applyOverride(js, each);
    if ("value" in done) js = done.value;
    else {
      complaints.push({
        file: each.from,
        line: 0,
        column: 0,
        message: `Cannot read the value: ${firstLine(done.problem)}`,
        hint: "the value is YAML; put it in quotes if it is a text with special characters",
      });
    }
  }
  return { js, complaints };
}

/** Whether what is wrong at a path was set outside of the file by this key: at it, inside its value, or by its being there. */
function isSetBy(path: readonly PropertyKey[], key: string, document: Document): boolean {
  const at = `${path.map(String).join(".")}.`;
  return at.startsWith(`${key}.`) || path.length > 0 && `${key}.`.startsWith(at) && !document.hasIn(path);
}

// A section whose every key is commented out is empty, and means what a section that is not there means.
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => inner !== null).map((
      [key, inner],
    ) => [key, withoutEmpty(inner)]),
  );
}

// The library finds aliases without an anchor, and aliases that grow without bound, only when it makes the value.
function toValue(document: Document): { js: unknown } | { problem: string; offset: number | undefined } {
  try {
    return { js: document.toJS() };
  } catch (error) {
    let offset: number | undefined;
    visit(document, {
      Alias: (_key, alias) => {
        const sound = alias.resolve(document) !== undefined;
        offset = alias.range?.[0];
        return sound ? undefined : visit.BREAK;
      },
    });
    return { problem: (error as Error).message, offset };
  }
}

interface Explained {
  path: readonly PropertyKey[];
  offset: number | undefined;
  message: string;
  hint: string;
}

function explain(issue: $ZodIssue, document: Document, js: unknown): Explained[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      offset: keyOffset(document, issue.path, key),
      message: `Unknown key ${JSON.stringify([...issue.path, key].join("."))}`,
      hint: nearestKey(issue.path, key),
    }));
  }
  const node = document.getIn(issue.path, true) as Node | undefined;
  // A text in place of the whole configuration is a wrong file, and that may be a private key.
  const value = issue.path.length === 0 ? "" : showScalar(valueAt(js, issue.path));
  const name = issue.path.join(".");
  const where = name ? ` for ${JSON.stringify(name)}` : "";
  return [{
    path: issue.path,
    offset: node?.range?.[0] ?? 0,
    message: `Cannot use the value${value}${where}: ${firstLine(issue.message)}`,
    hint: "certgate config schema prints every key with what it takes",
  }];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inner: unknown, step) => (inner as Record<PropertyKey, unknown> | null)?.[step], value);
}

/** How many characters of a text are shown: enough to find it again. */
const SHOWN = 60;

// The text may be a key where the path of its file was meant, and what is said here goes to the journal.
function showScalar(value: unknown): string {
  if (value === undefined || value !== null && typeof value === "object") return "";
  if (typeof value !== "string") return ` ${JSON.stringify(value)}`;
  const shown = /-----BEGIN [^-]*-----/.exec(value)?.[0] ?? firstLine(value).slice(0, SHOWN);
  return ` ${JSON.stringify(shown.length < value.length ? `${shown}…` : shown)}`;
}

function keyOffset(document: Document, path: readonly PropertyKey[], key: string): number | undefined {
  const parent = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

function nearestKey(path: readonly PropertyKey[], key: string): string {
  let known: SchemaNode | undefined = configJsonSchema() as SchemaNode;
  for (const step of path) {
    known = typeof step === "number" ? known?.items : known?.properties?.[String(step)];
  }
  const keys = Object.keys(known?.properties ?? {});
  if (keys.length === 0) return "";
  const near = closest(key, keys);
  return distance(key, near) <= Math.max(2, key.length / 3)
    ? `did you mean ${JSON.stringify([...path, near].join("."))}?`
    : `known here: ${keys.join(", ")}`;
}

function firstLine(text: string): string {
  return text.split("\n")[0].replace(/ at line \d+, column \d+:?$/, "").replace(/[.:]$/, "");
}
