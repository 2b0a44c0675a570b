import type { JsonObject, Place } from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";
import type { Annotations } from "./_annotations.ts";
import { asList, quoted } from "./_json.ts";
import { IGNORE_KEY } from "./_keys.ts";
import type { Owner } from "./_owners.ts";
import type { RouteHosts } from "./_route_hosts.ts";
import type { Origin } from "./intent.ts";

/** A name that a certificate is to be for. */
export interface Host {
  readonly name: string;
  readonly origin: Origin;
}

/** A listener that wants certificates. */
export interface SelectedListener {
  readonly name: string;
  readonly index: number;
  readonly value: JsonObject;
  readonly hosts: readonly Host[];
  /** Names of the Secrets. */
  readonly secrets: readonly string[];
}

/** Why a listener gets no certificate. */
export interface ListenerProblem {
  readonly listener: string;
  readonly place: Place;
  readonly what: string;
  readonly hint: string;
}

/** What selection depends on beside the object. */
export interface Selection {
  readonly annotations: Annotations;
  readonly extraProtocols: readonly string[];
  /** Names for a listener that has none; `null` where they are not derived. */
  readonly routeHosts: RouteHosts | null;
}

// RFC 1123 subdomain, what Kubernetes takes for a name.
const SECRET_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/**
 * The listeners of an object that want certificates. One with anything wrong is left out as a whole, and no other.
 *
 * Defaults of the Gateway API are filled in, since files do not have them: mode Terminate, group "", kind Secret.
 */
export function selectListeners(
  owner: Owner,
  selection: Selection,
): { selected: SelectedListener[]; problems: ListenerProblem[] } {
  const ignored = ignoredNames(selection.annotations);
  const selected: SelectedListener[] = [];
  const problems: ListenerProblem[] = [];
  for (const [index, value] of owner.listeners.entries()) {
    const name = asText(value.name);
    const protocol = asText(value.protocol);
    const endsTls = protocol === "HTTPS" || protocol === "TLS" || selection.extraProtocols.includes(protocol);
    if (!endsTls || asObject(value.tls).mode === "Passthrough" || ignored.has(name)) continue;
    const found: ListenerProblem[] = [];
    const say = (path: readonly (string | number)[], what: string, hint: string) => {
      const place = owner.object.placeOf(["spec", "listeners", index, ...path]);
      found.push({ listener: name, place, what, hint });
    };
    const hosts = hostsOf(owner, { value, index }, selection.routeHosts, say);
    const secrets = secretsOf(owner, value, say);
    if (found.length === 0) selected.push({ name, index, value, hosts, secrets });
    problems.push(...found);
  }
  return { selected, problems };
}

type Say = (path: readonly (string | number)[], what: string, hint: string) => void;

function ignoredNames(annotations: Annotations): ReadonlySet<string> {
  const found = annotations.get(IGNORE_KEY);
  return new Set(found?.isText ? found.text.split(",").map((name) => name.trim()) : []);
}

function hostsOf(
  owner: Owner,
  { value, index }: { value: JsonObject; index: number },
  routeHosts: RouteHosts | null,
  say: Say,
): readonly Host[] {
  const hostname = asText(value.hostname);
  if (hostname !== "") {
    const path = ["spec", "listeners", index, "hostname"];
    const key = `spec.listeners[${index}].hostname`;
    const origin: Origin = { from: "listener", key, object: owner.title, place: owner.object.placeOf(path) };
    return [{ name: hostname, origin }];
  }
  const derived = routeHosts?.(owner, index) ?? [];
  if (derived.length > 0) return derived;
  const why = "it has no hostname, so nobody knows what the certificate is to be for";
  if (routeHosts === null) {
    say([], why, "write a hostname, or have the names taken from the HTTPRoutes attached to it");
  } else say([], `${why}, and no HTTPRoute that is attached to it has one`, "write a hostname");
  return [];
}

function secretsOf(owner: Owner, value: JsonObject, say: Say): string[] {
  const tls = asObject(value.tls);
  const references = asList(tls.certificateRefs);
  if (references.length === 0) {
    const what = value.tls === undefined || value.tls === null ? "it has no tls" : "tls names no certificate";
    say(["tls", "certificateRefs"], what, "name the Secret in tls.certificateRefs");
  }
  if (tls.mode !== undefined && tls.mode !== null && tls.mode !== "Terminate") {
    say(["tls", "mode"], `tls.mode is ${quoted(String(tls.mode))}`, 'use "Terminate"');
  }
  return references.map((entry, position) => {
    const reference = asObject(entry);
    const path = ["tls", "certificateRefs", position];
    const { name, namespace } = reference;
    const what = `${asText(reference.group) || "core"}/${asText(reference.kind) || "Secret"}`;
    if (what !== "core/Secret") {
      say(path, `it refers to ${quoted(what)}, which is no Secret`, "refer to a Secret");
    }
    if (asText(namespace) !== "" && namespace !== owner.namespace) {
      const why = `it refers to a Secret in the namespace ${quoted(asText(namespace))}`;
      say([...path, "namespace"], why, `a certificate is made beside its ${owner.kind}: use a Secret there`);
    }
    if (!SECRET_NAME.test(asText(name))) {
      const hint = "lower-case letters, digits, - and . are allowed, a letter or digit first and last";
      say([...path, "name"], `${quoted(asText(name))} is not the name of a Secret`, hint);
    }
    return asText(name);
  });
}

/** Every Secret that the listeners of an object refer to, whether they are selected or not. */
export function allSecrets(owner: Owner): string[] {
  const references = owner.listeners.flatMap(({ tls }) => asList(asObject(tls).certificateRefs));
  const names = references.map((entry) => asText(asObject(entry).name));
  return [...new Set(names)].filter((name) => name !== "");
}
