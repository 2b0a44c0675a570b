import type { Plugin } from "esbuild";
import { builtinModules } from "node:module";
import { join } from "node:path";
import protobuf from "protobufjs";
import type { Project } from "./project.ts";

/** The entry of the thread that watches files, as it is called in a bundle. */
export const WORKER = "watch_worker.js";

/** CommonJS packages name modules of Node without the prefix that Deno wants. */
export const nodeModules: Plugin = {
  name: "node-modules",
  setup(build) {
    build.onResolve(
      { filter: /^[a-z_/0-9]+$/ },
      ({ path }) => builtinModules.includes(path) ? { path: `node:${path}`, external: true } : undefined,
    );
  },
};

/** A thread is started from a file of its own, and its name is the one thing that a bundler does not follow. */
export const watchWorker: Plugin = {
  name: "watch-worker",
  setup(build) {
    build.onLoad({ filter: /\/lib\/sources\/watch_thread\.ts$/ }, async ({ path }) => {
      const text = await Deno.readTextFile(path);
      const contents = text.replace('"./_watch_worker.ts"', `"./${WORKER}"`);
      if (contents === text) {
        return { errors: [{ text: "Cannot find where the watching thread is started" }] };
      }
      return { contents, loader: "ts" };
    });
  },
};

/**
 * Of the ACME library two parts are never used: its own way to the network, which certgate replaces, and a log that looks
 * through the whole environment when it is loaded, which a binary may not. Left out, half of its weight goes with them.
 */
export const acmeParts: Plugin = {
  name: "acme-parts",
  setup(build) {
    build.onLoad({ filter: /\/acme-client\/src\/axios\.js$/ }, () => ({
      contents: "module.exports = {};",
      loader: "js",
    }));
    build.onLoad({ filter: /\/acme-client\/src\/logger\.js$/ }, () => ({
      contents: "exports.log = exports.setLogger = () => {};",
      loader: "js",
    }));
  },
};

/** Of `deno.json` a binary needs only these; the revision is known to the build alone. */
export function manifest({ version, released, revision }: Project): Plugin {
  return {
    name: "manifest",
    setup(build) {
      build.onLoad({ filter: /\/deno\.json$/ }, () => ({
        contents: JSON.stringify({ version, released, revision }),
        loader: "json",
      }));
    },
  };
}

/** `.proto` files that packages read when they start: the package, its folder of them, and the names asked for. */
const PROTO_FILES = [
  ["grpc-health-check", "proto", ["health/v1/health.proto"]],
  ["@grpc/reflection", "build/proto", [
    "grpc/reflection/v1/reflection.proto",
    "grpc/reflection/v1alpha/reflection.proto",
  ]],
] as const;

/**
 * `@grpc/proto-loader` reads files that stand beside the packages, which a single binary does not have (and it asks the
 * file system in ways that take a permission more). The files are parsed here, and what was parsed goes into the bundle.
 */
export function protoFiles(modules: string): Plugin {
  return {
    name: "proto-files",
    setup(build) {
      build.onResolve({ filter: /^@grpc\/proto-loader$/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (pluginData === "real") return undefined;
        const real = await build.resolve(path, { kind, resolveDir, pluginData: "real" });
        return real.errors.length > 0 ? real : { path: real.path, namespace: "proto-files" };
      });
      build.onLoad({ filter: /.*/, namespace: "proto-files" }, async ({ path }) => ({
        contents: protoLoader(path, await parseProtoFiles(modules)),
        resolveDir: modules,
        loader: "js",
      }));
    },
  };
}

/** By name, with the names of fields as they are written and in camel case: packages ask for the one or the other. */
async function parseProtoFiles(modules: string): Promise<Record<string, unknown>> {
  const parsed: Record<string, unknown> = {};
  for (const [name, folder, files] of PROTO_FILES) {
    for (const file of files) {
      const path = join(modules, "node_modules", name, folder, file);
      const [kept, camel] = await Promise.all([true, false].map(async (keepCase) => {
        const root = await new protobuf.Root().load(path, { keepCase });
        return root.toJSON();
      }));
      parsed[file] = { kept, camel };
    }
  }
  return parsed;
}

const protoLoader = (real: string, files: Record<string, unknown>) => `
const real = require(${JSON.stringify(real)});
const files = ${JSON.stringify(files)};
function loadSync(filename, options) {
  const name = Object.keys(files).find((name) => filename === name || filename.endsWith("/" + name));
  if (name === undefined) throw new Error(\`Cannot load "\${filename}": it is not part of this binary\`);
  return real.fromJSON(options?.keepCase ? files[name].kept : files[name].camel, options);
}
module.exports = { ...real, loadSync };
`;
