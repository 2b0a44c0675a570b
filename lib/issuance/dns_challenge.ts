import { plainLine, runProgram } from "../host/mod.ts";
import { AcmeFailure } from "./acme_failure.ts";

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

/** Name of the record for a domain. */
export function recordName(domain: string): string {
  return `_acme-challenge.${domain}`;
}

/**
 * Has the record made. The program is done when the record can be seen.
 *
 * @throws {AcmeFailure} if it fails, takes too long or is stopped.
 */
export async function presentRecord(
  { command, timeout }: DnsProgram,
  { domain, value }: DnsRecord,
  signal: AbortSignal,
): Promise<void> {
  const [program, ...args] = command;
  const all = [...args, "present", recordName(domain), value];
  const run = await runProgram(program, all, { timeoutMs: timeout, signal });
  if (run.end === "exit" && run.code === 0) return;
  if (signal.aborted) {
    throw new AcmeFailure("late", `Cannot wait for the record "${recordName(domain)}": no time left`);
  }
  const reason = run.error || lastWords(run.lines) || `it ended with code ${run.code}`;
  throw new AcmeFailure("challenge", `Cannot make the record "${recordName(domain)}": ${reason}`);
}

/** Has the record taken away, in a time of its own: also after an attempt that was stopped. What is wrong comes back. */
export async function removeRecord(
  { command, timeout }: DnsProgram,
  { domain, value }: DnsRecord,
): Promise<string | null> {
  const [program, ...args] = command;
  const all = [...args, "cleanup", recordName(domain), value];
  const run = await runProgram(program, all, { timeoutMs: Math.min(timeout, LONGEST_CLEANUP) });
  if (run.end === "exit" && run.code === 0) return null;
  return run.error || lastWords(run.lines) || `it ended with code ${run.code}`;
}

function lastWords(lines: readonly string[]): string {
  return plainLine(lines.findLast((line) => line.trim() !== "")?.trim() ?? "", LONGEST_WORDS);
}
