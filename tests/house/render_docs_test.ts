import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { METRIC_FAMILIES, openMetrics } from "../../lib/outputs/mod.ts";
import { CONFIG_KEYS, parseConfig } from "../../lib/resources/mod.ts";
import { needRestart } from "../../lib/server/mod.ts";
import { CONFIGURATION_PARTS } from "./_configuration_parts.ts";
import { renderDocs } from "./render_docs.ts";

for (const [path, text] of renderDocs()) {
  Deno.test(`${path} says what the code says`, () => {
    const written = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    assert.equal(written, text, "deno run -A tests/house/render_docs.ts makes it anew");
  });
}

Deno.test("docs/metrics.md lists exactly what a live /metrics shows", async () => {
  const { body } = await openMetrics("0", () => ({ rss: 1, cpuSeconds: 1, startSeconds: 1 })).render();
  const live = [...body.matchAll(/^# TYPE (\S+) /gm)].map((match) => match[1]);
  assert.deepEqual(live, Object.keys(METRIC_FAMILIES));
  const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]);
  assert.deepEqual(listed, live);
});

Deno.test("docs/metrics.md counts the series that are always there", async () => {
  const { body } = await openMetrics("0", () => ({ rss: 1, cpuSeconds: 1, startSeconds: 1 })).render();
  const samples = body.split("\n").filter((line) =>
    /^\w/.test(line) && !line.startsWith("certgate_build_info")
  );
  const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  assert.equal(Number(page.match(/^(\d+) series are always there/m)?.[1]), samples.length);
});

Deno.test("docs/configuration.md lists every key once, with what it takes", () => {
  const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([^`]+)` \| ([^|]*) \|/gm)];
  const outside = rows.map(([, key]) => key).filter((key) => !key.includes("[]"));
  assert.deepEqual(outside.sort(), CONFIG_KEYS.map(({ path }) => path).sort());
  for (const [, key, values] of rows) assert(values.trim() !== "" && !/undefined|object/.test(values), key);
  assert(rows.some(([, key]) => key === "sources[].path"));
});

Deno.test("docs/configuration.md shows a configuration for every part", () => {
  for (const { heading, example } of CONFIGURATION_PARTS) assert(parseConfig(example, heading).ok, heading);
});

Deno.test("docs/configuration.md names the keys that need a restart", () => {
  const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const named = [...page.matchAll(/^\| `([^`]+)` .*\| yes \|$/gm)].map(([, key]) => key);
  const before = parseConfig("", "");
  const after = parseConfig(
    "hook: { listen: unix:/b, maxMessageSize: 5000000 }\nhttp: { listen: '[::1]:1' }\nlog: { level: warn }",
    "",
  );
  assert(before.ok && after.ok);
  const needed = needRestart(before.config, after.config);
  assert.deepEqual(needed.filter((key) => !named.includes(key)), []);
  assert(needed.length === 4 && !named.includes("sources"));
});
