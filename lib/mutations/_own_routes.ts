import type { RouteView } from "../xds/mod.ts";
import { sanitiseName } from "./_connector_domains.ts";

/** Name of the route that leads CONNECT of a virtual host into a tunnel. */
export const connectName = (hostName: string) => `connector-connect-${sanitiseName(hostName)}`;

/** Name of the route that answers CONNECT of a virtual host with 503. */
export const offlineName = (hostName: string) => `connector-offline-${sanitiseName(hostName)}`;

/**
 * Whether a route is one of those two, from an earlier answer: routes that Envoy Gateway makes have names of another form
 * and say what they are made of.
 *
 * @param name Its name. @param hostName That of its virtual host.
 */
export function isOwnRoute(
  route: RouteView,
  { name, hostName }: { readonly name: string; readonly hostName: string },
): boolean {
  return name.startsWith("connector-") &&
    (name === connectName(hostName) || name === offlineName(hostName)) &&
    route.resource === null;
}
