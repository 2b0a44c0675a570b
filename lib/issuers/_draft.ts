import { type Annotations, annotationsOf, type Sides } from "./_annotations.ts";
import { intentsOf } from "./_intents_of.ts";
import { INHERITABLE_KEYS, ISSUER_KEYS } from "./_keys.ts";
import { allSecrets, type SelectedListener, selectListeners } from "./_listeners.ts";
import type { Owner } from "./_owners.ts";
import { Reading } from "./_reading.ts";
import { readReference, type Reference, referenceUnit } from "./_reference.ts";
import { readSettings } from "./_read_settings.ts";
import { renameIssuer } from "./_rename_issuer.ts";
import { Report } from "./_report.ts";
import type { RouteHosts } from "./_route_hosts.ts";
import { warnAbout } from "./_warnings.ts";
import type { Intent, ObjectOutcome } from "./intent.ts";
import type { IntentOptions } from "./intent_options.ts";

/** What is known of an object on the way to a plan. */
export interface Draft {
  readonly owner: Owner;
  readonly state: ObjectOutcome["state"];
  readonly secrets: readonly string[];
  readonly selected: readonly SelectedListener[];
  /** Secrets that it asks for, also where it cannot be planned, with the listeners that name them. */
  readonly claims: ReadonlyMap<string, readonly SelectedListener[]>;
  readonly report: Report;
  intents: readonly Intent[];
}

/** Plans for one object, without regard to the others. */
export function draftOwner(owner: Owner, options: IntentOptions, routeHosts: RouteHosts | null): Draft {
  const report = new Report(owner);
  const nothing = (state: Draft["state"]): Draft => (
    { owner, state, secrets: allSecrets(owner), selected: [], claims: new Map(), report, intents: [] }
  );
  if (owner.kind !== "Gateway" && !options.listenerSets) return nothing("off");
  if (owner.isDeleted) return nothing("deleted");
  const own = annotationsOf(owner, "own");
  const parent = owner.gateway && annotationsOf(owner.gateway, "inherited");
  if (owner.gateway !== null && !owner.isTaken) {
    const asks = asksFor(own) || asksFor(parent!);
    if (asks) sayRefused(owner, report);
    return nothing(asks ? "refused" : "idle");
  }
  if (owner.parentName !== null && parent === null) sayNoGateway(owner, report, asksFor(own));
  const sides = { own, gateway: parent };
  const unit = referenceUnit(own, parent, options.compat ?? "none");
  const written = readReference(unit, owner);
  const reference = written && renameIssuer(written, owner, sides, options, report);
  warnAbout(owner, sides, { reference, options, report });
  return reference === null
    ? nothing("idle")
    : plan(nothing("planned"), reference, sides, { options, routeHosts });
}

const asksFor = (annotations: Annotations): boolean =>
  annotations.has(ISSUER_KEYS.issuer) || annotations.has(ISSUER_KEYS.clusterIssuer);

function plan(
  draft: Draft,
  reference: Reference,
  { own, gateway }: Sides,
  { options, routeHosts }: { options: IntentOptions; routeHosts: RouteHosts | null },
): Draft {
  const { owner, report } = draft;
  const isAll = options.inherit === "all" && gateway !== null;
  const reading = new Reading(isAll ? withInherited(own, gateway) : own);
  const settings = readSettings(reading);
  const { selected, problems } = selectListeners(owner, {
    annotations: own,
    extraProtocols: options.extraProtocols ?? [],
    routeHosts,
  });
  const wrong = [...reference.problems, ...reading.problems];
  for (const problem of wrong) report.refuse(problem);
  for (const problem of problems) report.refuse(problem);
  for (const { place, what, hint } of reading.doubts) {
    report.say("warning", "Doubtful", {
      place,
      message: `${owner.title} may not mean what it says: ${what}`,
      hint,
    });
  }
  const claims = claimsOf(selected);
  if (wrong.length > 0) return { ...draft, state: "bad", selected, claims };
  const intents = intentsOf(owner, claims, {
    reference,
    settings,
    own,
    explain: reading.explain,
    compat: options.compat ?? "none",
  });
  return { ...draft, selected, claims, intents };
}

function claimsOf(selected: readonly SelectedListener[]): Map<string, SelectedListener[]> {
  const claims = new Map<string, SelectedListener[]>();
  for (const listener of selected) {
    for (const secret of new Set(listener.secrets)) {
      const known = claims.get(secret);
      if (known === undefined) claims.set(secret, [listener]);
      else known.push(listener);
    }
  }
  return claims;
}

function withInherited(own: Annotations, gateway: Annotations): Annotations {
  const all = new Map(own);
  for (const key of INHERITABLE_KEYS) {
    const found = gateway.get(key);
    if (found !== undefined && !all.has(key)) all.set(key, found);
  }
  return all;
}

function sayRefused({ object, title, gateway }: Owner, report: Report): void {
  report.say("warning", "NotAllowed", {
    place: object.placeOf(["spec", "parentRef"]),
    message: `${title} gets no certificates: ${gateway!.title} does not take it`,
    hint: "let its namespace in with spec.allowedListeners of the Gateway",
  });
}

function sayNoGateway({ object, title, parent }: Owner, report: Report, hasIssuer: boolean): void {
  const fate = hasIssuer ? "is planned with its own issuer" : "gets no certificates";
  report.say("note", "NoGateway", {
    place: object.placeOf(["spec", "parentRef"]),
    message: `${title} ${fate}: ${parent} is not there`,
    hint: hasIssuer ? "" : "it has no issuer of its own, and there is none to inherit",
  });
}
