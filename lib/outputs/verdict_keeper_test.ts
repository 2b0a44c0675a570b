import assert from "node:assert/strict";
import { join } from "node:path";
import type { Log } from "../model/mod.ts";
import { openMetrics } from "./metrics.ts";
import type { KnownVerdict } from "./verdict_file.ts";
import { openVerdictKeeper } from "./verdict_keeper.ts";

const metrics = openMetrics("0", () => ({ rss: 0, cpuSeconds: 0, startSeconds: 0 }));
const summary = { problem: null, notBefore: 1, notAfter: 2, temporary: false };
const entry = (digit: string): [string, KnownVerdict] => [digit.repeat(64), { summary, confirmedBy: "" }];

function collect(): Log & { lines: string[] } {
  const lines: string[] = [];
  const push = (sentence: string) => void lines.push(sentence);
  return { lines, debug: push, info: push, warn: push, error: push };
}

Deno.test("openVerdictKeeper() finds after a restart what was kept, 0600", async () => {
  const dir = await Deno.makeTempDir();
  const log = collect();
  const keeper = await openVerdictKeeper(dir, "1", log, metrics);
  assert.equal(keeper.known.size, 0);
  keeper.keep(() => [entry("1")]);
  keeper.keep(() => [entry("1"), entry("2")]);
  keeper.keep(() => [entry("1"), entry("2"), entry("3")]);
  await keeper.settled();
  assert.equal((await Deno.stat(join(dir, "verdicts.json"))).mode! & 0o777, 0o600);
  assert.equal((await openVerdictKeeper(dir, "1", log, metrics)).known.size, 3);
  assert.deepEqual(log.lines, []);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("openVerdictKeeper() sets a damaged file aside", async () => {
  const dir = await Deno.makeTempDir();
  const log = collect();
  await Deno.writeTextFile(join(dir, "verdicts.json"), '{"format":1,');
  const keeper = await openVerdictKeeper(dir, "1", log, metrics);
  assert.equal(keeper.known.size, 0);
  assert.deepEqual([...Deno.readDirSync(dir)].map((file) => file.name), ["verdicts.json.damaged"]);
  assert.equal(log.lines.length, 1);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("openVerdictKeeper() goes on when the directory cannot be written", async () => {
  const log = collect();
  const keeper = await openVerdictKeeper("/proc/nowhere", "1", log, metrics);
  keeper.keep(() => [entry("1")]);
  await keeper.settled();
  assert.match(log.lines[0], /verdicts could not be kept/);
});
