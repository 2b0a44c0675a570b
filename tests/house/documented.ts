import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findFiles } from "../runner/find_files.ts";

/** Product modules that show an example in a doc comment: `deno test --doc` would load all the others for nothing. */
export function documented(root: string): string[] {
  return findFiles(root, (path) => /^(lib\/|mod\.ts$)/.test(path) && path.endsWith(".ts"))
    .filter((path) => /^\s*\* ```(ts|js)/m.test(readFileSync(join(root, path), "utf8")));
}
