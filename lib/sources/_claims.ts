import { basename, dirname } from "node:path";
import type { Directories, Listing } from "./_directories.ts";
import { nameOfFile } from "./_name_of_file.ts";
import type { Matches } from "./_pattern.ts";
import { findLayout, groupFiles, type Layout } from "./layout.ts";
import type { NameParts } from "./secret_name.ts";

/** A place where a pair is, or may come. */
export interface Place {
  /** The directory of the pair, or its certificate file. */
  readonly path: string;
  /** Where the files of the layout are. */
  readonly directory: string;
  readonly layout: Layout;
  readonly parts: NameParts;
  /** The system's words, if the directory cannot be looked into. */
  readonly words: string | null;
}

const FOREIGN_ENDING = /\.(jks|p12|pfx|crl|csr|srl|der|p7b|p7c|keystore|truststore)$/i;

/** What a look makes of the matches of a pattern. */
export interface Claimed {
  readonly places: readonly Place[];
  /** Paths of what is no pair. */
  readonly leftAlone: readonly string[];
}

/** Tells the places of pairs from what else a pattern has caught. */
export class Claims {
  // A listing is the same object as long as its names are the same, so what follows from them is worked out once.
  readonly #layouts = new WeakMap<Listing, { names: string[]; layout: Layout }>();
  readonly #groups = new WeakMap<Listing, { caught: string; places: readonly Place[] }>();
  readonly #directories: Directories;
  #listings = new Map<string, Listing>();
  #last: { readonly matches: Matches; readonly claimed: Claimed } | null = null;

  constructor(directories: Directories) {
    this.#directories = directories;
  }

  /** The same object as long as neither the matches nor the names in any directory have changed. */
  of(matches: Matches): Claimed {
    const last = this.#last;
    if (last?.matches === matches && this.#directories.unchanged(this.#listings)) return last.claimed;
    this.#listings = new Map();
    const claimed = this.#claim(matches);
    this.#last = { matches, claimed };
    return claimed;
  }

  #claim({ matches }: Matches): Claimed {
    const places: Place[] = [];
    const leftAlone: string[] = [];
    const files = filesByDirectory(matches);
    for (const { path, kind } of matches) {
      if (kind !== "directory") continue;
      const place = this.directory(path);
      if (place === null) continue;
      const { layout, words } = place;
      const nothing = layout.kind === "none" && words === null;
      if (nothing && !layout.several) leftAlone.push(path);
      // With its files caught as well, a directory of several pairs is no error: each file is one.
      else if (!nothing || !files.has(path)) places.push(place);
      if (!nothing) files.delete(path);
    }
    for (const [directory, caught] of files) {
      const pairs = caught.filter((name) => !FOREIGN_ENDING.test(name));
      const foreign = caught.filter((name) => FOREIGN_ENDING.test(name));
      leftAlone.push(...foreign.map((name) => `${directory}/${name}`));
      places.push(...this.#group(directory, pairs));
    }
    return { places, leftAlone };
  }

  #group(directory: string, caught: readonly string[]): readonly Place[] {
    const listing = this.#list(directory);
    const before = this.#groups.get(listing);
    if (before?.caught === caught.join("/")) return before.places;
    const places = groupFiles(caught, this.#names(directory)).map(({ file, layout }) =>
      this.#file(directory, file, layout)
    );
    this.#groups.set(listing, { caught: caught.join("/"), places });
    return places;
  }

  /** The place of a directory; `null` if there is none. */
  directory(path: string): Place | null {
    const listing = this.#list(path);
    if (listing.kind === "gone" || listing.kind === "other") return null;
    const parts = { name: basename(path), parent: basename(dirname(path)) };
    const words = listing.kind === "failed" ? listing.words : null;
    return { path, directory: path, layout: this.#read(listing).layout, parts, words };
  }

  /** The place of a single file, whether it is there or not. */
  file(path: string): Place {
    const directory = dirname(path);
    const [pair] = groupFiles([basename(path)], this.#names(directory));
    return this.#file(directory, pair?.file ?? basename(path), pair?.layout ?? NOTHING);
  }

  #file(directory: string, file: string, layout: Layout): Place {
    const path = directory === "/" ? `/${file}` : `${directory}/${file}`;
    const name = nameOfFile(path);
    const folder = name === basename(directory) ? dirname(directory) : directory;
    return { path, directory, layout, parts: { name, parent: basename(folder) }, words: null };
  }

  #names(directory: string): readonly string[] {
    return this.#read(this.#list(directory)).names;
  }

  #list(path: string): Listing {
    const listing = this.#directories.list(path);
    this.#listings.set(path, listing);
    return listing;
  }

  #read(listing: Listing): { names: string[]; layout: Layout } {
    if (listing.kind !== "directory") return { names: [], layout: NOTHING };
    let read = this.#layouts.get(listing);
    if (read === undefined) {
      const names = listing.entries.filter((entry) => !entry.isDirectory).map((entry) => entry.name);
      read = { names, layout: findLayout(names) };
      this.#layouts.set(listing, read);
    }
    return read;
  }
}

const NOTHING = findLayout([]);

function filesByDirectory(matches: Matches["matches"]): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const { path, kind } of matches) {
    if (kind !== "file") continue;
    const directory = dirname(path);
    if (!files.has(directory)) files.set(directory, []);
    files.get(directory)!.push(basename(path));
  }
  return files;
}
