import { dirname } from "node:path";
import { mayRun, mayWrite, RUN_HINT, WRITE_HINT } from "../host/mod.ts";
import { type Config, parseListenAddress } from "../resources/mod.ts";

/** A key of the configuration that asks for what this binary may not do. */
export interface Refusal {
  /** E.g. `gate.output`. */
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

/**
 * Finds what the permissions of this binary do not allow. They are baked in, and the configuration is written later.
 *
 * @param config The configuration.
 * @returns One for each key; nothing is tried, the file system itself may still refuse.
 */
export async function findRefusals(config: Config): Promise<Refusal[]> {
  const address = parseListenAddress(config.hook.listen);
  const socket = typeof address !== "string" && address.kind === "unix" ? dirname(address.path) : undefined;
  const written = [["stateDir", config.stateDir], ["gate.output", config.gate.output], [
    "hook.listen",
    socket,
  ]] as const;
  const refusals: Refusal[] = [];
  for (const [key, path] of written) {
    if (path === undefined || await mayWrite(path)) continue;
    refusals.push({
      key,
      message: `Cannot use "${path}" for "${key}": this binary may not write there`,
      hint: WRITE_HINT,
    });
  }
  const { path } = config.envoy;
  if (path.startsWith("/") && !await mayRun(path) && !await mayRun(await realPath(path))) {
    refusals.push({
      key: "envoy.path",
      message: `Cannot use "${path}" for "envoy.path": this binary may not run it`,
      hint: RUN_HINT,
    });
  }
  return refusals;
}

// One that is not there is another complaint, made where it is looked for.
const realPath = (path: string) => Deno.realPath(path).catch(() => path);
