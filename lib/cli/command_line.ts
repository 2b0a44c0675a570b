import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { editorSchema } from "../resources/mod.ts";
import { addAgentCommands } from "./agent_commands.ts";
import { addCertificateCommands } from "./certificate_commands.ts";
import { setHelp } from "./command_help.ts";
import { addEgConfig } from "./eg_config_command.ts";
import { addEnvoyConfig } from "./envoy_config_command.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { HELP, PROGRAM_HELP } from "./help_texts.ts";
import { addIntents } from "./intents_command.ts";
import { addIssue } from "./issue_command.ts";
import { CONFIG_OPTION, type Done, outputOption, SET_OPTION, withConfig } from "./options.ts";
import { readTime } from "./read_time.ts";
import { type Shell, SHELLS } from "./shells.ts";
import { type Terminal, terminal as realTerminal } from "./terminal.ts";
import { REVISION, VERSION } from "./version.ts";

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

/** The commands with their descriptions, for the man page, the documentation and the completions. Runs nothing. */
export function describeProgram(): Command {
  return describeCommands({ out: () => {}, err: () => {}, watched: false, screen: false }, () => {});
}

function describeCommands(terminal: Terminal, done: Done): Command {
  const program = new Command("certgate")
    .description("Keeps one bad certificate from costing other hostnames their HTTPS.")
    .version(`certgate ${VERSION}`)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("(certgate --help shows every command)")
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
  setHelp(program, PROGRAM_HELP);
  program.commandsGroup("The agent:");
  addRun(program, terminal, done);
  addAgentCommands(program, terminal, done);
  program.commandsGroup("Without the agent:");
  addCheck(program, terminal, done);
  addReplay(program, terminal, done);
  addIntents(program, terminal, done);
  addIssue(program, terminal, done);
  program.commandsGroup("Certificates of Envoy Gateway:");
  addCertificateCommands(program, terminal, done);
  program.commandsGroup("Configuration:");
  addConfig(program, terminal, done);
  program.commandsGroup("Monitoring:");
  addMonitoring(program, terminal, done);
  program.commandsGroup("About certgate:");
  addCompletion(program, terminal, done);
  const version = program.command("version").description("print the version").action(() => {
    terminal.out(
      `certgate ${VERSION} (revision ${REVISION}, deno ${Deno.version.deno}, v8 ${Deno.version.v8})\n`,
    );
  });
  setHelp(version, HELP.version);
  program.helpCommand("help [command]", "print the help of a command");
  return program;
}

function addRun(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("run"), HELP.run)
    .description("serve the hook and the gate to Envoy Gateway until stopped")
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .addOption(faultOption())
    .action(async (choice) => {
      const { run } = await import("./run.ts");
      done(await run(choice, terminal));
    });
}

/** For tests of certgate alone, and refused anywhere else. */
function faultOption(): Option {
  return new Option("--fault <place:kind>", "injects a fault; may be repeated").hideHelp()
    .argParser((each: string, before?: string[]) => [...before ?? [], each]);
}

function addCheck(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("check"), HELP.check)
    .description("judge certificate pairs and policy objects without a daemon")
    .argument("[path...]", "directories (one is one pair), certificate files, or quoted patterns")
    .addOption(outputOption())
    .option("--at <time>", "judge as if it were this time (RFC 3339)", readTime)
    .option("--envoy <path>", "the Envoy binary that has the last word: auto, none, or a path", "auto")
    .option("--hostname <name...>", "warn where a pair does not cover this name")
    .option("--policy <dir...>", "directories or files with policy objects")
    .option("--margin <seconds>", "count a certificate as expired this long before it is", readSeconds, 0)
    .action(async (paths: string[], options) => {
      const { check } = await import("./check.ts");
      done(
        await check(paths, {
          output: options.output,
          at: options.at ?? Date.now(),
          envoy: options.envoy,
          hostnames: options.hostname ?? [],
          judging: { margin: options.margin * 1000 },
          policy: options.policy,
        }, terminal),
      );
    });
}

function addReplay(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("replay"), HELP.replay)
    .description("run a saved snapshot (PostTranslateModifyRequest) through the same code as the hook")
    .argument("<file>", "serialized request; .gz is unpacked")
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .option("--diff", "print what changes, resource by resource")
    .option("--policy <dir...>", "directories with policy objects instead of policy.paths")
    .option("--out <file>", "write the answer, a serialized PostTranslateModifyResponse")
    .option("--at <time>", "judge as if it were this time (RFC 3339)", readTime)
    .option("--envoy <path>", "auto, none, or a path; default is what the configuration says")
    .addOption(outputOption())
    .action(async (file: string, options) => {
      const { replay } = await import("./replay.ts");
      await withConfig(options, terminal, done, async (config) => {
        done(await replay(file, config, { ...options, at: options.at ?? Date.now() }, terminal));
      });
    });
}

function addConfig(program: Command, terminal: Terminal, done: Done): void {
  addEgConfig(program, terminal, done);
  addEnvoyConfig(program, terminal, done);
  const config = program.command("config").description("look at the configuration");
  setHelp(config.command("check"), HELP["config check"]).description(
    "say whether a configuration file is right",
  )
    .argument("[file]", "the file, like --config")
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .action(async (config: string | undefined, options) => {
      const { configCheck } = await import("./config_check.ts");
      done(await configCheck({ config, ...options }, terminal));
    });
  setHelp(config.command("show"), HELP["config show"])
    .description("print the configuration as it is used, with every default")
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .addOption(new Option("-o, --output <format>", "how to print").choices(["yaml", "json"]).default("yaml"))
    .action(async (options) => {
      await withConfig(options, terminal, done, async (config) => {
        const { configShow } = await import("./config_show.ts");
        terminal.out(configShow(config, options.output));
      });
    });
  setHelp(config.command("schema"), HELP["config schema"])
    .description("print the JSON Schema of the configuration file, for editors")
    .action(() => terminal.out(`${JSON.stringify(editorSchema(), null, 2)}\n`));
}

function addMonitoring(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("rules"), HELP.rules)
    .description("print the alert rules for Prometheus")
    .option("--runbook-url <url>", "where the runbooks are published; each alert links to its own")
    .addOption(
      new Option("--compat <names>", "nso uses the metric names of the network-services-operator")
        .choices(["none", "nso"]),
    )
    .option("--team <name>", "value of the label team")
    .option("--fleet", "print the rules for a Prometheus that sees many hosts instead")
    .action(async (options) => {
      const { rules } = await import("./rules.ts");
      done(await rules(terminal, options));
    });
  setHelp(program.command("runbook"), HELP.runbook)
    .description("say what to do about an alert, or which alerts there are")
    .argument("[alert]", "name of the alert")
    .action(async (alert: string | undefined) => {
      const { runbook } = await import("./runbook.ts");
      done(await runbook(alert, terminal));
    });
}

function addCompletion(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("completion"), HELP.completion)
    .description("print a completion script for a shell")
    .addArgument(new Argument("<shell>", "the shell; hosts prints the hostnames of the running agent")
      .choices([...SHELLS, "hosts"]))
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .action(async (shell: Shell | "hosts", options) => {
      const { completion, completeHosts } = await import("./completion.ts");
      if (shell !== "hosts") return done(completion(shell, program, terminal));
      await withConfig(options, terminal, done, async (config) => {
        done(await completeHosts(config, terminal));
      });
    });
}

function readSeconds(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number of seconds.");
  return Number(text);
}
