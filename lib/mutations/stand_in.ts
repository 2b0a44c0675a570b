import type { Material } from "../model/mod.ts";
import { isPlaceholder, type PlaceholderBundle, readPlaceholderBundle } from "../pki/mod.ts";

/**
 * Whether a material is, or holds, what certgate has given Envoy Gateway in place of something that Envoy asks certgate
 * for. It is never to reach Envoy, and nobody has to judge it.
 */
export function isStandIn(material: Material): boolean {
  return standsForPair(material) || standInBundle(material) !== null;
}

/** Whether a material is the placeholder of a pair. */
export function standsForPair(material: Material): boolean {
  if (material.kind !== "pair") return false;
  const { certificate } = material.pair;
  return certificate !== null && isPlaceholder(certificate);
}

/** The placeholders in a bundle; `null` if there is none. */
export function standInBundle(material: Material): PlaceholderBundle | null {
  return material.kind === "trust" ? readPlaceholderBundle(material.bundle) : null;
}
