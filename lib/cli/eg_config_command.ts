import { type Command, Option } from "commander";
import { setHelp } from "./command_help.ts";
import { EG_HOOKS, egConfig, whyNoEgConfig } from "./eg_config.ts";
import { EXIT } from "./exit_code.ts";
import { HELP } from "./help_texts.ts";
import { CONFIG_OPTION, type Done, SET_OPTION, withConfig } from "./options.ts";
import { errorLines, type Terminal } from "./terminal.ts";

/** The command `certgate eg-config`. */
export function addEgConfig(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("eg-config"), HELP["eg-config"])
    .description("print the configuration that Envoy Gateway needs")
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .option(
      "--resources <dir>",
      "print a whole standalone configuration that reads Gateway API objects from here (default gate.output)",
    )
    .addOption(
      new Option(
        "--hooks <name...>",
        "the hooks that Envoy Gateway calls; only Translation shows whole snapshots",
      )
        .choices([...EG_HOOKS]).default(["Translation"]),
    )
    .option("--sds-secrets", "let Envoy Gateway take Secrets of type gateway.envoyproxy.io/sds")
    .action(async ({ resources = null, hooks, sdsSecrets, ...options }) => {
      await withConfig(options, terminal, done, (config) => {
        const refusal = whyNoEgConfig(config, resources);
        if (refusal === null) {
          return terminal.out(egConfig(config, resources, { hooks, sdsSecrets }));
        }
        terminal.err(errorLines(refusal.message, refusal.hint));
        done(EXIT.usage);
      });
    });
}
