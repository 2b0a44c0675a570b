import { field, textField, varintField } from "./_encode.ts";

const text = (value: string) => new TextEncoder().encode(value);

/** `connect_matcher` of a route: CONNECT requests, whatever they ask for. */
const MATCH_CONNECT = field(1, field(12));
/** `prefix` of a route: every request that has a path. */
const MATCH_ALL = field(1, field(1, text("/")));

/** Field `direct_response` of a route. @param body Nothing is sent where it is empty. */
export function directResponse(status: number, body: string): Uint8Array {
  return field(7, varintField(1, status), ...(body === "" ? [] : [field(2, textField(3, body))]));
}

/** Field `routes` of a virtual host: CONNECT goes to a cluster. */
export function connectRoute(name: string, cluster: string): Uint8Array {
  const upgrade = field(25, textField(1, "CONNECT"), field(3));
  return field(3, MATCH_CONNECT, field(2, textField(1, cluster), upgrade), textField(14, name));
}

/** Field `routes` of a virtual host: CONNECT is told that the other end of the tunnel is away. */
export function offlineRoute(name: string): Uint8Array {
  return field(3, MATCH_CONNECT, directResponse(503, "Tunnel not online"), textField(14, name));
}

const FAILED = "certgate-failed";
/** Field `routes` of a virtual host: 500 for everything, and no word about why to a stranger. */
export const FAILED_ROUTE: Uint8Array = field(3, MATCH_ALL, directResponse(500, ""), textField(14, FAILED));

/** Field `route_config` of an HTTP connection manager: 500 for every host. */
export const FAILED_ROUTE_CONFIG: Uint8Array = field(
  4,
  textField(1, FAILED),
  field(2, textField(1, FAILED), textField(2, "*"), FAILED_ROUTE),
);
