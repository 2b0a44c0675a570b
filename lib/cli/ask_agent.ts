import { join } from "node:path";
import { httpGet } from "../host/mod.ts";
import type { GateStatus } from "../model/mod.ts";
import { type Config, parseHttpAddress } from "../resources/mod.ts";
import type { AgentStatus } from "../server/mod.ts";
import { printable } from "./printable.ts";

/** What the running agent says, or what is known without it. */
export type AgentAnswer =
  | { readonly kind: "live"; readonly status: AgentStatus }
  /** The agent does not answer; this is what it wrote last. */
  | { readonly kind: "old"; readonly gate: GateStatus; readonly message: string; readonly hint: string }
  | { readonly kind: "silent"; readonly message: string; readonly hint: string };

/** Where the agent is asked, and where it keeps its status file. */
export interface AgentPlaces {
  /** `host:port`. */
  readonly address: string;
  /** The status file; `null` where another host may be asked, whose file is not here. */
  readonly file: string | null;
}

// 3,000 hosts are about 12 MB of status.
const LIMITS = { timeoutMs: 5000, maxBytes: 256 * 1024 * 1024 };

/**
 * Where to ask.
 *
 * @param url Where the operator says that the agent is; `undefined` takes `http.listen` of the configuration.
 * @returns The places, or a sentence about what is wrong with `url`.
 */
export function placesOf(config: Config, url: string | undefined): AgentPlaces | string {
  const parsed = parseHttpAddress(url?.replace(/\/$/, "") ?? config.http.listen);
  if (typeof parsed === "string" || parsed.kind !== "tcp") {
    return `Cannot ask "${printable(url ?? config.http.listen)}": expected http://host:port`;
  }
  const own = { "0.0.0.0": "127.0.0.1", "::": "::1" }[parsed.host] ?? parsed.host;
  const address = `${own.includes(":") ? `[${own}]` : own}:${parsed.port}`;
  return { address, file: url === undefined ? join(config.stateDir, "status.json") : null };
}

/** Asks the running agent for its status; where it does not answer, reads the status file. */
export async function askAgent({ address, file }: AgentPlaces): Promise<AgentAnswer> {
  let message: string;
  try {
    const status = readStatus(await httpGet(address, "/v1/status", LIMITS));
    if (status !== null) return { kind: "live", status };
    message = `Cannot ask certgate at "${address}": another program answers there`;
  } catch (error) {
    message = `Cannot ask certgate at "${address}": ${printable((error as Error).message)}`;
  }
  const hint = file === null ? "check the address" : "see whether certgate runs: systemctl status certgate";
  if (file === null) return { kind: "silent", message, hint };
  try {
    const gate = JSON.parse(await Deno.readTextFile(file)) as GateStatus;
    if (!Array.isArray(gate.listeners)) throw new TypeError("it is not a status");
    return { kind: "old", gate, message, hint };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "silent", message, hint };
    const why = error instanceof Deno.errors.PermissionDenied
      ? "run this as root or as the user of certgate"
      : `the status file "${file}" cannot be read: ${printable((error as Error).message)}`;
    return { kind: "silent", message, hint: `${hint}; ${why}` };
  }
}

// Any web server may answer on a port, so what makes it a status is looked at.
function readStatus(text: string): AgentStatus | null {
  try {
    const body = JSON.parse(text);
    return typeof body?.ready === "boolean" && Array.isArray(body.snapshots)
      ? { ...body, gate: body.gate ?? null }
      : null;
  } catch {
    return null;
  }
}
