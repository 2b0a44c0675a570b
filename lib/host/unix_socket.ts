import { connect } from "node:net";

/** What stands at a socket path. */
export type SocketState = "absent" | "stale" | "live" | "other";

/**
 * Tells whether anybody listens on a Unix socket. Binding cannot tell: it fails with EADDRINUSE on a live and on a
 * stale path alike; a connection is refused by a stale one only.
 *
 * @param path Path of the socket.
 * @returns `other` where the path is something else than a socket, or cannot be looked at.
 */
export async function probeSocket(path: string): Promise<SocketState> {
  try {
    if (!(await Deno.lstat(path)).isSocket) return "other";
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "absent" : "other";
  }
  return await new Promise<SocketState>((resolve) => {
    const socket = connect(path);
    const settle = (state: SocketState) => {
      socket.destroy();
      resolve(state);
    };
    socket.once("connect", () => settle("live"));
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
