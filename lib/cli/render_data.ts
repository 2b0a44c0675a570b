import type { JsonObject } from "../model/mod.ts";
import { yamlText } from "../outputs/mod.ts";

/** The formats that listings have for other programs. */
export type DataFormat = "json" | "yaml";

/** How a listing is printed. */
export type Format = "table" | DataFormat;

/** Every {@linkcode Format}; the first is for people. */
export const FORMATS: readonly Format[] = ["table", "json", "yaml"];

/**
 * Data for other programs.
 *
 * @param value An object of anything that JSON can hold.
 * @returns Text with a line break at its end; nothing in it can act on a terminal.
 */
export function renderData(value: object, format: DataFormat): string {
  // Whatever is not plain stands in double quotes in both, where the escapes are known.
  const text = format === "json" ? `${JSON.stringify(value, null, 2)}\n` : yamlText(value as JsonObject);
  return text.replace(UNFIT, escape);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

// What JSON and YAML leave as it is and a terminal may act upon: C1 controls, line separators, and the bidirectional
// controls of Unicode (UAX #9).
const UNFIT = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
