import { parse } from "yaml";

/** An HTTPRoute of the published file that may answer a hostname. */
export interface PublishedRoute {
  readonly namespace: string;
  readonly name: string;
  /** Name of each rule, empty where it has none. */
  readonly rules: readonly string[];
}

/** Where a route has to be attached. */
export interface RoutePlace {
  readonly namespace: string;
  /** Gateway as it is published. */
  readonly name: string;
  /** Listener as it is published. */
  readonly listener: string;
}

/**
 * Looks for the HTTPRoutes that are attached to a listener and have a hostname, in the published file itself.
 *
 * @param text YAML of several documents.
 * @param hostname As a client asks, or a wildcard.
 */
export function findRoutes(text: string, place: RoutePlace, hostname: string): PublishedRoute[] {
  // Thousands of documents are not parsed for the sake of a few.
  const named = text.split(/^---.*$/m).filter((document) =>
    document.includes("HTTPRoute") && document.includes(place.name)
  );
  return named.flatMap((document) => {
    const route = parse(document) as WrittenRoute | null;
    if (route?.kind !== "HTTPRoute" || !isAttached(route, place) || !hasHostname(route, hostname)) return [];
    const { namespace = "", name = "" } = route.metadata ?? {};
    return [{ namespace, name, rules: (route.spec?.rules ?? [{}]).map((rule) => rule.name ?? "") }];
  });
}

interface WrittenRoute {
  readonly kind?: string;
  readonly metadata?: { readonly namespace?: string; readonly name?: string };
  readonly spec?: {
    readonly hostnames?: readonly string[];
    readonly parentRefs?: readonly {
      readonly kind?: string;
      readonly namespace?: string;
      readonly name?: string;
      readonly sectionName?: string;
    }[];
    readonly rules?: readonly { readonly name?: string }[];
  };
}

function isAttached({ metadata, spec }: WrittenRoute, place: RoutePlace): boolean {
  return (spec?.parentRefs ?? []).some((parent) =>
    (parent.kind ?? "Gateway") === "Gateway" && parent.name === place.name &&
    (parent.namespace ?? metadata?.namespace) === place.namespace &&
    (parent.sectionName ?? place.listener) === place.listener
  );
}

function hasHostname({ spec }: WrittenRoute, hostname: string): boolean {
  const hostnames = spec?.hostnames ?? [];
  return hostnames.length === 0 || hostnames.some((own) => own === hostname || covers(own, hostname));
}

/** A wildcard of Gateway API stands for one label or more. */
function covers(wildcard: string, hostname: string): boolean {
  return wildcard.startsWith("*.") && hostname.endsWith(wildcard.slice(1));
}
