import { decodeBase64 } from "./_base64.ts";
import { latin1 } from "./_strings.ts";

/** One block of a PEM file. */
export interface PemBlock {
  /** What stands between `-----BEGIN ` and `-----`. */
  readonly label: string;
  /** Header lines (`Proc-Type: 4,ENCRYPTED`, …); empty where there are none. */
  readonly header: string;
  /** The decoded contents. */
  readonly der: Uint8Array;
  /** Offset of the BEGIN line. */
  readonly from: number;
  /** Offset behind the END line. */
  readonly to: number;
}

/** Why there is no further block. `none` is the ordinary end of a file. */
export interface PemFailure {
  readonly failure: "none" | "end-line" | "base64" | "no-data";
  readonly detail: string;
}

const BEGIN = [..."-----BEGIN "].map((c) => c.charCodeAt(0));
const END = [..."-----END "].map((c) => c.charCodeAt(0));
const DASHES = [..."-----"].map((c) => c.charCodeAt(0));

/** BoringSSL reads lines into a buffer of this many bytes; a longer line is several lines to it. */
const LINE_LIMIT = 253;

/**
 * Reads PEM blocks one after the other with the rules of BoringSSL's `PEM_read_bio`.
 *
 * - Text outside of blocks is skipped; a BEGIN line has to start its line and to carry nothing but blanks behind.
 * - At the end of a line everything up to a blank (0x20) and every byte above 0x7f is dropped.
 * - A block with a blank line in it has headers: all that stands before the first blank line.
 * - The END line has to repeat the label exactly.
 */
export class PemReader {
  readonly #bytes: Uint8Array;
  #pos = 0;
  #from = 0;
  #to = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): PemBlock | PemFailure {
    const start = this.#findBegin();
    if (start < 0) return { failure: "none", detail: "no further PEM block" };
    const place = `PEM block ${++this.#count}`;
    const bytes = this.#bytes;
    const labelFrom = this.#from + BEGIN.length, labelTo = this.#to - DASHES.length;
    const first: number[] = [], second: number[] = [];
    let ranges = first, ended = false;
    while (this.#line()) {
      if (ranges === first && this.#to === this.#from) {
        ranges = second;
        continue;
      }
      if (this.#startsWith(END)) {
        ended = this.#endsBlock(labelFrom, labelTo);
        break;
      }
      ranges.push(this.#from, this.#to);
    }
    const label = latin1(bytes, labelFrom, labelTo);
    const shown = `${place} (${shownLabel(label)})`;
    if (!ended) return { failure: "end-line", detail: `${shown}: its END line is missing or wrong` };
    const der = decodeBase64(bytes, ranges);
    if (der === null) return { failure: "base64", detail: `${shown}: its base64 is damaged` };
    if (der.length === 0) return { failure: "no-data", detail: `${shown}: it is empty` };
    const header = ranges === second && first.length > 0 ? cString(bytes, first) : "";
    return { label, header, der, from: start, to: this.#pos };
  }

  /** Goes to the next BEGIN line; the offset where it starts, or -1. */
  #findBegin(): number {
    for (let start = this.#pos; this.#line(); start = this.#pos) {
      if (this.#to - this.#from < BEGIN.length + DASHES.length || !this.#startsWith(BEGIN)) continue;
      let dashes = true;
      for (let i = 0; i < DASHES.length; i++) dashes &&= this.#bytes[this.#to - 1 - i] === DASHES[i];
      if (dashes && !this.#bytes.subarray(this.#from, this.#to).includes(0)) return start;
    }
    return -1;
  }

  /** Reads one line, less what is dropped at its end, into `#from` and `#to`. */
  #line(): boolean {
    const bytes = this.#bytes;
    if (this.#pos >= bytes.length) return false;
    const limit = Math.min(bytes.length, this.#pos + LINE_LIMIT);
    this.#from = this.#pos;
    let at = this.#pos;
    while (at < limit && bytes[at] !== 0x0a) at++;
    this.#pos = at < limit ? at + 1 : at;
    while (at > this.#from && (bytes[at - 1] <= 0x20 || bytes[at - 1] >= 0x80)) at--;
    this.#to = at;
    return true;
  }

  #startsWith(prefix: readonly number[]): boolean {
    if (this.#to - this.#from < prefix.length) return false;
    for (let i = 0; i < prefix.length; i++) if (this.#bytes[this.#from + i] !== prefix[i]) return false;
    return true;
  }

  #endsBlock(labelFrom: number, labelTo: number): boolean {
    const bytes = this.#bytes, length = labelTo - labelFrom, at = this.#from + END.length;
    if (this.#to - at !== length + DASHES.length) return false;
    for (let i = 0; i < length; i++) if (bytes[at + i] !== bytes[labelFrom + i]) return false;
    for (let i = 0; i < DASHES.length; i++) if (bytes[at + length + i] !== DASHES[i]) return false;
    return true;
  }
}

// A key that has lost its line ends is all label to BoringSSL, and details go to logs: only what is known is shown.
const LABEL_WORDS = new Set(
  ("CERTIFICATE X509 TRUSTED REQUEST NEW PRIVATE PUBLIC KEY ENCRYPTED RSA EC DSA DH ANY OPENSSH SSH2 PARAMETERS " +
    "CRL PKCS7 CMS")
    .split(" "),
);

function shownLabel(label: string): string {
  return label.split(" ").every((word) => LABEL_WORDS.has(word)) ? label : "unknown label";
}

/** Header lines as text, cut at the first NUL as C does it. */
function cString(bytes: Uint8Array, ranges: readonly number[]): string {
  let text = "";
  for (let r = 0; r < ranges.length; r += 2) text += `${latin1(bytes, ranges[r], ranges[r + 1])}\n`;
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** Whether a result of {@linkcode PemReader.next} is a failure. */
export const isFailure = (result: PemBlock | PemFailure): result is PemFailure => "failure" in result;
