import * as z from "zod";
import { type Cause, CAUSES, type Summary } from "../model/mod.ts";

/** What is known about one material, by the hash of its content. */
export interface KnownVerdict {
  readonly summary: Summary;
  /** The Envoy build that confirmed it; empty where the rules stood alone. */
  readonly confirmedBy: string;
}

const FORMAT = 1;
const causes = Object.keys(CAUSES) as [Cause, ...Cause[]];
const moment = z.number().nullable();

const fileSchema = z.strictObject({
  format: z.literal(FORMAT),
  rules: z.string(),
  verdicts: z.array(z.tuple([
    z.string().length(64), // SHA-256, hex
    z.enum(causes).nullable(),
    z.string(), // detail
    moment, // notBefore, milliseconds
    moment, // notAfter, milliseconds
    z.boolean(), // temporary
    z.string(), // confirmedBy
  ])),
});

/**
 * Verdicts as the text of the verdict file. Hashes, causes and dates only: nothing in it helps to make a key.
 *
 * @param verdicts By SHA-256 of the content, hex.
 * @param rules Version of the rules that judged; another version does not believe the file.
 */
export function formatVerdicts(verdicts: Iterable<readonly [string, KnownVerdict]>, rules: string): string {
  const rows = [...verdicts].map(([hash, { summary, confirmedBy }]) => [
    hash,
    summary.problem?.cause ?? null,
    summary.problem?.detail ?? "",
    Number.isFinite(summary.notBefore) ? summary.notBefore : null,
    Number.isFinite(summary.notAfter) ? summary.notAfter : null,
    summary.temporary,
    confirmedBy,
  ]);
  return JSON.stringify({ format: FORMAT, rules, verdicts: rows });
}

/**
 * Reads a verdict file.
 *
 * @returns The verdicts; none if other rules wrote it; `undefined` if the text is not a verdict file.
 */
export function parseVerdicts(text: string, rules: string): Map<string, KnownVerdict> | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) return undefined;
  if (parsed.data.rules !== rules) return new Map();
  return new Map(
    parsed.data.verdicts.map(([hash, cause, detail, notBefore, notAfter, temporary, confirmedBy]) => [
      hash,
      {
        summary: {
          problem: cause === null ? null : { cause, detail },
          notBefore: notBefore ?? -Infinity,
          notAfter: notAfter ?? Infinity,
          temporary,
        },
        confirmedBy,
      },
    ]),
  );
}
