import type {
  JsonObject,
  ListenerProblem,
  ListenerState,
  ObjectKey,
  ObjectName,
  ResourceObject,
} from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";
import { asObjects } from "./_json.ts";
import type { OwnerKind } from "./_names.ts";
import { keyOf, mergedName } from "./_names.ts";

/** Why a listener is not published although its certificates are no reason for that. */
export interface Trouble {
  readonly problem: ListenerProblem;
  /** Plain words for people. */
  readonly message: string;
  /** For an engineer; empty if there is nothing to add. */
  readonly detail: string;
}

/** What became of the certificates of a listener. */
export type Judged =
  & Pick<ListenerState, "managed" | "secrets" | "reason" | "cause" | "message" | "detail">
  & {
    /** The listener for Envoy Gateway, without the references that are taken out; `null` if it is withheld. */
    readonly value: JsonObject | null;
    /** References that it may not use, as namespace/name. */
    readonly refused: Trouble | null;
  };

/** One listener on its way. The steps of the plan fill it in, one member each. */
export interface ListenerDraft {
  readonly owner: ResourceObject;
  /** Position in the list of its owner. */
  readonly index: number;
  readonly value: JsonObject;
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  /** Lower case; `*` for every name. */
  readonly hostname: string;
  /** The name that it has in the Gateway. */
  readonly publishedName: string;
  trouble: Trouble | null;
  judged: Judged | null;
  part: Part | null;
}

/** One published Gateway: most Gateways have one, a large one may be split. */
export interface Part extends ObjectName {
  /** The listeners that have a place in it, withheld ones included. */
  readonly listeners: readonly ListenerDraft[];
}

/** One Gateway on its way. */
export interface GatewayDraft {
  readonly object: ResourceObject;
  /** Whether one Envoy serves all Gateways of its class. */
  readonly merged: boolean;
  readonly className: string;
  /** Its own listeners, then those of its sets. */
  readonly listeners: ListenerDraft[];
  /** Names of its own listeners. */
  readonly ownNames: ReadonlySet<string>;
  /** Whether sets have brought listeners. */
  hasSets: boolean;
  parts: readonly Part[];
}

/** A ListenerSet on its way. */
export interface SetDraft {
  readonly object: ResourceObject;
  /** Its Gateway as it names it. */
  readonly parent: ObjectName;
  /** The same if it is there and takes the listeners. */
  gateway: GatewayDraft | null;
  readonly listeners: readonly ListenerDraft[];
}

/** Everything on its way. */
export interface Drafts {
  readonly gateways: ReadonlyMap<ObjectKey, GatewayDraft>;
  /** By kind, namespace and name. */
  readonly sets: ReadonlyMap<string, SetDraft>;
}

export const setKey = (kind: string, name: ObjectName): string => `${kind}/${keyOf(name)}`;

export const isOwn = ({ owner }: ListenerDraft): boolean => owner.kind === "Gateway";
export const ownerOf = ({ owner }: ListenerDraft): ListenerState["owner"] => ({
  kind: owner.kind as OwnerKind,
  namespace: owner.namespace,
  name: owner.name,
});

/**
 * The listeners of a Gateway or a set, as they are written.
 *
 * @param taken Names of the Gateway that a set's listeners must not get.
 */
export function draftListeners(owner: ResourceObject, taken: ReadonlySet<string> = NONE): ListenerDraft[] {
  return asObjects(asObject(owner.value.spec).listeners).map((value, index) => {
    const name = asText(value.name);
    return {
      owner,
      index,
      value,
      name,
      protocol: asText(value.protocol),
      port: typeof value.port === "number" ? value.port : 0,
      hostname: asText(value.hostname).toLowerCase() || "*",
      publishedName: owner.kind === "Gateway" ? name : mergedName(owner, name, taken),
      trouble: null,
      judged: null,
      part: null,
    };
  });
}

const NONE: ReadonlySet<string> = new Set();

/** What a listener is for, as people read it. */
export function subjectOf({ hostname, port }: ListenerDraft): string {
  return hostname === "*" ? `every name on port ${port}` : hostname;
}
