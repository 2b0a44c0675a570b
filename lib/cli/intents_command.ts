import { type Command, InvalidArgumentError, Option } from "commander";
import { setHelp } from "./command_help.ts";
import { EXIT } from "./exit_code.ts";
import { HELP } from "./help_texts.ts";
import { CONFIG_OPTION, type Done, SET_OPTION, withConfig } from "./options.ts";
import { errorLines, type Terminal } from "./terminal.ts";

const OUTPUT = new Option("-o, --output <format>", "how to print").choices(["yaml", "json", "table"])
  .default("yaml");

/** `certgate intents`: the certificates that annotations of cert-manager ask for. */
export function addIntents(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("intents"), HELP.intents)
    .description("print the certificates that annotations of cert-manager on Gateways ask for")
    .argument("[path...]", "files, or directories with them (default gate.resources of the configuration)")
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .addOption(OUTPUT)
    .option("--explain", "say where each value comes from")
    .option("--listener-sets", "look at ListenerSets and XListenerSets too")
    .addOption(
      new Option(
        "--compat <names>",
        "cert-manager has kind and group of a Gateway win over a ListenerSet's, as its code does",
      )
        .choices(["none", "cert-manager"]).default("none"),
    )
    .addOption(
      new Option(
        "--inherit <what>",
        "what ListenerSets take over: the issuer, or how certificates are made too",
      )
        .choices(["issuer", "all"]).default("issuer"),
    )
    .option("--derive-hostnames", "take names from the HTTPRoutes attached where a listener has no hostname")
    .option(
      "--extra-protocols <name...>",
      "protocols of listeners, beside HTTPS and TLS, that get certificates",
    )
    .option(
      "--map-issuer <from=to...>",
      "what an issuer is called here; auto is then the issuer of the Gateway",
      readNames,
    )
    .action(async (paths: string[], { config, set, mapIssuer, ...options }) => {
      const { intents } = await import("./intents.ts");
      const choice = { ...options, explain: options.explain ?? false, issuerNameMap: mapIssuer };
      if (paths.length > 0) return done(await intents(paths, choice, terminal));
      await withConfig({ config, set }, terminal, done, async ({ gate: { resources } }) => {
        if (resources !== undefined) return done(await intents([resources], choice, terminal));
        const hint = "name files or directories, or set gate.resources";
        terminal.err(errorLines("Cannot plan certificates: there are no Gateways to look at", hint));
        done(EXIT.usage);
      });
    });
}

function readNames(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) {
    throw new InvalidArgumentError("Expected two names such as staging=letsencrypt.");
  }
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
