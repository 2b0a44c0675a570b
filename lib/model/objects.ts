/** Plain data, as YAML and JSON have it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** An object of {@linkcode Json}. */
export type JsonObject = { readonly [key: string]: Json };

/** Names a namespaced object whose kind is clear from the place. */
export interface ObjectName {
  /** Its namespace. */
  readonly namespace: string;
  /** Its name. */
  readonly name: string;
}

/** Where in a file something was written; 1-based. */
export interface Place {
  /** Path of the file. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
}

/** One Kubernetes-style object that the operator wrote. */
export interface ResourceObject extends ObjectName {
  /** API group without the version; empty for the core group. */
  readonly group: string;
  /** The version, e.g. `v1`. */
  readonly version: string;
  /** The kind, e.g. `Gateway`. */
  readonly kind: string;
  /** The object as it was written, `metadata.namespace` filled in where the kind has one. */
  readonly value: JsonObject;
  /** Where its document begins. */
  readonly place: Place;
  /** The place of a member of `value`; the nearest parent's where the member is not there. */
  readonly placeOf: (path: readonly (string | number)[]) => Place;
}

/** `namespace/name`, the form in which names are keys of maps and are shown to people. */
export type ObjectKey = `${string}/${string}`;
