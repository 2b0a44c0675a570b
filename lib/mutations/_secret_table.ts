import type { Verdict } from "../model/mod.ts";
import type { Reference, SecretView, Snapshot } from "../xds/mod.ts";
import { type Delivered, isBundleName } from "./_delivered.ts";
import type { Judged, Judgement } from "./_judgement.ts";

/** One secret with its verdict. */
export interface SecretEntry extends Judged {
  readonly view: SecretView;
}

/** What a reference needs the secret of its name to be. */
export type Wanted = "certificate" | "validation" | "other";

/**
 * The secrets of a snapshot by name.
 *
 * Names can repeat. Envoy Gateway keeps its snapshot as a map, so the last entry of a name is the one that is served;
 * a server that kept them all would make Envoy load them all. Therefore every withheld entry goes, and a name is bad
 * only when no entry is left: right under either reading, and the hostname is not lost while it has a good pair.
 */
export class SecretTable {
  readonly entries: readonly SecretEntry[];
  readonly #byName = new Map<string, SecretEntry | SecretEntry[]>();

  readonly #delivered: Delivered;
  readonly #own: ReadonlySet<string>;
  /** Whether a whole snapshot came without its secrets: what is a placeholder can then only be known by its name. */
  readonly #blind: boolean;

  /** @param own Clusters of Envoy Gateway that lead to certgate's own server. */
  constructor(snapshot: Snapshot, judgement: Judgement, own: ReadonlySet<string> = new Set()) {
    this.#delivered = judgement.delivered;
    this.#own = own;
    this.#blind = snapshot.secrets.length === 0 && snapshot.count("clusters") > 0 &&
      snapshot.count("listeners") > 0;
    this.entries = snapshot.secrets.map((view) => {
      const entry = { view, ...judgement.judge(view.material, view) };
      const before = this.#byName.get(view.name);
      if (before === undefined) this.#byName.set(view.name, entry);
      else if (Array.isArray(before)) before.push(entry);
      else this.#byName.set(view.name, [before, entry]);
      return entry;
    });
  }

  /** Every entry of a name, in order. */
  named(name: string): readonly SecretEntry[] {
    const found = this.#byName.get(name);
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  }

  /** Names that more than one entry has, with their number. */
  *repeated(): Iterable<readonly [string, number]> {
    for (const [name, found] of this.#byName) if (Array.isArray(found)) yield [name, found.length];
  }

  /**
   * @returns why nothing can be loaded through a reference; `null` if something can, or if that cannot be known.
   */
  problem({ name, ads, cluster }: Reference, wanted: Wanted): Verdict | null {
    if (cluster !== undefined && this.#own.has(cluster) && wanted !== "other") {
      return this.#delivered.has(name, wanted) ? null : missing("certgate has nothing usable of this name");
    }
    // With no secret at all the list was not sent; see incomplete input in planPrune.
    if (!ads || this.entries.length === 0) return null;
    const found = this.#byName.get(name);
    if (found === undefined) return missing("no secret of this name");
    const all = Array.isArray(found) ? found : [found];
    const left = lastOf(all);
    if (left === undefined) return all[all.length - 1].verdict;
    if (left.view.malformed || left.view.kind === wanted) return null;
    return missing(`the secret of this name is not a ${wanted}`);
  }

  /**
   * @returns what certgate's own server is to be asked for in place of a reference; `null` where the reference stays.
   */
  asked({ name, ads, cluster }: Reference, wanted: Wanted): string | null {
    if (cluster !== undefined && this.#own.has(cluster)) {
      return isBundleName(name) === (wanted === "validation") ? name : ABSENT + name;
    }
    if (ads && this.#blind && wanted === "certificate") return this.#delivered.isDirect(name) ? name : null;
    const left = ads ? lastOf(this.named(name)) : undefined;
    return left?.view.kind === wanted ? left.asked ?? null : null;
  }
}

/** What is asked for where the name is of something else: nobody has a name of this kind, so Envoy gets nothing. */
const ABSENT = "absent/of-this-kind/";

/** The entry that counts. */
function lastOf(entries: readonly SecretEntry[]): SecretEntry | undefined {
  return entries.findLast(({ verdict }) => verdict.action !== "withhold");
}

/** The verdict of a name that nothing loadable stands behind. */
function missing(detail: string): Verdict {
  return { action: "withhold", reason: "Missing", cause: "secret_missing", detail, edge: null };
}
