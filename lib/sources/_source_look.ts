import { basename, dirname } from "node:path";
import type { Log } from "../model/mod.ts";
import { Claims, type Place } from "./_claims.ts";
import type { Directories } from "./_directories.ts";
import { PairState, type ReadingParts } from "./_pair_state.ts";
import { type Matches, Pattern } from "./_pattern.ts";
import type { SourceError, SourceErrorReason } from "./source_error.ts";
import { findLayout } from "./layout.ts";
import { Probe } from "./_probe.ts";
import type { Moment } from "./_rest.ts";

/** The part of a source's configuration that looking needs. */
export interface SourceSettings {
  readonly path: string;
  readonly exclude: readonly string[];
  readonly namespace: string;
  readonly secretName: string;
}

// Places that are looked at in one piece, which takes a few milliseconds; calls of Envoy Gateway are answered in between.
const SLICE = 250;
const READ_TOGETHER = 16;

/** One source: the places that its pattern is for, and what is known of each. */
export class SourceLook {
  readonly settings: SourceSettings;
  /** By path of the place. */
  readonly states = new Map<string, PairState>();
  /** What was wrong at the latest look, by what it is about. */
  readonly errors = new Map<string, SourceError>();
  /** Whether the place can be looked at. */
  up = true;
  /** Places that the latest look has come by. */
  present: ReadonlySet<PairState> = new Set();
  /** How many pairs were being written at the latest look. */
  moving = 0;
  /** Whether anything is different since this was set to false. */
  dirty = true;
  readonly #pattern: Pattern;
  readonly #claims: Claims;
  readonly #directories: Directories;
  readonly #parts: ReadingParts;
  readonly #log: Log;
  readonly #probe = new Probe();
  #rows: { readonly places: readonly Wanted[]; readonly rows: readonly Row[] } | null = null;
  #leftAlone = new Set<string>();

  constructor(settings: SourceSettings, directories: Directories, parts: ReadingParts, log: Log) {
    this.settings = settings;
    this.#pattern = new Pattern(settings.path, settings.exclude);
    this.#directories = directories;
    this.#claims = new Claims(directories);
    this.#parts = parts;
    this.#log = log;
  }

  /** Looks at everything, reads what has changed. @returns milliseconds until it wants to look again. */
  async look(moment: () => Moment): Promise<number> {
    this.errors.clear();
    this.moving = 0;
    if (!await this.#probe.answers(this.#pattern.base)) return this.#hang(moment());
    const matches = this.#pattern.find(this.#directories);
    const { places, leftAlone } = this.#claims.of(matches);
    const wanted: PairState[] = [];
    let soonest = Infinity;
    let count = 0;
    let at = moment();
    for (const { place, state } of this.#rowsOf(this.#withLiteral(places, matches))) {
      if (++count % SLICE === 0) {
        await new Promise((resolve) => setTimeout(resolve));
        at = moment();
      }
      const wish = place.missing === undefined
        ? state.look(place, at)
        : state.gone(at, place.missing.detail, place.missing.hint);
      if (wish.kind === "read") wanted.push(state);
      if (wish.kind !== "wait") continue;
      this.moving++;
      soonest = Math.min(soonest, wish.ms);
    }
    await this.#readAll(wanted, moment);
    this.#lookForAbsent(matches, moment());
    this.#tellLeftAlone(leftAlone);
    this.#complain(matches);
    return Math.min(soonest, this.#due(moment()));
  }

  /** Nobody can tell what is there: everything is unknown, nothing is gone. */
  #hang(moment: Moment): number {
    const words = `"${this.#pattern.base}" does not answer`;
    this.up = false;
    this.#error("unreadable", this.#pattern.base, words, "see whether its server is there");
    for (const state of this.states.values()) state.unknown(moment, words);
    return this.#due(moment);
  }

  /** Notes what has changed. @returns milliseconds until something that is seen is believed. */
  #due(moment: Moment): number {
    let soonest = Infinity;
    for (const state of this.states.values()) {
      soonest = Math.min(soonest, state.due(moment));
      if (state.changed) this.dirty = true;
      state.changed = false;
    }
    return soonest;
  }

  /** Whether something is seen of which nothing is believed yet. */
  get undecided(): boolean {
    for (const state of this.present) {
      if (!state.foreign && state.belief.believed === null) return true;
    }
    return false;
  }

  /** A path without a wildcard is always a place: somebody has named it. */
  #withLiteral(places: readonly Place[], { failures }: Matches): readonly Wanted[] {
    const path = this.#pattern.literal;
    if (path === null || places.length > 0) return places;
    const parts = { name: basename(path), parent: basename(dirname(path)) };
    const there = this.#claims.directory(path);
    const absent = LIKE_A_FILE.test(path)
      ? this.#claims.file(path)
      : { ...NOWHERE, path, directory: path, parts };
    const [failure] = failures;
    if (failure) return [{ ...there ?? absent, words: failure.words }];
    if (there?.layout.kind !== "none") return [{ ...absent, missing: NOT_THERE(path) }];
    return [{ ...there, missing: there.layout }];
  }

  /** The places with their states; the same objects as long as the places are the same. */
  #rowsOf(places: readonly Wanted[]): readonly Row[] {
    if (this.#rows?.places === places) return this.#rows.rows;
    const rows = places.map((place) => {
      const state = this.states.get(place.path) ?? new PairState(place, this.#parts);
      this.states.set(place.path, state);
      return { place, state };
    });
    this.#rows = { places, rows };
    this.present = new Set(rows.map(({ state }) => state));
    this.dirty = true;
    return rows;
  }

  async #readAll(wanted: PairState[], moment: () => Moment): Promise<void> {
    let next = 0;
    const reader = async () => {
      while (next < wanted.length) await wanted[next++].read(moment);
    };
    await Promise.all(Array.from({ length: Math.min(READ_TOGETHER, wanted.length) }, reader));
  }

  #lookForAbsent({ failures }: Matches, moment: Moment): void {
    for (const [path, state] of this.states) {
      if (this.present.has(state)) continue;
      const failure = failures.find(({ directory }) =>
        path === directory || path.startsWith(`${directory}/`)
      );
      if (failure) state.unknown(moment, failure.words);
      else state.gone(moment, `"${path}" holds no pair any more`);
      const { believed } = state.belief;
      if (believed !== null && believed.grade !== "gone") continue;
      this.states.delete(path);
      this.dirty = true;
      if (believed !== null) {
        this.#error("not_found", path, `"${path}" is gone`, "");
      }
    }
  }

  #complain({ failures, cut }: Matches): void {
    this.up = true;
    for (const { directory, words } of failures) {
      if (this.#pattern.base.startsWith(directory) || directory === this.#pattern.base) this.up = false;
      this.#error("unreadable", directory, words, "");
    }
    if (this.#pattern.literal === null && this.#directories.list(this.#pattern.base).kind === "gone") {
      this.up = false;
      this.#error("not_found", this.#pattern.base, `"${this.#pattern.base}" does not exist`, "");
    }
    if (cut) this.#error("too_many", this.settings.path, "the pattern is for too many paths", TOO_MANY_HINT);
    for (const { place, belief } of this.present) {
      const { layout } = place;
      if (layout.kind === "none" && layout.several) {
        this.#error("several_pairs", place.path, layout.detail, layout.hint);
      }
      const problem = belief.believed?.value.problem;
      if (problem?.cause === "file_unreadable") {
        this.#error("unreadable", place.path, problem.detail, belief.believed!.value.hint);
      } else if (belief.believed?.grade === "gone") {
        this.#error("not_found", place.path, problem?.detail ?? "", belief.believed.value.hint);
      }
    }
  }

  #error(reason: SourceErrorReason, path: string, message: string, hint: string): void {
    this.errors.set(`${reason} ${path}`, { reason, path, message, hint });
  }

  #tellLeftAlone(paths: readonly string[]): void {
    const foreign = [...this.present].filter(({ foreign }) => foreign).map(({ place }) => place.path);
    const now = new Set([...paths, ...foreign]);
    for (const path of now) {
      if (this.#leftAlone.has(path)) continue;
      this.#log.debug("this is no pair and is left alone", { source: this.settings.path, path });
    }
    this.#leftAlone = now;
  }
}

/** A place, or one that somebody has named and where nothing is. */
type Wanted = Place & { readonly missing?: Missing };

interface Row {
  readonly place: Wanted;
  readonly state: PairState;
}

interface Missing {
  readonly detail: string;
  readonly hint: string;
}

const NOT_THERE = (path: string): Missing => ({
  detail: `"${path}" does not exist`,
  hint: "check the spelling, or wait until it is issued",
});
const NOWHERE = { layout: findLayout([]), words: null };
const LIKE_A_FILE = /\.(crt|cer|cert|pem|key)$/;
const TOO_MANY_HINT = "make the pattern narrower, or exclude what is not a pair";
