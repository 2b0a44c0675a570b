import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseAllDocuments } from "yaml";
import { ALERTS, FLEET_GROUPS } from "../../lib/cli/alerts/mod.ts";
import { REASONS } from "../../lib/model/mod.ts";
import { METRIC_FAMILIES, NSO_FAMILIES, NSO_NAMES } from "../../lib/outputs/mod.ts";
import { CONFIG_KEYS, editorSchema, parseConfig } from "../../lib/resources/mod.ts";
import { findFiles } from "../runner/find_files.ts";
import { TOOLS } from "../setup/tools.ts";
import { readPages, ROOT } from "./_pages.ts";
import { FOREIGN_WORDS, OTHER_VARIABLES } from "./words.ts";

const pages = readPages();
/** ADRs and the change log tell what was; the others tell what is. */
const present = pages.filter(({ path }) => !path.startsWith("docs/adr/") && path !== "CHANGELOG.md");

Deno.test("docs link only to files and headings that there are", () => {
  const anchors = new Map(pages.map((page) => [page.path, page.anchors]));
  for (const { path, links } of pages) {
    for (const { target, line } of links) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file, anchor] = target.split("#");
      const to = file === "" ? path : normalize(join(dirname(path), file));
      assert(existsSync(join(ROOT, to)), `${path}:${line}: no file ${to}`);
      if (anchor !== undefined) assert(anchors.get(to)?.has(anchor), `${path}:${line}: no heading ${target}`);
    }
  }
});

/** Every name between backticks that looks like `form` and is not known. */
function strangers(form: RegExp, isKnown: (name: string) => boolean): string[] {
  return present.flatMap(({ path, codes }) =>
    codes.flatMap(({ text, line }) => {
      const name = form.exec(text)?.[1];
      return name === undefined || isKnown(name) ? [] : [`${path}:${line}: ${text}`];
    })
  );
}

Deno.test("docs name only metrics that there are", () => {
  const families = new Set([
    ...Object.keys({ ...METRIC_FAMILIES, ...NSO_FAMILIES }),
    ...Object.values(NSO_NAMES),
  ]);
  const known = (name: string) =>
    families.has(name) || families.has(name.replace(/_(bucket|sum|count)$/, ""));
  assert.deepEqual(strangers(/^((?:certgate|nso)_[a-z_]*[a-z])(?:\{.*\})?( .*)?$/, known), []);
});

Deno.test("docs name only keys of the configuration that there are", () => {
  const schema = editorSchema() as { properties: Record<string, unknown> };
  const parts = Object.keys(schema.properties).join("|");
  const paths = CONFIG_KEYS.map(({ path }) => path);
  const known = (name: string) =>
    paths.some((path) => path === name || path.startsWith(`${name}.`)) || name.startsWith("sources[].");
  const form = new RegExp(`^((?:${parts})\\.[a-zA-Z]+)(?:: .*|=.*)?$`);
  assert.deepEqual(strangers(form, known), []);
});

Deno.test("docs name only variables that are looked at", () => {
  const known = (name: string) =>
    OTHER_VARIABLES.has(name) || Object.values(TOOLS).some(({ env }) => env === name) ||
    CONFIG_KEYS.some(({ variable }) => variable === name);
  assert.deepEqual(strangers(/^(CERTGATE_[A-Z_]*[A-Z])(?:=.*)?$/, known), []);
});

/** Words of Kubernetes and Gateway API come from the schemas of resources, conditions from what the code itself says. */
function knownWords(): ReadonlySet<string> {
  const schemas = readFileSync(new URL("../../lib/resources/_schemas.json", import.meta.url), "utf8");
  const code = findFiles(ROOT, (path) => /^lib\/(?!.*_test\.ts$).*\.ts$/.test(path))
    .map((path) => readFileSync(join(ROOT, path), "utf8")).join("\n");
  return new Set([
    ...[...code.matchAll(/"([A-Z][A-Za-z]+)"/g)].map(([, word]) => word),
    ...REASONS,
    ...ALERTS.map(({ name }) => name),
    ...FLEET_GROUPS.flatMap(({ alerts }) => alerts.map(({ name }) => name)),
    ...schemas.match(/\b[A-Z][A-Za-z]+\b/g) ?? [],
    ...FOREIGN_WORDS,
  ]);
}

Deno.test("docs name only reasons, alerts and kinds that there are", () => {
  const words = knownWords();
  assert(words.has("ListenerSet"));
  assert.deepEqual(strangers(/^([A-Z][a-z]+(?:[A-Z][A-Za-z]*)+)$/, (name) => words.has(name)), []);
});

Deno.test("docs show only configurations that certgate takes", () => {
  const keys = Object.keys((editorSchema() as { properties: Record<string, unknown> }).properties);
  let read = 0;
  for (const { path, fences } of present) {
    for (const { text, line } of fences.filter(({ language }) => language === "yaml")) {
      for (const document of parseAllDocuments(text)) {
        assert.deepEqual(document.errors, [], `${path}:${line}`);
        const value = document.toJS();
        const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
        if (!isMap || "kind" in value || !Object.keys(value).some((key) => keys.includes(key))) continue;
        const parsed = parseConfig(text, `${path}:${line}`);
        assert(parsed.ok, JSON.stringify(parsed));
        read++;
      }
    }
  }
  assert(read >= 10, `${read} configurations`);
});
