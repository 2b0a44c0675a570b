import { type Moment, Rest } from "./_rest.ts";
import { isStampOf, type Signature, signatureOf, type Stamp } from "./_signature.ts";

/** What stands at a path. */
export type Listing =
  | { readonly kind: "directory"; readonly identity: string; readonly entries: readonly Deno.DirEntry[] }
  | { readonly kind: "other" }
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly words: string };

const GONE: Listing = { kind: "gone" };
const OTHER: Listing = { kind: "other" };

interface Known {
  look: number;
  listing: Listing;
  readonly rest: Rest;
  stamp: Stamp | null;
  /** Whether the entries were read at a time from which any change would show. */
  certain: boolean;
}

/** The directories of a look: each is looked at once, and read again only if it has changed. */
export class Directories {
  readonly #known = new Map<string, Known>();
  #look = 0;
  #visited = 0;
  #changes = 0;
  #seen: { readonly visited: number; readonly changes: number; readonly map: Map<string, string> } | null =
    null;
  #moment: Moment = { now: 0, wall: 0 };

  /** A new look begins. */
  begin(moment: Moment): void {
    this.#look++;
    this.#visited = 0;
    this.#moment = moment;
  }

  /** What stands at the path; symbolic links are followed. */
  list(path: string): Listing {
    const known = this.#known.get(path) ??
      { look: 0, listing: GONE, rest: new Rest(), stamp: null, certain: false };
    if (known.look === this.#look) return known.listing;
    if (known.look === 0) this.#known.set(path, known);
    known.look = this.#look;
    this.#visited++;
    const before = known.listing;
    this.#lookAt(path, known);
    if (known.listing !== before || before === GONE) this.#changes++;
    return known.listing;
  }

  #lookAt(path: string, known: Known): void {
    try {
      const stat = Deno.statSync(path);
      // Most of the time nothing has changed, and this is all that a directory costs.
      if (known.certain && known.stamp !== null && isStampOf(known.stamp, stat)) return;
      const signature = signatureOf(stat);
      known.stamp = signature.stamp;
      if (stat.isDirectory) this.#read(path, known, stat, signature);
      else known.listing = OTHER;
    } catch (error) {
      known.listing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory
        ? GONE
        : { kind: "failed", words: (error as Error).message };
    }
    if (known.listing.kind !== "directory") known.certain = false;
  }

  /** Whether what stands at each of these paths is what it was: the same kind, and the same names if a directory. */
  unchanged(listings: ReadonlyMap<string, Listing>): boolean {
    for (const [path, listing] of listings) if (this.list(path) !== listing) return false;
    return true;
  }

  /**
   * The directories of this look by path, each with a text that is another one once it was made anew; the same map as
   * long as nothing has changed.
   */
  seen(): ReadonlyMap<string, string> {
    const [visited, changes] = [this.#visited, this.#changes];
    if (this.#seen?.visited === visited && this.#seen.changes === changes) return this.#seen.map;
    const map = new Map<string, string>();
    for (const [path, { look, listing }] of this.#known) {
      if (look === this.#look && listing.kind === "directory") map.set(path, listing.identity);
    }
    this.#seen = { visited, changes, map };
    return map;
  }

  /** The look has ended: what it did not come by is forgotten. */
  end(): void {
    if (this.#visited === this.#known.size) return;
    for (const [path, { look }] of this.#known) if (look !== this.#look) this.#known.delete(path);
    this.#changes++;
  }

  #read(path: string, known: Known, stat: Deno.FileInfo, signature: Signature): void {
    const changed = known.rest.note(signature, this.#moment);
    if (!changed && known.certain) return;
    known.certain = known.rest.telling(this.#moment);
    const entries = [...Deno.readDirSync(path)].sort((a, b) => a.name < b.name ? -1 : 1);
    const before = known.listing;
    // The same object while the names are the same, so that what was concluded from it stands.
    if (before.kind === "directory" && sameEntries(before.entries, entries)) {
      known.listing = { ...before, identity: identity(stat) };
      if (before.identity === identity(stat)) known.listing = before;
      return;
    }
    known.listing = { kind: "directory", identity: identity(stat), entries };
  }
}

// A directory that is made anew may get the number of the one before it.
function identity(stat: Deno.FileInfo): string {
  return `${stat.dev}:${stat.ino}:${stat.birthtime?.getTime()}`;
}

function sameEntries(a: readonly Deno.DirEntry[], b: readonly Deno.DirEntry[]): boolean {
  return a.length === b.length &&
    a.every((entry, at) =>
      entry.name === b[at].name && entry.isDirectory === b[at].isDirectory &&
      entry.isSymlink === b[at].isSymlink
    );
}
