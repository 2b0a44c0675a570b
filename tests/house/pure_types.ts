import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFiles } from "../runner/find_files.ts";
import { LAST_PURE_RANK, placeOf } from "../lint/place.ts";
import { deno, type Ended } from "./deno.ts";

/** Everything a pure rank may know by name: the language, text and streams, URLs, web crypto. No `Deno`. */
const LIB = ["esnext", "deno.web", "deno.url", "deno.crypto"];

/** The product files of ranks 0 to 4 below `root`. */
export function pureFiles(root: string): string[] {
  return findFiles(root, (path) => path.endsWith(".ts")).map((path) => join(root, path)).filter((path) => {
    const place = placeOf(path);
    return place !== null && !place.isTest && place.rank != null && place.rank <= LAST_PURE_RANK;
  });
}

/**
 * Type-checks files with no `Deno` in scope, the imports of deno.json being as ever.
 *
 * @param files Absolute paths.
 */
export async function checkPurely(root: string, files: readonly string[]): Promise<Ended> {
  const { imports, nodeModulesDir } = JSON.parse(readFileSync(join(root, "deno.json"), "utf8"));
  // Beside the checkout, not in it: a second configuration file there would be one more thing to keep in step.
  const folder = mkdtempSync(join(tmpdir(), "certgate-pure-"));
  try {
    const config = join(folder, "deno.json");
    writeFileSync(config, JSON.stringify({ imports, nodeModulesDir, compilerOptions: { lib: LIB } }));
    return await deno(["check", "--no-lock", "--config", config, ...files], root);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
