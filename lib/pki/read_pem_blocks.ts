import { isFailure, type PemBlock, type PemFailure, PemReader } from "./_pem_reader.ts";

export type { PemBlock, PemFailure };

/**
 * Reads the blocks of a PEM file in file order, with the rules of BoringSSL.
 *
 * @param bytes The file.
 * @returns The blocks before the first damaged one, and how the reading ended: `none` is the end of the file. Never
 * throws; the time is linear in the length.
 *
 * @example
 * ```ts
 * import { readPemBlocks, toPem } from "./mod.ts";
 *
 * const { blocks } = readPemBlocks(toPem("CERTIFICATE", new Uint8Array([1, 2, 3])));
 * console.log(blocks[0].label); // "CERTIFICATE"
 * ```
 */
export function readPemBlocks(bytes: Uint8Array): { blocks: PemBlock[]; end: PemFailure } {
  const reader = new PemReader(bytes);
  const blocks: PemBlock[] = [];
  for (;;) {
    const next = reader.next();
    if (isFailure(next)) return { blocks, end: next };
    blocks.push(next);
  }
}
