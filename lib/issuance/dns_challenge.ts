import { DNS_PROGRAM, mayRun, plainLine } from "../host/mod.ts";
import { AcmeFailure } from "./acme_failure.ts";
import { type BoundedRun, runBounded } from "./run_bounded.ts";

/** A record that proves control over a name (RFC 8555, 8.4). */
export interface DnsRecord {
  /** Name that is to be certified, without `*.`. */
  readonly domain: string;
  /** Text of the record. */
  readonly value: string;
}

/** The program that makes records, as it is configured. */
export interface DnsProgram {
  readonly command: readonly string[];
  /** Milliseconds until the record has to be visible. */
  readonly timeout: number;
}

// A program that hangs must not hold up the end of the agent for as long as a record may take.
const LONGEST_CLEANUP = 30_000;
const LONGEST_WORDS = 300;
// What it writes to standard output is for nobody.
const MOST_BYTES = 1024 * 1024;
const ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LANG: "C.UTF-8",
};

/** Name of the record for a domain. */
export function recordName(domain: string): string {
  return `_acme-challenge.${domain}`;
}

/**
 * Has the record made. The program is done when the record can be seen. There is no shell, and its environment is small.
 *
 * @throws {AcmeFailure} if it fails, takes too long or is stopped.
 */
export async function presentRecord(
  { command, timeout }: DnsProgram,
  record: DnsRecord,
  signal: AbortSignal,
): Promise<void> {
  const shown = plainLine(command[0], LONGEST_WORDS);
  if (!await mayRun(command[0])) throw new AcmeFailure("broken", `Cannot run "${shown}": ${DNS_HINT}`);
  const run = await runFor("present", { command, timeout }, record, signal);
  const problem = problemOf(run, timeout);
  if (problem === null) return;
  const name = recordName(record.domain);
  if (signal.aborted) throw new AcmeFailure("late", `Cannot wait for the record "${name}": no time left`);
  const kind = run.end === "failed" ? "broken" : "challenge";
  throw new AcmeFailure(kind, `Cannot make the record "${name}": ${problem}`);
}

/** What to do about a program that this binary may not run. */
const DNS_HINT =
  `this binary may run ${DNS_PROGRAM}: make it a program of yours, or a symbolic link to one, and give it arguments`;

/** Has the record taken away, in a time of its own: also after an attempt that was stopped. What is wrong comes back. */
export async function removeRecord(
  { command, timeout }: DnsProgram,
  record: DnsRecord,
): Promise<string | null> {
  if (!await mayRun(command[0])) return null;
  const limit = Math.min(timeout, LONGEST_CLEANUP);
  const run = await runFor("cleanup", { command, timeout: limit }, record, new AbortController().signal);
  return problemOf(run, limit);
}

function runFor(
  what: "present" | "cleanup",
  { command, timeout }: DnsProgram,
  { domain, value }: DnsRecord,
  signal: AbortSignal,
): Promise<BoundedRun> {
  return runBounded([...command, what, recordName(domain), value], {
    stdin: new Uint8Array(),
    env: ENVIRONMENT,
    timeoutMs: timeout,
    signal,
    most: MOST_BYTES,
  });
}

function problemOf(run: BoundedRun, timeout: number): string | null {
  switch (run.end) {
    case "failed":
      return plainLine(run.error, LONGEST_WORDS);
    case "stopped":
      return `the program was not done in ${timeout} ms`;
    case "tooMuch":
      return `the program wrote more than ${MOST_BYTES} bytes`;
  }
  if (run.code === 0) return null;
  return plainLine(run.lastLine, LONGEST_WORDS) || `the program ended with code ${run.code}`;
}
