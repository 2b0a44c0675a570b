/**
 * What the project says of itself, for everything that builds a release.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The checkout, with no slash at the end. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Name, version and moment of what is built. */
export interface Project {
  readonly version: string;
  /** Day of the release as in `deno.json`, e.g. `2026-11-21`. */
  readonly released: string;
  readonly license: string;
  /** The source revision, or `unknown` where nobody tells. */
  readonly revision: string;
  /** Seconds since the epoch that stand for "now" in everything that is built; files get it as their time. */
  readonly epoch: number;
}

/**
 * Reads what is to be built. `SOURCE_REVISION` and `SOURCE_DATE_EPOCH` have the last word, so that a build from an
 * unpacked archive says the same as one from the repository.
 *
 * @param root The checkout.
 * @throws {Error} if `SOURCE_DATE_EPOCH` is no number of seconds.
 */
export async function readProject(root: string = ROOT): Promise<Project> {
  const { version, released, license } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const named = Deno.env.get("SOURCE_DATE_EPOCH") ?? String(Date.parse(released) / 1000);
  if (!/^\d{1,11}$/.test(named)) {
    throw new Error(`Cannot use SOURCE_DATE_EPOCH "${named}": it is not a number of seconds`);
  }
  const revision = Deno.env.get("SOURCE_REVISION") || await askGit(root) || "unknown";
  return { version, released, license, revision, epoch: Number(named) };
}

/** The commit that is checked out, with a plus sign if files differ from it. */
async function askGit(root: string): Promise<string | null> {
  const head = await git(root, "rev-parse", "--short=12", "HEAD");
  if (head === null) return null;
  // Only what a build reads counts: a note beside the sources makes no other binary.
  const changed = await git(
    root,
    "status",
    "--porcelain",
    "--",
    "main.ts",
    "lib",
    "proto",
    "deno.json",
    "deno.lock",
  );
  return changed === "" ? head : `${head}+`;
}

async function git(root: string, ...args: string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args: ["-C", root, ...args], stderr: "null" })
      .output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}
