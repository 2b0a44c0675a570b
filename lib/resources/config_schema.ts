import * as z from "zod";
import { issuance, issuers } from "./_issuers_schema.ts";
import { debug, failures, features, policy } from "./_policy_schema.ts";
import { rotation } from "./_rotation_schema.ts";
import { checkDelivery, checkDoors, delivery, sdsParts } from "./_sds_schema.ts";
import { isLoopback, parseHttpAddress, parseListenAddress } from "./listen_address.ts";

const MIB = 1024 * 1024;

const absolute = (what: string) => z.string().startsWith("/", `Expected an absolute path for ${what}`);

function address(parse: (text: string) => unknown) {
  return z.string().superRefine((text, context) => {
    const problem = parse(text);
    if (typeof problem === "string") context.addIssue({ code: "custom", message: problem });
  });
}

function serverTls(door: "hook" | "sds") {
  const together = `${door}.tls needs certificate, key and clientCa together`;
  const file = (what: string) => z.string(together).startsWith("/", `Expected an absolute path for ${what}`);
  return z.strictObject({
    certificate: file("the certificate")
      .describe("PEM file of certgate's own certificate, its issuers behind it; read again when it changes"),
    key: file("the key").describe("PEM file of its key"),
    clientCa: file("the client CA")
      .describe("PEM file of the authorities whose clients are let in; read again when it changes"),
    allowedNames: z.array(
      z.string().regex(
        /^(\*\.)?[^*\s]+$/,
        'Expected a name such as "envoy-gateway" or "*.example.com"; without names every client of the CA may call',
      ),
    ).default([])
      .describe(
        "A client needs one of these names in its certificate; *. stands for one label, empty is any",
      ),
  });
}

/** Says what is wrong with a door that hands out private keys. */
function checkDoor(
  { listen, tls, what }: { readonly listen: string; readonly tls: unknown; readonly what: "hook" | "sds" },
  context: z.core.$RefinementCtx,
): void {
  const parsed = parseListenAddress(listen);
  const add = (message: string) => context.addIssue({ code: "custom", path: ["listen"], message });
  if (typeof parsed === "string") return;
  // Without TLS private keys must not leave the machine.
  if (tls === undefined && !isLoopback(parsed)) {
    add(
      `${
        what === "hook" ? "Snapshots hold private keys" : "SDS hands out private keys"
      }, so without ${what}.tls only a Unix socket or a loopback address is possible`,
    );
  }
  if (tls !== undefined && parsed.kind === "unix") add(`${what}.tls needs a tcp:// address`);
}

const hook = z.strictObject({
  listen: address(parseListenAddress).default("unix:///run/certgate/hook.sock")
    .describe(
      "Where Envoy Gateway calls the hook: unix:///path or tcp://host:port; without tls only this machine can be let in",
    ),
  tls: serverTls("hook").optional()
    .describe("TLS 1.3 with certificates on both sides, for a hook that is called over the network"),
  group: z.union([z.string().min(1), z.int().min(0).max(0xffff_fffe).transform(String)]).optional()
    .describe(
      "Group, by name or number, that may connect to the socket; default is the group of the process",
    ),
  maxMessageSize: z.int().min(4 * MIB).max(1024 * MIB).default(256 * MIB)
    .describe("Largest snapshot in bytes, both ways; Envoy Gateway has a setting of the same name"),
  deadline: z.int().min(100).max(60_000).default(10_000)
    .describe("Milliseconds after which a call is answered with what is known by then"),
}).superRefine(({ listen, tls }, context) => checkDoor({ listen, tls, what: "hook" }, context)).prefault({});

const sds = z.strictObject({
  listen: address(parseListenAddress).default("unix:///run/certgate/sds.sock")
    .describe(
      "Where Envoys ask for certificates: unix:///path or tcp://host:port; opened where a source or a bundle needs it",
    ),
  tls: serverTls("sds").optional()
    .describe("TLS 1.3 with certificates on both sides, for Envoys that ask over the network"),
  ...sdsParts,
}).superRefine(({ listen, tls, envoy, bundles }, context) => {
  checkDoor({ listen, tls, what: "sds" }, context);
  if (envoy !== undefined && tls === undefined) {
    context.addIssue({ code: "custom", path: ["envoy"], message: "sds.envoy needs sds.tls" });
  }
  const keys = bundles.map(({ namespace, name }) => `${namespace}/${name}`);
  keys.forEach((key, index) => {
    if (keys.indexOf(key) === index) return;
    context.addIssue({
      code: "custom",
      path: ["bundles", index],
      message: `There is a bundle "${key}" already`,
    });
  });
}).prefault({});

const http = z.strictObject({
  listen: address(parseHttpAddress).default("127.0.0.1:9794")
    .describe("Where metrics, health and status are served: host:port"),
}).prefault({});

const source = z.strictObject({
  path: absolute("a source")
    .describe(
      "Pattern of directories or files: * within a name, ** over several, {a,b}; one match is one pair",
    ),
  exclude: z.array(z.string().min(1)).default([])
    .describe("Patterns, absolute or below the source, of what is not a pair"),
  namespace: z.string().min(1).default("envoy-gateway-system")
    .describe(
      "Namespace of the Secrets, default that of Envoy Gateway's file mode; {name} and {parent} as in secretName",
    ),
  secretName: z.string().min(1).default("{name}")
    .describe(
      "Name of the Secret: {name} is the folder, or the file without its ending, {parent} the folder above",
    ),
  delivery,
});

const watch = z.strictObject({
  pollInterval: z.int().min(100).max(600_000).default(2000)
    .describe("Milliseconds between looks at every source and resource; file events only shorten the wait"),
  events: z.boolean().default(true)
    .describe("Whether file events are listened to"),
  settle: z.int().min(0).max(60_000).default(1000)
    .describe(
      "Milliseconds for which a pair that does not fit together has to stay the same before it is believed",
    ),
  absenceGrace: z.int().min(0).max(600_000).default(3000)
    .describe("Milliseconds for which a pair may be away, as a csi volume is while it is mounted anew"),
  staleGrace: z.int().min(0).max(3_600_000).default(30_000)
    .describe("Milliseconds for which what was read last is believed while its files cannot be read"),
}).prefault({});

/** Without empty and `.` members; `..` is left, since what it leads to is known to the file system alone. */
const normalize = (path: string) => path.split("/").filter((name) => name !== "" && name !== ".").join("/");
const isInside = (inner: string, outer: string) =>
  `/${normalize(inner)}/`.startsWith(`/${normalize(outer)}/`);

const gate = z.strictObject({
  resources: absolute("the resources").optional()
    .describe("Directory of the Gateway API objects that you write; without it the gate is off"),
  output: absolute("the output").optional()
    .describe("Directory that Envoy Gateway watches; certgate owns the file certgate.yaml in it"),
  expiryMargin: z.int().min(0).max(86_400_000).default(60_000)
    .describe("Milliseconds before its end from which a certificate counts as expired"),
  expiresSoon: z.union([
    z.number().gt(0).lt(1),
    z.string().regex(
      /^\d+(\.\d+)?d$/,
      'Expected days such as "7d", or a fraction of the lifetime such as 0.33',
    ),
  ]).default(0.33)
    .describe("How much of its life is left when a certificate counts as expiring soon: a fraction, or days"),
  nameCoverage: z.enum(["warn", "withhold"]).default("warn")
    .describe("What is done about a certificate that is not for the hostname of its listener"),
  repair: z.boolean().default(false)
    .describe("Whether the host's own certificate is put first where the file has its issuer first"),
  holdLastGood: z.boolean().default(true)
    .describe("Whether the last good pair goes on being served while what replaced it is not usable"),
  certState: z.boolean().default(true)
    .describe("Whether CertState objects are published; Envoy Gateway has to know the kind, see eg-config"),
}).superRefine((value, context) => {
  if (value.resources !== undefined && value.output !== undefined) {
    if (!isInside(value.resources, value.output) && !isInside(value.output, value.resources)) return;
    const message = "What is read and what is published must not stand in one directory";
    return context.addIssue({ code: "custom", path: ["output"], message });
  }
  if (value.resources === undefined && value.output === undefined) return;
  const absent = value.resources === undefined ? "resources" : "output";
  context.addIssue({ code: "custom", message: `The gate also needs "${absent}"` });
}).prefault({});

const metrics = z.strictObject({
  compat: z.enum(["none", "nso"]).default("none")
    .describe("nso shows the certificate families under the names of the network-services-operator as well"),
  perHost: z.boolean().default(true)
    .describe("Whether the families with one series per hostname are shown"),
}).prefault({});

const envoy = z.strictObject({
  path: z.string().refine((path) => path === "auto" || path === "none" || path.startsWith("/"), {
    message: 'Expected "auto", "none" or an absolute path',
  }).default("auto")
    .describe("The Envoy binary that has the last word on a new pair: auto, none, or a path"),
  admin: z.union([z.enum(["auto", "none"]), z.array(address(parseHttpAddress)).min(1)]).default("auto")
    .describe(
      "Admin endpoints of the running Envoys: auto finds those of Envoy Gateway, none, or a list of host:port",
    ),
  runtimeDir: absolute("the runtime directory of Envoy Gateway").optional()
    .describe(
      "Where Envoy Gateway keeps its running Envoys (host.runtimeDir in its configuration), for admin: auto",
    ),
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
  sources: z.array(source).superRefine(checkDelivery).default([]).describe("Places where pairs arrive"),
  watch,
  gate,
  sds,
  metrics,
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
    .describe(
      "Whether an expired certificate in a snapshot stops its hostname; Envoy would load it, Envoy Gateway takes none from the gate",
    ),
  neverGate: z.array(z.string().min(1)).default([])
    .describe(
      "Secrets, as namespace/name, that certgate never withholds for their dates alone; Envoy Gateway itself may",
    ),
  issuers,
  issuance,
  policy,
  hooks: failures.hooks,
  mutations: failures.mutations,
  features,
  debug,
  rotation,
  log,
}).superRefine(checkDoors).prefault({});

/** The checked configuration with every default filled in. */
export type Config = z.output<typeof configSchema>;

/** The JSON Schema (draft 2020-12) of the configuration file, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: "input" });
}
