import { showComplaint } from "../resources/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { type ConfigChoice, DEFAULT_CONFIG } from "./load_config.ts";
import { loadUsableConfig } from "./load_usable_config.ts";
import { noteDelivery } from "./note_delivery.ts";
import { errorLines, type Terminal } from "./terminal.ts";
import { warnOfConfiguredFilter } from "./warn_of_filter.ts";

/**
 * `certgate config check [FILE]`: whether a configuration is right, and one that this binary can work with. Notes say
 * what may be meant otherwise about delivery straight to Envoy, and where the Envoy of the host would refuse the firewall that
 * policies need.
 *
 * @param choice The file and what is set beside it, as `run` would take them.
 * @returns 0 if it is, 2 if it is not or cannot be read.
 */
export async function configCheck(choice: ConfigChoice, terminal: Terminal): Promise<ExitCode> {
  const loaded = await loadUsableConfig(choice);
  if (!loaded.ok) {
    for (const complaint of loaded.complaints) {
      terminal.err(errorLines(showComplaint(complaint), complaint.hint));
    }
    return EXIT.usage;
  }
  const name = loaded.file ?? `${DEFAULT_CONFIG} (not there)`;
  const beside = loaded.overrides.length > 0
    ? `, with ${loaded.overrides.map(({ from }) => from).join(", ")}`
    : "";
  terminal.out(`${name}: ok${beside}\n`);
  await noteDelivery(loaded.config, terminal);
  await warnOfConfiguredFilter(loaded.config, terminal);
  return EXIT.ok;
}
