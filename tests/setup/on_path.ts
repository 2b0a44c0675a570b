import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a program of the host is, or `null`. */
export function onPath(program: string): string | null {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}
