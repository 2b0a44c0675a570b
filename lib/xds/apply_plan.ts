import { editCluster } from "./_edit_cluster.ts";
import { editListener } from "./_edit_listener.ts";
import { editRouteConfig } from "./_edit_route_config.ts";
import { editSecret, type Fillings } from "./_edit_secret.ts";
import { AnswerWriter } from "./_answer_writer.ts";
import type { Parts } from "./_rewrite.ts";
import { sdsCluster } from "./_sds_cluster.ts";
import type { Entry, Snapshot } from "./snapshot.ts";
import { type Throwaways, throwawaySecret } from "./throwaways.ts";
import type { ListName, PairBytes, PolicyStep, Step } from "../model/mod.ts";

/** A change of either kind: what pruning does, and what comes from policy objects. */
export type AnyStep = Step | PolicyStep;

/** How {@linkcode applyPlan} makes the answer. */
export interface ApplyOptions {
  /** What stands in where a step says so. */
  readonly throwaways: Throwaways;
  /** The pair that a `fill_secret` step is about; a throwaway goes out where there is none any more. */
  readonly pairOf?: (name: string) => PairBytes | null;
  /**
   * Whether the request's bytes may be used up. If nothing changes, the answer is then the request's own memory with
   * another number in front of each resource, which costs nothing; whoever still needs the request as it came (a
   * recorder) has to copy it first. The views of the snapshot stay right, since only numbers between resources change.
   * Default false.
   */
  readonly consume?: boolean;
}

/**
 * Makes the answer to a snapshot.
 *
 * - A resource that no step names goes out with exactly the bytes it came in with.
 * - Lists keep their order; only their field numbers change (request 2 to 5 become 1 to 4).
 * - What is not one of the four lists does not go out.
 * - A step that points at nothing is ignored.
 * - A listener or chain that pruning drops, parks or makes refuse is that and nothing else, whatever policies say of it.
 * - A cluster that leads into a tunnel has nothing left that pruning could change; a bound one is bound after all else.
 * - What answers 500 or 503 wins over what came before; of several answers of one route the last counts.
 *
 * @param plan Its steps; positions are those of the request.
 * @returns a serialized `envoygateway.extension.PostTranslateModifyResponse`.
 */
export function applyPlan(
  snapshot: Snapshot,
  plan: { readonly steps: readonly AnyStep[] },
  options: ApplyOptions,
): Uint8Array {
  if (plan.steps.length === 0 && options.consume && snapshot.answerFrom >= 0) return renumbered(snapshot);
  const writer = new AnswerWriter(snapshot.bytes);
  const edits = byEntry(plan.steps);
  const added = additions(plan.steps, options.throwaways);
  const last = { secrets: snapshot.count("secrets") - 1, clusters: snapshot.count("clusters") - 1 };
  for (const entry of snapshot.entries) {
    const steps = edits[entry.list].get(entry.index);
    if (steps === undefined) writer.keep(entry);
    else {
      const { throwaways, pairOf } = options;
      const value = edited(entry, snapshot, { steps, throwaways, pairOf });
      if (value !== null) writer.write(entry.list, value);
    }
    for (const list of ADDED_TO) {
      if (entry.list === list && entry.index === last[list]) {
        added[list].forEach((value) => writer.write(list, value));
      }
    }
  }
  for (const list of ADDED_TO) {
    if (last[list] < 0) added[list].forEach((value) => writer.write(list, value));
  }
  return writer.finish();
}

/** Every tag is one byte, field number times eight plus two: one number less is eight less. */
function renumbered(snapshot: Snapshot): Uint8Array {
  for (const { tagAt } of snapshot.entries) snapshot.bytes[tagAt] -= 8;
  return snapshot.bytes.subarray(snapshot.answerFrom);
}

const POLICY_KINDS: ReadonlySet<AnyStep["kind"]> = new Set<PolicyStep["kind"]>([
  "insert_waf_filter",
  "set_local_reply",
  "stamp_route",
  "replace_cluster",
  "bind_cluster",
  "add_connect_route",
  "add_offline_route",
  "refuse_route",
  "fail_virtual_host",
  "fail_http_manager",
]);

const isPolicyStep = (step: AnyStep): step is PolicyStep => POLICY_KINDS.has(step.kind);

type Edits = Readonly<Record<ListName, Map<number, EntrySteps>>>;

/** What is to be done with one resource. */
interface EntrySteps {
  readonly prune: Step[];
  readonly policy: PolicyStep[];
}

function byEntry(steps: readonly AnyStep[]): Edits {
  const edits: Edits = { clusters: new Map(), secrets: new Map(), listeners: new Map(), routes: new Map() };
  const at = (list: ListName, index: number) => {
    const known = edits[list].get(index);
    if (known) return known;
    const made: EntrySteps = { prune: [], policy: [] };
    edits[list].set(index, made);
    return made;
  };
  for (const step of steps) {
    if (isPolicyStep(step)) {
      if ("routeConfig" in step) at("routes", step.routeConfig).policy.push(step);
      else if ("listener" in step) at("listeners", step.listener).policy.push(step);
      else at("clusters", step.cluster).policy.push(step);
    } else if ("listener" in step) at("listeners", step.listener).prune.push(step);
    else if ("secret" in step) at("secrets", step.secret).prune.push(step);
    else if ("cluster" in step) at("clusters", step.cluster).prune.push(step);
  }
  return edits;
}

const ADDED_TO = ["secrets", "clusters"] as const;

/** What goes to the end of a list. */
function additions(
  steps: readonly AnyStep[],
  throwaways: Throwaways,
): Readonly<Record<typeof ADDED_TO[number], readonly Parts[]>> {
  return {
    secrets: steps.flatMap((step) =>
      step.kind === "add_secret" ? [throwawaySecret(step.name, step.as, throwaways)] : []
    ),
    clusters: steps.flatMap((step) => step.kind === "add_cluster" ? [sdsCluster(step.leadsTo)] : []),
  };
}

interface Edit extends Fillings {
  readonly steps: EntrySteps;
}

function edited(
  span: Entry,
  snapshot: Snapshot,
  { steps: { prune, policy }, throwaways, pairOf }: Edit,
): Parts | null {
  const { list, index } = span;
  if (list === "routes") return editRouteConfig(span, policy.filter((step) => "routeConfig" in step));
  if (list === "listeners") {
    const steps = prune.filter((step) => "listener" in step);
    const managers = policy.filter((step) => "filter" in step);
    return editListener(span, snapshot.listeners[index], { steps, managers, throwaways });
  }
  if (list === "clusters") {
    const steps = prune.filter((step) => "cluster" in step);
    const own = policy.filter((step) => step.kind === "replace_cluster" || step.kind === "bind_cluster");
    return editCluster(span, { steps, policy: own, throwaways });
  }
  return editSecret(span, prune.find((step) => "secret" in step)!, { throwaways, pairOf });
}
