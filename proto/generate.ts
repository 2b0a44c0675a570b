/**
 * Makes `proto/gen/` from the .proto files beside it, without a network once the packages are cached.
 *
 *     deno run -A proto/generate.ts           writes gen/ anew
 *     deno run -A proto/generate.ts --check   exits 1 and names the files if gen/ is not what it would write
 *
 * @module
 */
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

// 1.75.0 was published without some of its platform packages, and Deno wants all of them to exist.
const BUF = "npm:@bufbuild/buf@1.74.0";
const PLUGIN = "npm:@bufbuild/protoc-gen-es@2.17.0";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Runs buf and gives back the folder that it wrote, which is the caller's to remove. */
async function generate(): Promise<string> {
  const out = await mkdtemp(join(tmpdir(), "certgate-proto-"));
  const plugin = {
    local: [Deno.execPath(), "run", "-A", PLUGIN],
    out: "gen",
    opt: ["target=ts", "import_extension=ts"],
  };
  const template = JSON.stringify({ version: "v2", plugins: [plugin] });
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", BUF, "generate", here, "--template", template, "-o", out],
  }).output();
  if (code === 0) return join(out, "gen");
  await rm(out, { recursive: true });
  throw new Error(`Cannot generate code from proto/: ${new TextDecoder().decode(stderr)}`);
}

/** @returns the content of every file of a folder by its path in it; nothing if there is no such folder. */
async function contents(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath, entry.name);
    found.set(relative(folder, path), await readFile(path, "utf8"));
  }
  return found;
}

/** @returns the names of files that are not the same on both sides. */
async function differences(one: string, other: string): Promise<string[]> {
  const [before, now] = await Promise.all([contents(one), contents(other)]);
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].filter((name) => before.get(name) !== now.get(name)).sort();
}

const fresh = await generate();
const target = join(here, "gen");
try {
  if (Deno.args.includes("--check")) {
    const stale = await differences(target, fresh);
    for (const name of stale) console.error(`proto/gen/${name} is not up to date`);
    if (stale.length > 0) console.error("Run: deno run -A proto/generate.ts");
    Deno.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    await rm(target, { recursive: true, force: true });
    await cp(fresh, target, { recursive: true });
  }
} finally {
  await rm(join(fresh, ".."), { recursive: true });
}
