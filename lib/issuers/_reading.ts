import type { Place } from "../model/mod.ts";
import type { Annotation, Annotations } from "./_annotations.ts";
import { quoted } from "./_json.ts";
import type { Explained } from "./intent.ts";

/** Something wrong with an annotation. */
export interface Problem {
  readonly place: Place;
  /** Follows a colon: lower case, no full stop. */
  readonly what: string;
  readonly hint: string;
}

/** Reads the annotations of one object, and gathers what is wrong with them and what they were taken for. */
export class Reading {
  readonly problems: Problem[] = [];
  /** What can be used and is probably not meant so. */
  readonly doubts: Problem[] = [];
  readonly explain: Explained[] = [];
  readonly #annotations: Annotations;

  constructor(annotations: Annotations) {
    this.#annotations = annotations;
  }

  /** The text of an annotation; `null` if it is not there, or is no text, which is then a problem. */
  text(key: string): string | null {
    const found = this.#annotations.get(key);
    if (found === undefined) return null;
    if (found.isText) return found.text;
    this.problems.push({
      place: found.place,
      what: `annotation ${JSON.stringify(key)} is no text`,
      hint: "put the value in quotes",
    });
    return null;
  }

  /** Notes that an annotation cannot be used. */
  refuse(key: string, why: string, hint: string): null {
    const found = this.#annotations.get(key)!;
    this.problems.push({ place: found.place, what: `${this.#shown(found)}: ${why}`, hint });
    return null;
  }

  /** Notes that an annotation is probably not meant as it is written. */
  doubt(key: string, why: string, hint: string): void {
    const found = this.#annotations.get(key)!;
    this.doubts.push({ place: found.place, what: `${this.#shown(found)}: ${why}`, hint });
  }

  /** Notes what a member of the Certificate comes from. */
  took(key: string, field: string, value: string): void {
    this.explain.push({ field, value, origin: this.#annotations.get(key)!.origin });
  }

  #shown({ key, text }: Annotation): string {
    return `annotation ${JSON.stringify(key)} is ${quoted(text)}`;
  }
}
