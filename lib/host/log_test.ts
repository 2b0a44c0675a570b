import assert from "node:assert/strict";
import { KeyMaterial } from "../model/mod.ts";
import { openLog } from "./log.ts";

Deno.test("openLog() writes one JSON line with the sentence and its fields", () => {
  const lines: string[] = [];
  const log = openLog("info", (line) => lines.push(line));
  log.debug("not shown");
  log.warn("pruned invalid TLS chains", { pruned_chains: 2, dropped_hostnames: ["a", "b"] });
  log.info("sentence with {braces}", { braces: 1, error: new Error("why") });
  log.close();
  assert.equal(lines.length, 2);
  const { time, ...first } = JSON.parse(lines[0]);
  assert.match(time, /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(first, {
    level: "warn",
    msg: "pruned invalid TLS chains",
    pruned_chains: 2,
    dropped_hostnames: ["a", "b"],
  });
  assert.equal(JSON.parse(lines[1]).msg, "sentence with {braces}");
  assert.equal(JSON.parse(lines[1]).error, "why");
});

Deno.test("openLog() never writes bytes or keys", () => {
  const lines: string[] = [];
  const log = openLog("info", (line) => lines.push(line));
  const bytes = new TextEncoder().encode("SECRET");
  log.info("fields", { bytes, key: new KeyMaterial(bytes) });
  log.close();
  assert(!lines.join("").includes("SECRET"));
  assert(!lines.join("").includes("83,69,67"));
  assert.equal(JSON.parse(lines[0]).bytes, "6 bytes");
});
