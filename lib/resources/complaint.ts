/** Something wrong with a text that somebody wrote, and where. */
export interface Complaint {
  readonly file: string;
  /** 1-based; 0 where the complaint is about the file as a whole. */
  readonly line: number;
  /** 1-based; 0 where the complaint is about the file as a whole. */
  readonly column: number;
  /** What is wrong: capital, failed action, quoted values, no full stop. */
  readonly message: string;
  /** What to do about it; empty if nothing better than the message can be said. */
  readonly hint: string;
}

/**
 * One complaint on one line, the way compilers write it, so that editors can jump to the place.
 *
 * @param complaint The complaint.
 * @returns `file:line:column: message`, without the hint.
 *
 * @example
 * ```ts
 * import { showComplaint } from "./complaint.ts";
 * import assert from "node:assert/strict";
 *
 * const text = showComplaint({ file: "a.yaml", line: 3, column: 5, message: 'Unknown key "hok"', hint: "" });
 * assert.equal(text, 'a.yaml:3:5: Unknown key "hok"');
 * ```
 */
export function showComplaint(complaint: Complaint): string {
  const place = complaint.line > 0 ? `:${complaint.line}:${complaint.column}` : "";
  return `${complaint.file}${place}: ${complaint.message}`;
}
