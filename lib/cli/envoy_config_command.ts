import { type Command, InvalidArgumentError, Option } from "commander";
import type { JsonObject } from "../model/mod.ts";
import type { Config } from "../resources/mod.ts";
import { setHelp } from "./command_help.ts";
import { ENVOY_PIECES, envoyConfig, type EnvoyConfigOptions, whyNoEnvoyConfig } from "./envoy_config.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { readHostname } from "./find_listeners.ts";
import { HELP } from "./help_texts.ts";
import { CONFIG_OPTION, type Done, SET_OPTION, withConfig } from "./options.ts";
import { printable } from "./printable.ts";
import { type DataFormat, renderData } from "./render_data.ts";
import { readPort } from "./read_port.ts";
import { errorLines, type Terminal } from "./terminal.ts";

interface NamedHost {
  readonly hostname: string;
  readonly secret: string;
}

interface Choice extends Pick<EnvoyConfigOptions, "pieces" | "port" | "backend"> {
  readonly hostname?: readonly NamedHost[];
  readonly clientCa?: string;
  readonly output: DataFormat;
}

/** The command `certgate envoy-config`. */
export function addEnvoyConfig(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("envoy-config"), HELP["envoy-config"])
    .description("print the configuration that an Envoy without Envoy Gateway needs")
    .option(...CONFIG_OPTION)
    .option(...SET_OPTION)
    .option(
      "--hostname <name=secret>",
      "a host and the Secret of its pair; may be repeated (default the names in the pairs of sources with delivery: sds)",
      readHost,
    )
    .option("--port <number>", "where Envoy listens", readPort, 443)
    .option("--backend <host:port>", "where requests go", "127.0.0.1:8080")
    .option(
      "--client-ca <name>",
      "the bundle of sds.bundles that clients are checked with, or none (default the only one)",
    )
    .addOption(
      new Option("--pieces <which>", "what is printed").choices([...ENVOY_PIECES]).default("all"),
    )
    .addOption(new Option("-o, --output <format>", "how to print").choices(["yaml", "json"]).default("yaml"))
    .action(async ({ config: file, set, ...choice }) => {
      await withConfig({ config: file, set }, terminal, done, async (config) => {
        done(await printEnvoyConfig(config, choice, terminal));
      });
    });
}

async function printEnvoyConfig(config: Config, choice: Choice, terminal: Terminal): Promise<ExitCode> {
  const { hostname, pieces, output } = choice;
  // Looking at sources takes much of the agent along.
  const { findSdsHosts, hostsOf } = await import("./find_sds_hosts.ts");
  const clientCa = chooseClientCa(config, choice.clientCa);
  if ("message" in clientCa) {
    terminal.err(errorLines(clientCa.message, clientCa.hint));
    return EXIT.usage;
  }
  const found = pieces === "cluster"
    ? { hosts: [], notes: [] }
    : hostname === undefined
    ? await findSdsHosts(config)
    : { hosts: hostsOf(hostname), notes: [] };
  const options = { ...choice, hosts: found.hosts, clientCa: clientCa.name };
  const problem = whyNoEnvoyConfig(config, options);
  for (const note of found.notes) terminal.err(`note: ${printable(note)}\n`);
  if (problem !== null) {
    terminal.err(errorLines(printable(problem.message), problem.hint));
    return EXIT.usage;
  }
  terminal.out(
    (output === "yaml" ? HEAD : "") + renderData(envoyConfig(config, options) as JsonObject, output),
  );
  return EXIT.ok;
}

const HEAD =
  `# For an Envoy without Envoy Gateway. Envoy asks for nothing before it has node.id and node.cluster, and may ask once
# it can connect: sds.group is the group of its user, or sds.envoy has what it presents.
`;

/** The bundle that clients are checked with. One that is there is meant; of several, one has to be named. */
function chooseClientCa(
  { sds: { bundles } }: Config,
  named: string | undefined,
): { readonly name: string | null } | { readonly message: string; readonly hint: string } {
  const all = bundles.map(({ namespace, name }) => `trust/${namespace}/${name}`);
  if (named === "none" || named === undefined) {
    return { name: named === undefined && all.length === 1 ? all[0] : null };
  }
  const hits = all.filter((one) => one === named || one.endsWith(`/${named.replace(/^trust\//, "")}`));
  if (hits.length === 1) return { name: hits[0] };
  const hint = all.length === 0 ? "sds.bundles names the files of bundles" : `there is ${all.join(", ")}`;
  return { message: `Cannot find the bundle "${printable(named)}"`, hint };
}

const SECRET = /^([a-z0-9][-a-z0-9]*\/)?[a-z0-9][-a-z0-9.]*$/;
// As of a source that says nothing else.
const NAMESPACE = "envoy-gateway-system";

function readHost(text: string, before: NamedHost[] = []): NamedHost[] {
  const at = text.indexOf("=");
  const [name, secret] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const hostname = readHostname(name);
  if (hostname === null || hostname === "*" || !SECRET.test(secret)) {
    throw new InvalidArgumentError("Expected NAME=SECRET, e.g. www.example.com=edge/www.");
  }
  if (before.some((other) => other.hostname === hostname)) {
    throw new InvalidArgumentError(`"${hostname}" stands there already.`);
  }
  return [...before, { hostname, secret: secret.includes("/") ? secret : `${NAMESPACE}/${secret}` }];
}
