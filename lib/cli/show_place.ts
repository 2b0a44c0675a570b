import type { Place } from "../model/mod.ts";

/** `file:line:column`; the file alone where it is about the file as a whole. */
export function showPlace({ file, line, column }: Place): string {
  return line > 0 ? `${file}:${line}:${column}` : file;
}
