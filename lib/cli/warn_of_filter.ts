import { findEnvoy, knowsGoFilter, withoutGoFilter } from "../host/mod.ts";
import type { Config } from "../resources/mod.ts";
import { checkPolicy } from "./check_policy.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Says so where an Envoy would refuse the firewall of policies. Says nothing where that cannot be told.
 *
 * @param envoy Path of the binary.
 */
export async function warnOfFilter(envoy: string, terminal: Terminal): Promise<void> {
  if (await knowsGoFilter(envoy) === false) terminal.err(`note: ${withoutGoFilter(envoy)}\n`);
}

/** The same for the Envoy that a configuration finds, which is only asked where a firewall is wanted. */
export async function warnOfConfiguredFilter(config: Config, terminal: Terminal): Promise<void> {
  if (!await wantsFirewall(config)) return;
  const { path } = await findEnvoy(config.envoy.path);
  if (path !== null) await warnOfFilter(path, terminal);
}

async function wantsFirewall({ features, policy: { waf, paths } }: Config): Promise<boolean> {
  if (!features.policy || waf.enabled === "off") return false;
  if (waf.enabled === "on") return true;
  const { objects } = await checkPolicy(paths, waf.baseDirectives);
  return objects.some(({ policy }) => policy !== null);
}
