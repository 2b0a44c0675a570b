import { createHash } from "node:crypto";
import type { Facts, PairBytes, Problem } from "../model/mod.ts";
import { readFacts } from "../pki/mod.ts";
import { Belief, type Found, type Patience } from "./_belief.ts";
import type { Place } from "./_claims.ts";
import { accessHint, readLayout, type ReadPair } from "./_read_layout.ts";
import { type Moment, Rest } from "./_rest.ts";
import { ABSENT, joinSignatures, looksSame, type Signature, signatureAt, type Stamp } from "./_signature.ts";
import type { Layout } from "./layout.ts";

/** What the files of a pair were found to hold. */
export interface Reading {
  readonly pair: PairBytes;
  readonly facts: Facts;
  readonly problem: Problem | null;
  readonly hint: string;
  /** SHA-256 in hex of the members, or of the problem. */
  readonly hash: string;
}

/** What readings need from outside. */
export interface ReadingParts extends Patience {
  /** Brings the members into their canonical form. */
  readonly canonical: (pair: PairBytes) => PairBytes;
  /** Counts a pair whose bytes had to be looked into. */
  readonly parsed: () => void;
}

/** What a look at a place asks for: nothing, reading it, or another look after so many milliseconds. */
export type Wish = { readonly kind: "none" | "read" } | { readonly kind: "wait"; readonly ms: number };

const NO_PAIR: PairBytes = { certificate: null, key: null };
const NOTHING: Wish = { kind: "none" };
const TRIES = 3;
// Every so many looks, what is behind a link is looked at as well.
const WHOLE_LOOK = 4;

/** One pair: what is seen of it, and what is believed. */
export class PairState {
  readonly belief = new Belief<Reading>();
  place: Place;
  /** Whether it is no pair at all, but something that a pattern has caught besides. */
  foreign = false;
  /** Whether anything has become different since `changed` was set to false. */
  changed = false;
  readonly #rest = new Rest();
  readonly #parts: ReadingParts;
  #link: string | null = null;
  #atomic = false;
  #read = false;
  #certain = false;
  #stamps: readonly Stamp[] | null = null;
  #looks = 0;

  constructor(place: Place, parts: ReadingParts) {
    this.place = place;
    this.#parts = parts;
  }

  /** Looks at the files without reading them. */
  look(place: Place, moment: Moment): Wish {
    const before = this.place;
    this.place = place;
    if (place.words !== null) return this.unknown(moment, place.words);
    if (this.#isIdle(before)) return NOTHING;
    const signature = this.#signature();
    if (signature === ABSENT) return this.gone(moment, `"${place.path}" does not exist`);
    this.#note(signature, moment);
    if (this.#read && (this.#certain || !this.#rest.telling(moment))) return this.#ripen(moment);
    const ms = this.#atomic ? 0 : this.#rest.wait(moment);
    return ms > 0 ? { kind: "wait", ms } : { kind: "read" };
  }

  /** Reads the files as a unit; what has changed while they were read is not looked into. */
  async read(moment: () => Moment): Promise<void> {
    for (let left = TRIES; left > 0; left--) {
      const { place } = this;
      const read = await readLayout(place.directory, place.layout);
      const after = moment();
      if (this.#note(this.#signature(), after)) {
        if (this.#atomic) continue;
        return;
      }
      this.#read = read.problem?.cause !== "file_unreadable";
      this.#certain = this.#rest.telling(after);
      this.foreign = read.foreign && this.belief.believed === null;
      if (!this.foreign) this.#see(await this.#found(read), after);
      return;
    }
  }

  /** There is nothing at the place. */
  gone(moment: Moment, detail: string, hint = "check the spelling, or wait until it is issued"): Wish {
    this.#forget();
    const problem: Problem = { cause: "pair_missing", detail };
    return this.#see({ key: "gone", grade: "gone", value: withProblem(problem, hint) }, moment);
  }

  /** Nobody can tell what is at the place, for the reason that the system gives. */
  unknown(moment: Moment, words: string): Wish {
    this.#forget();
    return this.#see(unreadable(words, hintOf(words, this.place.path)), moment);
  }

  /** Milliseconds until this has to be looked at again, whatever happens; `Infinity` if never. */
  due(moment: Moment): number {
    return this.belief.due(moment.now, this.#parts);
  }

  /** Whether everything rests and is settled: then this is all that a look costs. */
  #isIdle(before: Place): boolean {
    const { layout, directory } = this.place;
    const settled = this.#read && this.#certain && this.belief.waiting === null && before.layout === layout;
    if (!settled || this.#stamps === null) return false;
    // To move the link shows in the names of the directory, and nobody writes behind it.
    if (this.#link !== null && ++this.#looks % WHOLE_LOOK !== 0) return true;
    return members(layout).every((name, at) => looksSame(`${directory}/${name}`, this.#stamps![at]));
  }

  #note(signature: Signature, moment: Moment): boolean {
    if (!this.#rest.note(signature, moment)) return false;
    const link = this.#swapLink();
    this.#atomic = link !== null && link !== this.#link;
    this.#link = link;
    this.#read = false;
    this.#certain = false;
    this.belief.disturb();
    return true;
  }

  #signature(): Signature {
    const { directory, layout } = this.place;
    const names = members(layout);
    const parts = names.map((name) => signatureAt(`${directory}/${name}`));
    const stamps = parts.flatMap(({ stamp }) => stamp ?? []);
    this.#stamps = stamps.length === parts.length && parts.length > 0 ? stamps : null;
    if (parts.length > 0 && parts.every((part) => part === ABSENT)) return ABSENT;
    const joined = joinSignatures(parts);
    return { ...joined, text: `${names.join("/")} ${joined.text}` };
  }

  /**
   * The kubelet, and what is built like it, writes a whole new directory and then moves the one link `..data`: what is
   * behind a link that has just been moved is complete. Its target; `null` where a member does not go through it.
   */
  #swapLink(): string | null {
    const { directory, layout } = this.place;
    if (layout.kind === "none") return null;
    const members = layout.kind === "split" ? [layout.certificate, layout.key] : [layout.file];
    try {
      const through = members.every((name) => Deno.readLinkSync(`${directory}/${name}`) === `..data/${name}`);
      return through ? Deno.readLinkSync(`${directory}/..data`) : null;
    } catch {
      return null;
    }
  }

  #forget(): void {
    this.#note(ABSENT, { now: 0, wall: 0 });
    this.#link = null;
  }

  #see(found: Found<Reading>, { now }: Moment): Wish {
    if (this.belief.see(found, now, this.#parts)) this.changed = true;
    return NOTHING;
  }

  #ripen({ now }: Moment): Wish {
    if (this.belief.ripen(now, this.#parts)) this.changed = true;
    return NOTHING;
  }

  async #found(read: ReadPair): Promise<Found<Reading>> {
    if (read.problem?.cause === "file_unreadable") return unreadable(read.problem.detail, read.hint);
    const key = read.problem ? `problem ${read.problem.detail}` : hashPair(read.pair);
    const { believed, waiting } = this.belief;
    const known = [believed, waiting].find((found) => found?.key === key);
    if (known) return known;
    // Looking into a pair takes a millisecond or more; a thousand of them must not hold up everything else.
    await new Promise((resolve) => setTimeout(resolve));
    this.#parts.parsed();
    const pair = this.#parts.canonical(read.pair);
    const facts = readFacts(pair);
    if (read.problem) return { key, grade: "bad", value: withProblem(read.problem, read.hint) };
    const value = { pair, facts, problem: null, hint: read.hint, hash: hashPair(pair) };
    return { key, grade: value.facts.problem === null ? "good" : "bad", value };
  }
}

function members(layout: Layout): string[] {
  if (layout.kind === "none") return [];
  if (layout.kind === "combined") return [layout.file];
  return [layout.certificate, layout.key, ...layout.staple ? [layout.staple] : []];
}

/** SHA-256 of the members in hex. */
export function hashPair(pair: PairBytes): string {
  const hash = createHash("sha256");
  const members = [pair.certificate, pair.key?.open() ?? null, pair.staple ?? null];
  for (const bytes of members) {
    hash.update(bytes === null ? "-;" : `${bytes.length};`);
    if (bytes !== null) hash.update(bytes);
  }
  return hash.digest("hex");
}

function unreadable(words: string, hint = ""): Found<Reading> {
  const problem: Problem = { cause: "file_unreadable", detail: words };
  return { key: "unreadable", grade: "unreadable", value: withProblem(problem, hint) };
}

function hintOf(words: string, path: string): string {
  return words.startsWith("Permission denied") ? accessHint(path) : "";
}

function withProblem(problem: Problem, hint: string): Reading {
  const hash = createHash("sha256").update(`${problem.cause}: ${problem.detail}`).digest("hex");
  return { pair: NO_PAIR, facts: { ...readFacts(NO_PAIR), problem }, problem, hint, hash };
}
