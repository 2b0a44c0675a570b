/**
 * What a released binary may do, and how its engine is set. Baked in when it is made; nothing else in the project says
 * it again (docs/release.md has the table, and a test compares).
 *
 * @module
 */
import {
  ENVOY_PLACES,
  ISSUANCE_PROGRAMS,
  LN,
  NOTIFY_SOCKETS,
  RESTART_PROGRAMS,
  WRITABLE_DIRECTORIES,
} from "../lib/host/mod.ts";

/** Variables of the environment that the program may read. */
export const ENVIRONMENT: readonly string[] = [
  // Whether and how output is coloured.
  "CI",
  "CLICOLOR_FORCE",
  "FORCE_COLOR",
  "NO_COLOR",
  "TERM",
  // Where Envoy and what Envoy Gateway keeps are looked for.
  "HOME",
  "PATH",
  "TMPDIR",
  // The protocol of the service manager.
  "NOTIFY_SOCKET",
  "RUNTIME_DIRECTORY",
  "WATCHDOG_PID",
  "WATCHDOG_USEC",
  // The reader of YAML looks for its own debugging switches at each document.
  "LOG_STREAM",
  "LOG_TOKENS",
  // Keys of the configuration.
  "CERTGATE_*",
];

/** Facts about the system that the program may ask for. */
export const SYSTEM: readonly string[] = [
  // Envoy Gateway's runtime directory has the user's number in its name, and only one's own counts.
  "uid",
  // systemd wants the monotonic clock with RELOADING=1.
  "osUptime",
];

/** A flag of the runtime, and why it is set. */
export interface Flag {
  readonly flag: string;
  readonly why: string;
}

/** Every flag, in the order in which they are given to the runtime. */
export const FLAGS: readonly Flag[] = [
  { flag: "--no-prompt", why: "a daemon has nobody to ask" },
  {
    flag: "--allow-read",
    why:
      "sources may stand anywhere, and links lead anywhere; the user and groups of the process say what it can read",
  },
  {
    flag: `--allow-write=${[...WRITABLE_DIRECTORIES, ".", ...NOTIFY_SOCKETS].join(",")}`,
    why:
      "state, sockets, what Envoy Gateway reads, the directory it is started in, and telling the service manager",
  },
  {
    flag: "--allow-net",
    why:
      "addresses come from the configuration, and a Unix socket would need its path here; the unit lets it reach this host only",
  },
  {
    flag: `--allow-run=${[...ENVOY_PLACES, ...RESTART_PROGRAMS, ...ISSUANCE_PROGRAMS, LN].join(",")}`,
    why:
      "Envoy has the last word on a pair; dependents are restarted, programs of yours issue certificates, and links are made; nothing is looked up on a PATH",
  },
  {
    flag: `--allow-env=${ENVIRONMENT.join(",")}`,
    why: "colours, places, the service manager, and its own keys",
  },
  { flag: `--allow-sys=${SYSTEM.join(",")}`, why: "its own user, and the clock that systemd wants" },
  {
    flag: "--deny-import",
    why: "no code from elsewhere; without this the runtime takes it from seven hosts",
  },
  { flag: "--unstable-net", why: "datagrams to the service manager" },
  {
    flag: "--v8-flags=--max-semi-space-size=1,--max-old-space-size=512",
    why:
      "a small young generation saves some 8 MB at rest; a snapshot of 28 MB needs less than half of the old one",
  },
];

/** Flags of `deno compile` alone. */
export const COMPILE_FLAGS: readonly Flag[] = [
  {
    flag: "--no-code-cache",
    why: "the cache would stand in a shared temporary directory under a name that others can guess",
  },
];
