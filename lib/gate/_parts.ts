import { type Drafts, type GatewayDraft, type ListenerDraft, type Part, subjectOf } from "./_drafts.ts";
import { furtherName, keyOf } from "./_names.ts";

/** What the Gateway API allows in one Gateway (maxItems of its schema, which Envoy Gateway checks). */
export const MOST_LISTENERS = 64;

/**
 * Gives each listener its place in a published Gateway.
 *
 * - Places go by the order of the listeners and not by their certificates: no hostname moves or loses its place because
 *   another comes back.
 * - Where one Envoy serves the whole class a Gateway with too many listeners becomes several; elsewhere a second Gateway would
 *   be a second Envoy on the same ports, so the last listeners stay out.
 */
export function giveParts({ gateways }: Drafts): void {
  for (const gateway of gateways.values()) {
    const { object, merged } = gateway;
    const placed = gateway.listeners.filter(({ trouble }) => trouble === null);
    const { namespace } = object;
    const isTaken = (name: string) => gateways.has(keyOf({ namespace, name }));
    const parts: Part[] = [];
    for (let at = 0; at < placed.length && (at === 0 || merged); at += MOST_LISTENERS) {
      const number = parts.length + 1;
      const name = number === 1 ? object.name : furtherName(object.name, number, isTaken);
      parts.push({ namespace, name, listeners: placed.slice(at, at + MOST_LISTENERS) });
    }
    for (const part of parts) part.listeners.forEach((listener) => listener.part = part);
    if (!merged) placed.slice(MOST_LISTENERS).forEach((listener) => refuse(gateway, listener));
    gateway.parts = parts;
  }
}

function refuse({ object }: GatewayDraft, listener: ListenerDraft): void {
  listener.trouble = {
    problem: "TooManyListeners",
    message: `${subjectOf(listener)} is not served: the Gateway "${
      keyOf(object)
    }" has room for ${MOST_LISTENERS} listeners only.`,
    detail: "Gateways that share one Envoy (mergeGateways of their EnvoyProxy) would be split",
  };
}
