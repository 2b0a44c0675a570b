import { Document, Scalar, visit } from "yaml";

/** The formats that listings have for other programs. */
export type DataFormat = "json" | "yaml";

/** How a listing is printed. */
export type Format = "table" | DataFormat;

/** Every {@linkcode Format}; the first is for people. */
export const FORMATS: readonly Format[] = ["table", "json", "yaml"];

/**
 * Data for other programs.
 *
 * @param value Anything that JSON can hold.
 * @returns Text with a line break at its end; nothing in it can act on a terminal.
 */
export function renderData(value: unknown, format: DataFormat): string {
  const json = `${JSON.stringify(value, null, 2)}\n`;
  return (format === "json" ? json : toYaml(JSON.parse(json))).replace(UNFIT, escape);
}

function toYaml(value: unknown): string {
  // Readers of YAML 1.1 take a bare `no` or `on` for a truth value.
  const document = new Document(value, { compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      // Only double quotes know the escapes.
      if (typeof node.value === "string" && node.value.search(UNFIT) >= 0) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 });
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

// What JSON and YAML leave as it is and a terminal may act upon: C1 controls, line separators, and the bidirectional
// controls of Unicode (UAX #9).
const UNFIT = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
