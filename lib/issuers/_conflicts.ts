import { asText } from "../resources/mod.ts";
import type { Draft } from "./_draft.ts";
import type { Owner } from "./_owners.ts";

/**
 * Warns of listeners whose port, protocol and hostname another one has already: a Gateway's own come first, then those of
 * its sets in their order. They get their certificates all the same, as with cert-manager.
 */
export function markConflicts(drafts: readonly Draft[]): void {
  const taken = new Map<Owner, Map<string, string>>();
  for (const { owner, state, selected, report } of drafts) {
    const gateway = owner.kind === "Gateway" ? owner : owner.isTaken ? owner.gateway : null;
    if (gateway === null || state === "off" || state === "deleted") continue;
    const holders = taken.get(gateway) ?? new Map<string, string>();
    taken.set(gateway, holders);
    for (const [index, { name, port, protocol, hostname }] of owner.listeners.entries()) {
      const key = JSON.stringify([port, protocol, asText(hostname).toLowerCase()]);
      const mine = `listener ${JSON.stringify(asText(name))} of ${owner.title}`;
      const holder = holders.get(key);
      if (holder === undefined) holders.set(key, mine);
      else if (selected.some((one) => one.index === index)) {
        report.say("warning", "Conflicted", {
          listener: asText(name),
          place: owner.object.placeOf(["spec", "listeners", index]),
          message: `${mine[0].toUpperCase()}${mine.slice(1)} is not served: ${holder} comes first`,
          hint: "change port or hostname of one of them; the certificate is planned all the same",
        });
      }
    }
  }
}
