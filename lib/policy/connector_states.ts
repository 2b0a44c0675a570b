import type { Connector, Json, JsonObject, ObjectName, PolicySet } from "../model/mod.ts";

/** How a connector is. */
export interface ConnectorState extends ObjectName {
  /** Whether there is such a Connector; one that is only named by an HTTPProxy is missing, and offline. */
  readonly missing: boolean;
  /** Whether its condition `Ready` is true. */
  readonly online: boolean;
  /** Where its tunnel ends; empty while it is offline, or if it does not say. */
  readonly nodeId: string;
}

/**
 * How every connector is: those that are there, then those that are only named, both in the order of the files.
 *
 * @param set What the files say.
 */
export function connectorStates(set: PolicySet): readonly ConnectorState[] {
  const states = new Map<string, ConnectorState>();
  for (const { namespace, name, ...connector } of set.connectors) {
    const state = { namespace, name, missing: false, ...connectorLiveness(connector) };
    states.set(`${namespace}/${name}`, state);
  }
  for (const { namespace, rules } of set.proxies) {
    for (const { connector: name } of rules.flat()) {
      const key = `${namespace}/${name}`;
      if (name === null || states.has(key)) continue;
      states.set(key, { namespace, name, missing: true, online: false, nodeId: "" });
    }
  }
  return [...states.values()];
}

/**
 * Whether a Connector is up, and which node it is. The status that was mirrored decides, where it is one; else its own.
 *
 * @param connector The Connector.
 */
export function connectorLiveness(
  { mirroredStatus, status }: Pick<Connector, "mirroredStatus" | "status">,
): { online: boolean; nodeId: string } {
  const { conditions, connectionDetails } = readMirrored(mirroredStatus) ?? status as ConnectorStatus;
  const ready = conditions?.find((one) => one?.type === "Ready");
  if (ready?.status !== "True") return { online: false, nodeId: "" };
  const isKey = connectionDetails?.type === "PublicKey";
  return { online: true, nodeId: isKey ? connectionDetails.publicKey?.id ?? "" : "" };
}

interface ConnectorStatus {
  readonly conditions?: readonly ({ readonly type?: string; readonly status?: string } | null)[] | null;
  readonly connectionDetails?: {
    readonly type?: string | null;
    readonly publicKey?: { readonly id?: string | null } | null;
  } | null;
}

function readMirrored(text: string | null): ConnectorStatus | null {
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Json;
    // Go reads null as a status in which nothing is said.
    return value === null ? {} : isStatus(value) ? value : null;
  } catch {
    return null;
  }
}

// As Go turns JSON into a status: what has a type there has it or is null, and nothing else is looked at.
function isStatus(value: Json): value is JsonObject & ConnectorStatus {
  if (!isMap(value)) return false;
  const { conditions, connectionDetails } = value;
  const listed = conditions ?? [];
  return Array.isArray(listed) && listed.every(isCondition) && hasTexts(connectionDetails, ["type"]) &&
    hasTexts((connectionDetails as JsonObject | null | undefined)?.publicKey, ["id"]);
}

function isCondition(value: Json): boolean {
  if (!hasTexts(value, ["type", "status", "reason", "message", "lastTransitionTime"])) return false;
  const { observedGeneration, lastTransitionTime } = value as JsonObject ?? {};
  return Number.isInteger(observedGeneration ?? 0) &&
    !Number.isNaN(Date.parse(String(lastTransitionTime ?? "1970")));
}

function hasTexts(map: Json | undefined, members: readonly string[]): boolean {
  return map === undefined || map === null || isMap(map) && members.every((key) => isText(map[key]));
}

function isMap(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: Json | undefined): boolean {
  return value === undefined || value === null || typeof value === "string";
}
