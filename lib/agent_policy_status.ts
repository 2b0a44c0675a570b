import { policyProgrammed } from "./health/mod.ts";
import type {
  BareCondition,
  Condition,
  PolicyKind,
  PolicyStatus,
  RefusedPolicyObject,
  TrafficPolicyStatus,
} from "./model/mod.ts";
import type { StatusKeeper } from "./outputs/mod.ts";
import { connectorStates, type IndexedPolicy, policyConditions } from "./policy/mod.ts";
import { keyOf, placeText, rfc3339 } from "./agent_names.ts";
import type { PolicyTracker } from "./agent_policy_delivery.ts";
import { policyKeys, type PolicyView } from "./agent_policy_view.ts";

/** What a status is shown with. */
export interface PolicyShowing {
  readonly tracker: PolicyTracker;
  readonly keeper: StatusKeeper;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The status of a view: conditions with the times that the keeper knows. */
export function makePolicyStatus(view: PolicyView, showing: PolicyShowing): PolicyStatus {
  const { config: { gate, policy }, files, belief } = view;
  const places = new Map(files.connectors.map((one) => [keyOf(one), placeText(one.place)]));
  return {
    time: rfc3339(showing.now),
    directories: policy.paths,
    files: files.files,
    objects: countObjects(view),
    refused: files.refused.length,
    findings: view.findings.map(({ place, ...rest }) => ({ ...rest, place: placeText(place) })),
    digest: view.digest,
    nudges: gate.resources !== undefined && gate.certState,
    waf: belief.settings.waf !== null,
    wafProblem: view.wafProblem,
    localReply: view.page.status,
    compat: policy.compat,
    policies: policyStatuses(view, showing),
    connectors: connectorStates(files).map((state) => ({ ...state, place: places.get(keyOf(state)) ?? "" })),
  };
}

/** Forgets the conditions and generations of policies that are gone. To be called after each new view. */
export function retainPolicies(view: PolicyView, keeper: StatusKeeper): void {
  const keys = [...view.written.keys()];
  // What was asked for is remembered.
  for (const key of keys) keeper.recall(policyKeys.settled(key), null);
  keeper.retain(new Set(keys.map(policyKeys.written)), "policy");
}

function countObjects({ files }: PolicyView): Record<PolicyKind, number> {
  return {
    TrafficProtectionPolicy: files.policies.length,
    HTTPProxy: files.proxies.length,
    Connector: files.connectors.length,
    Namespace: files.namespaces.length,
    EndpointSlice: files.slices.length,
  };
}

function policyStatuses(view: PolicyView, showing: PolicyShowing): TrafficPolicyStatus[] {
  const refused = new Map(
    view.files.refused.filter(({ kind }) => kind === "TrafficProtectionPolicy").map((
      one,
    ) => [keyOf(one), one]),
  );
  const places = new Map(view.files.policies.map((policy) => [keyOf(policy), placeText(policy.place)]));
  const used = view.index.policies.map((policy) => {
    const key = keyOf(policy.entry);
    const other = refused.get(key);
    refused.delete(key);
    // Of two objects with one name the one that is in use is shown; the other one has a finding.
    return usedStatus(policy, {
      view,
      showing,
      place: places.get(key) ?? "",
      held: other?.held ? other : null,
    });
  });
  const accepted = new Map(
    policyConditions(view.files, view.index).map((one) => [`${one.kind} ${keyOf(one)}`, one.conditions[0]]),
  );
  const others = [...refused.values()].map((object) => ({
    object,
    accepted: accepted.get(`${object.kind} ${keyOf(object)}`)!,
  }));
  return [...used, ...others.map((other) => refusedStatus(other, view, showing))];
}

function usedStatus(
  { entry, targets, accepted }: IndexedPolicy,
  { view, showing, place, held }: {
    readonly view: PolicyView;
    readonly showing: PolicyShowing;
    readonly place: string;
    /** The object as it is written now, where that is refused. */
    readonly held: RefusedPolicyObject | null;
  },
): TrafficPolicyStatus {
  const { namespace, name, mode } = entry;
  const key = keyOf(entry);
  const { settings } = view.belief;
  const delivery = showing.tracker.of(
    { key, generation: entry.generation },
    { digest: view.index.digest, atOnce: settings.compat === "nso" },
  );
  const programmed = policyProgrammed({
    accepted,
    inUse: held === null,
    hasDirectives: entry.directives.length > 0,
    waf: settings.waf !== null,
    wafProblem: view.wafProblem,
    delivery,
  });
  const generation = view.written.get(key) ?? entry.generation;
  return {
    namespace,
    name,
    place: held === null ? place : placeText(held.place),
    generation,
    inUse: entry.generation,
    applied: showing.tracker.applied(key),
    mode,
    directives: entry.directives.length,
    targets,
    delivery,
    conditions: stamp(showing, key, [accepted, programmed], generation),
  };
}

function refusedStatus(
  { object, accepted }: { readonly object: RefusedPolicyObject; readonly accepted: BareCondition },
  view: PolicyView,
  showing: PolicyShowing,
): TrafficPolicyStatus {
  const { namespace, name } = object;
  const key = keyOf(object);
  const nothing = {
    inUse: false,
    hasDirectives: false,
    waf: false,
    wafProblem: "",
    delivery: "unused",
  } as const;
  const generation = view.written.get(key) ?? 1;
  return {
    namespace,
    name,
    place: placeText(object.place),
    generation,
    inUse: null,
    applied: showing.tracker.applied(key),
    mode: null,
    directives: 0,
    targets: [],
    delivery: "unused",
    conditions: stamp(showing, key, [accepted, policyProgrammed({ ...nothing, accepted })], generation),
  };
}

function stamp(
  { keeper }: PolicyShowing,
  key: Parameters<typeof policyKeys.written>[0],
  bare: readonly BareCondition[],
  generation: number,
): Condition[] {
  return keeper.stamp(policyKeys.written(key), bare, generation);
}
