import { fileURLToPath } from "node:url";

/**
 * Ranks of the folders of `lib/`. A folder imports lower
 * ranks only. A new folder needs a line here before anything in it may be imported.
 */
export const RANKS: Readonly<Record<string, number>> = {
  model: 0,
  pki: 1,
  resources: 1,
  health: 2,
  policy: 2,
  gate: 3,
  issuers: 3,
  xds: 3,
  mutations: 4,
  host: 5,
  sources: 6,
  rotation: 6,
  issuance: 6,
  outputs: 6,
  server: 7,
  agent: 8,
  cli: 9,
};

/** The highest rank that knows no clock, no random, no I/O. */
export const LAST_PURE_RANK = 4;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where a file stands in the project. */
export interface Place {
  /** Path from the root of the checkout, e.g. `lib/pki/mod.ts`. */
  readonly path: string;
  /** The folder of lib, or `agent` for `lib/agent.ts` and the `lib/agent_*.ts` beside it; `null` outside lib. */
  readonly part: string | null;
  /** `null` outside lib, `undefined` for a part that is not in the table. */
  readonly rank: number | null | undefined;
  readonly isTest: boolean;
}

/** The one file through which others import a part. */
export function doorOf(part: string): string {
  return part === "agent" ? "lib/agent.ts" : `lib/${part}/mod.ts`;
}

/** The place of a file; `null` if it is outside the checkout. */
export function placeOf(file: string): Place | null {
  if (!file.startsWith(ROOT)) return null;
  const path = file.slice(ROOT.length);
  const part = path.startsWith("lib/") ? path.split("/")[1].replace(/^agent(_\w+)?\.ts$/, "agent") : null;
  return {
    path,
    part,
    rank: part === null ? null : RANKS[part],
    isTest: path.startsWith("tests/") || path.endsWith("_test.ts"),
  };
}

/** The place that a relative specifier in `file` leads to; `null` for any other specifier. */
export function targetOf(file: string, specifier: string): Place | null {
  if (!/^\.\.?\//.test(specifier)) return null;
  return placeOf(fileURLToPath(new URL(specifier, new URL(`file://${encodeURI(file)}`))));
}
