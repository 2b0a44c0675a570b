import type { Named, Outcome } from "./outcome.ts";

/** What a report says. */
export interface Report extends Outcome {
  /** Those of the failed that were not ended: something that no test caught had ended their worker. */
  readonly cancelled: readonly Named[];
}

const CASE = /<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(\/>|>([\s\S]*?)<\/testcase>)/g;

/**
 * Reads the report of `deno test --junit-path`. A `Deno.test` counts as one; its steps, which the report lists as
 * `test > step` behind the tests of their file, do not count, because a failed step fails its test anyway.
 *
 * A pattern will do for the reading, and spares the runner a library before the libraries are there: the writer is known, and it escapes
 * every `<` and `"` of names and messages.
 */
export function readJunit(xml: string): Report {
  const outcome = { passed: [], failed: [], skipped: [], cancelled: [] } as Record<keyof Report, Named[]>;
  const seen = new Set<string>();
  for (const [, rawName, rawFile, , body = ""] of xml.matchAll(CASE)) {
    const [name, file] = [unescape(rawName), unescape(rawFile).replace(/^\.\//, "")];
    if (isStep(name, file, seen)) continue;
    seen.add(`${file}\0${name}`);
    const kind = /<(failure|error)\b/.test(body)
      ? "failed"
      : body.includes("<skipped")
      ? "skipped"
      : "passed";
    outcome[kind].push({ file, name });
    if (/<error message="Cancelled"/.test(body)) outcome.cancelled.push({ file, name });
  }
  return outcome;
}

function isStep(name: string, file: string, seen: ReadonlySet<string>): boolean {
  for (let end = name.indexOf(" > "); end !== -1; end = name.indexOf(" > ", end + 1)) {
    if (seen.has(`${file}\0${name.slice(0, end)}`)) return true;
  }
  return false;
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hex, word) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    return ENTITIES[word] ?? whole;
  });
}
