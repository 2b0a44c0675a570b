import type { PolicyStep } from "../model/mod.ts";
import { FAILED_ROUTE_CONFIG } from "./_answers.ts";
import { localReplyField } from "./_local_reply.ts";
import { type Parts, rewrite, rewriteAny, rewriteField } from "./_rewrite.ts";
import { readAny } from "./_socket.ts";
import type { Span } from "./_span.ts";
import { wafFilterField } from "./_waf.ts";

/** A step at an HTTP connection manager. */
export type HttpManagerStep = Extract<PolicyStep, { readonly filter: number }>;

/** `route_specifier`: rds, route_config, scoped_routes. */
const ROUTES: ReadonlySet<number> = new Set([3, 4, 31]);

/** Applies all steps of one manager to the network filter that it is in. */
export function editHttpManager(filter: Span, steps: readonly HttpManagerStep[]): Parts {
  const manager = readAny(filter, 4);
  if (manager === null) return [filter];
  return rewriteField(filter, 4, (any) => rewriteAny(any, () => edited(manager.value, steps)));
}

function edited(manager: Span, steps: readonly HttpManagerStep[]): Parts {
  if (steps.some(({ kind }) => kind === "fail_http_manager")) {
    return [...rewrite(manager, ({ field }) => ROUTES.has(field) ? null : undefined), FAILED_ROUTE_CONFIG];
  }
  // What stands before all others is the first of its list.
  const first = steps.flatMap((step) => step.kind === "insert_waf_filter" ? [wafFilterField(step.waf)] : []);
  const reply = steps.findLast((step) => step.kind === "set_local_reply");
  return [...first, manager, ...(reply ? [localReplyField(reply.reply)] : [])];
}
