import type { Json, JsonObject } from "../../lib/model/mod.ts";
import { type Case, SAMPLES } from "./_samples.ts";

/** As much of the generated schemas as is needed to write objects. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly default?: Json;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, number>>;
  readonly items?: number;
  readonly additional?: number | true;
  readonly intOrString?: boolean;
}

const { kinds, nodes }: { kinds: Record<string, number>; nodes: Schema[] } = JSON.parse(
  Deno.readTextFileSync(new URL("../../lib/resources/_schemas.json", import.meta.url)),
);
const nodeOf = (index: number): Schema => nodes[index];

/** A row of numbers in [0, 1) that is the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Texts that some pattern or rule of the schemas takes. */
const TEXTS = [
  ...[
    "a",
    "a.test",
    "*.test",
    "/a",
    "a/b",
    "10s",
    "0s",
    "1h",
    "1Mi",
    "127.0.0.1",
    "10.0.0.0/8",
    "https://a.test",
  ],
  ...[
    "A",
    "",
    "a b",
    "*",
    "/a//b",
    "x.test/y",
    "GET",
    "fd00::1",
    "a_b",
    "-a",
    "5xx",
    "Gateway",
    "Service",
    "Secret",
  ],
  ...[
    "gateway.networking.k8s.io",
    "gateway.envoyproxy.io",
    "ConfigMap",
    "Backend",
    "v1",
    "/a.mmdb",
    "ROUND_ROBIN",
  ],
];

class Writer {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)];
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** Something that fits a schema more often than not; the rules decide about the rest. */
  write(node: Schema, depth: number): Json {
    if (this.chance(0.01)) return this.pick<Json>([null, 0, -1, "", "x", true, [], {}, 1.5]);
    if (node.enum !== undefined) return this.chance(0.97) ? this.pick(node.enum) : "x";
    if (node.default !== undefined && this.chance(0.3)) return node.default;
    if (node.intOrString) return this.pick<Json>([1, 80, "10Mi", "http", "50%"]);
    switch (node.type) {
      case "string":
        return this.#text(node);
      case "integer":
        return this.#integer(node);
      case "number":
        return this.pick([0, 0.5, 1, 100]);
      case "boolean":
        return this.chance(0.5);
      case "array":
        return node.items === undefined ? [] : Array.from(
          { length: Math.max(node.minItems ?? 0, this.pick([0, 1, 1, 1, 2])) },
          () => this.write(nodeOf(node.items!), depth + 1),
        );
      case "object":
        return this.#object(node, depth);
      default:
        return {};
    }
  }

  #text(node: Schema): string {
    const fitting = TEXTS.filter((text) =>
      text.length >= (node.minLength ?? 0) && text.length <= (node.maxLength ?? Infinity) &&
      (node.pattern === undefined || new RegExp(node.pattern).test(text))
    );
    return fitting.length === 0 || this.chance(0.02) ? this.pick(TEXTS) : this.pick(fitting);
  }

  #integer(node: Schema): number {
    const least = node.minimum ?? 0;
    if (this.chance(0.02)) return this.pick([-1, 2 ** 31, 1e6]);
    return this.pick([
      least,
      least + 1,
      Math.min(node.maximum ?? 80, 80),
      Math.min(node.maximum ?? 404, 404),
    ]);
  }

  #object(node: Schema, depth: number): Json {
    const members: Record<string, Json> = {};
    const names = Object.keys(node.properties ?? {});
    const share = names.length === 0 ? 0 : Math.min(0.5, (depth < 2 ? 2.5 : 1.2) / names.length);
    for (const name of names) {
      const needed = node.required?.includes(name) ?? false;
      if (needed ? this.chance(0.99) : depth < 12 && this.chance(share)) {
        members[name] = this.write(nodeOf(node.properties![name]), depth + 1);
      }
    }
    if (typeof node.additional === "number" && this.chance(0.5)) {
      members[this.pick(TEXTS)] = this.write(nodeOf(node.additional), depth + 1);
    }
    return members;
  }

  /** A copy with one member changed. */
  bend(value: Json, paths = pathsOf(value)): Json {
    const path = this.pick(paths);
    const change = this.pick<(old: Json) => Json | undefined>([
      () => undefined,
      () => null,
      () => "",
      () => this.pick(TEXTS),
      () => this.pick([0, 1, -1, 70000, 1.5, 2 ** 33]),
      () => true,
      () => [],
      () => ({}),
      (old) => Array.isArray(old) ? [...old, ...old] : old,
      (old) => typeof old === "object" && old !== null && !Array.isArray(old) ? { ...old, extra: 1 } : old,
      (old) => typeof old === "string" ? old.toUpperCase() : old,
      (old) => typeof old === "string" ? old.repeat(200) : old,
    ]);
    return edit(value, path, change);
  }
}

type Steps = readonly (string | number)[];

function pathsOf(value: Json, path: Steps = []): Steps[] {
  const here = path.length === 0 || path[0] === "apiVersion" || path[0] === "kind" ? [] : [path];
  if (typeof value !== "object" || value === null) return here;
  const entries = Array.isArray(value)
    ? value.map((one, index) => [index, one] as const)
    : Object.entries(value);
  return [...here, ...entries.flatMap(([key, one]) => pathsOf(one as Json, [...path, key]))];
}

function edit(value: Json, path: Steps, change: (old: Json) => Json | undefined): Json {
  if (path.length === 0) return change(value) ?? null;
  const [step, ...rest] = path;
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => {
      if (index !== step) return [one];
      if (rest.length > 0) return [edit(one, rest, change)];
      const changed = change(one);
      return changed === undefined ? [] : [changed];
    });
  }
  const copy: Record<string, Json> = { ...value as JsonObject };
  const changed = rest.length > 0 ? edit(copy[step], rest, change) : change(copy[step]);
  if (changed === undefined) delete copy[step];
  else copy[step] = changed;
  return copy;
}

// Most policies made at random would fail for having no target, and no other rule would be seen at work.
function aimed(spec: Json, key: string): Json {
  const sample = SAMPLES[key.slice(key.lastIndexOf("/") + 1)].spec as JsonObject | undefined;
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) return spec;
  if (sample?.targetRef === undefined && sample?.targetRefs === undefined) return spec;
  const { targetRef: _one, targetRefs: _many, targetSelectors: _chosen, mergeType: _merge, ...rest } =
    spec as JsonObject;
  const { targetRef, targetRefs } = sample;
  return targetRef === undefined ? { ...rest, targetRefs } : { ...rest, targetRef };
}

/** Sound objects with one or two members bent, and objects made from the schemas alone. */
export function mutants(seed: number, perSample: number, perKind: number): Case[] {
  const writer = new Writer(numbers(seed));
  const cases: Case[] = [];
  for (const [name, sample] of Object.entries(SAMPLES)) {
    for (let index = 0; index < perSample; index++) {
      let value = writer.bend(sample);
      if (writer.chance(0.3)) value = writer.bend(value);
      cases.push({ name: `bent ${name} ${index}`, value: value as JsonObject });
    }
  }
  const keys = new Set(Object.values(SAMPLES).map((one) => `${one.apiVersion}/${one.kind}`));
  for (const key of keys) {
    const schema = Object.hasOwn(kinds, key) ? nodeOf(kinds[key]) : null;
    if (schema?.properties?.spec === undefined) continue;
    for (let index = 0; index < perKind; index++) {
      const at = key.lastIndexOf("/");
      const spec = aimed(writer.write(nodeOf(schema.properties.spec), 0), key);
      const value = { apiVersion: key.slice(0, at), kind: key.slice(at + 1), metadata: { name: "a" }, spec };
      cases.push({ name: `written ${key.slice(at + 1)} ${index}`, value });
    }
  }
  return cases;
}
