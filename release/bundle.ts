import { build, type Metafile, stop } from "esbuild";
import { join } from "node:path";
import { acmeParts, manifest, nodeModules, protoFiles, watchWorker, WORKER } from "./bundle_plugins.ts";
import { installModules } from "./node_modules.ts";
import { type Project, ROOT } from "./project.ts";

/** What a bundle was made into, and of. */
export interface Bundle {
  /** Folder of the bundle; the names below are relative to it. */
  readonly folder: string;
  readonly main: string;
  /** Entry of the watching thread, which no import names. */
  readonly worker: string;
  /** Folder with the `node_modules` that it was made of. */
  readonly modules: string;
  /** Names of the files that are in it, relative to `modules`; those of certgate itself begin with `src/`. */
  readonly inputs: readonly string[];
}

const SOURCES = ["main.ts", "deno.json", "lib", "proto/gen"];

// CommonJS packages expect these two; each file of the bundle is a module of its own.
const BANNER = 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' +
  "const __dirname=import.meta.dirname;";

/**
 * Switches that packages look for in the environment, mostly for their own debugging. A security agent is not to be
 * changed by them, and each would be one name more that it has to be allowed to read: in a bundle none of them is set.
 */
const NEVER_SET = [
  "BUF_BIGINT_DISABLE",
  "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
  "GRPC_EXPERIMENTAL_ENABLE_OUTLIER_DETECTION",
  "GRPC_NODE_DEBUG_SEND_ERROR_DETAILS",
  "GRPC_NODE_TRACE",
  "GRPC_NODE_USE_ALTERNATIVE_RESOLVER",
  "GRPC_NODE_VERBOSITY",
  "GRPC_SSL_CIPHER_SUITES",
  "GRPC_TRACE",
  "GRPC_VERBOSITY",
  "TINYGLOBBY_DEBUG",
  "__MINIMATCH_TESTING_PLATFORM__",
  "grpc_proxy",
  "http_proxy",
  "https_proxy",
  "no_grpc_proxy",
  "no_proxy",
];

/**
 * Bundles certgate: one file per command, and what they share in further ones, so that each start reads only what it
 * needs. The same sources, lock file and revision give the same bytes, wherever they stand.
 *
 * @param project What is built; the revision becomes part of it.
 * @param folder Where to put it; made if absent, and emptied if not.
 * @throws {BuildError} if packages are missing; what esbuild says if it cannot bundle.
 */
export async function bundle(project: Project, folder: string): Promise<Bundle> {
  const modules = await installModules();
  // Beside node_modules, where its packages are found; the name does not get into the bundle.
  const work = await Deno.makeTempDir({ dir: modules, prefix: "work-" });
  try {
    for (const name of SOURCES) await copy(join(ROOT, name), join(work, name));
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    const { metafile } = await build({
      absWorkingDir: work,
      entryPoints: { main: "main.ts", [WORKER.replace(/\.js$/, "")]: "lib/sources/_watch_worker.ts" },
      outdir: folder,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      // Modules of today can be split and thinned out, what is loaded by require() cannot.
      mainFields: ["module", "main"],
      target: "es2024",
      banner: { js: BANNER },
      define: Object.fromEntries(NEVER_SET.map((name) => [`process.env.${name}`, "undefined"])),
      // Short names for variables as well were measured: 7 MB more at rest, and stacks that say nothing.
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: "none",
      logLevel: "silent",
      metafile: true,
      plugins: [manifest(project), watchWorker, acmeParts, protoFiles(modules), nodeModules],
    });
    return { folder, main: "main.js", worker: WORKER, modules, inputs: inputsOf(metafile) };
  } finally {
    await stop();
    await Deno.remove(work, { recursive: true });
  }
}

/** Files that gave bytes to the output, not all that were looked at. */
function inputsOf({ outputs }: Metafile): string[] {
  const used = Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0)
  );
  const named = used.map((path) => {
    const at = path.indexOf("node_modules/");
    return at < 0 ? `src/${path}` : path.slice(at);
  });
  return [...new Set(named)].sort();
}

async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) {
    await Deno.mkdir(join(to, ".."), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  for await (const { name } of Deno.readDir(from)) {
    if (!name.endsWith("_test.ts")) await copy(join(from, name), join(to, name));
  }
}
