import stringWidth from "fast-string-width";

/**
 * A table without lines, columns two blanks apart.
 *
 * @param head Titles of the columns.
 * @param rows Cells, fit for a terminal already; colours are allowed.
 */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // A library that draws tables with lines takes seconds for thousands of rows.
  const lines = [head, ...rows].map((cells) => cells.map((text) => ({ text, width: stringWidth(text) })));
  const widths = head.map((_, column) =>
    lines.reduce((most, cells) => Math.max(most, cells[column].width), 0)
  );
  return lines.map((cells) => {
    const padded = cells.map(({ text, width }, column) => text + " ".repeat(widths[column] - width));
    return `${padded.join("  ").trimEnd()}\n`;
  }).join("");
}
