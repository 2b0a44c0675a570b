import type { ObjectKey } from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";
import { type Drafts, type GatewayDraft, type ListenerDraft, subjectOf, type Trouble } from "./_drafts.ts";
import { keyOf } from "./_names.ts";

/** Hostnames, separated by commas, of a Gateway or ListenerSet that are not shown to be its owner's. */
const UNVERIFIED = "certgate.dev/unverified-hostnames";

/** A listener that has a hostname, or a port, first. */
interface Claim {
  readonly gateway: GatewayDraft;
  readonly listener: ListenerDraft;
}

/**
 * Marks what may not be served at all: hostnames that are not verified, and what an earlier listener has already.
 *
 * - A Gateway's own listeners come before those of its sets; an earlier Gateway before a later one where one Envoy serves
 *   both. Elsewhere Gateways have nothing to do with each other.
 * - Envoy Gateway refuses all listeners of a port whose protocols do not go together; here the first goes on.
 * - A listener whose certificate is bad keeps its place: nobody gets the hostname because it is dark.
 */
export function markHostnames({ gateways, sets }: Drafts): void {
  for (const { listeners } of [...gateways.values(), ...sets.values()]) listeners.forEach(markUnverified);
  const classes = new Map<string, Claims>();
  for (const gateway of gateways.values()) {
    let claims = gateway.merged ? classes.get(gateway.className) : undefined;
    claims ??= { hostnames: new Map(), ports: new Map() };
    if (gateway.merged) classes.set(gateway.className, claims);
    for (const listener of gateway.listeners) {
      listener.trouble ??= claim(claims, { gateway, listener });
    }
  }
}

interface Claims {
  readonly hostnames: Map<string, Claim>;
  readonly ports: Map<string, Claim>;
}

function markUnverified(listener: ListenerDraft): void {
  const annotations = asObject(asObject(listener.owner.value.metadata).annotations);
  const unverified = asText(annotations[UNVERIFIED]);
  if (unverified === "") return;
  const isNamed = unverified.split(",").some((name) => name.trim().toLowerCase() === listener.hostname);
  if (!isNamed) return;
  listener.trouble = {
    problem: "UnverifiedHostnamesPresent",
    message: `${subjectOf(listener)} is not served: it is not verified yet that the name is yours.`,
    detail: `the annotation ${UNVERIFIED} names it`,
  };
}

/** Takes the hostname and the port; the trouble if they are taken. */
function claim(claims: Claims, mine: Claim): Trouble | null {
  const { protocol, port, hostname } = mine.listener;
  const transport = protocol === "UDP" ? "udp" : "tcp";
  const first = claims.ports.get(`${transport}/${port}`);
  if (first !== undefined && !goTogether(first.listener.protocol, protocol)) {
    return conflict(first, mine, "port");
  }
  const name = `${transport}/${port}/${isLayer4(protocol) ? "*" : hostname}`;
  const holder = claims.hostnames.get(name);
  if (holder !== undefined) {
    return holder.gateway === mine.gateway ? conflict(holder, mine, "hostname") : inUse(holder, mine);
  }
  if (first === undefined) claims.ports.set(`${transport}/${port}`, mine);
  claims.hostnames.set(name, mine);
  return null;
}

const isLayer4 = (protocol: string): boolean => protocol === "TCP" || protocol === "UDP";

/** HTTPS and TLS listeners share a port by server name. */
function goTogether(one: string, other: string): boolean {
  const family = (protocol: string) => protocol === "TLS" ? "HTTPS" : protocol;
  return family(one) === family(other);
}

function conflict(first: Claim, { listener }: Claim, what: "port" | "hostname"): Trouble {
  const { port, protocol } = listener;
  const taken = what === "port"
    ? `port ${port} is used for ${first.listener.protocol}, which does not go together with ${protocol}`
    : `another listener has it already on port ${port}`;
  return {
    problem: what === "port" ? "ProtocolConflict" : "Conflicted",
    message: `${subjectOf(listener)} is not served by this listener: ${taken}.`,
    detail: `${placeText(first)} comes first`,
  };
}

function inUse(holder: Claim, { listener }: Claim): Trouble {
  const other: ObjectKey = keyOf(holder.gateway.object);
  return {
    problem: "HostnameInUse",
    message: `${subjectOf(listener)} is not served here: the Gateway "${other}" has it already.`,
    detail: `port ${listener.port} of ${placeText(holder)}`,
  };
}

function placeText({ listener: { owner, name } }: Claim): string {
  return `listener "${name}" of ${owner.kind} "${keyOf(owner)}"`;
}
