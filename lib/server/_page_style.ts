/** Rules of the status page: one column, wide enough for a phone, in the colours of the reader's choice. */
export const STATUS_PAGE_STYLE = `
:root { color-scheme: light dark; --bad: #b3261e; --warn: #8a5a00; --good: #1b6e3c; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --warn: #ffc861; --good: #7fd6a0; } }
* { box-sizing: border-box; }
body { font: 1rem/1.45 system-ui, sans-serif; max-width: 56rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1rem; margin: 0; opacity: .7; }
h2 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
h2 small { font-weight: normal; opacity: .7; }
.headline { font-size: 1.4rem; font-weight: 600; margin: 0; }
ul { list-style: none; margin: 0; padding: 0; }
li { border-left: .3rem solid var(--line); padding: .35rem .7rem; margin: .4rem 0; overflow-wrap: anywhere; }
li p { margin: .15rem 0; }
li.bad { border-color: var(--bad); }
li.warn { border-color: var(--warn); }
li.good { border-color: var(--good); }
p.bad, .bad .word { color: var(--bad); }
.warn .word { color: var(--warn); }
p.good, .good .word { color: var(--good); }
.word { font-weight: 600; margin-left: .4rem; }
.facts, footer { font-size: .85rem; opacity: .75; }
footer { margin-top: 2rem; }
`;

/**
 * Text that cannot leave its place in HTML, in content or in a quoted attribute. Marks that turn the direction of
 * writing stand as their code, so that no hostname can pass for another.
 */
export function escapeHtml(text: string): string {
  return text.replace(UNFIT, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

// C0 and C1 controls, line separators and the bidirectional controls of Unicode (UAX #9).
// deno-lint-ignore no-control-regex
const UNFIT = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
