import { basename, dirname } from "node:path";
import { nameOfFile } from "./_name_of_file.ts";
import { listFiles, permissionHint, readLayout, type ReadPair, systemWords } from "./_read_layout.ts";
import { findLayout, findSiblings } from "./layout.ts";

/** A pair as it was found at a path. */
export interface FoundPair extends ReadPair {
  readonly path: string;
  /** Name of the directory, or of the file without its ending. */
  readonly name: string;
}

/**
 * Reads the pair at a path: a directory in any known layout, a certificate file with its key beside it, or one file
 * with both.
 *
 * @param path File or directory; symbolic links are followed.
 * @returns Always a result; what is wrong is in it.
 */
export async function readPairAt(path: string): Promise<FoundPair> {
  const clean = path.length > 1 ? path.replace(/\/+$/, "") : path;
  try {
    const stat = await Deno.stat(clean);
    if (stat.isDirectory) {
      const read = await readLayout(clean, findLayout(await listFiles(clean)));
      return { path: clean, name: basename(clean), ...read };
    }
    const directory = dirname(clean);
    const layout = findSiblings(basename(clean), await listFiles(directory).catch(() => []));
    return { path: clean, name: nameOfFile(clean), ...await readLayout(directory, layout) };
  } catch (error) {
    const gone = error instanceof Deno.errors.NotFound;
    return {
      path: clean,
      name: basename(clean),
      pair: { certificate: null, key: null },
      problem: gone
        ? { cause: "pair_missing", detail: `"${clean}" does not exist` }
        : { cause: "file_unreadable", detail: systemWords(error) },
      foreign: false,
      hint: gone ? "check the spelling, or wait until it is issued" : permissionHint(error, clean),
    };
  }
}

export { LARGEST_FILE } from "./_read_layout.ts";
