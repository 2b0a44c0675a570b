import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export interface BundleOptions {
  /** Where the paths of the files begin. */
  readonly root: string;
  /** Where the modules are written. */
  readonly folder: string;
  /** How many modules there are at most. */
  readonly count: number;
}

/**
 * Shares files out to a few modules that do nothing but import them. Neighbours in the list, which are often alike in what
 * they cost, go to different ones; in a module the order is kept.
 *
 * @returns Paths of the modules; a file that would be alone in one stands for itself.
 */
export function writeBundles(files: readonly string[], { root, folder, count }: BundleOptions): string[] {
  const shares = Array.from(
    { length: Math.min(count, files.length) },
    (_, share) => files.filter((_, index) => index % count === share),
  );
  return shares.map((share, index) => {
    if (share.length === 1) return share[0];
    const path = join(folder, `files${index + 1}.ts`);
    const imports = share.map((file) =>
      `import ${JSON.stringify(pathToFileURL(resolve(root, file)).href)};\n`
    );
    writeFileSync(path, imports.join(""));
    return path;
  });
}
