import { type Command, Option } from "commander";
import type { Config } from "../resources/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { CONFIG_OPTION, type Done, outputOption, URL_OPTION, withConfig } from "./options.ts";
import { readDuration } from "./read_duration.ts";
import { printable } from "./printable.ts";
import { errorLines, type Terminal } from "./terminal.ts";

/** The commands that ask the running agent: `status`, `explain` and `wait`. */
export function addAgentCommands(program: Command, terminal: Terminal, done: Done): void {
  addStatus(program, terminal, done);
  addExplain(program, terminal, done);
  addWait(program, terminal, done);
}

function addStatus(program: Command, terminal: Terminal, done: Done): void {
  program.command("status")
    .description("show which hosts serve, which do not, and why")
    .option(...CONFIG_OPTION)
    .option(...URL_OPTION)
    .addOption(outputOption())
    .option("--watch", "go on, and print again when something changes; Ctrl-C ends it", false)
    .option("--all", "show also what is well: sources, certificates, Envoys", false)
    .addHelpText("after", STATUS_HELP)
    .action(async ({ config: file, ...options }) => {
      const { status } = await import("./status.ts");
      await withAgent(file, terminal, done, (config) => status(config, options, terminal));
    });
}

const STATUS_HELP = `
Where certgate does not run, its status file is shown, with a note that it is old.

Exit codes: 0 every host is served, 1 some are not, 2 wrong usage, 3 certgate does not answer.

Examples:
  certgate status
  certgate status --watch
  certgate status -o json | jq '.gate.listeners[] | select(.delivery == "withheld") | .hostname'`;

function addExplain(program: Command, terminal: Terminal, done: Done): void {
  program.command("explain")
    .description("follow one host from its files on disk to what Envoy serves now")
    .argument("<host>", "the hostname, e.g. www.example.com")
    .option(...CONFIG_OPTION)
    .option(...URL_OPTION)
    .addOption(outputOption())
    .addHelpText("after", EXPLAIN_HELP)
    .action(async (host: string, { config: file, ...options }) => {
      const { explain } = await import("./explain.ts");
      await withAgent(file, terminal, done, (config) => explain(host, config, options, terminal));
    });
}

const EXPLAIN_HELP = `
Every step has its evidence and one of the marks ok, attention, failed, unknown. The files are read and the TLS
handshake is made now, by this command; run it as root where the files are for root alone.

Exit codes: 0 it is served, 1 it is not, 2 wrong usage, 3 certgate does not answer.

Examples:
  certgate explain www.example.com
  certgate explain www.example.com -o json | jq '.chains[].steps[] | select(.mark != "ok")'`;

function addWait(program: Command, terminal: Terminal, done: Done): void {
  program.command("wait")
    .description("wait until something holds")
    .requiredOption("--for <what>", "converged, programmed=HOST or withheld=HOST")
    .addOption(
      new Option("--timeout <time>", "how long at most, e.g. 30s or 5m").argParser(readDuration)
        .default(60_000, "60s"),
    )
    .option(...CONFIG_OPTION)
    .option(...URL_OPTION)
    .addHelpText("after", WAIT_HELP)
    .action(async ({ config: file, ...options }) => {
      const { wait } = await import("./wait.ts");
      await withAgent(file, terminal, done, (config) => wait(config, options, terminal));
    });
}

const WAIT_HELP = `
converged: Envoy serves everything as it is published. programmed=HOST: Envoy serves this host. withheld=HOST: it is
taken out, and Envoy Gateway knows. A certgate that does not run yet is waited for.

Exit codes: 0 it holds, 1 it did not in time, 2 wrong usage.

Examples:
  certgate wait --for converged
  certgate wait --for programmed=www.example.com --timeout 5m`;

/** What another version of certgate says may lack what this one shows; nobody is helped by the trace of that. */
async function withAgent(
  file: string | undefined,
  terminal: Terminal,
  done: Done,
  use: (config: Config) => Promise<ExitCode>,
): Promise<void> {
  await withConfig(file, terminal, done, async (config) => {
    try {
      done(await use(config));
    } catch (error) {
      const why = printable((error as Error).message);
      terminal.err(errorLines(`Cannot show what certgate says: ${why}`, "it may be of another version"));
      done(EXIT.failed);
    }
  });
}
