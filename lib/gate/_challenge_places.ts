import type { HttpChallenge, ObjectKey, PublishedObject } from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";
import { type Drafts, type GatewayDraft, isOwn, type ListenerDraft, setKey } from "./_drafts.ts";
import { coversHost, isMoreSpecific, meetHosts } from "./_host_patterns.ts";
import type { ResourceIndex } from "./_index.ts";
import { asObjects } from "./_json.ts";
import { GATEWAY_GROUP, keyOf } from "./_names.ts";
import { isPublished, takesRoutes } from "./_publish_gateway.ts";

/** Where a proof is answered. */
export interface ChallengePlace {
  /** Namespace of the route. */
  readonly namespace: string;
  readonly listener: ListenerDraft;
  /** The domain of the virtual host that the route is to stand in; `*` for the one of all names. */
  readonly domain: string;
}

/** What places are looked for in. */
export interface PlaceSearch {
  readonly drafts: Drafts;
  readonly index: ResourceIndex;
  /** The routes as they are published. */
  readonly routes: readonly PublishedObject[];
}

/** An HTTP listener that a request for the name may come to. */
interface Candidate {
  readonly listener: ListenerDraft;
  readonly gateway: GatewayDraft;
}

/** The port that proofs over HTTP are asked for on (RFC 8555, 8.3). */
const HTTP = 80;

/** A name has no colon, and its last label is not a number. */
const ADDRESS = /:|^[\d.]+$/;

/**
 * The listeners that can answer a proof: those of the Gateway that the certificate is for, and others that take routes of
 * its namespace. Where one is on port 80 the other ports do not count; elsewhere something may forward to them.
 *
 * @returns One place per port, or why there is none, in plain words.
 */
export function findPlace(challenge: HttpChallenge, search: PlaceSearch): readonly ChallengePlace[] | string {
  const { hostname, owner } = challenge;
  const homes = homesOf(owner, search.drafts);
  if (homes.length === 0) return `there is no Gateway for "${owner}" any more`;
  const all = homes.flatMap((home) => candidatesFor(hostname, home, search));
  const [home] = homes;
  const reachable = all.filter(({ gateway, listener }) => listener.port === HTTP || homes.includes(gateway));
  if (reachable.length === 0) {
    return `Gateway "${keyOf(home.object)}" has no HTTP listener for ${hostname}: add one on port ${HTTP}`;
  }
  const ports = new Set(reachable.map(({ listener }) => listener.port));
  const wanted = ports.has(HTTP) ? [HTTP] : [...ports];
  const places: ChallengePlace[] = [];
  let problem = "";
  for (const port of wanted) {
    const found = placeOn(
      reachable.filter(({ listener }) => listener.port === port),
      challenge,
      home,
      search,
    );
    if (typeof found === "string") problem = found;
    else places.push(found);
  }
  return places.length > 0 ? places : problem;
}

/** An object of a name may be a Gateway and a set at the same time. */
function homesOf(owner: ObjectKey, { gateways, sets }: Drafts): GatewayDraft[] {
  const [namespace, name] = owner.split("/");
  const found = [
    gateways.get(owner),
    ...["ListenerSet", "XListenerSet"].map((kind) => sets.get(setKey(kind, { namespace, name }))?.gateway),
  ];
  return [...new Set(found.filter((one) => one !== undefined && one !== null))];
}

function candidatesFor(hostname: string, home: GatewayDraft, { drafts, index }: PlaceSearch): Candidate[] {
  const isNear = (gateway: GatewayDraft) => gateway === home || !index.isForeign(gateway.className);
  return [...drafts.gateways.values()].filter(isNear).flatMap((gateway) =>
    gateway.listeners
      .filter((one) => one.protocol === "HTTP" && isPublished(one) && coversHost(one.hostname, hostname))
      .map((listener) => ({ listener, gateway }))
      // Another Gateway's listener counts only where it takes routes of this one's namespace.
      .filter((one) => gateway === home || refusal(one, home.object.namespace, index) === "")
  );
}

/** The virtual host that has the name on a port now, with its listener; where none has, one of its own. */
function placeOn(
  candidates: readonly Candidate[],
  { hostname, owner }: HttpChallenge,
  home: GatewayDraft,
  { index, routes }: PlaceSearch,
): ChallengePlace | string {
  let best: { candidate: Candidate; domain: string } | null = null;
  for (const candidate of candidates) {
    for (const domain of domainsOf(candidate, routes, index)) {
      if (!coversHost(domain, hostname)) continue;
      if (best === null || isMoreSpecific(domain, best.domain)) best = { candidate, domain };
    }
  }
  if (best === null) {
    const [first, ...rest] = candidates;
    const narrow = rest.reduce(
      (one, other) => isMoreSpecific(other.listener.hostname, one.listener.hostname) ? other : one,
      first,
    );
    // A route cannot be for an address; nobody else has the listener's names either.
    best = { candidate: narrow, domain: !ADDRESS.test(hostname) ? hostname : narrow.listener.hostname };
  }
  const { candidate, domain } = best;
  const { namespace } = home.object;
  const [own] = owner.split("/");
  const why = refusal(candidate, namespace, index);
  // What comes from a set was opened for the routes that the set takes.
  const isOpened = !isOwn(candidate.listener) && candidate.gateway === home &&
    takesRoutes(candidate.listener, own, index.labelsOf) && takesKind(candidate.listener);
  return why === "" || isOpened ? { namespace, listener: candidate.listener, domain } : why;
}

/** Why a listener takes no HTTPRoute of a namespace; empty if it does. */
function refusal({ listener }: Candidate, namespace: string, index: ResourceIndex): string {
  const { name, owner } = listener;
  const what = `listener "${name}" of ${owner.kind} "${keyOf(owner)}"`;
  if (!takesKind(listener)) return `${what} takes no HTTPRoutes (allowedRoutes.kinds)`;
  if (isOwn(listener) && fromOf(listener) === "Selector") {
    return `${what} chooses routes by labels, which Envoy Gateway loses when it reads files (allowedRoutes)`;
  }
  return takesRoutes(listener, namespace, index.labelsOf)
    ? ""
    : `${what} takes no routes of namespace "${namespace}" (allowedRoutes)`;
}

const fromOf = ({ value }: ListenerDraft) => asText(asObject(asObject(value.allowedRoutes).namespaces).from);

function takesKind({ value }: ListenerDraft, kind = "HTTPRoute"): boolean {
  const kinds = asObjects(asObject(value.allowedRoutes).kinds);
  return kinds.length === 0 ||
    kinds.some((one) => one.kind === kind && (asText(one.group) || GATEWAY_GROUP) === GATEWAY_GROUP);
}

/** The domains of the virtual hosts that routes make on a listener. */
function domainsOf(
  candidate: Candidate,
  routes: readonly PublishedObject[],
  index: ResourceIndex,
): string[] {
  const { listener } = candidate;
  return routes.flatMap((route) => {
    const isHttp = route.kind === "HTTPRoute" || route.kind === "GRPCRoute";
    if (!isHttp || !takesKind(listener, route.kind) || !attaches(route, listener)) return [];
    // What the listener of a set takes was decided when the route was led to it.
    if (isOwn(listener) && refusal(candidate, route.namespace, index) !== "") return [];
    const { hostnames } = asObject(route.value.spec);
    const names = Array.isArray(hostnames) && hostnames.length > 0 ? hostnames.map(asText) : ["*"];
    return names.flatMap((name) => meetHosts(listener.hostname, name.toLowerCase()) ?? []);
  });
}

function attaches(route: PublishedObject, { part, publishedName, port }: ListenerDraft): boolean {
  return asObjects(asObject(route.value.spec).parentRefs).some((parent) =>
    (asText(parent.kind) || "Gateway") === "Gateway" &&
    (asText(parent.group) || GATEWAY_GROUP) === GATEWAY_GROUP &&
    (asText(parent.namespace) || route.namespace) === part!.namespace && parent.name === part!.name &&
    (asText(parent.sectionName) === "" || parent.sectionName === publishedName) &&
    (parent.port === undefined || parent.port === port)
  );
}
