import { parse } from "yaml";
import {
  type Cause,
  CAUSES,
  type GatePlan,
  type JsonObject,
  KeyMaterial,
  type ObjectKey,
  type PairState,
  type ResourceObject,
  type ServedPair,
} from "../../lib/model/mod.ts";
import { type GateInput, type GateOptions, planGate } from "../../lib/gate/mod.ts";

/** Objects for tests, one a YAML document; their place is their number in the list. */
export function objectsOf(text: string): ResourceObject[] {
  const values = text.split(/^---$/m).map((document) => parse(document)).filter((value) => value !== null);
  return values.map(objectOf);
}

/** An object for tests as the reader of resources makes it. */
export function objectOf(value: JsonObject, index: number): ResourceObject {
  const [version, group = ""] = String(value.apiVersion).split("/").reverse();
  const { namespace = "default", name } = value.metadata as { namespace?: string; name: string };
  const metadata = { namespace, ...(value.metadata as JsonObject) };
  const place = { file: "test.yaml", line: index + 1, column: 1 };
  return {
    group,
    version,
    kind: String(value.kind),
    namespace,
    name,
    value: { ...value, metadata },
    place,
    placeOf: (path) => ({ ...place, column: 1 + path.length }),
  };
}

const NEXT_YEAR = Date.UTC(2027, 0, 1);

/**
 * What is believed of a pair, said in a word: `usable`, a cause of `CAUSES`, or `held:` and a cause. A list of names may
 * follow: `usable a.example.com,*.example.com`.
 */
export function pairOf(key: string, words: string): PairState {
  const [word, names = ""] = words.split(" ");
  const held = word.startsWith("held:");
  const cause = word.replace("held:", "") as Cause;
  const action = cause === "usable" ? "serve" : "withhold";
  const [namespace, name] = key.split("/");
  const leaf = {
    subject: "",
    issuer: "",
    serial: "01",
    names: names === "" ? [] : names.split(","),
    notBefore: Date.UTC(2026, 0, 1),
    notAfter: NEXT_YEAR,
    keyKind: "EC",
    keyBits: 256,
    curve: "P-256",
    signature: "ecdsa-with-SHA256",
    keyUsage: null,
    extendedKeyUsage: null,
    mustStaple: false,
    isCa: false,
    fingerprint: "AA",
  } as const;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const pair = { certificate: bytes(`certificate of ${key}`), key: new KeyMaterial(bytes(`key of ${key}`)) };
  const served: ServedPair = { from: held ? "held" : "current", pair, hash: `hash of ${key}`, leaf };
  return {
    namespace,
    name,
    origin: { kind: "source", source: "/certs/*", path: `/certs/${name}` },
    verdict: {
      action,
      cause,
      reason: CAUSES[cause].reason,
      detail: "",
      edge: null,
      validity: { notBefore: leaf.notBefore, notAfter: leaf.notAfter },
    },
    hint: "",
    certificates: [leaf],
    served: held || action === "serve" ? served : null,
    warnings: [],
    soonFrom: null,
    edge: null,
  };
}

/** Pairs by their names, each said in a word. */
export function pairsOf(words: Readonly<Record<string, string>>): Map<ObjectKey, PairState> {
  return new Map(Object.entries(words).map(([key, word]) => [key as ObjectKey, pairOf(key, word)]));
}

/** The plan for objects and pairs, with the default settings. */
export function planOf(
  objects: readonly ResourceObject[],
  words: Readonly<Record<string, string>> = {},
  options: Partial<GateOptions> = {},
  more: Partial<Pick<GateInput, "challenges">> = {},
): GatePlan {
  return planGate({
    objects,
    pairs: pairsOf(words),
    nudge: 0,
    ...more,
    now: Date.UTC(2026, 5, 1),
    options: { neverGate: [], nameCoverage: "warn", certState: true, listenerSets: false, ...options },
  });
}

/** Names of what is published, as kind/namespace/name. */
export function publishedNames({ objects }: GatePlan): string[] {
  return objects.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`);
}

/** The published object of a kind and name. */
export function publishedValue({ objects }: GatePlan, kind: string, name: string): JsonObject | undefined {
  return objects.find((one) => one.kind === kind && one.name === name)?.value;
}

/** Names of the listeners of a published Gateway. */
export function publishedListeners(plan: GatePlan, gateway: string): string[] {
  const spec = publishedValue(plan, "Gateway", gateway)?.spec as JsonObject | undefined;
  return ((spec?.listeners ?? []) as readonly JsonObject[]).map(({ name }) => String(name));
}
