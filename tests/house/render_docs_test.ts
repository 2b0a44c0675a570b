import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { METRIC_FAMILIES, openMetrics } from "../../lib/outputs/mod.ts";
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
