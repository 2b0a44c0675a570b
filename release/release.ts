/**
 * `deno task release`: everything that a release consists of, in one folder. Made twice, it is the same bytes.
 *
 *     deno task release [--target TRIPLE|all] [--out DIR] [--verify] [--traces]
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Bundle } from "./bundle.ts";
import { compile, type CompileOptions } from "./compile.ts";
import { readContents } from "./contents.ts";
import { deb } from "./deb.ts";
import { gzip } from "./gzip.ts";
import { readPackages } from "./packages.ts";
import { type Project, readProject, ROOT } from "./project.ts";
import { reportErrors } from "./report_errors.ts";
import { BuildError } from "./run_tool.ts";
import { billOfMaterials } from "./sbom.ts";
import { tar } from "./tar.ts";
import { readTargets, type Target } from "./targets.ts";
import { thirdPartyLicences } from "./third_party_licences.ts";

/** What {@linkcode makeRelease} puts together. */
export interface ReleaseParts {
  readonly project: Project;
  /** The compiled binary for each kind of machine. */
  readonly binaries: ReadonlyMap<Target, Uint8Array>;
  /** What is in the binaries. */
  readonly bundle: Bundle;
}

/**
 * Writes archives, packages, bill of materials, licences, installer and checksums.
 *
 * @param parts What to release.
 * @param out The folder; files of other names in it stay, and are not in `SHA256SUMS`.
 * @returns The names of the files, `SHA256SUMS` last.
 * @throws {BuildError} if a part is missing.
 */
export async function makeRelease(
  { project, binaries, bundle }: ReleaseParts,
  out: string,
): Promise<string[]> {
  const { version, epoch } = project;
  const packages = await readPackages(bundle, await Deno.readTextFile(join(ROOT, "deno.lock")));
  const licences = await thirdPartyLicences(packages, Deno.version.deno);
  const contents = await readContents(project, licences);
  const materials = await billOfMaterials(project, packages, Deno.version);
  const installer = contents.find(({ path }) => path === "install.sh")!.content;
  const files = new Map<string, Uint8Array>([
    [`certgate_${version}.cdx.json`, new TextEncoder().encode(JSON.stringify(materials, null, 2) + "\n")],
    ["THIRD-PARTY-LICENSES", new TextEncoder().encode(licences)],
    ["install.sh", installer],
  ]);
  for (const [target, content] of binaries) {
    const entries = [...contents, { path: "certgate", mode: 0o755, content }];
    const top = `certgate_${version}_linux_${target.arch}`;
    files.set(`${top}.tar.gz`, gzip(tar(entries, { epoch, prefix: `${top}/` })));
    files.set(`certgate_${version}_${target.arch}.deb`, await deb(project, target, entries));
  }
  const names = [...files.keys()].sort();
  const sums = names.map((name) =>
    `${createHash("sha256").update(files.get(name)!).digest("hex")}  ${name}\n`
  );
  files.set("SHA256SUMS", new TextEncoder().encode(sums.join("")));
  await Deno.mkdir(out, { recursive: true });
  for (const [name, content] of files) await Deno.writeFile(join(out, name), content);
  await Deno.chmod(join(out, "install.sh"), 0o755);
  return [...names, "SHA256SUMS"];
}

/** Compiles for the targets and makes the release. */
async function build(
  { project, targets, traces }: Omit<CompileOptions, "place">,
  out: string,
): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "certgate-release-" });
  try {
    const place = ({ arch }: Target) => join(folder, arch);
    const bundle = await compile({ project, targets, place, traces });
    const binaries = new Map<Target, Uint8Array>();
    for (const target of targets) binaries.set(target, await Deno.readFile(place(target)));
    return await makeRelease({ project, binaries, bundle }, out);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Compares two builds.
 *
 * @throws {BuildError} naming the files that differ.
 */
export function compareSums(first: string, second: string): void {
  if (first === second) return;
  const lines = new Set(second.split("\n"));
  const other = first.split("\n").filter((line) => !lines.has(line)).map((line) => line.split("  ")[1]);
  throw new BuildError(`Cannot make the release twice alike: ${other.join(", ")} came out different`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    // Whoever is used to npm writes "--" first.
    args: Deno.args.filter((argument) => argument !== "--"),
    options: {
      target: { type: "string" },
      out: { type: "string" },
      verify: { type: "boolean" },
      traces: { type: "boolean" },
    },
  });
  const what = {
    project: await readProject(),
    targets: readTargets(values.target ?? "all"),
    traces: values.traces,
  };
  const out = values.out ?? join(ROOT, "dist");
  const names = await build(what, out);
  for (const name of names) {
    console.log(
      `${((await Deno.stat(join(out, name))).size / 1e6).toFixed(1).padStart(6)} MB  ${join(out, name)}`,
    );
  }
  if (!values.verify) return;
  const again = await Deno.makeTempDir({ prefix: "certgate-again-" });
  try {
    await build(what, again);
    const sums = (folder: string) => Deno.readTextFile(join(folder, "SHA256SUMS"));
    compareSums(await sums(out), await sums(again));
    console.log("made twice: the same bytes");
  } finally {
    await Deno.remove(again, { recursive: true });
  }
}

if (import.meta.main) await reportErrors(main);
