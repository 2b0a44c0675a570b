/**
 * Where a released binary may write, besides the directory it is started in and everything below that. Permissions are
 * baked in when a binary is made, and paths come from a configuration that is written later: so these are the places
 * where such things stand. A symbolic link in one of them may lead elsewhere.
 */
export const WRITABLE_DIRECTORIES: readonly string[] = [
  "/var/lib/certgate",
  "/run/certgate",
  "/etc/certgate",
  "/etc/envoy-gateway",
  "/var/lib/envoy-gateway",
];

/** Where a service manager listens for readiness: systemd, and podman for a container. The runtime asks to write there. */
export const NOTIFY_SOCKETS: readonly string[] = ["/run/systemd/notify", "/run/notify"];

/** Where an installer links the Envoy that Envoy Gateway has fetched, which has another path in each version. */
export const LINKED_ENVOY = "/usr/local/lib/certgate/envoy";

/**
 * Where a released binary may run an Envoy; it runs RESTART_PROGRAMS and ISSUANCE_PROGRAMS besides, and nothing else. What counts is the path
 * as it is written, so a symbolic link at one of them will do for an Envoy elsewhere.
 */
export const ENVOY_PLACES: readonly string[] = [
  "/usr/bin/envoy",
  "/usr/local/bin/envoy",
  "/opt/envoy/bin/envoy",
  LINKED_ENVOY,
];

/** The programs with which dependents are restarted, see docs/dependents.md; `RESTART_PROGRAM` is the operator's own. */
export const SYSTEMCTL = "/usr/bin/systemctl";
export const KILL = "/usr/bin/kill";
export const RESTART_PROGRAM = "/usr/local/lib/certgate/restart";

/** The operator's own programs for issuing certificates and for making DNS records, see docs/issuers.md. */
export const ISSUE_PROGRAM = "/usr/local/lib/certgate/issue";
export const DNS_PROGRAM = "/usr/local/lib/certgate/dns01";

/** Where a released binary may run programs that have to do with issuing. */
export const ISSUANCE_PROGRAMS: readonly string[] = [ISSUE_PROGRAM, DNS_PROGRAM];

/** Where a released binary may run something else than Envoy, to restart dependents. */
export const RESTART_PROGRAMS: readonly string[] = [SYSTEMCTL, KILL, RESTART_PROGRAM];

/** Makes symbolic links, see makeLink(): the runtime itself makes them only for those who may write everywhere. */
export const LN = "/usr/bin/ln";

/** Whether this process may write at a path, by the permissions it was made or started with. */
export async function mayWrite(path: string): Promise<boolean> {
  return (await Deno.permissions.query({ name: "write", path })).state === "granted";
}

/** Whether this process may run the program at a path, by the permissions it was made or started with. */
export async function mayRun(command: string): Promise<boolean> {
  return (await Deno.permissions.query({ name: "run", command })).state === "granted";
}

/** What to do about a path that this binary may not write. */
export const WRITE_HINT =
  `this binary may write beneath ${WRITABLE_DIRECTORIES.join(", ")} and the directory it is started in; ` +
  "a symbolic link there may lead elsewhere";

/** What to do about an Envoy that this binary may not run. */
export const RUN_HINT = `this binary may run Envoy as ${ENVOY_PLACES.join(", ")}; make a symbolic link there`;

/** What to do about a command that this binary may not run. */
export const COMMAND_HINT =
  `this binary may run ${RESTART_PROGRAM}: make it a program of yours, or a symbolic link to one, and give it arguments`;

/**
 * The words of an error for whoever runs certgate: a refusal by the runtime speaks of options that a finished binary does
 * not take.
 *
 * @param error What was thrown.
 * @returns Its message, or for a refusal which access was refused, e.g. `no write access to "/srv/x"`.
 */
export function wordsOf(error: unknown): string {
  const { message } = error as Error;
  if (!(error instanceof Deno.errors.NotCapable)) return message;
  const [, access, what] = /^Requires (\w+) access(?: to (".*?"))?/.exec(message) ?? [];
  if (access === undefined) return message;
  return `this binary has no ${access} access${what === undefined ? "" : ` to ${what}`}`;
}
