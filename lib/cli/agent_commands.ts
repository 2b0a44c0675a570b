import { type Command, Option } from "commander";
import type { Config } from "../resources/mod.ts";
import { setHelp } from "./command_help.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { HELP } from "./help_texts.ts";
import type { ConfigChoice } from "./load_config.ts";
import { CONFIG_OPTION, type Done, outputOption, SET_OPTION, URL_OPTION, withConfig } from "./options.ts";
import { readDuration } from "./read_duration.ts";
import { readPort } from "./read_port.ts";
import { printable } from "./printable.ts";
import { errorLines, type Terminal } from "./terminal.ts";

/** The commands that ask the running agent: `status`, `explain` and `wait`. */
export function addAgentCommands(program: Command, terminal: Terminal, done: Done): void {
  addStatus(program, terminal, done);
  addExplain(program, terminal, done);
  addWait(program, terminal, done);
}

function addStatus(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("status"), HELP.status)
    .description("show which hosts serve, which do not, and why")
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .option(...URL_OPTION)
    .addOption(outputOption())
    .option("--watch", "go on, and print again when something changes; Ctrl-C ends it")
    .option("--all", "show also what is well: sources, certificates, Envoys")
    .action(async ({ config: file, set, ...options }) => {
      const { status } = await import("./status.ts");
      await withAgent({ config: file, set }, terminal, done, (config) => status(config, options, terminal));
    });
}

function addExplain(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("explain"), HELP.explain)
    .description("follow one host from its files on disk to what Envoy serves now")
    .argument("<host>", "the hostname, e.g. www.example.com")
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .option(...URL_OPTION)
    .addOption(outputOption())
    .option("--port <number>", "where an Envoy without Envoy Gateway listens (default 443)", readPort)
    .action(async (host: string, { config: file, set, ...options }) => {
      const { explain } = await import("./explain.ts");
      await withAgent(
        { config: file, set },
        terminal,
        done,
        (config) => explain(host, config, options, terminal),
      );
    });
}

function addWait(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("wait"), HELP.wait)
    .description("wait until something holds")
    .requiredOption("--for <what>", "converged, programmed=HOST or withheld=HOST")
    .addOption(
      new Option("--timeout <time>", "how long at most, e.g. 30s or 5m").argParser(readDuration)
        .default(60_000, "60s"),
    )
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .option(...URL_OPTION)
    .action(async ({ config: file, set, ...options }) => {
      const { wait } = await import("./wait.ts");
      await withAgent({ config: file, set }, terminal, done, (config) => wait(config, options, terminal));
    });
}

/** What another version of certgate says may lack what this one shows; nobody is helped by the trace of that. */
async function withAgent(
  choice: ConfigChoice,
  terminal: Terminal,
  done: Done,
  use: (config: Config) => Promise<ExitCode>,
): Promise<void> {
  await withConfig(choice, terminal, done, async (config) => {
    try {
      done(await use(config));
    } catch (error) {
      const why = printable((error as Error).message);
      terminal.err(errorLines(`Cannot show what certgate says: ${why}`, "it may be of another version"));
      done(EXIT.failed);
    }
  });
}
