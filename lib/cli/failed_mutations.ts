import type { FailureAction, FailureKind, PolicyMutation } from "../model/mod.ts";
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
      return `listener ${target.listenerName}`;
    case "virtualHost":
      return `virtual host ${target.virtualHostName}`;
    case "route":
      return `route ${target.routeName || target.route + 1} of virtual host ${target.virtualHostName}`;
    case "cluster":
      return `cluster ${target.clusterName}`;
  }
}
