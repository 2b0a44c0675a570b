/** Placeholders as words: `placeholder NAME…` is a pair for these names, `placeholder-bundle NAME…` the bundles of these. */
import type { JsonValue } from "@bufbuild/protobuf";
import type { SdsCluster, SdsView } from "../../lib/model/mod.ts";
import { KeyMaterial } from "../../lib/model/mod.ts";
import { makePlaceholder, makePlaceholderBundle } from "../../lib/pki/mod.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

/** @returns what a word stands for; other text as it is. */
export function standInOfWord(value: string): string {
  const [word, ...names] = value.split(" ");
  if (word === "placeholder") return text(makePlaceholder({ names }).certificate);
  if (word !== "placeholder-bundle") return value;
  return names.map((name) => name === "other" ? OTHER : text(makePlaceholderBundle(name))).join("");
}

/** A block that is no placeholder; nobody here looks into it. */
const OTHER = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

/** Puts placeholders in place of the words, however deep they are. */
export function withStandIns(json: JsonValue): JsonValue {
  if (typeof json === "string") return standInOfWord(json);
  if (Array.isArray(json)) return json.map(withStandIns);
  if (json === null || typeof json !== "object") return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withStandIns(value)]));
}

/** What a golden input says of certgate's own server. */
export interface SdsInput {
  /** `null` while it is nowhere. */
  readonly cluster: SdsCluster | null;
  /** Names of usable pairs, each with the names that it is for. */
  readonly pairs?: Readonly<Record<string, readonly string[]>>;
  /** Words of usable bundles. */
  readonly bundles?: Readonly<Record<string, string>>;
}

/** The view that an input describes. */
export function sdsView({ cluster, pairs = {}, bundles = {} }: SdsInput): SdsView {
  return {
    cluster,
    has: (name) => name in pairs ? "served" : "absent",
    pairOf: (name) =>
      name in pairs
        ? { certificate: bytes(`good pair of ${name}`), key: new KeyMaterial(bytes("its key")) }
        : null,
    bundle: (name) => name in bundles ? bytes(bundles[name]) : null,
    namesOf: (name) => pairs[name] ?? null,
  };
}
