import { connect } from "node:net";

/** What stands at a socket path. */
export type SocketState = "absent" | "stale" | "live" | "other";

/** Milliseconds that a server may be too busy to say its first word. */
const PATIENCE = 2000;

/**
 * Tells whether a server of HTTP/2 listens on a Unix socket. Binding cannot tell: it fails with EADDRINUSE on a live and
 * on a stale path alike. A connection is refused by most stale ones; but the runtime lets programs that are started
 * inherit its listening sockets, and one that outlives a killed certgate keeps the socket open with nobody behind it. So the
 * other side has to say something, which a server of HTTP/2 does at once (RFC 9113, 3.4).
 *
 * @param path Path of the socket.
 * @param patience Milliseconds for the first word.
 * @returns `other` where the path is something else than a socket, or cannot be looked at.
 */
export async function probeSocket(path: string, patience: number = PATIENCE): Promise<SocketState> {
  try {
    if (!(await Deno.lstat(path)).isSocket) return "other";
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "absent" : "other";
  }
  return await new Promise<SocketState>((resolve) => {
    const socket = connect(path);
    const settle = (state: SocketState) => {
      clearTimeout(silent);
      socket.destroy();
      resolve(state);
    };
    const silent = setTimeout(() => settle("stale"), patience);
    socket.once("data", () => settle("live"));
    // Who hangs up is there.
    socket.once("end", () => settle("live"));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      settle(error.code === "ECONNREFUSED" ? "stale" : error.code === "ENOENT" ? "absent" : "live");
    });
  });
}

/**
 * Puts a bound socket at its public path in one step: owner and group, mode 0660, rename. Whoever looks sees the old
 * socket or the ready new one.
 *
 * @param bound Where the server is bound now.
 * @param path Where clients look for it; what is there is replaced.
 * @param group Group id that may connect; `undefined` keeps the group of the process.
 */
export async function publishSocket(bound: string, path: string, group?: number): Promise<void> {
  if (group !== undefined) await Deno.chown(bound, null, group);
  await Deno.chmod(bound, 0o660);
  await Deno.rename(bound, path);
}

/**
 * Looks up a group id.
 *
 * @param group A number, or a name from `/etc/group`.
 * @returns The id, or `undefined` if there is no such group.
 */
export async function findGroup(group: string): Promise<number | undefined> {
  if (/^\d+$/.test(group)) return Number(group);
  const groups = await Deno.readTextFile("/etc/group").catch(() => "");
  const line = groups.split("\n").find((entry) => entry.split(":")[0] === group);
  return line ? Number(line.split(":")[2]) : undefined;
}
