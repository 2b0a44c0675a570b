import type { Answer } from "./probe.ts";

/** The answer, once all of the text that its head announces is there. */
export function wholeAnswer(text: string, serial: string): Answer | null {
  const split = text.indexOf("\r\n\r\n");
  if (split < 0) return null;
  const head = text.slice(0, split + 2);
  const length = Number(/\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1] ?? 0);
  const body = text.slice(split + 4);
  if (body.length < length) return null;
  return { kind: "answered", status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]), serial, body };
}
