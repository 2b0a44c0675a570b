/** What every generated page says below its title. */
export const MADE = "<!-- Made by tests/house/render_docs.ts; change the code it is made from. -->";

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** A row of a table. */
export const row = (...cells: string[]) => `| ${cells.map(cell).join(" | ")} |`;
