import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Answer } from "./_envoy_gateway.ts";
import { FILES } from "./_files.ts";
import { mutants } from "./_mutants.ts";
import { NAMED } from "./_named.ts";

/** Where the answers of the real Envoy Gateway are kept. */
export const ANSWERS_FILE = new URL("answers.json", import.meta.url);

/** A text that Envoy Gateway is asked about. */
export interface Question {
  readonly name: string;
  readonly text: string;
}

const SEED = 1;

/** The objects that are asked about, each alone in a file. */
export const CASES = [...NAMED, ...mutants(SEED, 6, 24)];

/** Every question, objects first. */
export const QUESTIONS: readonly Question[] = [
  ...CASES.map(({ name, value }) => ({ name, text: JSON.stringify(value) })),
  ...FILES.map(({ name, text }) => ({ name: `file: ${name}`, text })),
];

/** Name to answer and digest of the text that was asked about. */
export type Answers = Readonly<Record<string, readonly [answer: Answer["answer"], digest: string]>>;

export function readAnswers(): Answers {
  return JSON.parse(readFileSync(ANSWERS_FILE, "utf8"));
}

export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
