import type { PolicyEntry, WafFilter } from "../model/mod.ts";
import type { Span } from "./_span.ts";

/** What a `stamp_route` step writes. */
export interface Stamp {
  readonly project: string;
  readonly policy: PolicyEntry | null;
  readonly waf: WafFilter;
}

/** Whether a route says exactly what a stamp would write. */
export function isStampedAs(
  _where: { readonly route: Span; readonly metadata: Span | null },
  _stamp: Stamp,
): boolean {
  return false;
}
