import type { RouteView, VirtualHostView } from "../xds/mod.ts";
import { sanitiseName } from "./_connector_domains.ts";

/** Name of the route that leads CONNECT of a virtual host into a tunnel. */
export const connectName = (hostName: string) => `connector-connect-${sanitiseName(hostName)}`;

/** Name of the route that answers CONNECT of a virtual host with 503. */
export const offlineName = (hostName: string) => `connector-offline-${sanitiseName(hostName)}`;

/**
 * Whether a route is one of those two, from an earlier answer: routes that Envoy Gateway makes have names of another form
 * and say what they are made of.
 */
export function isOwnRoute(route: RouteView, { name }: VirtualHostView): boolean {
  const own = route.name;
  return own.startsWith("connector-") && (own === connectName(name) || own === offlineName(name)) &&
    route.resource === null;
}
