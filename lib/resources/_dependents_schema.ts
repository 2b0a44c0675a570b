import * as z from "zod";
import { isLoopback, parseHttpAddress } from "./listen_address.ts";

const absolute = (what: string) => z.string().startsWith("/", `Expected an absolute path for ${what}`);

const hostPort = z.string().regex(
  /^(\[[0-9a-fA-F:.]+\]|[^:[\]/\s]+):\d{1,5}$/,
  "Expected host:port",
).refine((text) => typeof parseHttpAddress(text) !== "string", "Expected host:port");

// Nothing of this leaves the machine, and the unit lets certgate reach no other one.
const URL_FORM = /^http:\/\/(\[::1\]|localhost|127(\.\d{1,3}){3})(:\d{1,5})?(\/[\x21-\x7e]*)?$/;
const localUrl = z.string().regex(URL_FORM, "Expected http:// and an address of this host").refine((text) => {
  const parsed = URL.canParse(text) ? new URL(text) : null;
  return parsed !== null && isLoopback({
    kind: "tcp",
    host: parsed.hostname.replace(/^\[|\]$/g, ""),
    port: Number(parsed.port || 80),
  });
}, "Expected http:// and an address of this host");

const argv = z.array(z.string().regex(/^[^\0]*$/, "Expected an argument without zero bytes")).min(1)
  .refine(
    (words) => words.length === 0 || words[0].startsWith("/"),
    "Expected an absolute path for the program",
  )
  .describe("Program and arguments, without a shell; success is exit code 0");

const systemd = z.strictObject({
  unit: z.string().regex(
    /^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]{0,254}$/,
    'Expected the name of a unit such as "ratelimit.service"',
  ).describe("The unit, e.g. ratelimit@1.service"),
  action: z.enum(["restart", "reload"]).default("restart")
    .describe("reload is for units that read the authority again when they are told to"),
}).describe("A unit of systemd; one that does not run is left alone");

const signal = z.strictObject({
  pidFile: absolute("the pid file").describe("File whose first line is the number of the process"),
  signal: z.enum(["SIGHUP", "SIGTERM", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"]).default("SIGHUP")
    .describe(
      "After SIGTERM, SIGINT and SIGQUIT another process has to be in the pid file; the others are for a process that goes on",
    ),
}).describe("A process that writes its number into a file");

const http = z.strictObject({
  url: localUrl.describe("Address on this host that restarts or reloads it"),
  method: z.enum(["POST", "PUT"]).default("POST").describe("Method of the request"),
}).describe("A request; success is any status from 200 to 299");

const health = z.strictObject({
  http: localUrl.optional().describe("Healthy if a GET is answered with a status from 200 to 299"),
  tcp: hostPort.optional().describe("Healthy if somebody accepts a connection at host:port"),
  command: argv.optional(),
}).refine(
  (value) => [value.http, value.tcp, value.command].filter((each) => each !== undefined).length === 1,
  "Expected exactly one of http, tcp and command",
).describe(
  "How to know that an instance is up; without it a running unit, a living process or an open port will do",
);

const METHODS = ["systemd", "signal", "command", "http"] as const;

const instance = z.strictObject({
  systemd: systemd.optional(),
  signal: signal.optional(),
  command: argv.optional(),
  http: http.optional(),
  health: health.optional(),
  timeout: z.int().min(100).max(600_000).default(30_000)
    .describe("Milliseconds for its restart, and again until it is healthy"),
}).refine(
  (value) => METHODS.filter((method) => value[method] !== undefined).length === 1,
  `Expected exactly one of ${METHODS.join(", ")}`,
);

const dependent = z.strictObject({
  name: z.string().regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "Expected up to 63 lower-case letters, digits and hyphens",
  ).describe("Its name in logs, metrics and the state directory"),
  minUp: z.int().min(0).max(63).optional()
    .describe("How many of its instances are up at every moment; default all but one"),
  instances: z.array(instance).min(1).max(64).describe("Restarted in this order, one after the other"),
  probe: hostPort.optional()
    .describe("TLS address, host:port, that is asked whether it trusts the current authority"),
}).superRefine(({ minUp, instances }, context) => {
  const add = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  if (minUp !== undefined && minUp >= instances.length) {
    const most = instances.length - 1;
    add(["minUp"], `With ${instances.length} instances at most ${most} can stay up while one is restarted`);
  }
  const seen = new Set<string>();
  instances.forEach(({ systemd, signal, command, http }, i) => {
    const key = JSON.stringify([systemd?.unit, signal?.pidFile, command, http?.url]);
    if (seen.has(key)) add(["instances", i], "This instance is there twice");
    seen.add(key);
  });
});

/** Who has read the authority of the control plane and does not read it anew. */
export const dependents = z.array(dependent).superRefine((list, context) => {
  const seen = new Set<string>();
  list.forEach(({ name }, i) => {
    if (seen.has(name)) {
      context.addIssue({ code: "custom", path: [i, "name"], message: "Two dependents have this name" });
    }
    seen.add(name);
  });
}).default([]).describe(
  "Programs that do not read a new authority by themselves; restarted once, in this order, after each rotation",
);

/** One of them, with its defaults. */
export type Dependent = z.output<typeof dependent>;

/** A process, unit or address of a dependent, with its defaults. */
export type DependentInstance = Dependent["instances"][number];
