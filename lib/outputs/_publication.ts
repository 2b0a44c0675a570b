import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { JsonObject, PairBytes, PublishedObject } from "../model/mod.ts";
import { yamlText } from "./_yaml_text.ts";

/** One file of a publication. */
export interface PublicationFile {
  /** Its name, without a directory. */
  readonly name: string;
  /** Digest of what goes in; the same for the same objects, also after a restart. */
  readonly digest: string;
  /** What goes in. */
  readonly text: () => string;
}

/** The file with everything in it, apart from what can stand in a file but once. */
export const MAIN_FILE = "certgate.yaml";

/** Names of the other files, of this publication and of earlier ones. */
export const FURTHER_FILE = /^certgate-\d+\.yaml$/;

// A comment in front of the first document, and not before it: Envoy Gateway refuses a document without an object.
const HEADER = "# made by certgate, do not edit\n";

/**
 * Lays a publication out in files: the main one first, then those for the further objects of a kind that Envoy Gateway
 * reads but one of per file. Texts are made once per object, so that a publication in which little has changed costs
 * little.
 *
 * An empty publication is an empty file, which Envoy Gateway takes; a file with nothing but a comment it does not.
 */
export function layOut(objects: readonly PublishedObject[]): PublicationFile[] {
  const files: Part[][] = [[]];
  const counts = new Map<string, number>();
  for (const object of objects) {
    let at = 0;
    if (ONE_PER_FILE.has(object.kind)) {
      at = counts.get(object.kind) ?? 0;
      counts.set(object.kind, at + 1);
    }
    (files[at] ??= []).push(partOf(object));
  }
  const [main, ...further] = files;
  return [
    fileOf(MAIN_FILE, main),
    ...further.map((parts, i) => fileOf(`certgate-${i + 2}.yaml`, parts)),
  ];
}

// Single members of the loader's result (Envoy Gateway 1.9, internal/gatewayapi/resource/load.go): the last one wins.
const ONE_PER_FILE: ReadonlySet<string> = new Set(["GatewayClass", "EnvoyProxy"]);

interface Part {
  readonly pair: PairBytes | undefined;
  readonly text: readonly string[];
  readonly digest: string;
}

const parts = new WeakMap<JsonObject, Part>();
const datas = new WeakMap<PairBytes, { readonly text: string; readonly digest: string }>();

function partOf({ value, pair }: PublishedObject): Part {
  const known = parts.get(value);
  if (known && known.pair === pair) return known;
  const part = pair ? secretPart(value, pair) : { pair, text: [yamlText(value)], digest: "" };
  const whole = { ...part, digest: digestOf(part.text[0], part.digest) };
  parts.set(value, whole);
  return whole;
}

/** A Secret with the members of a pair in place of its own; what else it has stays. */
function secretPart(value: JsonObject, pair: PairBytes): Part {
  const { data: written, ...rest } = value;
  const own = yamlText(rest);
  const others = Object.entries((written ?? {}) as JsonObject).filter(([name]) => !MEMBERS.has(name));
  const { text, digest } = dataOf(pair);
  return { pair, text: [`${own}data:\n${yamlText(Object.fromEntries(others), "  ")}`, text], digest };
}

const MEMBERS: ReadonlySet<string> = new Set(["tls.crt", "tls.key", "tls.ocsp-staple"]);

function dataOf(pair: PairBytes): { text: string; digest: string } {
  let data = datas.get(pair);
  if (data === undefined) {
    const { certificate, key, staple } = pair;
    // Envoy Gateway merges a Secret into the one that it has: a staple that is left out would go on being served.
    const members = [["tls.crt", certificate], ["tls.key", key?.open()], [
      "tls.ocsp-staple",
      staple,
    ]] as const;
    const text = members.map(([name, bytes]) => `  ${name}: "${bytes ? base64(bytes) : ""}"\n`).join("");
    data = { text, digest: digestOf(text) };
    datas.set(pair, data);
  }
  return data;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function digestOf(...texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest("hex");
}

function fileOf(name: string, parts: readonly Part[]): PublicationFile {
  return {
    name,
    digest: digestOf(HEADER, ...parts.map(({ digest }) => digest)),
    text: () => parts.length === 0 ? "" : HEADER + parts.map(({ text }) => text.join("")).join("---\n"),
  };
}
