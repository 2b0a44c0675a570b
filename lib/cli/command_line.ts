import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { configJsonSchema } from "../resources/mod.ts";
import { addAgentCommands } from "./agent_commands.ts";
import { egConfig } from "./eg_config.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { DEFAULT_CONFIG } from "./load_config.ts";
import { CONFIG_OPTION, type Done, outputOption, withConfig } from "./options.ts";
import { type Terminal, terminal as realTerminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

const DOCS = `
A certificate that Envoy refuses can take innocent hostnames down with it. certgate judges every certificate before
Envoy sees it, so that a bad one costs its own hostname and no other.

Exit codes: 0 all well, 1 something is not usable, 2 wrong usage or configuration, 3 failed, 4 already running.`;

// Each command loads its own modules: the daemon has no use for what draws tables.

/**
 * Runs one command line.
 *
 * @param args Arguments without the program name.
 * @param terminal Where to write; default this process's.
 * @returns The exit code.
 */
export async function runCommandLine(
  args: readonly string[],
  terminal: Terminal = realTerminal,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = describeCommands(terminal, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args as string[], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return code;
}

function describeCommands(terminal: Terminal, done: Done): Command {
  const program = new Command("certgate")
    .description("Keeps one bad certificate from costing other hostnames their HTTPS.")
    .addHelpText("after", DOCS)
    .version(`certgate ${VERSION}`)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("(certgate --help shows every command)")
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
  addRun(program, terminal, done);
  addCheck(program, terminal, done);
  addAgentCommands(program, terminal, done);
  addReplay(program, terminal, done);
  addConfig(program, terminal, done);
  addMonitoring(program, terminal, done);
  program.command("version").description("print the version").action(() => {
    terminal.out(`certgate ${VERSION} (deno ${Deno.version.deno}, v8 ${Deno.version.v8})\n`);
  });
  return program;
}

function addRun(program: Command, terminal: Terminal, done: Done): void {
  program.command("run")
    .description("serve the hook and the gate to Envoy Gateway until stopped")
    .option(...CONFIG_OPTION)
    .addHelpText(
      "after",
      "\nSIGHUP reads the configuration again; SIGTERM finishes the call under way and ends.",
    )
    .action(async ({ config }) => {
      const { run } = await import("./run.ts");
      done(await run(config, terminal));
    });
}

function addCheck(program: Command, terminal: Terminal, done: Done): void {
  program.command("check")
    .description("judge certificate pairs without a daemon")
    .argument("<path...>", "directories (one is one pair), certificate files, or quoted patterns")
    .addOption(outputOption())
    .option("--at <time>", "judge as if it were this time (RFC 3339)", readTime)
    .option("--envoy <path>", "the Envoy binary that has the last word: auto, none, or a path", "auto")
    .option("--hostname <name...>", "warn where a pair does not cover this name")
    .option("--margin <seconds>", "count a certificate as expired this long before it is", readSeconds, 0)
    .addHelpText("after", CHECK_HELP)
    .action(async (paths: string[], options) => {
      const { check } = await import("./check.ts");
      done(
        await check(paths, {
          output: options.output,
          at: options.at ?? Date.now(),
          envoy: options.envoy,
          hostnames: options.hostname ?? [],
          judging: { margin: options.margin * 1000 },
        }, terminal),
      );
    });
}

const CHECK_HELP = `
Exit codes: 0 every pair is usable, 1 some are withheld, 2 wrong usage.

Examples:
  certgate check /etc/letsencrypt/live/example.com
  certgate check '/etc/letsencrypt/live/*' -o json
  certgate check tls.crt --at 2030-01-01T00:00:00Z`;

function addReplay(program: Command, terminal: Terminal, done: Done): void {
  program.command("replay")
    .description("run a saved snapshot (PostTranslateModifyRequest) through the same code as the hook")
    .argument("<file>", "serialized request; .gz is unpacked")
    .option(...CONFIG_OPTION)
    .option("--diff", "print what changes, resource by resource", false)
    .option("--out <file>", "write the answer, a serialized PostTranslateModifyResponse")
    .option("--at <time>", "judge as if it were this time (RFC 3339)", readTime)
    .option("--envoy <path>", "auto, none, or a path; default is what the configuration says")
    .addOption(outputOption())
    .action(async (file: string, options) => {
      const { replay } = await import("./replay.ts");
      await withConfig(options.config, terminal, done, async (config) => {
        done(await replay(file, config, { ...options, at: options.at ?? Date.now() }, terminal));
      });
    });
}

function addConfig(program: Command, terminal: Terminal, done: Done): void {
  program.command("eg-config")
    .description("print the configuration that Envoy Gateway needs")
    .option(...CONFIG_OPTION)
    .option(
      "--resources <dir>",
      "print a whole standalone configuration that reads Gateway API objects from here (default gate.output)",
    )
    .addHelpText(
      "after",
      "\nWith the gate on, this is a whole configuration; with the gate off, the block for one that exists.",
    )
    .action(async (options) => {
      await withConfig(options.config, terminal, done, (config) => {
        terminal.out(egConfig(config, options.resources ?? null));
      });
    });
  const config = program.command("config").description("look at the configuration");
  config.command("check").description("say whether a configuration file is right")
    .argument("[file]", "the file", DEFAULT_CONFIG)
    .action(async (file: string) => {
      await withConfig(file, terminal, done, () => terminal.out(`${file}: ok\n`));
    });
  config.command("schema").description("print the JSON Schema of the configuration file, for editors")
    .action(() => terminal.out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`));
}

function addMonitoring(program: Command, terminal: Terminal, done: Done): void {
  program.command("rules")
    .description("print the alert rules for Prometheus")
    .option("--runbook-url <url>", "where the runbooks are published; each alert links to its own")
    .addOption(
      new Option("--compat <names>", "nso uses the metric names of the network-services-operator")
        .choices(["none", "nso"]),
    )
    .option("--team <name>", "value of the label team")
    .addHelpText("after", "\nExample:\n  certgate rules > /etc/prometheus/rules.d/certgate.rules.yaml")
    .action(async (options) => {
      const { rules } = await import("./rules.ts");
      done(await rules(terminal, options));
    });
  program.command("runbook")
    .description("say what to do about an alert, or which alerts there are")
    .argument("[alert]", "name of the alert")
    .action(async (alert: string | undefined) => {
      const { runbook } = await import("./runbook.ts");
      done(await runbook(alert, terminal));
    });
}

function readTime(text: string): number {
  const moment = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : NaN;
  // Date.parse() takes the 31st of February for a day of March.
  const day = `${text.slice(0, 10)}T00:00:00.000Z`;
  if (Number.isNaN(moment) || new Date(Date.parse(day)).toISOString() !== day) {
    throw new InvalidArgumentError("Expected a time such as 2030-01-01T00:00:00Z.");
  }
  return moment;
}

function readSeconds(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number of seconds.");
  return Number(text);
}
