import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a folder of `PATH` holds a program of this name. */
export function isOnPath(program: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(delimiter)
    .some((folder) => folder !== "" && existsSync(join(folder, program)));
}
