import type { ResourceObject } from "../model/mod.ts";
import { type Draft, draftOwner } from "./_draft.ts";
import { keyOf, ownersOf } from "./_owners.ts";
import { routeHostsOf } from "./_route_hosts.ts";
import { markConflicts } from "./_conflicts.ts";
import type { IntentPlan } from "./intent.ts";
import type { IntentOptions } from "./intent_options.ts";

/**
 * Plans the certificates that annotations of cert-manager ask for on Gateways and ListenerSets.
 *
 * - A set that names an issuer takes nothing of the Gateway's reference; one that names none takes all of it.
 * - What is wrong with an object costs no other object anything: with an annotation it costs the object its intents, with
 *   a listener that listener's part. All that is wrong is said at once.
 * - A Secret belongs to the first object of its namespace that asks for it, also while that one has no usable intent.
 * - Never throws, whatever is written.
 *
 * @param objects Everything the operator wrote; Namespaces and HTTPRoutes are read where rules need them.
 * @param options How annotations are understood.
 */
export function planIntents(objects: readonly ResourceObject[], options: IntentOptions = {}): IntentPlan {
  const { owners, labelsOf } = ownersOf(objects);
  const routeHosts = options.deriveHostnames ? routeHostsOf(objects, labelsOf) : null;
  const drafts = owners.map((owner) => draftOwner(owner, options, routeHosts));
  markConflicts(drafts);
  markNotOwned(drafts);
  return {
    intents: drafts.flatMap(({ intents }) => intents),
    objects: drafts.map(({ owner, state, secrets }) => ({
      kind: owner.kind,
      namespace: owner.namespace,
      name: owner.name,
      place: owner.object.place,
      state,
      secrets,
    })),
    findings: drafts.flatMap(({ report }) => report.findings),
  };
}

/** A Secret that two objects ask for is the first one's: cert-manager touches no Certificate of another owner. */
function markNotOwned(drafts: readonly Draft[]): void {
  const owners = new Map<string, Draft>();
  for (const draft of drafts) {
    const foreign = new Set<string>();
    for (const [name, listeners] of draft.claims) {
      const key = keyOf({ namespace: draft.owner.namespace, name });
      const first = owners.get(key);
      if (first === undefined) {
        owners.set(key, draft);
        continue;
      }
      foreign.add(name);
      const path = ["spec", "listeners", listeners[0].index, "tls", "certificateRefs"];
      draft.report.say("warning", "NotOwned", {
        listener: listeners[0].name,
        place: draft.owner.object.placeOf(path),
        message: `Secret ${JSON.stringify(key)} belongs to ${first.owner.title} already: ` +
          `no certificate of it is planned for ${draft.owner.title}`,
        hint: "refer to a Secret of its own, or keep the certificate of the other one",
      });
    }
    draft.intents = draft.intents.filter(({ name }) => !foreign.has(name));
  }
}
