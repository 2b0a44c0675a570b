import type { Place } from "../model/mod.ts";
import { asObject } from "../resources/mod.ts";
import type { Owner } from "./_owners.ts";
import type { Origin } from "./intent.ts";

/** An annotation of an object. */
export interface Annotation {
  readonly key: string;
  readonly text: string;
  /** Whether it is written as text; what is not has no text. */
  readonly isText: boolean;
  readonly place: Place;
  readonly origin: Origin;
}

/** Annotations by their keys; being there counts, not having a text. */
export type Annotations = ReadonlyMap<string, Annotation>;

/** The annotations that are looked at for one object. */
export interface Sides {
  readonly own: Annotations;
  /** Those of the Gateway that takes it; `null` for a Gateway, or where there is none. */
  readonly gateway: Annotations | null;
}

/** The annotations that are written on an object. Null reads as an empty text, as everywhere in Kubernetes. */
export function annotationsOf(owner: Owner, from: "own" | "inherited"): Annotations {
  const written = Object.entries(asObject(asObject(owner.object.value.metadata).annotations));
  return new Map(written.map(([key, value]) => {
    const place = owner.object.placeOf(["metadata", "annotations", key]);
    const isText = value === null || typeof value === "string";
    const origin: Origin = { from, key, object: owner.title, place };
    return [key, { key, text: typeof value === "string" ? value : "", isText, place, origin }];
  }));
}
