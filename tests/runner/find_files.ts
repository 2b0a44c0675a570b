import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Folders that hold nothing written here. */
const FOREIGN = new Set([".git", ".cache", "node_modules", "dist", "coverage"]);

/** Paths of files below `root`, relative to it, sorted, for which `wanted` says yes. Does not follow links. */
export function findFiles(root: string, wanted: (path: string) => boolean): string[] {
  const files: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !FOREIGN.has(entry.name)) walk(path);
      else if (entry.isFile() && wanted(path)) files.push(path);
    }
  };
  walk("");
  return files.sort();
}
