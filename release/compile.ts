/**
 * `deno task compile`: one binary for each kind of machine, made by the Deno that runs this.
 *
 *     deno task compile [--target TRIPLE|all] [--out DIR] [--traces]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { join } from "node:path";
import { type Bundle, bundle } from "./bundle.ts";
import { COMPILE_FLAGS, FLAGS } from "./permissions.ts";
import { type Project, readProject, ROOT } from "./project.ts";
import { reportErrors } from "./report_errors.ts";
import { BuildError, runTool } from "./run_tool.ts";
import { readTargets, type Target } from "./targets.ts";

/** What {@linkcode compile} makes, and from what. */
export interface CompileOptions {
  readonly project: Project;
  readonly targets: readonly Target[];
  /** Gives the path of the binary for a target. */
  readonly place: (target: Target) => string;
  /** Whether traces can be asked for when it runs; then spans are sent even if nobody asks (docs/release.md). */
  readonly traces?: boolean;
}

const DOWNLOAD_HINT =
  "the base runtime of this version of Deno could not be fetched; DENORT_BIN names a local one, " +
  "of the same version and for the same kind of machine";

/**
 * Bundles once and compiles for each target. The same sources give the same bytes.
 *
 * @returns The bundle that is inside.
 * @throws {BuildError} where the base runtime cannot be had, or fits another target.
 */
export async function compile({ project, targets, place, traces }: CompileOptions): Promise<Bundle> {
  const folder = await Deno.makeTempDir({ prefix: "certgate-compile-" });
  try {
    // The name of the last folder becomes part of the binary.
    const made = await bundle(project, join(folder, "certgate"));
    // So does the time of each file.
    for await (const { name } of Deno.readDir(made.folder)) {
      await Deno.utime(join(made.folder, name), project.epoch, project.epoch);
    }
    for (const target of targets) {
      await compileFor(target, made, { to: place(target), traces: traces ?? false });
    }
    return { ...made, folder: "" };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function compileFor(
  target: Target,
  made: Bundle,
  { to, traces }: { to: string; traces: boolean },
): Promise<void> {
  const flags = [...FLAGS, ...COMPILE_FLAGS].map(({ flag }) => flag);
  await Deno.mkdir(join(to, ".."), { recursive: true });
  const args = ["compile", "--quiet", "--no-check", "--no-config", "--no-lock", ...flags];
  await runTool(Deno.execPath(), [
    ...args,
    "--target",
    target.triple,
    "--include",
    made.worker,
    "--output",
    to,
    made.main,
  ], {
    cwd: made.folder,
    env: {
      DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system,mozilla",
      // What the builder's own shell says about traces must not get into a binary.
      OTEL_DENO: String(traces),
      OTEL_DENO_METRICS: "false",
      OTEL_DENO_CONSOLE: "ignore",
    },
    hint: DOWNLOAD_HINT,
  });
  await refuseOther(target, to);
}

// Byte 18 of an ELF file: the kind of machine.
const MACHINES: Readonly<Record<Target["arch"], number>> = { amd64: 0x3e, arm64: 0xb7 };

/** A base runtime that DENORT_BIN names is taken by the compiler whatever machine it is for. */
async function refuseOther({ arch, triple }: Target, path: string): Promise<void> {
  const head = new Uint8Array(20);
  using file = await Deno.open(path);
  await file.read(head);
  if (head[18] === MACHINES[arch]) return;
  await Deno.remove(path);
  throw new BuildError(
    `Cannot compile for "${triple}": the base runtime is for another kind of machine`,
    "DENORT_BIN has to name one for this target; build one target at a time with it",
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    // Whoever is used to npm writes "--" first.
    args: Deno.args.filter((argument) => argument !== "--"),
    options: { target: { type: "string" }, out: { type: "string" }, traces: { type: "boolean" } },
  });
  const targets = readTargets(values.target);
  const out = values.out ?? join(ROOT, "dist");
  const place = ({ arch }: Target) => join(out, `certgate-linux-${arch}`);
  await compile({ project: await readProject(), targets, place, traces: values.traces });
  for (const target of targets) {
    const { size } = await Deno.stat(place(target));
    console.log(
      `${place(target)}  ${(size / 1e6).toFixed(1)} MB, ${target.triple}, deno ${Deno.version.deno}`,
    );
  }
}

if (import.meta.main) await reportErrors(main);
