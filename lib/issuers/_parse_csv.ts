/**
 * Reads one line of comma-separated values as Go's `encoding/csv` does: a field may stand in double quotes, and then have
 * commas, line ends and doubled quotes in it. Blanks count. Empty lines are passed over.
 *
 * @returns The fields; `null` if it is no such text, has no line, or more than one.
 */
export function parseCsv(text: string): string[] | null {
  const lines = text.replaceAll("\r\n", "\n").replace(/\r$/, "");
  let rest = lines.replace(/^\n+/, "");
  if (rest === "") return null;
  const fields: string[] = [];
  for (;;) {
    const field = rest.startsWith('"') ? quotedField(rest) : plainField(rest);
    if (field === null) return null;
    fields.push(field.value);
    rest = rest.slice(field.length);
    if (!rest.startsWith(",")) break;
    rest = rest.slice(1);
  }
  return rest.replace(/^\n+/, "") === "" ? fields : null;
}

interface Field {
  readonly value: string;
  /** Characters that it takes, its quotes included. */
  readonly length: number;
}

function plainField(text: string): Field | null {
  const value = /^[^,\n]*/.exec(text)![0];
  return value.includes('"') ? null : { value, length: value.length };
}

function quotedField(text: string): Field | null {
  const quoted = /^"((?:[^"]|"")*)"(?=[,\n]|$)/.exec(text);
  return quoted && { value: quoted[1].replaceAll('""', '"'), length: quoted[0].length };
}
