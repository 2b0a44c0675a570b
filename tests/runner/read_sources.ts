import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const IMPORT = /from\s+"(\.\.?\/[^"]+)"/g;

/**
 * Text of a test file and of everything below `tests/` that it imports, directly or not: a set of tests may keep the
 * question for its tools in one place.
 *
 * @param file Path relative to `root`.
 */
export function readSources(root: string, file: string): string {
  const texts = new Map<string, string>();
  const read = (path: string) => {
    if (texts.has(path) || !existsSync(join(root, path))) return;
    const text = readFileSync(join(root, path), "utf8");
    texts.set(path, text);
    for (const [, specifier] of text.matchAll(IMPORT)) {
      const next = normalize(join(dirname(path), specifier));
      if (next.startsWith("tests/")) read(next);
    }
  };
  read(file);
  return [...texts.values()].join("\n");
}
