import { BuildError } from "./run_tool.ts";

// The names of versions stand near the beginning of an ELF file, in the strings for the dynamic linker.
const BEGINNING = 1024 * 1024;

/**
 * The version of the GNU C library that a program cannot do without: the newest that any of its symbols names.
 *
 * @param program The bytes of an ELF file, linked dynamically.
 * @returns E.g. `2.27`.
 * @throws {BuildError} if it names none.
 */
export function neededGlibc(program: Uint8Array): string {
  const beginning = new TextDecoder("latin1").decode(program.subarray(0, BEGINNING));
  const minors = [...beginning.matchAll(/GLIBC_2\.(\d+)(?:\.\d+)?\0/g)].map(([, minor]) => Number(minor));
  if (minors.length === 0) {
    throw new BuildError("Cannot tell which C library the binary needs: it names no version of the GNU one");
  }
  return `2.${Math.max(...minors)}`;
}
