/**
 * One folder per rule: `input.json` (what the rule is, options, request), `plan.json` and `answer.json`.
 *
 *     deno test -A tests/golden -- --rewrite     writes plan.json and answer.json anew; read the difference
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import type { DarkHostname, Plan } from "../../lib/model/mod.ts";
import { planPrune, type PruneOptions } from "../../lib/mutations/mod.ts";
import { applyPlan, readSnapshot } from "../../lib/xds/mod.ts";
import { PostTranslateModifyResponseSchema, registry, requestFromJson } from "./build.ts";
import { type SdsInput, sdsView, withStandIns } from "./stand_ins.ts";
import { throwaways, verdictOfWord } from "./words.ts";

interface Input {
  readonly rule: string;
  readonly options: {
    whenEmpty?: "remove" | "park";
    onDark?: "refuse" | "wildcard";
    neverGate?: string[];
    dark?: DarkHostname[];
    sds?: SdsInput;
  };
  readonly request: JsonValue;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const rewrite = Deno.args.includes("--rewrite");

function pruneOptions({ neverGate, sds, ...rest }: Input["options"]): PruneOptions {
  const view = sds === undefined ? null : sdsView(sds);
  return { ...rest, throwaways, sds: view, ...(neverGate && { neverGate: new Set(neverGate) }) };
}

/** Plan as it is kept: bytes as text, verdicts as their cause. */
function planToJson(plan: Plan): string {
  return toText(plan, (value) => {
    if (value instanceof Uint8Array) return new TextDecoder().decode(value);
    const verdict = value as { cause?: string; action?: string } | null;
    return verdict?.cause !== undefined && verdict.action !== undefined
      ? `${verdict.action}: ${verdict.cause}`
      : value;
  });
}

function toText(value: unknown, replace: (value: unknown) => unknown = (value) => value): string {
  return JSON.stringify(value, (_key, value) => replace(value), 2) + "\n";
}

function compare(path: string, text: string): void {
  if (rewrite) writeFileSync(path, text);
  assert.ok(existsSync(path), `${path} is missing: run with -- --rewrite`);
  assert.equal(text, readFileSync(path, "utf8"), path);
}

for (
  const { name, parentPath } of readdirSync(here, { withFileTypes: true }).filter((one) =>
    existsSync(`${here}${one.name}/input.json`)
  )
) {
  const folder = `${parentPath}/${name}`.replace("//", "/");
  Deno.test(`planPrune() ${name.replaceAll("-", " ")}`, () => {
    const input: Input = JSON.parse(readFileSync(`${folder}/input.json`, "utf8"));
    const snapshot = readSnapshot(requestFromJson(withStandIns(input.request)));
    const options = pruneOptions(input.options);
    const plan = planPrune(snapshot, verdictOfWord, options);
    const pairOf = (name: string) => options.sds?.pairOf?.(name) ?? null;
    const answered = applyPlan(snapshot, plan, { throwaways, pairOf });
    const answer = fromBinary(PostTranslateModifyResponseSchema, answered);
    compare(`${folder}/plan.json`, planToJson(plan));
    compare(`${folder}/answer.json`, toText(toJson(PostTranslateModifyResponseSchema, answer, { registry })));
  });
}
