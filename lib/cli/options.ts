import { Option } from "commander";
import { type Config, showComplaint } from "../resources/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { CONFIG_VARIABLE, type ConfigChoice, DEFAULT_CONFIG, loadConfig } from "./load_config.ts";
import { FORMATS } from "./render_data.ts";
import { errorLines, type Terminal } from "./terminal.ts";

/** Takes the exit code of a command. */
export type Done = (code: ExitCode) => void;

/** `-c FILE`, the same for every command that reads the configuration. */
export const CONFIG_OPTION: readonly [string, string] = [
  "-c, --config <file>",
  `configuration file (default $${CONFIG_VARIABLE}, else ${DEFAULT_CONFIG} if it is there)`,
];

/** `--set KEY=VALUE`, beside every `--config`. */
export const SET_OPTION: readonly [string, string, (each: string, before?: string[]) => string[]] = [
  "--set <key=value>",
  "a key of the configuration, e.g. log.level=debug; may be repeated",
  (each, before = []) => [...before, each],
];

/** `--url URL`, the same for every command that asks the running agent. */
export const URL_OPTION: readonly [string, string] = [
  "--url <url>",
  "where certgate answers, e.g. http://127.0.0.1:9794 (default http.listen of the configuration)",
];

/** `-o table|json|yaml`, the same for every listing. */
export function outputOption(): Option {
  return new Option("-o, --output <format>", "how to print").choices([...FORMATS]).default(FORMATS[0]);
}

/** Does something with the configuration, or says what is wrong with it and answers 2. */
export async function withConfig(
  choice: ConfigChoice,
  terminal: Terminal,
  done: Done,
  use: (config: Config) => void | Promise<void>,
): Promise<void> {
  const loaded = await loadConfig(choice);
  if (loaded.ok) return await use(loaded.config);
  for (const complaint of loaded.complaints) {
    terminal.err(errorLines(showComplaint(complaint), complaint.hint));
  }
  done(EXIT.usage);
}
