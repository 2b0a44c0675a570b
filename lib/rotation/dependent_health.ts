import { runProgram } from "../host/mod.ts";
import { type DependentInstance, parseHttpAddress } from "../resources/mod.ts";
import { askHttp, connects } from "./ask_local.ts";
import { wordsOfRun } from "./restart_by_command.ts";

/** Milliseconds that one question may take; a healthy program of this host answers much sooner. */
const MOST_MS = 5_000;

/**
 * Asks an instance whether it is healthy.
 *
 * @returns Empty if it is, or has no health check; otherwise what is wrong. Never throws, and ends within five seconds
 * and within the timeout of the instance.
 */
export async function askHealth({ health, timeout }: DependentInstance): Promise<string> {
  const timeoutMs = Math.min(MOST_MS, timeout);
  if (health?.http !== undefined) {
    const answer = await askHttp(health.http, { method: "GET", timeoutMs });
    if (answer.kind === "nobody") return `nobody listens at ${health.http}`;
    if (answer.kind !== "answered") return `${health.http}: ${answer.detail}`;
    return answer.status >= 200 && answer.status < 300 ? "" : `${health.http}: HTTP status ${answer.status}`;
  }
  if (health?.tcp !== undefined) {
    const address = parseHttpAddress(health.tcp);
    if (typeof address === "string" || address.kind !== "tcp") return `"${health.tcp}" is no address`;
    return await connects(address, timeoutMs) === "open" ? "" : `${health.tcp} takes no connection`;
  }
  if (health?.command !== undefined) {
    const [program, ...args] = health.command;
    const run = await runProgram(program, args, { timeoutMs });
    return run.end === "exit" && run.code === 0 ? "" : `${program}: ${wordsOfRun(run)}`;
  }
  return "";
}
