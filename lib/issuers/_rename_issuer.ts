import type { Sides } from "./_annotations.ts";
import type { Owner } from "./_owners.ts";
import { readReference, type Reference } from "./_reference.ts";
import type { Report } from "./_report.ts";
import type { IntentOptions } from "./intent_options.ts";

/** The name that stands for the issuer of the Gateway where issuers are renamed. */
const AUTO = "auto";

/**
 * Gives an issuer the name that it has here. `auto` of a set, unless it is renamed itself, is the issuer of its Gateway.
 *
 * @returns `null` if nobody is left to issue.
 */
export function renameIssuer(
  reference: Reference,
  owner: Owner,
  sides: Sides,
  { issuerNameMap: names, compat = "none" }: IntentOptions,
  report: Report,
): Reference | null {
  if (names === undefined || reference.problems.length > 0) return reference;
  const renamed = rename(reference, names);
  if (renamed.ref.name !== AUTO) return renamed;
  const isInherited = reference.name.origin.from === "inherited";
  const parent = compat === "none" && !isInherited && sides.gateway && readReference(sides.gateway, owner);
  const real = parent ? rename(parent, names) : null;
  if (real !== null && real.ref.name !== AUTO) return real;
  report.say("warning", "NoIssuer", {
    place: reference.name.place,
    message: `${owner.title} gets no certificates: ${JSON.stringify(AUTO)} stands for no issuer`,
    hint: owner.kind === "Gateway"
      ? "rename it to an issuer"
      : "rename it to an issuer, or name one on its Gateway",
  });
  return null;
}

function rename(reference: Reference, names: Readonly<Record<string, string>>): Reference {
  const { ref, explain } = reference;
  if (!Object.hasOwn(names, ref.name)) return reference;
  const value = names[ref.name];
  const renamed = explain.map((one) =>
    one.field === "spec.issuerRef.name"
      ? {
        ...one,
        value,
        origin: { ...one.origin, from: "map" as const, key: `${one.origin.key}, ${ref.name}` },
      }
      : one
  );
  return { ...reference, ref: { ...ref, name: value }, explain: renamed };
}
