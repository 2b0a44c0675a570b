import { createHash } from "node:crypto";
import type {
  HttpChallenge,
  JsonObject,
  ObjectKey,
  PlannedChallenge,
  PublishedObject,
  ResourceObject,
} from "../model/mod.ts";
import { type ChallengePlace, findPlace, type PlaceSearch } from "./_challenge_places.ts";
import { compact } from "./_json.ts";
import { GATEWAY_GROUP, keyOf } from "./_names.ts";

const EG_GROUP = "gateway.envoyproxy.io";
const EG_VERSION = `${EG_GROUP}/v1alpha1`;
const PATH = "/.well-known/acme-challenge/";

/** Policies for a whole Gateway that would answer a proof with something else; one for the route itself goes before them. */
const IN_THE_WAY: ReadonlySet<string> = new Set([
  "SecurityPolicy",
  "BackendTrafficPolicy",
  "EnvoyExtensionPolicy",
]);

/** What proofs come to. */
export interface PublishedChallenges {
  readonly objects: readonly PublishedObject[];
  /** What each published Gateway answers, for its revision. */
  readonly byGateway: ReadonlyMap<ObjectKey, readonly string[]>;
  readonly planned: readonly PlannedChallenge[];
}

/**
 * Has Envoy answer proofs of control over plain HTTP by itself: a route with the exact path and the answer in it, beside
 * the operator's own.
 *
 * - It stands in the virtual host that the name has already. One of its own would take every other path of the name away
 *   from the routes of a wildcard or of all names: Envoy looks at one virtual host only.
 * - An exact path goes before prefixes and patterns, so redirects and routes for `/` do not get the request.
 * - Policies of the whole Gateway do not reach it; every other request goes where it went before.
 * - What no listener can carry is said with the reason.
 */
export function publishChallenges(
  challenges: readonly HttpChallenge[],
  search: PlaceSearch & { readonly objects: readonly ResourceObject[] },
): PublishedChallenges {
  const objects: PublishedObject[] = [];
  const byGateway = new Map<ObjectKey, string[]>();
  const planned: PlannedChallenge[] = [];
  const kinds = new Set(search.objects.filter(({ group }) => group === EG_GROUP).map(({ kind }) => kind));
  const policies = [...IN_THE_WAY].filter((kind) => kinds.has(kind));
  for (const challenge of challenges) {
    const places = findPlace(challenge, search);
    if (typeof places === "string") {
      planned.push({ challenge, ports: [], problem: places });
      continue;
    }
    planned.push({ challenge, ports: places.map(({ listener }) => listener.port), problem: "" });
    for (const place of places) {
      const made = objectsFor(challenge, place, policies);
      objects.push(...made);
      const { part } = place.listener;
      const key = keyOf(part!);
      const said = byGateway.get(key) ?? [];
      said.push(JSON.stringify(made.map(({ value }) => value)));
      byGateway.set(key, said);
    }
  }
  return { objects, byGateway, planned };
}

function objectsFor(
  { hostname, token, keyAuthorization }: HttpChallenge,
  { namespace, listener, domain }: ChallengePlace,
  policies: readonly string[],
): PublishedObject[] {
  const { part, publishedName: sectionName, port } = listener;
  const identity = JSON.stringify([hostname, token, port]);
  const name = `certgate-acme-${createHash("sha256").update(identity).digest("hex").slice(0, 16)}`;
  const make = (apiVersion: string, kind: string, spec: JsonObject): PublishedObject => ({
    apiVersion,
    kind,
    namespace,
    name,
    value: { apiVersion, kind, metadata: { namespace, name }, spec },
  });
  const extensionRef = { group: EG_GROUP, kind: "HTTPRouteFilter", name };
  const body = { type: "Inline", inline: keyAuthorization };
  return [
    make(EG_VERSION, "HTTPRouteFilter", {
      directResponse: { contentType: "text/plain", statusCode: 200, body },
    }),
    make(
      `${GATEWAY_GROUP}/v1`,
      "HTTPRoute",
      compact({
        parentRefs: [{
          group: GATEWAY_GROUP,
          kind: "Gateway",
          namespace: part!.namespace,
          name: part!.name,
          sectionName,
        }],
        hostnames: domain === "*" ? undefined : [domain],
        rules: [{
          matches: [{ path: { type: "Exact", value: `${PATH}${token}` } }],
          filters: [{ type: "ExtensionRef", extensionRef }],
        }],
      }),
    ),
    ...policies.map((kind) =>
      make(EG_VERSION, kind, { targetRefs: [{ group: GATEWAY_GROUP, kind: "HTTPRoute", name }] })
    ),
  ];
}
