import { createHash } from "node:crypto";
import { certificateReady, certificatesReady, listenerConditions } from "./health/mod.ts";
import type {
  BareCondition,
  Condition,
  GatePlan,
  GateStatus,
  GatewayState,
  HostnameStatus,
  Json,
  ListenerState,
  ListenerStatus,
  ObjectKey,
  ObjectName,
  PairState,
  PairStatus,
  ProxyStatus,
  ResourceObject,
  SourceHealth,
  Verdict,
} from "./model/mod.ts";
import type { StatusKeeper } from "./outputs/mod.ts";
import type { GateSds } from "./agent_gate_parts.ts";
import type { DeliveryTracker } from "./agent_delivery.ts";
import { certificateStatus, endsSoon, keyOf, placeText, rfc3339 } from "./agent_names.ts";

/** Everything that one look at the host came to. */
export interface GateView {
  readonly plan: GatePlan;
  readonly pairs: ReadonlyMap<ObjectKey, PairState>;
  readonly objects: readonly ResourceObject[];
  readonly files: number;
  readonly findings: GatePlan["findings"];
  readonly sources: readonly SourceHealth[];
  readonly directory: string;
  readonly output: GateStatus["output"];
  readonly edge: number | null;
  readonly doubt: string;
}

/**
 * The status of a view: conditions with the times that the keeper knows.
 *
 * @param now Milliseconds since the epoch.
 */
export function makeStatus(
  view: GateView,
  { keeper, delivery, sds, now }: {
    keeper: StatusKeeper;
    delivery: DeliveryTracker;
    /** Says who asks for a pair; default nobody. */
    sds?: Pick<GateSds, "isAsked">;
    now: number;
  },
): GateStatus {
  const { plan } = view;
  const subjects = new Set<string>();
  const stamp: Stamp = (subject, bare, generation) => {
    subjects.add(subject);
    return keeper.stamp(subject, bare, generation);
  };
  const generations = makeGenerations(view.objects, keeper);
  const showing: Showing = { stamp, generations, delivery };
  const byGateway = Map.groupBy(plan.listeners, ({ gateway }) => keyOf(gateway));
  const of = (gateway: ObjectName) => byGateway.get(keyOf(gateway)) ?? [];
  const listeners = plan.listeners.map((listener) => listenerStatus(listener, showing));
  const gateways = plan.gateways.map((gateway) => gatewayStatus(gateway, of(gateway), showing));
  const hostnames = plan.gateways.flatMap((gateway) => hostnameStatuses(gateway, of(gateway), showing));
  const proxies = view.objects.filter(isProxy).map((proxy) =>
    proxyStatus(proxy, of(proxy), stamp, generations("HTTPProxy", proxy))
  );
  keeper.retain(subjects);
  return {
    time: rfc3339(now),
    gateways,
    listeners,
    hostnames,
    proxies,
    pairs: [...view.pairs.values()].map((pair) => pairStatus(pair, now)),
    sources: view.sources,
    resources: {
      directory: view.directory,
      files: view.files,
      objects: view.objects.length,
      findings: view.findings.map(({ place, ...rest }) => ({ ...rest, place: placeText(place) })),
    },
    output: view.output,
    envoys: delivery.envoys,
    converged: view.output.message === "" && gateways.every(({ converged }) => converged) &&
      ![...view.pairs].some(([key, { delivery: way, served }]) =>
        way === "sds" && served !== null && sds?.isAsked(key) && delivery.lacks(served.leaf.serial)
      ),
    clock: view.doubt,
    nextEdge: view.edge === null ? null : rfc3339(view.edge),
  };
}

/** What every part of a status is shown with. */
interface Showing {
  readonly stamp: Stamp;
  readonly generations: ReturnType<typeof makeGenerations>;
  readonly delivery: DeliveryTracker;
}

function listenerStatus(
  listener: ListenerState,
  { stamp, generations, delivery }: Showing,
): ListenerStatus {
  const { place, ...rest } = listener;
  const { owner } = listener;
  const reached = delivery.of(listener);
  const subject = `listener ${owner.kind} ${keyOf(owner)} ${listener.name}`;
  const conditions = listenerConditions(listener, reached);
  return {
    ...rest,
    secrets: rest.secrets.map((secret) => ({ ...secret, verdict: plainVerdict(secret.verdict) })),
    place: placeText(place),
    conditions: stamp(subject, conditions, generations(owner.kind, owner)),
    delivery: reached,
  };
}

function gatewayStatus(
  gateway: GatewayState,
  own: readonly ListenerState[],
  { stamp, generations, delivery }: Showing,
): GateStatus["gateways"][number] {
  const { place, ...rest } = gateway;
  const ready = certificatesReady(own);
  const generation = generations("Gateway", gateway);
  const { namespace, published: [first] } = gateway;
  return {
    ...rest,
    place: placeText(place),
    generation,
    conditions: ready ? stamp(`gateway ${keyOf(gateway)}`, [ready], generation) : [],
    seenRevision: first === undefined ? null : delivery.seen({ namespace, name: first }),
    converged: delivery.converged(gateway, own),
  };
}

function hostnameStatuses(
  gateway: GatewayState,
  listeners: readonly ListenerState[],
  { stamp, generations }: Showing,
): HostnameStatus[] {
  // Grouped once: a Gateway may have thousands of hostnames.
  const own = Map.groupBy(listeners.filter(({ managed }) => managed), ({ hostname }) => hostname);
  return [...own].map(([hostname, together]) => ({
    hostname,
    gateway: { namespace: gateway.namespace, name: gateway.name },
    conditions: stamp(
      `hostname ${keyOf(gateway)} ${hostname}`,
      [certificateReady(hostname, together)],
      generations("Gateway", gateway),
    ),
  }));
}

type Stamp = (subject: string, bare: readonly BareCondition[], generation: number) => Condition[];

/** The network-services-operator gives a Gateway the name and namespace of its HTTPProxy. */
function proxyStatus(
  proxy: ResourceObject,
  listeners: readonly ListenerState[],
  stamp: Stamp,
  generation: number,
): ProxyStatus {
  const spec = proxy.value.spec as { readonly hostnames?: Json } | undefined;
  const names = Array.isArray(spec?.hostnames) ? spec.hostnames.map(String) : [];
  const subject = `proxy ${keyOf(proxy)}`;
  const managed = listeners.filter((listener) => listener.managed);
  const byHostname = Map.groupBy(managed, (listener) => listener.hostname);
  const all = certificatesReady(managed);
  return {
    namespace: proxy.namespace,
    name: proxy.name,
    conditions: all ? stamp(subject, [all], generation) : [],
    hostnames: names.map((hostname) => ({
      hostname,
      conditions: stamp(`${subject} ${hostname}`, [
        certificateReady(hostname, byHostname.get(hostname) ?? []),
      ], generation),
    })),
  };
}

function isProxy({ group, kind }: ResourceObject): boolean {
  return group === "networking.datumapis.com" && kind === "HTTPProxy";
}

// A spec is hashed for its generation only when its object is another one than last time.
const specs = new WeakMap<ResourceObject, string>();

/** The generation of an object: as it is written, else counted here. */
export function generationOf(object: ResourceObject, keeper: StatusKeeper): number {
  let spec = specs.get(object);
  if (spec === undefined) {
    spec = createHash("sha256").update(JSON.stringify(object.value.spec ?? null)).digest("base64");
    specs.set(object, spec);
  }
  const metadata = object.value.metadata as { readonly generation?: Json } | undefined;
  const written = metadata?.generation;
  return typeof written === "number" ? written : keeper.generation(`${object.kind} ${keyOf(object)}`, spec);
}

function makeGenerations(objects: readonly ResourceObject[], keeper: StatusKeeper) {
  const known = new Map<string, number>();
  for (const object of objects) {
    known.set(`${object.kind} ${keyOf(object)}`, generationOf(object, keeper));
  }
  return (kind: string, name: ObjectName): number => known.get(`${kind} ${keyOf(name)}`) ?? 1;
}

function pairStatus(state: PairState, now: number): PairStatus {
  const { namespace, name, origin, hint, served, warnings } = state;
  const [leaf] = state.certificates;
  return {
    namespace,
    name,
    origin,
    verdict: plainVerdict(state.verdict),
    hint,
    serving: served?.from ?? null,
    ...(state.delivery === undefined ? {} : { delivery: state.delivery }),
    current: leaf ? certificateStatus(leaf) : null,
    served: served ? certificateStatus(served.leaf) : null,
    expiresSoon: endsSoon(state, now),
    warnings,
  };
}

function plainVerdict({ action, reason, cause, detail }: Verdict): PairStatus["verdict"] {
  return { action, reason, cause, detail };
}
