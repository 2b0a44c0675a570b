import assert from "node:assert/strict";
import { type Cause, CAUSES, type Reason, REASONS } from "./reasons.ts";

const table: Readonly<Record<Cause, { readonly reason: Reason; readonly why: string }>> = CAUSES;

Deno.test("CAUSES gives each cause a reason and words without jargon, and leaves no reason without a cause", () => {
  const rows = Object.values(table);
  for (const { why } of rows) {
    assert.match(why, /^[a-z][^.]*$|^an? [A-Z]{2,}/, why);
    assert(!/\b(PEM|DER|SDS|NACK|ASN)\b/.test(why), why);
  }
  assert.deepEqual([...new Set(rows.map(({ reason }) => reason))].sort(), [...REASONS].sort());
});
