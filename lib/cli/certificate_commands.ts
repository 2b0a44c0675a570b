import { type Command, InvalidArgumentError, Option } from "commander";
import { setHelp } from "./command_help.ts";
import { HELP } from "./help_texts.ts";
import { type Done, outputOption } from "./options.ts";
import { readDuration } from "./read_duration.ts";
import type { Terminal } from "./terminal.ts";

/** The commands that make certificates and bundles: `certgen` and `bundle`. */
export function addCertificateCommands(program: Command, terminal: Terminal, done: Done): void {
  addCertgen(program, terminal, done);
  addBundle(program, terminal, done);
}

function addCertgen(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("certgen"), HELP.certgen)
    .description("make or replace the certificates with which Envoy Gateway and Envoy know each other")
    .requiredOption(
      "--config-home <dir>",
      "configHome of Envoy Gateway; the certificates are below its certs",
      readDirectory,
    )
    .option("--overwrite", "replace what is there, all at once")
    .option("--staged", "replace what is there, trust first; goes on with a staged rotation that has begun")
    .option("--force", "also soon after the last rotation, and end a staged one without waiting")
    .option("--dry-run", "show what would be done, change nothing")
    .addOption(new Option("--key <kind>", "kind of the keys").choices(["ecdsa", "rsa"]).default("ecdsa"))
    .option("--lifetime <days>", "days of validity", readDays, 1825)
    .option("--rotate-hmac", "replace the secret of OpenID Connect cookies as well: everybody logs in again")
    .addOption(
      new Option("--namespace <name>", "namespace in the names that Kubernetes gives")
        .argParser(readNamespace).default("envoy-gateway-system"),
    )
    .addOption(
      new Option("--convergence <time>", "the time in which everybody has read new files")
        .argParser(readDuration).default(65_000, "65s"),
    )
    .option("--probe <host:port...>", "end a wait when these have taken the new files, e.g. 127.0.0.1:18000")
    .addOption(outputOption())
    .action(async ({ probe, ...options }) => {
      const { certgen } = await import("./certgen.ts");
      done(await certgen({ ...options, probe: probe?.map(readPeer) }, terminal));
    });
}

function addBundle(program: Command, terminal: Terminal, done: Done): void {
  setHelp(program.command("bundle"), HELP.bundle)
    .description("show what bundles of authorities hold, or merge them")
    .argument("<file...>", "bundles in PEM, the most important first")
    .option("--merge", "print one bundle: each authority once, nothing that has expired")
    .option("--out <file>", "write the merged bundle there instead")
    .option("--cap <count>", "keep so many at most", readCount)
    .addOption(outputOption())
    .action(async (files: string[], options) => {
      const { bundle } = await import("./bundle.ts");
      done(await bundle(files, options, terminal));
    });
}

/** Dates of certificates with two digits for the year end with 2049; a hundred years are more than anybody means. */
const MOST_DAYS = 36_500;

function readDays(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > MOST_DAYS) {
    throw new InvalidArgumentError(`Expected a whole number of days, at most ${MOST_DAYS}.`);
  }
  return Number(text);
}

// Of a variable that is not set: "." would be something that nobody has asked for.
function readDirectory(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Expected the path of a directory.");
  return text;
}

/** A label (RFC 1123): it becomes a part of names in certificates. */
function readNamespace(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError("Expected up to 63 lower-case letters, digits and hyphens.");
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1 on.");
  return Number(text);
}

function readPeer(text: string): { host: string; port: number } {
  const [, name, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const host = name?.replace(/^\[(.*)\]$/, "$1");
  if (!host || Number(port) < 1 || Number(port) > 65_535) {
    throw new InvalidArgumentError("Expected a host and a port such as 127.0.0.1:18000.");
  }
  return { host, port: Number(port) };
}
