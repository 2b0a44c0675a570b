import { dirname, join, resolve } from "node:path";
import { PAIR_FOLDERS } from "./tree.ts";

/** Bits of a mode. */
const GROUP_MAY_WRITE = 0o020;
const ALL_MAY_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * Says who else could change what root is about to write. Whoever may write in a directory can put a link there that leads to any
 * file of the host; root would follow it, and give that file away or copy it to where it can be read. So root works only where
 * root alone may write: in the directories of the tree, and in those above them.
 *
 * For every other user the kernel itself sets the bounds, and nothing is asked.
 *
 * @param configHome The directory that holds `certs`; need not exist.
 * @param uid User that this process runs as.
 * @returns Who it is, as a part of a sentence; `null` if it is nobody.
 */
export async function findStranger(
  configHome: string,
  uid: number | null = Deno.uid(),
): Promise<string | null> {
  if (uid !== 0) return null;
  // In a user namespace of its own "/" belongs to nobody known there, and so does all else of the host; this is no real root.
  if ((await Deno.stat("/")).uid !== 0) return null;
  const certs = join(resolve(configHome), "certs");
  const folders = [...PAIR_FOLDERS, "envoy-oidc-hmac"].map((folder) => join(certs, folder));
  const seen = new Set<string>();
  for (const path of [certs, ...folders]) {
    // Both ways count: the one that is written, and the one that links lead to.
    for (const start of [path, await Deno.realPath(path).catch(() => path)]) {
      for (let at = start;; at = dirname(at)) {
        if (seen.has(at)) break;
        seen.add(at);
        const why = await strangerAt(at);
        if (why !== null) return why;
        if (at === dirname(at)) break;
      }
    }
  }
  return null;
}

async function strangerAt(path: string): Promise<string | null> {
  let found: Deno.FileInfo;
  try {
    found = await Deno.stat(path);
  } catch {
    return null; // Not there yet, and the directory above decides; whatever else it is shows when it is opened.
  }
  const { uid, gid } = found;
  const mode = found.mode ?? 0;
  if (uid !== 0) {
    return `${JSON.stringify(path)} belongs to another user (${uid}), who could lead root elsewhere`;
  }
  // In a sticky directory others cannot exchange what is root's.
  if ((mode & STICKY) !== 0) return null;
  if ((mode & ALL_MAY_WRITE) !== 0) return `every user may write in ${JSON.stringify(path)}`;
  if ((mode & GROUP_MAY_WRITE) !== 0 && gid !== 0) {
    return `group ${gid} may write in ${JSON.stringify(path)}`;
  }
  return null;
}

/** What to do about it. */
export const STRANGER_HINT =
  "run this as the owner of the certificates, the user that Envoy Gateway runs as: runuser -u NAME -- certgate certgen …";
