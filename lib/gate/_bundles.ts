import { Buffer } from "node:buffer";
import type {
  BundleState,
  JsonObject,
  ObjectKey,
  PublishedObject,
  ResourceFinding,
  ResourceObject,
} from "../model/mod.ts";
import { keyOf } from "./_names.ts";

/** What policies of Envoy Gateway refer to: a CA that trusts nobody, in place of the bundle that Envoy asks certgate for. */
export function publishBundle(bundle: BundleState): PublishedObject {
  const { kind, namespace, name, placeholder } = bundle;
  const data: JsonObject = kind === "ConfigMap"
    ? { data: { "ca.crt": new TextDecoder().decode(placeholder) } }
    : { type: "Opaque", data: bundleMember(bundle) };
  const value = { apiVersion: "v1", kind, metadata: { namespace, name }, ...data };
  return { apiVersion: "v1", kind, namespace, name, value };
}

/** What stands in a Secret for a bundle. */
export function bundleMember({ placeholder }: BundleState): JsonObject {
  return { "ca.crt": Buffer.from(placeholder).toString("base64") };
}

/** The bundles that policies refer to as Secrets. */
export function secretBundles(bundles: readonly BundleState[]): Map<ObjectKey, BundleState> {
  return new Map(bundles.filter(({ kind }) => kind === "Secret").map((one) => [keyOf(one), one]));
}

/**
 * Finds what is in the way of a bundle: an object of its name that the operator wrote.
 *
 * @returns the objects that do not go out, and a word on each.
 */
export function hiddenByBundles(
  objects: readonly ResourceObject[],
  bundles: readonly BundleState[],
): { hidden: ReadonlySet<ResourceObject>; findings: ResourceFinding[] } {
  const files = new Map(bundles.map((bundle) => [`${bundle.kind} ${keyOf(bundle)}`, bundle.file]));
  const hidden = objects.filter((object) =>
    object.group === "" && files.has(`${object.kind} ${keyOf(object)}`)
  );
  const findings = hidden.map((object) => ({
    place: object.place,
    message: `Cannot use the ${object.kind} "${keyOf(object)}": the bundle of that name is taken from "${
      files.get(`${object.kind} ${keyOf(object)}`)
    }"`,
    hint: "take it away, or give the bundle of sds.bundles another name",
  }));
  return { hidden: new Set(hidden), findings };
}

/**
 * What of the bundles Envoy Gateway has to translate for: whether there is one to ask for, and what is in it only where
 * Envoy cannot ask for it.
 */
export function bundleMarks(bundles: readonly BundleState[]): string[] {
  return bundles.map((bundle) => {
    const content = bundle.served === null ? "-" : bundle.inPlace ? bundle.hash : "+";
    return `${bundle.kind} ${keyOf(bundle)} ${content}`;
  }).sort();
}
