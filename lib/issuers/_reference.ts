import type { Annotation, Annotations } from "./_annotations.ts";
import { quoted } from "./_json.ts";
import { ISSUER_KEYS } from "./_keys.ts";
import type { Owner } from "./_owners.ts";
import type { Problem } from "./_reading.ts";
import type { Explained, IssuerRef, Origin } from "./intent.ts";

/** The group of cert-manager's own issuers, which it takes where none is written. */
export const OWN_GROUP = "cert-manager.io";
const { issuer, clusterIssuer, kind, group } = ISSUER_KEYS;
const DEFAULT: Origin = { from: "default", key: "", object: "", place: null };

/** Who is to issue for an object, and what is wrong with how that is written. */
export interface Reference {
  readonly ref: IssuerRef;
  /** In the form of an explanation: name, kind, group. */
  readonly explain: readonly Explained[];
  /** Empty if the reference can be used. */
  readonly problems: readonly Problem[];
  /** The annotation that names the issuer. */
  readonly name: Annotation;
}

/**
 * The annotations that count for the reference of a set. The reference is one unit: a set that names an issuer of its own
 * takes nothing from its Gateway. That a name is there counts, not that it says something.
 *
 * @param gateway Annotations of its Gateway; `null` for a Gateway, or where there is none.
 */
export function referenceUnit(
  own: Annotations,
  gateway: Annotations | null,
  compat: "none" | "cert-manager",
): Annotations {
  if (gateway === null) return own;
  const isOwn = own.has(issuer) || own.has(clusterIssuer);
  if (compat === "none") return isOwn || !(gateway.has(issuer) || gateway.has(clusterIssuer)) ? own : gateway;
  // The names come from one side, and kind and group from the Gateway whenever it has them.
  const unit = new Map(own);
  for (const key of isOwn ? [kind, group] : [issuer, clusterIssuer, kind, group]) {
    const found = gateway.get(key);
    if (found !== undefined) unit.set(key, found);
  }
  return unit;
}

/**
 * Reads the reference to an issuer.
 *
 * @returns `null` if no annotation asks for certificates.
 */
export function readReference(unit: Annotations, owner: Owner): Reference | null {
  const name = unit.get(clusterIssuer) ?? unit.get(issuer);
  if (name === undefined) return null;
  const isCluster = unit.has(clusterIssuer);
  const ref = {
    name: name.text,
    kind: unit.get(kind)?.text ?? (isCluster ? "ClusterIssuer" : "Issuer"),
    group: unit.get(group)?.text ?? OWN_GROUP,
  };
  const explain: Explained[] = [
    { field: "spec.issuerRef.name", value: ref.name, origin: name.origin },
    { field: "spec.issuerRef.kind", value: ref.kind, origin: (unit.get(kind) ?? name).origin },
    { field: "spec.issuerRef.group", value: ref.group, origin: unit.get(group)?.origin ?? DEFAULT },
  ];
  return { ref, explain, problems: [...problemsOf(unit, name, owner)], name };
}

function* problemsOf(unit: Annotations, name: Annotation, owner: Owner): Generator<Problem> {
  for (const key of Object.values(ISSUER_KEYS)) {
    const found = unit.get(key);
    if (found?.isText === false) {
      const what = `annotation ${JSON.stringify(key)} is no text`;
      yield { place: found.place, what, hint: "put the value in quotes" };
    }
  }
  if (name.isText && name.text === "") {
    const what = `annotation ${JSON.stringify(name.key)} names no issuer`;
    const hint = owner.kind === "Gateway"
      ? "write the name of an issuer, or remove the annotation"
      : "write the name of an issuer; an empty annotation is not filled in from the Gateway";
    yield { place: name.place, what, hint };
  }
  for (const [one, other] of [[issuer, clusterIssuer], [clusterIssuer, group], [clusterIssuer, kind]]) {
    if (!unit.has(one) || !unit.has(other)) continue;
    const what = `annotations ${JSON.stringify(one)} and ${JSON.stringify(other)} cannot stand together`;
    const hint = other === clusterIssuer
      ? "keep one of the two"
      : `an issuer of another ${other === group ? "group" : "kind"} is named with ${JSON.stringify(issuer)}`;
    yield { place: unit.get(other)!.place, what, hint };
  }
}

/** What cert-manager's admission would say of a reference that is complete; empty if nothing. */
export function doubtAbout({ kind, group }: IssuerRef): string {
  const isOwn = group === "" || group === OWN_GROUP;
  return !isOwn || ["", "Issuer", "ClusterIssuer"].includes(kind)
    ? ""
    : `cert-manager has no kind ${quoted(kind)} in the group ${quoted(OWN_GROUP)}`;
}
