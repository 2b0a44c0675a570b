/** A golden folder: its input, and what the mutations make of it. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { FailureScope, PolicyMutation, PolicyStep } from "../../../lib/model/mod.ts";
import {
  type MutationResult,
  planFailure,
  type PolicyContext,
  type RunOptions,
} from "../../../lib/mutations/mod.ts";
import { applyPlan, type Snapshot } from "../../../lib/xds/mod.ts";
import { throwaways } from "../words.ts";
import { draw, type Drawing } from "./drawing.ts";
import { asSnapshot, type Belief, believe, contextOf, runAll, stepsOf } from "./run_all.ts";

interface Header {
  readonly rule: string;
  /** The section `policy` of the configuration. */
  readonly policy?: unknown;
  /** The operator's page. */
  readonly page?: string;
  /** False for the one resource of a small hook. */
  readonly whole?: boolean;
  readonly snapshot: Drawing;
  /** What goes wrong, by mutation. */
  readonly faults?: Partial<Record<PolicyMutation, RunOptions["fault"]>>;
  /** How far a 500 reaches where something goes wrong; nothing is answered 500 without it. */
  readonly http500?: FailureScope;
}

export interface Case {
  readonly header: Header;
  readonly belief: Belief;
  readonly context: PolicyContext;
  readonly results: readonly MutationResult[];
  readonly failure: readonly PolicyStep[];
  readonly answer: Snapshot;
}

export const here = fileURLToPath(new URL(".", import.meta.url));

/** Names of the folders. */
export const folders: readonly string[] = readdirSync(here, { withFileTypes: true })
  .filter((one) => one.isDirectory()).map(({ name }) => name);

/** Reads a folder's input and runs it. */
export function runCase(folder: string): Case {
  const [first, ...objects] = readFileSync(`${here}${folder}/input.yaml`, "utf8").split(/^---$/m);
  const header: Header = parse(first);
  const belief = believe(objects.join("---"), header.policy, header.page);
  const context = contextOf(draw(header.snapshot), belief, header.whole);
  const results = runAll(context, header.faults);
  const targets = results.flatMap(({ failures }) => failures.map(({ target }) => target));
  const failure = header.http500 === undefined ? [] : planFailure(targets, header.http500, context);
  const steps = [...stepsOf(results), ...failure];
  const answer = asSnapshot(applyPlan(context.snapshot, { steps }, { throwaways }));
  return { header, belief, context, results, failure, answer };
}
