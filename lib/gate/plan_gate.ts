import type {
  BundleState,
  GatePlan,
  HttpChallenge,
  ObjectKey,
  PairState,
  PublishedObject,
  ResourceFinding,
  ResourceObject,
} from "../model/mod.ts";
import { attachSets } from "./_attach_sets.ts";
import { bundleMarks, bundleMember, hiddenByBundles, publishBundle, secretBundles } from "./_bundles.ts";
import { publishCertState, revisionOf } from "./_cert_state.ts";
import { markHostnames } from "./_conflicts.ts";
import { type Drafts, type GatewayDraft, setKey } from "./_drafts.ts";
import { publishChallenges } from "./_challenges.ts";
import { publishGrants } from "./_grants.ts";
import { isListenerSet, sayIgnored } from "./_ignored_sets.ts";
import { indexResources, type ResourceIndex } from "./_index.ts";
import { type Bench, judgeListener } from "./_judge_listener.ts";
import { keyOf, ownerKind } from "./_names.ts";
import { giveParts } from "./_parts.ts";
import { RouteGuide } from "./_lead_route.ts";
import { isPolicy, publishPolicy } from "./_policies.ts";
import { publishedParts, publishGateway } from "./_publish_gateway.ts";
import { isRoute, publishRoute } from "./_routes.ts";
import { publishPair, publishRest } from "./_secrets.ts";
import { isSdsSecret, readSdsSecrets } from "./_sds_secrets.ts";
import { gatewayStates, listenerStates } from "./_states.ts";
import { isPairSecret } from "./list_resource_pairs.ts";

/** What a plan is made of. */
export interface GateInput {
  /** What the operator wrote, in the order of the files. */
  readonly objects: readonly ResourceObject[];
  /** What is believed of each pair: those of the sources and those of `listResourcePairs`. */
  readonly pairs: ReadonlyMap<ObjectKey, PairState>;
  /** Counts how often Envoy Gateway had to be made to call again although nothing had changed. */
  readonly nudge: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Proofs of control that are to be answered over plain HTTP. */
  readonly challenges?: readonly HttpChallenge[];
  /** CA bundles that Envoy asks certgate for. */
  readonly bundles?: readonly BundleState[];
  /** Settings of the configuration. */
  readonly options: GateOptions;
}

/** Settings that the plan follows. */
export interface GateOptions {
  /** Secrets, as namespace/name, that the dates alone never withhold. */
  readonly neverGate: readonly string[];
  /** What is done about a certificate that is not for the hostname of its listener. */
  readonly nameCoverage: "warn" | "withhold";
  /** Whether `CertState` objects are made. */
  readonly certState: boolean;
  /** Whether ListenerSets and XListenerSets are looked at; without it nothing of them is published. */
  readonly listenerSets: boolean;
  /** Where certgate's own SDS server listens; empty, the default, if it does not. */
  readonly sdsServer?: string;
  /** What Envoy connects with to get there, in any words: Envoy Gateway has to translate when it is another. */
  readonly sdsClient?: string;
}

/**
 * Says what Envoy Gateway is given.
 *
 * - An object that no rule concerns goes out as the very object that came in.
 * - Only a proved reason takes a listener out: a hostname that is not its own, or every certificate of it unusable.
 * - No published listener refers to a Secret that is not published, or that it may not use.
 * - A Gateway without a listener stays out. Secrets come before what uses them, `CertState` objects last.
 * - The same input gives an equal plan.
 */
export function planGate(
  { objects: read, pairs, nudge, challenges = [], bundles = [], options }: GateInput,
): GatePlan {
  const { hidden, findings } = hiddenByBundles(read, bundles);
  const objects = hidden.size === 0 ? read : read.filter((one) => !hidden.has(one));
  const off = options.listenerSets ? [] : objects.filter(isListenerSet);
  const index = indexResources(off.length === 0 ? objects : objects.filter((one) => !isListenerSet(one)));
  const drafts = attachSets(index);
  markHostnames(drafts);
  giveParts(drafts);
  judgeListeners(drafts, {
    ...options,
    pairs,
    isGranted: index.isGranted,
    neverGate: new Set(options.neverGate),
    sdsSecrets: readSdsSecrets(objects, options.sdsServer ?? ""),
  });
  const gateways = [...drafts.gateways.values()];
  const passed = publishOthers(objects, pairs, { drafts, index, off });
  const routes = passed.attached;
  const proofs = publishChallenges(challenges, { drafts, index, routes, objects });
  const published = publishGateways(gateways, {
    pairs,
    proofs: proofs.byGateway,
    bundles: options.sdsClient === undefined
      ? bundleMarks(bundles)
      : [...bundleMarks(bundles), options.sdsClient],
  });
  // Envoy Gateway never calls for a Gateway of another controller, and nobody is to wait for that.
  const called = options.certState ? published.filter(({ className }) => !index.isForeign(className)) : [];
  const states = called.map(({ part, revision }) => publishCertState(part, revision, nudge));
  return {
    objects: [
      ...publishSecrets(objects, pairs, bundles),
      ...passed.objects,
      ...publishGrants(published.map(({ part }) => part)),
      ...published.map(({ object }) => object),
      ...passed.attached,
      ...proofs.objects,
      ...states,
    ],
    gateways: gatewayStates(
      objects,
      drafts,
      new Map(published.map((one) => [keyOf(one.part), one.revision])),
    ),
    listeners: listenerStates(objects, drafts),
    findings: [...off.map(sayIgnored), ...findings, ...passed.findings],
    challenges: proofs.planned,
  };
}

function judgeListeners({ gateways, sets }: Drafts, bench: Bench): void {
  for (const { listeners } of [...gateways.values(), ...sets.values()]) {
    for (const listener of listeners) {
      listener.judged ??= judgeListener(listener, bench);
      listener.trouble ??= listener.judged.refused;
    }
  }
}

function publishGateways(
  gateways: readonly GatewayDraft[],
  { pairs, proofs, bundles }: {
    readonly pairs: GateInput["pairs"];
    readonly proofs: ReadonlyMap<ObjectKey, readonly string[]>;
    readonly bundles: readonly string[];
  },
) {
  return gateways.flatMap((gateway) =>
    publishedParts(gateway).map((part) => {
      const object = publishGateway(gateway, part);
      const revision = revisionOf(object, part, { pairs, challenges: proofs.get(keyOf(part)), bundles });
      return { part, object, className: gateway.className, revision };
    })
  );
}

function publishSecrets(
  objects: readonly ResourceObject[],
  pairs: GateInput["pairs"],
  bundles: readonly BundleState[],
): PublishedObject[] {
  const trust = secretBundles(bundles);
  const written = new Map(objects.filter(isPairSecret).map((object) => [keyOf(object), object]));
  const pointers = new Set(objects.filter(isSdsSecret).map(keyOf));
  const secrets: PublishedObject[] = [];
  // In the order of their names: the order in which pairs were found may be another after a restart.
  for (const key of [...pairs.keys()].sort()) {
    // The operator's own word on where Envoy is to ask goes out as it is.
    if (pointers.has(key)) continue;
    const pair = pairs.get(key)!;
    const object = written.get(key);
    const bundle = pair.served === null ? undefined : trust.get(key);
    const secret = pair.served === null
      ? object && publishRest(object)
      : publishPair(pair, object, bundle && bundleMember(bundle));
    if (secret) secrets.push(secret);
    // One Secret may be both, as those of cert-manager are.
    if (bundle !== undefined) trust.delete(key);
  }
  const apart = bundles.filter((bundle) => bundle.kind !== "Secret" || trust.has(keyOf(bundle)));
  return [...secrets, ...apart.map(publishBundle)];
}

/** Kinds that certgate reads itself; Envoy Gateway does not know them, or ignores them in files. */
const READ_ONLY_GROUPS: ReadonlySet<string> = new Set(["networking.datumapis.com", "certgate.dev"]);

/** Everything but Gateways and pairs. */
function publishOthers(
  objects: readonly ResourceObject[],
  pairs: GateInput["pairs"],
  { drafts, index, off }: {
    readonly drafts: Drafts;
    readonly index: ResourceIndex;
    /** Sets that are not looked at. */
    readonly off: readonly ResourceObject[];
  },
): { objects: PublishedObject[]; attached: PublishedObject[]; findings: ResourceFinding[] } {
  const passing = objects.filter((object) =>
    ownerKind(object.group, object.kind) === null && !READ_ONLY_GROUPS.has(object.group) &&
    !(object.group === "" && object.kind === "Secret" && pairs.has(keyOf(object)) && !isSdsSecret(object))
  );
  const guide = new RouteGuide(drafts, index.labelsOf);
  const copies = new Map<string, string[]>();
  const ignored = new Set(off.map((set) => setKey(set.kind, set)));
  const routes = passing.filter(isRoute).flatMap((route) => {
    const published = publishRoute(route, guide, index.isTaken(route));
    const further = published.slice(1).map(({ name }) => name);
    if (further.length > 0) copies.set(`${route.kind}/${keyOf(route)}`, further);
    return published;
  });
  const policies = passing.filter((object) => !isRoute(object) && isPolicy(object)).map((policy) =>
    publishPolicy(policy, { drafts, copies, ignored, isTaken: index.isTaken(policy) })
  );
  return {
    objects: passing.filter((object) => !isRoute(object) && !isPolicy(object)).map(asWritten),
    attached: [...routes, ...policies.flatMap(({ objects }) => objects)],
    findings: policies.flatMap(({ findings }) => findings),
  };
}

function asWritten({ group, version, kind, namespace, name, value }: ResourceObject): PublishedObject {
  return { apiVersion: group === "" ? version : `${group}/${version}`, kind, namespace, name, value };
}
