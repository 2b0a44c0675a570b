import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A block between fences. */
export interface Fence {
  /** What stands behind the opening fence, e.g. `sh`. */
  readonly language: string;
  readonly text: string;
  /** Line of the opening fence. */
  readonly line: number;
}

/** A page of documentation, taken apart. */
export interface Page {
  /** In the checkout. */
  readonly path: string;
  readonly fences: readonly Fence[];
  /** What stands between backticks, outside of fences. */
  readonly codes: readonly { readonly text: string; readonly line: number }[];
  readonly links: readonly { readonly target: string; readonly line: number }[];
  /** What a link may have behind `#`. */
  readonly anchors: ReadonlySet<string>;
}

const TOP = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

/** Every page that people read. */
export function readPages(): Page[] {
  const below = ["docs", "docs/adr", "deploy", "systemd", "monitoring"].filter((folder) =>
    existsSync(join(ROOT, folder))
  );
  const paths = below.flatMap((folder) =>
    readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(".md")).map((name) => `${folder}/${name}`)
  );
  return [...TOP, ...paths.sort()].map((path) => readPage(path, readFileSync(join(ROOT, path), "utf8")));
}

/** Takes a page apart. */
export function readPage(path: string, text: string): Page {
  const fences: Fence[] = [];
  const codes: Page["codes"][number][] = [];
  const links: Page["links"][number][] = [];
  const anchors = new Set<string>();
  let open: { mark: string; language: string; line: number; lines: string[] } | null = null;
  text.split("\n").forEach((line, index) => {
    const [, mark, language] = /^\s*(`{3,})(\S*)/.exec(line) ?? [];
    if (open !== null) {
      if (mark === open.mark && language === "") {
        fences.push({ language: open.language, text: open.lines.join("\n"), line: open.line });
        open = null;
      } else open.lines.push(line);
      return;
    }
    if (mark !== undefined) return void (open = { mark, language, line: index + 1, lines: [] });
    const heading = /^#+ (.*)$/.exec(line)?.[1];
    if (heading !== undefined) anchors.add(slugOf(heading));
    for (const [, inner] of line.matchAll(/(?<!`)`([^`]+)`(?!`)/g)) {
      codes.push({ text: inner, line: index + 1 });
    }
    const bare = line.replace(/`[^`]*`/g, "");
    for (const [, target] of bare.matchAll(/\]\(([^)\s]+)\)/g)) links.push({ target, line: index + 1 });
  });
  return { path, fences, codes, links, anchors };
}

/** The anchor that code hosts give a heading. */
function slugOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}
