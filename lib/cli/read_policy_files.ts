import { join } from "node:path";
import type { ResourceText } from "../resources/mod.ts";

const TEXT_FILE = /\.(ya?ml|json)$/;
// The same bounds as the agent has: a link to a directory above itself would never end.
const DEEPEST = 16;
const LARGEST_TEXT = 16 * 1024 * 1024;

/**
 * Reads policy objects once, as the agent finds them: the `*.yaml`, `*.yml` and `*.json` files of directories and of those
 * below, hidden names left out. A path that is a file is read whatever its name is.
 *
 * @param paths Directories or files.
 * @returns Path to text, or to what is wrong with it.
 */
export async function readPolicyFiles(paths: readonly string[]): Promise<Map<string, ResourceText>> {
  const files = new Map<string, ResourceText>();
  for (const path of paths) await walk(path.replace(/(?<=.)\/+$/, ""), files, 0);
  return files;
}

async function walk(path: string, files: Map<string, ResourceText>, depth: number): Promise<void> {
  try {
    const { isDirectory, isFile, size } = await Deno.stat(path);
    if (isDirectory) {
      if (depth > DEEPEST) return;
      const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
      for (const name of names) if (!name.startsWith(".")) await walk(join(path, name), files, depth + 1);
    } else if (depth === 0 || TEXT_FILE.test(path)) {
      files.set(path, await readText(path, isFile, size));
    }
  } catch (error) {
    files.set(path, { problem: (error as Error).message });
  }
}

async function readText(path: string, isFile: boolean, size: number): Promise<ResourceText> {
  if (!isFile) return { problem: `"${path}" is not a file` };
  if (size > LARGEST_TEXT) return { problem: `"${path}" has ${size} bytes, and ${LARGEST_TEXT} are read` };
  const bytes = await Deno.readFile(path);
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { problem: `"${path}" is not UTF-8 text` };
  }
}
