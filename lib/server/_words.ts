import type { Target } from "../mutations/mod.ts";

/** A place of a snapshot in words. */
export function wordsOfTarget(target: Target): string {
  switch (target.kind) {
    case "httpManager":
      return `listener ${JSON.stringify(target.listenerName)}`;
    case "virtualHost":
      return `virtual host ${JSON.stringify(target.virtualHostName)}`;
    case "route":
      return `route ${JSON.stringify(target.routeName)}`;
    case "cluster":
      return `cluster ${JSON.stringify(target.clusterName)}`;
  }
}

/** What an exception says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
