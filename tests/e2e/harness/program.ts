import { fileURLToPath } from "node:url";
import { type Bundle, bundle } from "../../../release/bundle.ts";
import { FLAGS } from "../../../release/permissions.ts";
import { type Project, readProject } from "../../../release/project.ts";
import { toolPath } from "../../setup/tools.ts";

/** What a program says of itself; default is what the checkout says. */
export interface ProgramName {
  readonly version?: string;
  readonly revision?: string;
}

/** A certgate that was made for tests. */
export interface BuiltProgram {
  readonly path: string;
  /** What it says of itself. */
  readonly project: Project;
  /** What is in it. */
  readonly bundle: Bundle;
}

/**
 * Makes certgate as it is shipped, but for the runtime: the bundle of a release, under the permissions of a release, on the
 * Deno that runs the tests. (A real binary has its runtime inside, and that cannot be fetched everywhere.)
 *
 * @param folder Where the files go; made if absent.
 */
export async function makeProgram(folder: string, name: ProgramName = {}): Promise<BuiltProgram> {
  const project = { ...await readProject(), ...name };
  const made = await bundle(project, folder);
  const path = `${folder}/certgate`;
  const words = [Deno.execPath(), "run", ...flags(), `${folder}/${made.main}`];
  await Deno.writeTextFile(path, `#!/bin/sh\nexec ${words.map(quote).join(" ")} "$@"\n`, { mode: 0o755 });
  return { path, project, bundle: made };
}

/** What a test has for the program of an operator that issues certificates: answers everybody with the chain in a file. */
export const WRONG_ISSUER: string = fileURLToPath(new URL("../fakes/wrong_issuer.sh", import.meta.url));

/** The permissions of a release, and one more: on a machine that runs tests, programs are not where a host has them. */
function flags(): string[] {
  const envoys = [toolPath("envoy"), Deno.env.get("CERTGATE_TEST_CONTRIB_ENVOY")].filter((path) => path);
  const programs = [...envoys, WRONG_ISSUER].join(",");
  return FLAGS.map(({ flag }) => flag.startsWith("--allow-run=") ? `${flag},${programs}` : flag);
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
