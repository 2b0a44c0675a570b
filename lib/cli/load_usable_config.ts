import { findRefusals } from "./find_refusals.ts";
import { type ConfigChoice, DEFAULT_CONFIG, loadConfig, type LoadedConfig } from "./load_config.ts";

/**
 * Loads the configuration as the agent has to have it: right, and asking for nothing that this binary may not do.
 *
 * @param choice What the command line says.
 */
export async function loadUsableConfig(choice: ConfigChoice): Promise<LoadedConfig> {
  const loaded = await loadConfig(choice);
  if (!loaded.ok) return loaded;
  const refusals = await findRefusals(loaded.config);
  if (refusals.length === 0) return loaded;
  const file = loaded.file ?? DEFAULT_CONFIG;
  return {
    ok: false,
    complaints: refusals.map(({ message, hint }) => ({ file, line: 0, column: 0, message, hint })),
  };
}
