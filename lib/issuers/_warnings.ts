import type { Sides } from "./_annotations.ts";
import { INHERITABLE_KEYS, ISSUER_KEYS, NAME_KEYS } from "./_keys.ts";
import type { Owner } from "./_owners.ts";
import { doubtAbout, type Reference } from "./_reference.ts";
import { uselessOf } from "./_read_settings.ts";
import type { Report } from "./_report.ts";
import type { IntentOptions } from "./intent_options.ts";

const { issuer, clusterIssuer, kind, group } = ISSUER_KEYS;

interface Known {
  /** `null` if nothing asks for certificates. */
  readonly reference: Reference | null;
  readonly options: IntentOptions;
  readonly report: Report;
}

/** Says what is written and does something else than it seems to. */
export function warnAbout(owner: Owner, sides: Sides, known: Known): void {
  warnOfVain(owner, sides, known);
  if (known.reference === null) return;
  const { reference, report } = known;
  const doubt = reference.problems.length > 0 ? "" : doubtAbout(reference.ref);
  if (doubt !== "") {
    const place = (sides.own.get(kind) ?? sides.gateway?.get(kind) ?? reference.name).place;
    const hint = `write ${JSON.stringify(group)} as well if the issuer is somebody else's`;
    report.say("warning", "Doubtful", {
      place,
      message: `${owner.title} may name no issuer: ${doubt}`,
      hint,
    });
  }
  if (sides.gateway !== null) warnOfGateway(owner, sides, known);
}

function warnOfVain({ title }: Owner, { own }: Sides, { reference, options, report }: Known): void {
  const vain = uselessOf(own, options.compat ?? "none");
  const isOwn = own.has(issuer) || own.has(clusterIssuer);
  if (!isOwn && options.compat !== "cert-manager") {
    const hint = reference === null
      ? `name an issuer with ${JSON.stringify(issuer)}`
      : "kind and group go with the name, and the name is inherited: write all three, or none";
    vain.push(...[kind, group].filter((key) => own.has(key)).map((key) => ({ key, hint })));
  }
  for (const { key, hint } of vain) {
    const message = `Annotation ${JSON.stringify(key)} of ${title} has no effect`;
    report.say("warning", "NoEffect", { place: own.get(key)!.place, message, hint });
  }
}

function warnOfGateway(owner: Owner, { own, gateway }: Sides, { reference, options, report }: Known): void {
  const { ref, name, problems } = reference!;
  const isElsewhere = owner.namespace !== owner.gateway!.namespace && !ref.kind.endsWith("ClusterIssuer");
  if (name.origin.from === "inherited" && name.key === issuer && isElsewhere && problems.length === 0) {
    const place = owner.namespace;
    report.say("warning", "OtherNamespace", {
      place: name.place,
      message:
        `${ref.kind} ${JSON.stringify(ref.name)} of ${owner.gateway!.title} is looked for in the namespace ` +
        `${JSON.stringify(place)} for ${owner.title}`,
      hint: `have one of that name there, or use ${JSON.stringify(clusterIssuer)}`,
    });
  }
  const isAll = options.inherit === "all";
  const left = [...Object.values(NAME_KEYS), ...isAll ? [] : INHERITABLE_KEYS]
    .filter((key) => gateway!.has(key) && !own.has(key));
  if (left.length === 0) return;
  const isKey = left.some((key) => key.includes("/private-key-"));
  report.say(isKey ? "warning" : "note", "NotInherited", {
    place: gateway!.get(left[0])!.place,
    message: `Annotation${left.length === 1 ? "" : "s"} ${
      left.map((key) => JSON.stringify(key)).join(", ")
    } of ${owner.gateway!.title} ` +
      `${left.length === 1 ? "does" : "do"} not count for ${owner.title}`,
    hint: isAll
      ? "names are never inherited: write them on the ListenerSet as well"
      : "write it on the ListenerSet as well: of a Gateway only the issuer is inherited",
  });
}
