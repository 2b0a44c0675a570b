import { dirname, join } from "node:path";
import { type Recipe, RECIPES } from "./_recipes.ts";
import { cachedPath, cacheFolder, type ToolName, toolPath, TOOLS, versionOutput } from "./tools.ts";

/** What became of one tool. */
export type Installed =
  | { readonly name: ToolName; readonly path: string }
  | { readonly name: ToolName; readonly path: null; readonly why: string };

export interface InstallOptions {
  readonly say: (line: string) => void;
  /** For tests: another way to get the program. */
  readonly recipe?: Recipe;
}

/**
 * Makes sure that a program is there in the right version, installing it into the cache folder if need be.
 *
 * A program that is found already is used as it is. A new one is fetched into a folder of its own, asked for its version,
 * and only then renamed to its place, so a broken or half-done installation is never found by `toolPath`.
 *
 * @returns where it is, or why it is not there. Never throws for reasons outside the program.
 */
export async function install(name: ToolName, options: InstallOptions): Promise<Installed> {
  const { say } = options;
  const tool = TOOLS[name];
  const wanted = `${name} ${tool.version}`;
  const named = Deno.env.get(tool.env);
  const present = toolPath(name);
  if (present !== null) {
    const output = versionOutput(name, present);
    if (output === "") return missing(name, `${present} cannot be run`, say);
    // What "go install" builds says no version of its own, so only a version that is said can be wrong.
    const silent = name === "envoy-gateway" && /^ENVOY_GATEWAY_VERSION: *$/m.test(output);
    if (!silent && !tool.matches(output)) {
      return missing(name, `${present} is not version ${tool.version}`, say);
    }
    say(`${wanted}: ${present}`);
    return { name, path: present };
  }
  if (named) return missing(name, `${tool.env} names "${named}", which is not there`, say);
  const started = Date.now();
  const target = cachedPath(name);
  let folder: string | undefined;
  try {
    Deno.mkdirSync(dirname(target), { recursive: true });
    folder = Deno.makeTempDirSync({ dir: cacheFolder(), prefix: `.new-${name}-` });
    const made = await (options.recipe ?? RECIPES[name])(folder, (line) => say(`${wanted}: ${line}`));
    if ("failed" in made) return missing(name, made.failed, say);
    Deno.chmodSync(made.path, 0o755);
    if (versionOutput(name, made.path) === "") return missing(name, "the new program does not run here", say);
    Deno.renameSync(made.path, target);
  } catch (error) {
    return missing(name, error instanceof Error ? error.message : String(error), say);
  } finally {
    if (folder !== undefined) Deno.removeSync(folder, { recursive: true });
  }
  say(`${wanted}: installed in ${((Date.now() - started) / 1000).toFixed(0)} s at ${join(target)}`);
  return { name, path: target };
}

function missing(name: ToolName, why: string, say: (line: string) => void): Installed {
  say(`${name} ${TOOLS[name].version}: skipped: ${why}`);
  return { name, path: null, why };
}
