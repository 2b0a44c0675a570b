import Table from "cli-table3";

const SIDES = ["top", "bottom", "left", "right", "mid"];
const PLAIN = Object.fromEntries(
  [...SIDES, ...SIDES.flatMap((side) => SIDES.map((other) => `${side}-${other}`)), "middle"].map((
    side,
  ) => [side, ""]),
);

/**
 * A table without lines, columns two blanks apart.
 *
 * @param head Titles of the columns.
 * @param rows Cells, fit for a terminal already; colours are allowed.
 */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const style = { head: [], border: [], "padding-left": 0, "padding-right": 2 };
  const table = new Table({ head: [...head], chars: PLAIN, style });
  for (const row of rows) table.push([...row]);
  return `${table.toString().replace(/ +$/gm, "")}\n`;
}
