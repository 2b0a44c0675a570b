import { wordsOf, WRITE_HINT, writeAtomic } from "../host/mod.ts";
import { type MergedTrust, mergeTrust } from "../pki/mod.ts";
import { certificateData, day, shortly } from "./certgen_report.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { plainTable } from "./plain_table.ts";
import { printable } from "./printable.ts";
import { type Format, renderData } from "./render_data.ts";
import { errorLines, type Terminal } from "./terminal.ts";

/** Options of `certgate bundle`. */
export interface BundleOptions {
  readonly merge?: boolean;
  readonly out?: string;
  readonly cap?: number;
  readonly output: Format;
  /** Milliseconds since the epoch; default now. */
  readonly at?: number;
}

/** A bundle of every authority of the web has some 200 kB. */
const LARGEST_FILE = 16 * 1024 * 1024;
const NOTHING = new Uint8Array();

/**
 * `certgate bundle FILE…`: shows what bundles of authorities hold, and merges them.
 *
 * - What is expired or there twice is left out, and what is over the cap; the order of the files counts.
 * - Never writes a bundle with nothing in it: whoever reads it would trust nobody, or everybody.
 *
 * @returns 0 if every certificate stays, 1 if some are left out or unreadable or there is none, 2 if a file cannot be read, 3 if the result
 * would be empty or cannot be written.
 */
export async function bundle(
  files: readonly string[],
  options: BundleOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.out !== undefined && !options.merge) {
    terminal.err(
      errorLines("--out is of no use alone", "add --merge: it is the merged bundle that is written"),
    );
    return EXIT.usage;
  }
  const bundles: Uint8Array[] = [];
  for (const file of files) {
    const read = await readBundle(file);
    if (typeof read === "string") {
      terminal.err(errorLines(`Cannot read ${JSON.stringify(file)}: ${printable(read)}`));
      return EXIT.usage;
    }
    bundles.push(read);
  }
  // The first one would be taken with what has expired in it.
  const merged = mergeTrust([NOTHING, ...bundles], { now: options.at ?? Date.now(), cap: options.cap });
  const unreadable = merged.warnings.map((warning) =>
    warning.replace(/of bundle (\d+)/, (_, number) => `of ${JSON.stringify(files[Number(number) - 2])}`)
  );
  for (const warning of unreadable) terminal.err(`warning: ${printable(warning)}\n`);
  const empty = merged.members.length + merged.leftOut.length + unreadable.length === 0;
  if (empty && !options.merge) terminal.err("warning: there is no certificate in PEM in what was given\n");
  const report = renderReport(merged, unreadable, options.output);
  if (!options.merge) terminal.out(report);
  else {
    const code = await write(merged, report, options, terminal);
    if (code !== EXIT.ok) return code;
  }
  const found = empty || merged.leftOut.length + unreadable.length > 0;
  return found && !options.merge ? EXIT.found : EXIT.ok;
}

async function readBundle(file: string): Promise<Uint8Array | string> {
  try {
    const { isFile, size } = await Deno.stat(file);
    if (!isFile) return "it is not a file";
    if (size > LARGEST_FILE) return `it is longer than ${LARGEST_FILE} bytes`;
    return await Deno.readFile(file);
  } catch (error) {
    return wordsOf(error);
  }
}

async function write(
  merged: MergedTrust,
  report: string,
  { out, output }: BundleOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (merged.members.length === 0) {
    terminal.err(errorLines("Cannot merge the bundles: nothing in them can be trusted now", EMPTY_HINT));
    return EXIT.failed;
  }
  if (out === undefined) {
    terminal.out(new TextDecoder().decode(merged.bundle));
    // Standard output is the bundle, and fit to be redirected.
    if (output === "table" && merged.leftOut.length > 0) terminal.err(report);
    return EXIT.ok;
  }
  try {
    await writeAtomic(out, merged.bundle, 0o644);
  } catch (error) {
    const hint = error instanceof Deno.errors.NotCapable ? WRITE_HINT : "";
    terminal.err(errorLines(`Cannot write ${JSON.stringify(out)}: ${printable(wordsOf(error))}`, hint));
    return EXIT.failed;
  }
  terminal.out(report);
  return EXIT.ok;
}

const EMPTY_HINT = "certgate bundle without --merge shows why each is left out";

function renderReport(
  { members, leftOut }: MergedTrust,
  unreadable: readonly string[],
  format: Format,
): string {
  if (format !== "table") {
    return renderData({
      members: members.map(certificateData),
      leftOut: leftOut.map(({ facts, why }) => ({ ...certificateData(facts), why })),
      unreadable,
    }, format);
  }
  const rows = [
    ...members.map((facts) => ["kept", facts] as const),
    ...leftOut.map(({ why, facts }) => [why, facts] as const),
  ];
  return plainTable(
    ["STATE", "CA", "VALID UNTIL", "SHA-256", "SUBJECT"],
    rows.map(([state, facts]) => {
      const subject = printable(facts.subject);
      return [state, facts.isCa ? "yes" : "no", day(facts.notAfter), shortly(facts), subject];
    }),
  );
}
