import { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser } from "yaml";
import type { Document, ErrorCode, Node, Pair, YAMLMap } from "yaml";
import type { Json, Place } from "../model/mod.ts";
import { SCALAR_TAGS } from "./_scalar_tags.ts";
import { placeAt, Spots } from "./_spots.ts";

/** Values that aliases may add to a document; a few lines of them could otherwise stand for billions. */
const MAX_ALIASED = 20_000;

/** One document of a file. */
export interface ReadDocument {
  readonly value: Json;
  readonly spots: Spots;
}

/** Why a text is no YAML, and where. */
export interface TextProblem {
  readonly place: Place;
  readonly what: string;
  readonly hint: string;
}

/**
 * The documents of a text of YAML or JSON, empty ones left out. Scalars are read as Kubernetes tools read them.
 *
 * No text of the file is ever in a problem: a file may hold private keys.
 */
export function readDocuments(
  text: string,
  file: string,
): { documents: ReadDocument[]; problems: TextProblem[] } {
  const lines = new LineCounter();
  const composer = new Composer({ schema: "failsafe", customTags: SCALAR_TAGS, logLevel: "silent" });
  const at = (offset: number) => placeAt(file, lines.lineStarts, offset);
  const documents: ReadDocument[] = [];
  const problems: TextProblem[] = [];
  // One document at a time: their nodes are many times larger than the text.
  for (const document of composer.compose(new Parser(lines.addNewLine).parse(text))) {
    // What follows the first error of a document mostly comes of it.
    const [error] = document.errors;
    if (error !== undefined) {
      problems.push({ place: at(error.pos[0]), what: inWords(error.code), hint: hintOf(error.code) });
    }
    if (error !== undefined || document.contents === null) continue;
    const reader = new Reader(document);
    const value = reader.read(document.contents, document.contents.range[0]);
    if (reader.problem !== null) {
      const { offset, what } = reader.problem;
      problems.push({ place: at(offset), what, hint: "write the value out" });
    } else if (value !== null) {
      documents.push({ value, spots: new Spots(file, lines.lineStarts, reader.table) });
    }
  }
  return { documents, problems };
}

/** Turns nodes into values and notes where they are. */
class Reader {
  readonly table: number[] = [];
  problem: { readonly offset: number; readonly what: string } | null = null;
  readonly #document: Document.Parsed;
  readonly #open = new Set<Node>();
  #aliased = 0;
  #within = 0;

  constructor(document: Document.Parsed) {
    this.#document = document;
  }

  /** The value of a node; `offset` is where it counts as written. */
  read(node: Node | null, offset: number): Json {
    const index = this.table.length;
    this.table.push(offset, 1);
    const value = this.#value(node, offset);
    this.table[index + 1] = (this.table.length - index) / 2;
    return value;
  }

  #value(node: Node | null, offset: number): Json {
    if (this.#within > 0 && ++this.#aliased > MAX_ALIASED) {
      this.problem ??= { offset, what: "aliases make it too large" };
    }
    if (this.problem !== null || node === null) return null;
    if (isAlias(node)) return this.#behind(node.resolve(this.#document), node.range?.[0] ?? offset);
    if (isScalar(node)) return node.value as Json;
    if (isSeq(node)) {
      return node.items.map((item) =>
        this.read(item as Node | null, (item as Node | null)?.range?.[0] ?? offset)
      );
    }
    return isMap(node) ? this.#map(node) : null;
  }

  #behind(target: Node | undefined, offset: number): Json {
    if (target === undefined || this.#open.has(target)) {
      this.problem ??= {
        offset,
        what: target === undefined ? "an alias has no anchor" : "an alias holds itself",
      };
      return null;
    }
    this.#open.add(target);
    this.#within++;
    const value = this.#value(target, offset);
    this.#within--;
    this.#open.delete(target);
    return value;
  }

  #map(node: YAMLMap): Json {
    const result: Record<string, Json> = {};
    for (const [key, { value, offset }] of inOrder(this.#entries(node, 0))) {
      // A member of that name would otherwise become the prototype.
      Object.defineProperty(result, key, {
        value: this.read(value, offset),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return result;
  }

  // Members of a map; those that "<<" brings in come after, and never win over what is written out.
  #entries(node: YAMLMap, depth: number): Map<string, { value: Node | null; offset: number }> {
    const entries = new Map<string, { value: Node | null; offset: number }>();
    const merged: { node: Node | null; offset: number }[] = [];
    for (const { key, value } of node.items as Pair<Node | null, Node | null>[]) {
      const offset = key?.range?.[0] ?? node.range?.[0] ?? 0;
      if (isScalar(key) && key.value === "<<" && key.type === "PLAIN") merged.push({ node: value, offset });
      else if (isScalar(key) && key.value !== null) entries.set(String(key.value), { value, offset });
      else this.problem ??= { offset, what: "a key is no text" };
    }
    for (const { node: from, offset } of merged) {
      for (const source of isSeq(from) ? from.items as Node[] : [from]) {
        const map = isAlias(source) ? source.resolve(this.#document) : source;
        // Deeper than any sane file: a merge that comes back to itself.
        if (!isMap(map) || depth > 20) {
          this.problem ??= { offset, what: "what is merged in is no map" };
          continue;
        }
        for (const [name, entry] of this.#entries(map, depth + 1)) {
          if (!entries.has(name)) entries.set(name, { value: entry.value, offset });
        }
      }
    }
    return entries;
  }
}

// Objects keep keys that look like list positions first; the table of places has to follow the same order.
function inOrder<T>(entries: Map<string, T>): Iterable<[string, T]> {
  const isIndex = (key: string) => /^(?:0|[1-9]\d{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1;
  if (![...entries.keys()].some(isIndex)) return entries;
  const all = [...entries];
  return [
    ...all.filter(([key]) => isIndex(key)).sort(([a], [b]) => Number(a) - Number(b)),
    ...all.filter(([key]) => !isIndex(key)),
  ];
}

const WORDS: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: "the key is there twice",
  TAB_AS_INDENT: "a tab is used for indentation",
  BAD_INDENT: "the indentation does not fit",
  MISSING_CHAR: "a character is missing, for instance a quote, a colon or a bracket",
  UNEXPECTED_TOKEN: "what begins here is unexpected",
  MULTILINE_IMPLICIT_KEY: "a key goes over more than one line",
  BLOCK_AS_IMPLICIT_KEY: "a nested map begins where a value is",
  BAD_ALIAS: "an alias is not allowed here",
  TAG_RESOLVE_FAILED: "a tag is unknown",
  BAD_SCALAR_START: "a plain value begins with a character that YAML keeps for itself",
  BAD_DQ_ESCAPE: "an escape in double quotes is unknown",
};

function inWords(code: ErrorCode): string {
  return WORDS[code] ?? `YAML does not allow this (${code.toLowerCase().replaceAll("_", " ")})`;
}

function hintOf(code: ErrorCode): string {
  if (code === "TAB_AS_INDENT") return "use spaces";
  if (code === "DUPLICATE_KEY") return "keep one of the two";
  return "check the indentation and the quotes around this place";
}
