import type { Summary } from "../model/mod.ts";

/** What the Envoy of this host says of a pair or bundle. */
export type EnvoyAnswer = { readonly accepted: true } | {
  readonly accepted: false;
  readonly message: string;
};

/**
 * Lets the Envoy of this host have the last word on whether something can be loaded.
 *
 * - What it refuses has a problem: the rules' own if they found one, since that one explains more.
 * - What it accepts has none.
 *
 * @returns The summary to go on with, and whether the rules said something else: then one of them is missing or wrong.
 */
export function applyAnswer(summary: Summary, answer: EnvoyAnswer): { summary: Summary; overruled: boolean } {
  if (answer.accepted) {
    if (summary.problem === null) return { summary, overruled: false };
    return { summary: { ...summary, problem: null }, overruled: true };
  }
  if (summary.problem !== null) return { summary, overruled: false };
  const problem = { cause: "proxy_refuses", detail: cleanMessage(answer.message) } as const;
  return { summary: { ...summary, problem }, overruled: true };
}

const LONGEST_DETAIL = 240;

/**
 * Makes a message of the proxy fit to be shown: one line, of bounded length, without anything that may be key bytes
 * (PEM blocks, and long runs of base64 or hex, wherever they come from).
 */
function cleanMessage(message: string): string {
  // What is cut off is far behind what can be shown; a message may quote the whole configuration.
  const text = message.slice(0, 65_536)
    .replace(/-----BEGIN [^-]*-----[\s\S]*?(-----END [^-]*-----|$)/g, "…")
    .replace(/[A-Za-z0-9+/=_-]{40,}/g, "…")
    // deno-lint-ignore no-control-regex
    .replace(/[\s\u0000-\u001f\u007f]+/g, " ")
    .trim();
  return text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL - 1)}…` : text;
}
