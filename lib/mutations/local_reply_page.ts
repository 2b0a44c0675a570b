import type { LocalReply } from "../model/mod.ts";

/** What a page may say with `%`: the text of these goes to Envoy as it is, and Envoy puts a value in its place. */
export const PAGE_OPERATORS = [
  "%START_TIME(%Y-%m-%d %H:%M:%S UTC)%",
  "%RESPONSE_CODE_DETAILS%",
  "%RESPONSE_CODE%",
] as const;

/**
 * Makes a format string of Envoy of a page: `%%` and {@linkcode PAGE_OPERATORS} stay, every other `%` is doubled. Escaping
 * again changes nothing.
 */
export function escapePage(page: string): string {
  let escaped = "";
  let from = 0;
  for (let at = page.indexOf("%"); at !== -1; at = page.indexOf("%", from)) {
    const length = operatorAt(page, at);
    escaped += page.slice(from, at) + (length === 0 ? "%%" : page.slice(at, at + length));
    from = at + Math.max(length, 1);
  }
  return escaped + page.slice(from);
}

/**
 * Looks for what Envoy would refuse in a format.
 *
 * @returns where the first `%` of a format string is that Envoy would not understand; -1 if there is none.
 */
export function findBarePercent(format: string): number {
  for (let at = format.indexOf("%"); at !== -1;) {
    const length = operatorAt(format, at);
    if (length === 0) return at;
    at = format.indexOf("%", at + length);
  }
  return -1;
}

/** Length of what stands at a `%`; 0 where it stands for itself. */
function operatorAt(text: string, at: number): number {
  if (text.startsWith("%%", at)) return 2;
  return PAGE_OPERATORS.find((operator) => text.startsWith(operator, at))?.length ?? 0;
}

/** Characters of a page at most: it stands in every HTTP connection manager of every snapshot. */
const LONGEST = 64 * 1024;

/**
 * Looks whether a page can be used.
 *
 * @returns in words what speaks against it; empty if nothing does.
 */
export function checkPage(page: string): string {
  if (page.trim() === "") return "the page is empty";
  if (page.length > LONGEST) {
    return `the page has ${page.length} characters; more than ${LONGEST} are too many for every listener`;
  }
  if (page.includes("\0")) return "the page has a NUL character: it is no text";
  if (page.includes("\ufffd")) return "the page is not UTF-8";
  return "";
}

/**
 * Makes the local reply of the operator's page.
 *
 * @param page Text of the page; `null` where there is none: the one that is built in.
 * @returns The reply with the page, or with the built-in one where the page cannot be used; `problem` says why, and is
 * empty otherwise.
 */
export function makeLocalReply(
  page: string | null,
  { contentType, minStatusCode, runtimeKey }: Omit<LocalReply, "body">,
): { readonly reply: LocalReply; readonly problem: string } {
  const problem = page === null ? "" : checkPage(page);
  const body = escapePage(page === null || problem !== "" ? BUILT_IN_PAGE : page);
  return { reply: { body, contentType, minStatusCode, runtimeKey }, problem };
}

/** The page where the operator has none: small, neutral, and with nothing in it that has to be fetched. */
export const BUILT_IN_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>%RESPONSE_CODE%: not available right now</title>
<style>
html, body { height: 100%; margin: 0 }
body { display: flex; align-items: center; justify-content: center; color: #223; background: #f6f6f4;
  font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 34rem; width: 90%; padding: 1rem }
h1 { font-size: 1.4rem; margin: 0 0 .5rem }
small { color: #667 }
@media (prefers-color-scheme: dark) { body { color: #dde; background: #181a1c } small { color: #99a } }
</style>
</head>
<body>
<main>
<h1>This page is not available right now</h1>
<p>The server that should answer did not. Please try again in a moment.</p>
<p><small>Status %RESPONSE_CODE%, %START_TIME(%Y-%m-%d %H:%M:%S UTC)%</small></p>
</main>
</body>
</html>
`;
