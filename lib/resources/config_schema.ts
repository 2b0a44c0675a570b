import * as z from "zod";
import { isLoopback, parseHttpAddress, parseListenAddress } from "./listen_address.ts";

const MIB = 1024 * 1024;

const absolute = (what: string) => z.string().startsWith("/", `Expected an absolute path for ${what}`);

function address(parse: (text: string) => unknown) {
  return z.string().superRefine((text, context) => {
    const problem = parse(text);
    if (typeof problem === "string") context.addIssue({ code: "custom", message: problem });
  });
}

// Snapshots hold private keys, and the hook speaks without TLS: they must not leave the machine.
function parseHookAddress(text: string): unknown {
  const parsed = parseListenAddress(text);
  if (typeof parsed === "string" || isLoopback(parsed)) return parsed;
  return "Snapshots hold private keys, so only a Unix socket or a loopback address is possible";
}

const hook = z.strictObject({
  listen: address(parseHookAddress).default("unix:///run/certgate/hook.sock")
    .describe("Where Envoy Gateway calls the hook: unix:///path or tcp://host:port"),
  group: z.union([z.string().min(1), z.int().min(0).max(0xffff_fffe).transform(String)]).optional()
    .describe(
      "Group, by name or number, that may connect to the socket; default is the group of the process",
    ),
  maxMessageSize: z.int().min(4 * MIB).max(1024 * MIB).default(256 * MIB)
    .describe("Largest snapshot in bytes, both ways; Envoy Gateway has a setting of the same name"),
  deadline: z.int().min(100).max(60_000).default(10_000)
    .describe("Milliseconds after which a call is answered with what is known by then"),
}).prefault({});

const http = z.strictObject({
  listen: address(parseHttpAddress).default("127.0.0.1:9794")
    .describe("Where metrics, health and status are served: host:port"),
}).prefault({});

const envoy = z.strictObject({
  path: z.string().refine((path) => path === "auto" || path === "none" || path.startsWith("/"), {
    message: 'Expected "auto", "none" or an absolute path',
  }).default("auto")
    .describe("The Envoy binary that has the last word on a new pair: auto, none, or a path"),
}).prefault({});

const log = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("The least severe line written"),
}).prefault({});

/**
 * The configuration file, key by key. Types, checks, defaults and the JSON Schema for editors all come from here.
 * Every key has a default, so an empty file is a valid configuration.
 */
export const configSchema = z.strictObject({
  hook,
  http,
  stateDir: absolute("the state directory").default("/var/lib/certgate")
    .describe("Directory, 0700, for what must survive a restart"),
  envoy,
  whenEmpty: z.enum(["remove", "park"]).default("remove")
    .describe(
      "A listener whose every certificate is withheld is taken out, or answers with a certificate of no value",
    ),
  onDark: z.enum(["refuse", "wildcard"]).default("refuse")
    .describe("A withheld hostname that a wildcard would catch is refused, or left to the wildcard"),
  onExpired: z.enum(["withhold", "serve"]).default("withhold")
    .describe("Whether an expired certificate stops its hostname; Envoy itself would load it"),
  neverGate: z.array(z.string().min(1)).default([])
    .describe("Secrets, as namespace/name, that the dates alone never withhold"),
  log,
}).prefault({});

/** The checked configuration with every default filled in. */
export type Config = z.output<typeof configSchema>;

/** The JSON Schema (draft 2020-12) of the configuration file, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: "input" });
}
