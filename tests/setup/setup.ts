/**
 * `deno task setup`: fetches everything that tests need, so that they can run without a network.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFiles } from "../runner/find_files.ts";
import { installModules } from "../../release/node_modules.ts";
import { run } from "./_run.ts";
import { install, type Installed } from "./install.ts";
import { type ToolName, TOOLS } from "./tools.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CACHE_LIMIT = 300;

export interface SetUp {
  /** Why the libraries could not be cached; `null` if they are. */
  readonly libraries: string | null;
  readonly tools: readonly Installed[];
}

/** Caches the libraries and installs the tools. Says what it does through `say`; never throws. */
export async function setUp(
  say: (line: string) => void,
  names = Object.keys(TOOLS) as ToolName[],
): Promise<SetUp> {
  const libraries = await cacheLibraries(say);
  const tools: Installed[] = [];
  for (const name of names) tools.push(await install(name, { say }));
  return { libraries, tools };
}

/** Fetches the npm packages of every module of the project. Where `CI` is set the lock file must be up to date. */
async function cacheLibraries(say: (line: string) => void): Promise<string | null> {
  const started = Date.now();
  const frozen = Deno.env.get("CI") ? ["--frozen"] : [];
  const modules = [...findFiles(ROOT, (path) => path.endsWith(".ts")), ...programs()];
  const failed = await run(Deno.execPath(), ["cache", ...frozen, ...modules], {
    cwd: ROOT,
    limit: CACHE_LIMIT,
    env: { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system,mozilla", NO_COLOR: "1" },
    tick: (seconds) => say(`libraries: still fetching, ${seconds} s`),
  });
  // A bundle is made of them as they lie on the disk.
  const problem = failed ?? await installModules().then(() => null, (error: Error) => error.message);
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  say(problem === null ? `libraries: cached (${seconds} s)` : `libraries: ${problem}`);
  return problem;
}

/** Packages that are run as programs, which no import tells of: those that make the code in proto/gen. */
function programs(): string[] {
  const generate = join(ROOT, "proto/generate.ts");
  if (!existsSync(generate)) return [];
  return [...readFileSync(generate, "utf8").matchAll(/"(npm:[^"]+)"/g)].map(([, specifier]) => specifier);
}

if (import.meta.main) {
  const names = Deno.args.filter((argument): argument is ToolName => argument in TOOLS);
  const done = await setUp((line) => console.log(line), names.length > 0 ? names : undefined);
  if (done.libraries !== null || done.tools.some((tool) => tool.path === null)) Deno.exitCode = 1;
}
