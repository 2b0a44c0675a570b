import { readFileSync } from "node:fs";
import type { EnvoyAnswer } from "../../lib/health/mod.ts";

/** The stored answers of a real Envoy. */
export interface Answers {
  /** Build string of the Envoy that gave them. */
  readonly envoy: string;
  /** By kind; `true` is accepted, a text is the message of the refusal. */
  readonly kinds: Readonly<Record<string, true | string>>;
}

export const ANSWERS_FILE = new URL("./answers.json", import.meta.url);

export function readAnswers(): Answers {
  return JSON.parse(readFileSync(ANSWERS_FILE, "utf8"));
}

/** An answer as it is stored. */
export function stored(answer: EnvoyAnswer): true | string {
  return answer.accepted ? true : answer.message;
}

/** A stored answer as Envoy gave it. */
export function given(answer: true | string): EnvoyAnswer {
  return answer === true ? { accepted: true } : { accepted: false, message: answer };
}
