import type { FailureAction, FailureKind, FailureScope, Hook, PolicyMutation } from "../model/mod.ts";
import type { Config } from "../resources/mod.ts";

/** What is done where something fails. */
export interface EffectivePolicy {
  readonly action: FailureAction;
  /** How far a 500 reaches. */
  readonly scope: FailureScope;
}

type Policies = Pick<Config, "hooks" | "mutations"> & { readonly policy: Pick<Config["policy"], "compat"> };

// What protects is closed, what only decorates is open.
const DEFAULTS: Readonly<Record<PolicyMutation, FailureAction>> = {
  wafListener: "closed",
  localReply: "open",
  wafRoute: "closed",
  connectorClusters: "closed",
  connectorRoutes: "closed",
  vpcBind: "open",
};

// As narrow as what has failed.
const SCOPES: Readonly<Record<PolicyMutation, FailureScope>> = {
  wafListener: "listener",
  localReply: "listener",
  wafRoute: "route",
  connectorClusters: "route",
  connectorRoutes: "route",
  vpcBind: "route",
};

const SMALL_SCOPES: Readonly<Partial<Record<Hook, FailureScope>>> = {
  PostRouteModify: "route",
  PostVirtualHostModify: "virtualHost",
  PostHTTPListenerModify: "listener",
};

/**
 * What is done where a mutation fails: what is written for it, else what is written for the hook, else the default.
 *
 * A part of a snapshot that does not read is skipped unless something is written: Envoy refuses it anyway, and one such
 * part must not hold up everybody else. The network-services-operator fails the whole call.
 */
export function mutationPolicy(
  config: Policies,
  hook: Hook,
  { mutation, kind, narrow = false }: {
    readonly mutation: PolicyMutation;
    readonly kind: FailureKind;
    readonly narrow?: boolean;
  },
): EffectivePolicy {
  const written = config.mutations[mutation] ?? config.hooks[hook];
  const skipped = kind === "malformed" && config.policy.compat === "none";
  return effective(written, {
    action: skipped ? "open" : DEFAULTS[mutation],
    scope: narrow ? "route" : SMALL_SCOPES[hook] ?? SCOPES[mutation],
  });
}

/** What is done where a hook fails outside of any mutation, and how far the 500 of each mutation reaches then. */
export function hookPolicy(
  config: Policies,
  hook: Hook,
): { readonly action: FailureAction; readonly scopeOf: (mutation: PolicyMutation) => FailureScope } {
  const written = config.hooks[hook];
  const scopeOf = (mutation: PolicyMutation) =>
    effective(written, { action: "closed", scope: SMALL_SCOPES[hook] ?? SCOPES[mutation] }).scope;
  return { action: effective(written, { action: "closed", scope: "route" }).action, scopeOf };
}

function effective(written: Config["hooks"][Hook], fallback: EffectivePolicy): EffectivePolicy {
  if (written === undefined) return fallback;
  if (typeof written === "string") return { action: written, scope: fallback.scope };
  return { action: written.action, scope: written.scope ?? fallback.scope };
}
