import { dirname, join } from "node:path";
import { type Bundle, bundle } from "../../release/bundle.ts";
import { FLAGS } from "../../release/permissions.ts";
import { type Project, readProject, ROOT } from "../../release/project.ts";
import { runTool } from "../../release/run_tool.ts";
import { toolPath } from "../setup/tools.ts";

/** What is built in tests: nothing that differs from one run to the next. */
export async function testProject(): Promise<Project> {
  return { ...await readProject(), revision: "0123456789ab" };
}

/** How a build of certgate is started: the program and its first arguments. */
export type Start = readonly [string, ...string[]];

/** A bundle, and how this Deno runs it with exactly the permissions of a binary. */
export async function bundled(folder: string): Promise<{ start: Start; bundle: Bundle }> {
  const made = await bundle(await testProject(), join(folder, "certgate"));
  const flags = FLAGS.map(({ flag }) => flag);
  const main = join(made.folder, made.main);
  return {
    start: [Deno.execPath(), "run", "--quiet", "--no-config", "--no-lock", ...flags, main],
    bundle: made,
  };
}

/** The Deno that fits the base runtime there is, or `null`. */
export function compiler(): string | null {
  return Deno.env.get("CERTGATE_DENORT") ? toolPath("deno-old") : Deno.execPath();
}

/** Compiles certgate as a release does. */
export async function compiled(folder: string): Promise<Start> {
  const named = Deno.env.get("CERTGATE_DENORT");
  await runTool(compiler()!, ["run", "-A", "--quiet", "release/compile.ts", "--out", folder], {
    cwd: ROOT,
    env: { SOURCE_REVISION: "0123456789ab", ...(named ? { DENORT_BIN: named } : {}) },
  });
  const [{ name }] = await Array.fromAsync(Deno.readDir(folder));
  return [join(folder, name)];
}

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a build of certgate in a directory, with an empty environment but for PATH and what is given. */
export async function runIn(
  directory: string,
  start: Start,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const [program, ...first] = start;
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...first, ...args],
    cwd: directory,
    clearEnv: true,
    env: { PATH: dirname(Deno.execPath()), NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
