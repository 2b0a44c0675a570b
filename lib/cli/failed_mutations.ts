import type { FailureAction, FailureKind, PolicyMutation, VirtualHostPlace } from "../model/mod.ts";
import type { Target } from "../mutations/mod.ts";
import type { Translation } from "../server/mod.ts";

/** A place that went without its change. */
export interface FailedMutation {
  readonly mutation: PolicyMutation;
  readonly kind: FailureKind;
  /** Resource and what of it. */
  readonly place: string;
  readonly message: string;
  /** What the failure policy did. */
  readonly action: FailureAction | null;
}

/** Everything that failed in a replay, in the order of the mutations. */
export function failedMutations({ mutations }: Pick<Translation, "mutations">): FailedMutation[] {
  return mutations.flatMap(({ mutation, action, failures }) =>
    failures.map(({ target, kind, message }) => ({ mutation, kind, place: placeOf(target), message, action }))
  );
}

/** One of them in a line. */
export function failureLine({ mutation, kind, place, message, action }: FailedMutation): string {
  return `${mutation}, ${place}: ${message} (${kind}${action === null ? "" : `, ${action}`})`;
}

function placeOf(target: Target): string {
  switch (target.kind) {
    case "httpManager":
      return `listener ${target.listenerName || target.listener + 1}`;
    case "virtualHost":
      return hostText(target);
    case "route":
      return `route ${target.routeName || target.route + 1} of ${hostText(target)}`;
    case "cluster":
      return `cluster ${target.clusterName || target.cluster + 1}`;
  }
}

// What has no name goes by its number.
function hostText({ virtualHostName, virtualHost, routeConfigName, routeConfig }: VirtualHostPlace): string {
  if (virtualHostName !== "") return `virtual host ${virtualHostName}`;
  return `virtual host ${virtualHost + 1} of route configuration ${routeConfigName || routeConfig + 1}`;
}
