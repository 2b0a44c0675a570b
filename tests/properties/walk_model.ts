/**
 * What a host with certgate should serve, told from what was done to its files: the rules of docs/gate.md and
 * docs/sources.md once more, without any watching, waiting or keeping.
 */
import { Buffer } from "node:buffer";
import type { Facts } from "../../lib/model/mod.ts";
import { judge } from "../../lib/health/mod.ts";

/** The two files of a pair and what they say. */
export interface Made {
  readonly label: string;
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  readonly facts: Facts;
}

export const SOURCES: Readonly<Record<string, readonly string[]>> = {
  a: ["h0", "h1", "h2"],
  b: ["h3", "h4", "h5"],
};
export const HOSTS: readonly string[] = Object.values(SOURCES).flat();
export const sourceOf = (host: string): string =>
  Object.keys(SOURCES).find((source) => SOURCES[source].includes(host))!;

/** File → owner → listeners with the Secrets that they name. */
export const FILES: Readonly<
  Record<string, { owner: string; listeners: Readonly<Record<string, string[]>> }>
> = {
  "web.yaml": { owner: "Gateway edge/web", listeners: { h0: ["h0"], h1: ["h1"], two: ["h2", "h3"] } },
  "shop.yaml": { owner: "Gateway edge/shop", listeners: { h4: ["h4"] } },
  "extra.yaml": { owner: "ListenerSet edge/extra", listeners: { h5: ["h5"] } },
};

/** What goes out: by Secret name, and by listener. */
export interface Expected {
  readonly served: ReadonlyMap<string, Made | null>;
  readonly reasons: ReadonlyMap<string, string>;
  /** Listeners that there are, and whether they are published. */
  readonly listeners: ReadonlyMap<string, boolean>;
}

const MARGIN = 60_000;

export class Model {
  /** What stands in the directory of each host that has one. */
  readonly disk = new Map<string, Made>();
  /** Directories of hosts that were moved away. */
  readonly away = new Map<string, Made>();
  readonly sources = new Map<string, "there" | "away" | "empty">(
    Object.keys(SOURCES).map((name) => [name, "there"]),
  );
  readonly files = new Map<string, "good" | "broken">(Object.keys(FILES).map((name) => [name, "good"]));
  directory: "there" | "away" | "empty" = "there";
  neverGate = new Set(["h5"]);
  hold = true;
  down = false;
  /** How far the clock is behind the latest time it has had. */
  behind = 0;
  readonly #good = new Map<string, Made>();
  #inUse = new Set<string>();

  /** Whether a pair may go out at a time. */
  usable(host: string, made: Made, now: number): boolean {
    const { action, reason } = judge(made.facts, now, { margin: MARGIN });
    const byDate = reason === "Expired" || reason === "NotYetValid";
    return action === "serve" || byDate && this.neverGate.has(host);
  }

  /** certgate has looked at everything and has come to rest. */
  settle(now: number): Expected {
    const served = new Map<string, Made | null>(), reasons = new Map<string, string>();
    const names = new Map(
      Object.keys(SOURCES).map((source) => [
        source,
        [...this.#good.keys()].filter((host) => sourceOf(host) === source).length,
      ]),
    );
    for (const host of HOSTS) {
      const made = this.present(host);
      if (made === undefined && !this.#isHidden(sourceOf(host), names)) this.#good.delete(host);
      const good = this.#good.get(host);
      const isUsable = made !== undefined && this.usable(host, made, now);
      const held = this.hold && good !== undefined && good !== made && this.usable(host, good, now);
      if (made !== undefined) reasons.set(host, judge(made.facts, now, { margin: MARGIN }).reason);
      served.set(host, isUsable ? made : held ? good : null);
      if (isUsable) this.#good.set(host, made);
    }
    this.#read();
    return { served, reasons, listeners: this.#listeners(served) };
  }

  present(host: string): Made | undefined {
    return this.sources.get(sourceOf(host)) === "there" ? this.disk.get(host) : undefined;
  }

  #isHidden(source: string, names: ReadonlyMap<string, number>): boolean {
    if (this.sources.get(source) === "away") return true;
    return SOURCES[source].every((host) => this.present(host) === undefined) && names.get(source)! > 1;
  }

  #read(): void {
    if (this.directory !== "there" || this.files.size === 0) return;
    for (const file of Object.keys(FILES)) {
      const state = this.files.get(file);
      if (state === "good") this.#inUse.add(file);
      if (state === undefined) this.#inUse.delete(file);
    }
  }

  #listeners(served: ReadonlyMap<string, Made | null>): Map<string, boolean> {
    const listeners = new Map<string, boolean>();
    for (const file of this.#inUse) {
      const orphan = file === "extra.yaml" && !this.#inUse.has("shop.yaml");
      for (const [name, refs] of Object.entries(FILES[file].listeners)) {
        listeners.set(`${FILES[file].owner} ${name}`, !orphan && refs.some((ref) => served.get(ref)));
      }
    }
    return listeners;
  }
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
