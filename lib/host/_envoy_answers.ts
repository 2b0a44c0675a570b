import type { EnvoyAnswer } from "../health/mod.ts";
import { FIRST, LAST } from "./_envoy_config.ts";

// Envoy escapes quotes and line ends in its log when asked to, so that one message is one line; a build that does
// not know the flag's newer behaviour prints them bare.
const REFUSED_LISTENER = /listener \\?'([^'\\]*)\\?' config rejected: (.*)$/;
const REFUSED_CONFIG = /error initializing configuration \\?'[^'\\]*\\?': (.*)$/;

/** A message of Envoy is kept for people; none they can use is longer than this. */
const LONGEST_MESSAGE = 400;

/** Whether a line of the log says that the last listener of a discovery file has been looked at. */
export function isLastLine(line: string): boolean {
  return REFUSED_LISTENER.exec(line)?.[1] === LAST;
}

/**
 * The answers to a discovery file, from Envoy's log.
 *
 * @param lines The log up to the line about the last listener.
 * @param count How many settings the file held.
 * @returns One answer each, or `null` if the log does not prove that Envoy looked at all of them.
 */
export function readDiscoveryLog(lines: readonly string[], count: number): EnvoyAnswer[] | null {
  const refused = new Map<string, string>();
  for (const line of lines) {
    const match = REFUSED_LISTENER.exec(line);
    if (match) refused.set(match[1], unescape(match[2]));
  }
  if (!refused.has(LAST) || refused.has(FIRST)) return null;
  return Array.from({ length: count }, (_, at) => {
    const message = refused.get(String(at));
    return message === undefined ? { accepted: true } : { accepted: false, message };
  });
}

/** What a validation run that ended with an error says is wrong, or `null` if it says nothing that is understood. */
export function readRefusal(lines: readonly string[]): string | null {
  for (const line of lines) {
    const match = REFUSED_CONFIG.exec(line);
    if (match) return unescape(match[1]);
  }
  return null;
}

function unescape(text: string): string {
  const plain = text.replace(/\\([nrt'"\\])/g, (_, c) => c === "'" || c === '"' || c === "\\" ? c : " ");
  return plain.trim().slice(0, LONGEST_MESSAGE);
}
