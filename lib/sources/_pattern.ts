import { GLOBSTAR, Minimatch } from "minimatch";
import type { Directories, Listing } from "./_directories.ts";

/** A path that a pattern is for. */
export interface Match {
  readonly path: string;
  readonly kind: "directory" | "file";
}

/** What a look at a pattern finds. */
export interface Matches {
  /** In the order of their paths. */
  readonly matches: readonly Match[];
  /** Directories that could not be looked into, with the system's words; what is below them is unknown, not gone. A
   * match that cannot be looked at is a match all the same. */
  readonly failures: readonly { readonly directory: string; readonly words: string }[];
  /** Whether there are more matches than are taken. */
  readonly cut: boolean;
}

type Row = readonly (string | RegExp | typeof GLOBSTAR)[];

/** More than this is a pattern that was not meant so, such as `/**`. */
export const MOST_MATCHES = 20_000;
const MOST_DIRECTORIES = 50_000;

/**
 * A pattern of paths, matched step by step: each directory on the way is read again only if it has changed, which a
 * library that walks the tree anew cannot do.
 */
export class Pattern {
  /** The path itself where the pattern has no wildcard, else `null`. */
  readonly literal: string | null;
  /** The directory above the first wildcard. */
  readonly base: string;
  readonly #rows: readonly Row[];
  readonly #excludes: readonly Minimatch[];
  #last: { readonly listings: ReadonlyMap<string, Listing>; readonly matches: Matches } | null = null;

  constructor(text: string, exclude: readonly string[]) {
    const clean = text.length > 1 ? text.replace(/\/+$/, "") : text;
    this.#rows = new Minimatch(clean).set as unknown as Row[];
    const literals = this.#rows.length === 1 && this.#rows[0].every((step) => typeof step === "string");
    this.literal = literals ? this.#rows[0].join("/") : null;
    this.base = commonBase(this.#rows);
    this.#excludes = exclude.map((pattern) => new Minimatch(below(this.base, pattern), { dot: true }));
  }

  /** Everything that the pattern is for; the same object as long as no directory on the way has changed. */
  find(directories: Directories): Matches {
    if (this.#last && directories.unchanged(this.#last.listings)) return this.#last.matches;
    const walk = new Walk(directories, (path) => this.#excludes.some((exclude) => exclude.match(path)));
    for (const row of this.#rows) walk.step("", row, 1);
    this.#last = { listings: walk.listings, matches: walk.result() };
    return this.#last.matches;
  }
}

class Walk {
  /** Everything that was looked at on the way. */
  readonly listings = new Map<string, Listing>();
  readonly #found = new Map<string, Match>();
  readonly #failures = new Map<string, string>();
  readonly #directories: Directories;
  readonly #excluded: (path: string) => boolean;
  #listed = 0;
  #cut = false;

  constructor(directories: Directories, excluded: (path: string) => boolean) {
    this.#directories = directories;
    this.#excluded = excluded;
  }

  step(directory: string, row: Row, at: number): void {
    const step = row[at];
    const last = at === row.length - 1;
    if (typeof step === "string") {
      const path = `${directory}/${step}`;
      if (this.#excluded(path)) return;
      return last ? this.#add(path) : this.step(path, row, at + 1);
    }
    if (step === GLOBSTAR && !last) this.step(directory, row, at + 1);
    for (const entry of this.#entries(directory === "" ? "/" : directory)) {
      const matches = step === GLOBSTAR ? !entry.name.startsWith(".") : (step as RegExp).test(entry.name);
      const path = `${directory}/${entry.name}`;
      if (!matches || this.#excluded(path)) continue;
      if (last) this.#add(path, entry);
      // A link to a directory above itself would never end, so ** goes down real directories only.
      if (step === GLOBSTAR ? entry.isDirectory : !last && !entry.isFile) {
        this.step(path, row, step === GLOBSTAR ? at : at + 1);
      }
    }
  }

  result(): Matches {
    const matches = [...this.#found.values()].sort((a, b) => a.path < b.path ? -1 : 1);
    const failures = [...this.#failures].map(([directory, words]) => ({ directory, words }));
    return { matches, failures, cut: this.#cut };
  }

  #add(path: string, entry?: Deno.DirEntry): void {
    if (this.#found.size >= MOST_MATCHES) {
      this.#cut = true;
      return;
    }
    if (entry?.isFile) this.#found.set(path, { path, kind: "file" });
    else if (entry?.isDirectory) this.#found.set(path, { path, kind: "directory" });
    else {
      const { kind } = this.#list(path);
      if (kind !== "gone") this.#found.set(path, { path, kind: kind === "other" ? "file" : "directory" });
    }
  }

  #entries(directory: string): readonly Deno.DirEntry[] {
    if (++this.#listed > MOST_DIRECTORIES) {
      this.#cut = true;
      return [];
    }
    const listing = this.#list(directory);
    if (listing.kind === "failed") this.#failures.set(directory, listing.words);
    return listing.kind === "directory" ? listing.entries : [];
  }

  #list(path: string): Listing {
    const listing = this.#directories.list(path);
    this.listings.set(path, listing);
    return listing;
  }
}

function commonBase(rows: readonly Row[]): string {
  const heads = rows.map((row) => {
    const end = row.findIndex((step) => typeof step !== "string");
    return (end < 0 ? row.slice(0, -1) : row.slice(0, end)) as string[];
  });
  let length = Math.min(...heads.map((head) => head.length));
  while (heads.some((head) => head.slice(0, length).join("/") !== heads[0].slice(0, length).join("/"))) {
    length--;
  }
  return heads[0].slice(0, length).join("/") || "/";
}

/** An exclude as an absolute pattern; one without a slash is for the name wherever it stands. */
function below(base: string, pattern: string): string {
  if (pattern.startsWith("/")) return pattern;
  const root = base === "/" ? "" : base;
  return pattern.includes("/") ? `${root}/${pattern}` : `${root}/**/${pattern}`;
}
