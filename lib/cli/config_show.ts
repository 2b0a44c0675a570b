import type { Config } from "../resources/mod.ts";
import { type DataFormat, renderData } from "./render_data.ts";

/**
 * `certgate config show`: the configuration as it is used.
 *
 * @param config The configuration with every default filled in.
 * @returns Text that is itself a valid configuration.
 */
export function configShow(config: Config, format: DataFormat): string {
  return renderData(JSON.parse(JSON.stringify(config)), format);
}
