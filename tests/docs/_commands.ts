import type { Page } from "./_pages.ts";

/** A command that a page shows. */
export interface ShownCommand {
  readonly page: string;
  readonly line: number;
  /** As it stands there, without a comment behind it. */
  readonly text: string;
  /** The same without `sudo`, with `certgate` for the ways to start it from a checkout. */
  readonly plain: string;
  /** The exit code that a comment behind it tells, e.g. `# exit 3`. */
  readonly exit: number | null;
}

const SEVERAL_LINES = /<<|^\s*(if|for|while|case)\b|\{\s*$/m;

/** Every command in the shell blocks of a page. A block with a loop or a here-document counts as one. */
export function commandsOf(page: Page): ShownCommand[] {
  return page.fences.filter(({ language }) => language === "sh").flatMap(({ text, line }) => {
    if (SEVERAL_LINES.test(text)) return [shown(page.path, line + 1, text)];
    const commands: ShownCommand[] = [];
    let whole = "";
    text.split("\n").forEach((part, index) => {
      whole += part;
      if (part.endsWith("\\")) whole = `${whole.slice(0, -1)} `;
      else {
        const command = shown(page.path, line + 1 + index, whole);
        if (command.text !== "") commands.push(command);
        whole = "";
      }
    });
    return commands;
  });
}

/** One command, from a page or from elsewhere. */
export function shown(page: string, line: number, whole: string): ShownCommand {
  const [text, comment] = splitComment(whole);
  const exit = /^exit (\d+)\b/.exec(comment)?.[1];
  return { page, line, text, plain: plainOf(text), exit: exit === undefined ? null : Number(exit) };
}

function plainOf(text: string): string {
  return text
    .replace(/^sudo( -u \S+| -E)? /, "")
    .replace(/\b(npx -y )?deno(@[\d.]+)? run -A main\.ts\b/, "certgate")
    .replace(/\b(npx -y )?deno(@[\d.]+)? task run\b/, "certgate run")
    .replace(/\s+/g, " ")
    .trim();
}

/** A comment begins at a `#` that stands alone outside of quotes. */
function splitComment(text: string): [string, string] {
  if (text.includes("\n")) return [text.trim(), ""];
  let quote = "";
  for (let index = 0; index < text.length; index++) {
    const letter = text[index];
    if (quote !== "") quote = letter === quote ? "" : quote;
    else if (letter === "'" || letter === '"') quote = letter;
    else if (letter === "#" && (index === 0 || /\s/.test(text[index - 1]))) {
      return [text.slice(0, index).trim(), text.slice(index + 1).trim()];
    }
  }
  return [text.trim(), ""];
}

/** The programs that a command line starts, without what stands in quotes. */
export function programsOf(plain: string): string[] {
  const bare = plain.replace(/'[^']*'|"[^"]*"/g, "Q").replace(/[0-9&]?>{1,2}\s*\S+/g, "");
  return bare.split(/\|\||&&|[|;]/).map((part) => part.trim().replace(/^(\w+=\S*\s+)+/, "").split(" ")[0]);
}
