import { rfc3339 } from "./agent_names.ts";
import type { BundleState, SdsNameStatus, SdsStatus } from "./model/mod.ts";
import type { OpenSds, SdsName } from "./server/mod.ts";

/** More than a person reads; a client that is confused may ask for any number. */
const MOST_UNKNOWN = 100;

/**
 * What `/v1/status` says of delivery straight to Envoy.
 *
 * @param problem Why no Envoy can connect any more; empty while one can.
 */
export function sdsStatus(
  server: OpenSds | null,
  bundles: readonly BundleState[],
  problem: string,
): SdsStatus {
  const { clients = [], names = [] } = server?.status() ?? {};
  const byNode = Map.groupBy(clients, ({ node, cluster }) => `${node}\0${cluster}`);
  return {
    listen: server?.address ?? "",
    message: server === null ? "it is not open yet" : problem,
    clients: [...byNode.values()].map((own) => ({
      node: own[0].node,
      cluster: own[0].cluster,
      streams: own.reduce((sum, { streams }) => sum + streams, 0),
    })),
    names: names.filter(({ kind }) => kind !== null).map(nameStatus),
    unknown: names.filter(({ kind }) => kind === null).map(({ name }) => name).slice(0, MOST_UNKNOWN),
    bundles: bundles.map(({ namespace, name, kind, file, members, message, notAfter }) => ({
      namespace,
      name,
      kind,
      file,
      members,
      message,
      notAfter: notAfter === null ? null : rfc3339(notAfter),
    })),
  };
}

function nameStatus({ name, kind, version, subscribers, acceptedBy, lastRefusal }: SdsName): SdsNameStatus {
  return {
    name,
    kind: kind!,
    version: version.slice(0, 16),
    subscribers,
    accepted: acceptedBy,
    refused: lastRefusal && {
      version: lastRefusal.version.slice(0, 16),
      message: lastRefusal.message,
      at: rfc3339(lastRefusal.at),
    },
  };
}
