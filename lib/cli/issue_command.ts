import type { Command } from "commander";
import { setHelp } from "./command_help.ts";
import { HELP } from "./help_texts.ts";
import { CONFIG_OPTION, type Done, outputOption, SET_OPTION, withConfig } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** `certgate issue`: one round of issuing without the agent. */
export function addIssue(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("issue"), HELP.issue)
    .description("have issuers of the configuration issue what annotations ask for, once, without the agent")
    .argument("[path...]", "files, or directories with them (default gate.resources of the configuration)")
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .addOption(outputOption())
    .action(async (paths: string[], { config: file, set, ...options }) => {
      const { issue } = await import("./issue.ts");
      await withConfig({ config: file, set }, terminal, done, async (config) => {
        done(await issue(paths, config, options, terminal));
      });
    });
}
