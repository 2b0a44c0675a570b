import { type Complaint, type Config, parseConfig } from "../resources/mod.ts";

/** Where the configuration is looked for if nobody names a file. */
export const DEFAULT_CONFIG = "/etc/certgate/config.yaml";

/** A configuration with the file it came from; `file` is `null` where the defaults stand alone. */
export type LoadedConfig =
  | { readonly ok: true; readonly config: Config; readonly file: string | null }
  | { readonly ok: false; readonly complaints: readonly Complaint[] };

/**
 * Loads the configuration. A file that is named has to be there; the default one may be absent.
 *
 * @param file The file named by the operator, or `undefined`.
 */
export async function loadConfig(file: string | undefined): Promise<LoadedConfig> {
  const path = file ?? DEFAULT_CONFIG;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (file === undefined && error instanceof Deno.errors.NotFound) text = "";
    else {
      const message = `Cannot read the configuration: ${(error as Error).message}`;
      const hint = error instanceof Deno.errors.NotFound ? "check the path of the configuration file" : "";
      return { ok: false, complaints: [{ file: path, line: 0, column: 0, message, hint }] };
    }
  }
  const parsed = parseConfig(text, path);
  if (!parsed.ok) return parsed;
  return { ok: true, config: parsed.config, file: text === "" && file === undefined ? null : path };
}
