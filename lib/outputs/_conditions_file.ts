import * as z from "zod";
import type { Condition } from "../model/mod.ts";

/** What has to be known of the past to write conditions. */
export interface ConditionsFile {
  /** Milliseconds since the epoch; the latest time that was believed. */
  lastSeen: number | null;
  /** By object: how often its spec has changed, and the digest of what it is. */
  readonly generations: Map<string, { readonly generation: number; readonly digest: string }>;
  /** By subject and type of condition: what it is, and since when. */
  readonly conditions: Map<string, Map<string, Since>>;
}

/** The status of a condition and the moment (RFC 3339) at which it became that. */
export interface Since {
  readonly status: Condition["status"];
  readonly time: string;
}

const FORMAT = 1;

const fileSchema = z.strictObject({
  format: z.literal(FORMAT),
  lastSeen: z.number().nullable(),
  generations: z.array(z.tuple([z.string(), z.int().min(1), z.string()])),
  conditions: z.array(z.tuple([
    z.string(),
    z.array(z.tuple([z.string(), z.enum(["True", "False", "Unknown"]), z.iso.datetime()])),
  ])),
});

/** As the text of the file. */
export function formatConditions({ lastSeen, generations, conditions }: ConditionsFile): string {
  return JSON.stringify({
    format: FORMAT,
    lastSeen,
    generations: [...generations].map(([key, { generation, digest }]) => [key, generation, digest]),
    conditions: [...conditions].map((
      [subject, types],
    ) => [subject, [...types].map(([type, { status, time }]) => [type, status, time])]),
  });
}

/** Reads what {@linkcode formatConditions} wrote; `null` if the text is something else. */
export function parseConditions(text: string): ConditionsFile | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) return null;
  const { lastSeen, generations, conditions } = parsed.data;
  return {
    lastSeen,
    generations: new Map(generations.map(([key, generation, digest]) => [key, { generation, digest }])),
    conditions: new Map(conditions.map(([subject, types]) => [
      subject,
      new Map(types.map(([type, status, time]) => [type, { status, time }])),
    ])),
  };
}
