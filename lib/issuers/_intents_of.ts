import { asObject } from "../resources/mod.ts";
import type { Annotations } from "./_annotations.ts";
import { asTexts } from "./_json.ts";
import { ACME_KEYS } from "./_keys.ts";
import type { Host, SelectedListener } from "./_listeners.ts";
import type { Owner } from "./_owners.ts";
import { isIpAddress } from "./_parse_address.ts";
import { parseBoolean } from "./_parse_integer.ts";
import type { Reference } from "./_reference.ts";
import type { Explained, Intent, IntentSettings, Origin } from "./intent.ts";

/** Set by `kubectl apply --applyset`, which would prune a Certificate that has it (cert-manager #7306). */
const APPLYSET = "applyset.kubernetes.io/part-of";
const DEFAULT: Origin = { from: "default", key: "", object: "", place: null };

/** What all certificates of an object have in common. */
export interface Common {
  readonly reference: Reference;
  readonly settings: IntentSettings;
  readonly own: Annotations;
  readonly explain: readonly Explained[];
  readonly compat: "none" | "cert-manager";
}

/** One intent for each Secret, with the hostnames of all its listeners. */
export function intentsOf(
  owner: Owner,
  claims: ReadonlyMap<string, readonly SelectedListener[]>,
  common: Common,
): Intent[] {
  const { altNames, ipSans, ...settings } = common.settings;
  const { [APPLYSET]: _, ...labels } = asTexts(asObject(owner.object.value.metadata).labels);
  const { kind, namespace, name, apiVersion, uid } = owner;
  const annotations = certificateAnnotations(owner, common);
  return [...claims].map(([secret, listeners]) => {
    const hosts = distinct(listeners.flatMap((listener) => listener.hosts));
    const addresses = hosts.filter((host) => isIpAddress(host.name));
    const names = hosts.filter((host) => !isIpAddress(host.name));
    return {
      namespace,
      name: secret,
      owner: { kind, namespace, name, apiVersion, uid },
      issuerRef: common.reference.ref,
      ...settings,
      dnsNames: [...names.map((host) => host.name), ...altNames],
      ipAddresses: [...addresses.map((host) => host.name), ...ipSans],
      listeners: listeners.map((listener) => listener.name),
      labels,
      annotations,
      explain: [
        ...common.reference.explain,
        secretExplained(owner, secret, listeners[0].index),
        ...names.map((host) => explained("spec.dnsNames", host)),
        ...addresses.map((host) => explained("spec.ipAddresses", host)),
        ...common.explain,
        ...usagesByDefault(common),
      ],
    };
  });
}

function explained(field: string, { name, origin }: Host): Explained {
  return { field, value: name, origin };
}

function secretExplained({ object, title }: Owner, value: string, index: number): Explained {
  const place = object.placeOf(["spec", "listeners", index, "tls", "certificateRefs"]);
  const key = `spec.listeners[${index}].tls.certificateRefs`;
  return { field: "spec.secretName", value, origin: { from: "listener", key, object: title, place } };
}

function usagesByDefault({ explain, settings }: Common): Explained[] {
  if (explain.some(({ field }) => field === "spec.usages")) return [];
  return [{ field: "spec.usages", value: settings.usages.join(", "), origin: DEFAULT }];
}

function distinct(hosts: readonly Host[]): Host[] {
  const seen = new Map<string, Host>();
  for (const host of hosts) if (!seen.has(host.name)) seen.set(host.name, host);
  return [...seen.values()];
}

/** What the HTTP-01 solver of cert-manager is told: the object whose listeners lead to it. */
function certificateAnnotations(owner: Owner, { own, compat }: Common): Record<string, string> {
  const textOf = (key: string) => own.get(key)?.text ?? "";
  const ingress = compat === "cert-manager" ? ingressAnnotations(owner, textOf) : {};
  if (owner.parentName !== null && parseBoolean(textOf(ACME_KEYS.parentFallback))) {
    return {
      ...ingress,
      [ACME_KEYS.parentKind]: "Gateway",
      [ACME_KEYS.parentName]: owner.parentName.name,
      [ACME_KEYS.parentNamespace]: owner.parentName.namespace,
    };
  }
  return { ...ingress, [ACME_KEYS.parentKind]: owner.kind, [ACME_KEYS.parentName]: owner.name };
}

/** cert-manager's code sets these for Gateways too, where they do nothing good. */
function ingressAnnotations(owner: Owner, textOf: (key: string) => string): Record<string, string> {
  const className = textOf(ACME_KEYS.ingressClassName);
  const ingressClass = textOf(ACME_KEYS.ingressClass);
  return {
    ...textOf(ACME_KEYS.editInPlace) !== "true" ? {} : {
      "acme.cert-manager.io/http01-override-ingress-name": owner.name,
      "cert-manager.io/issue-temporary-certificate": "true",
    },
    ...ingressClass === "" ? {} : { "acme.cert-manager.io/http01-override-ingress-class": ingressClass },
    ...className === "" ? {} : { "acme.cert-manager.io/http01-override-ingress-ingressclassname": className },
  };
}
