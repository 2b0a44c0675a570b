/** The six calls of Envoy Gateway's extension service, in the order of a translation. */
export const HOOKS = [
  "PostRouteModify",
  "PostVirtualHostModify",
  "PostHTTPListenerModify",
  "PostClusterModify",
  "PostEndpointsModify",
  "PostTranslateModify",
] as const;

/** One of {@linkcode HOOKS}. */
export type Hook = (typeof HOOKS)[number];

/**
 * How a hook call ended: `unchanged` and `changed` are answers, `degraded` is an answer in which something failed and
 * was undone alone, `error` is a gRPC error.
 */
export const HOOK_OUTCOMES = ["unchanged", "changed", "degraded", "error"] as const;

/** One of {@linkcode HOOK_OUTCOMES}. */
export type HookOutcome = (typeof HOOK_OUTCOMES)[number];
