import { basename, dirname } from "node:path";

/** The name that a certificate file gives its pair: its own without the ending, or that of its folder. */
export function nameOfFile(path: string): string {
  const stem = basename(path).replace(/\.[^.]+$/, "");
  return stem === "tls" || stem === "fullchain" ? basename(dirname(path)) : stem;
}
