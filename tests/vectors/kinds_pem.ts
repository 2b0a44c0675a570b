import type { PairBytes } from "../../lib/model/mod.ts";
import { certificate } from "./_certificate.ts";
import { hex, join, latin1, type Raw } from "./_der.ts";
import { noise, rsa, rsaKey } from "./_keys.ts";
import { group, type Kind } from "./_kind.ts";
import { chainPair, pair, pem, type PemOptions } from "./_pem.ts";

/** Ways to write a block that concern its lines. */
const written: Record<string, PemOptions> = {
  "crlf": { eol: "\r\n" },
  "cr": { eol: "\r" },
  "lf-cr": { eol: "\n\r" },
  "vertical-tab": { eol: "\v" },
  "form-feed": { eol: "\f" },
  "no-line-end-at-end": { tail: "" },
  "crlf-no-line-end-at-end": { eol: "\r\n", tail: "" },
  "cr-at-end": { tail: "\r" },
  "mixed-line-ends": { lines: (lines) => lines.map((line, at) => at % 2 ? `${line}\r` : line) },
  "spaces-at-line-ends": { lines: (lines) => lines.map((line) => `${line}   `) },
  "tabs-at-line-ends": { lines: (lines) => lines.map((line) => `${line}\t`) },
  "space-at-line-starts": { lines: (lines) => lines.map((line) => ` ${line}`) },
  "tab-at-line-starts": { lines: (lines) => lines.map((line) => `\t${line}`) },
  "space-at-first-line-start": { lines: ([first, ...rest]) => [` ${first}`, ...rest] },
  "space-at-last-line-start": { lines: (lines) => [...lines.slice(0, -1), ` ${lines.at(-1)}`] },
  "spaces-inside-lines": { lines: (lines) => lines.map((line) => line.replace(/(.{20})/g, "$1 ")) },
  "blank-line-first": { lines: (lines) => ["", ...lines] },
  "two-blank-lines-first": { lines: (lines) => ["", "", ...lines] },
  "blank-line-inside": { lines: (lines) => [...lines.slice(0, 2), "", ...lines.slice(2)] },
  "blank-line-before-end": { lines: (lines) => [...lines, ""] },
  "two-blank-lines-before-end": { lines: (lines) => [...lines, "", ""] },
  "space-line-first": { lines: (lines) => [" ", ...lines] },
  "space-line-inside": { lines: (lines) => [...lines.slice(0, 2), "   ", ...lines.slice(2)] },
  "width-1": { width: 1 },
  "width-2": { width: 2 },
  "width-3": { width: 3 },
  "width-4": { width: 4 },
  "width-60": { width: 60 },
  "width-63": { width: 63 },
  "width-65": { width: 65 },
  "width-76": { width: 76 },
  "width-80": { width: 80 },
  "width-252": { width: 252 },
  "width-253": { width: 253 },
  "width-254": { width: 254 },
  "width-255": { width: 255 },
  "width-256": { width: 256 },
  "width-1000": { width: 1000 },
  "long-line-second": { lines: (lines) => [lines[0], lines.slice(1).join("")] },
  "uneven-lines": {
    lines: (lines) => lines.flatMap((line, at) => at % 2 ? [line.slice(0, 7), line.slice(7)] : [line]),
  },
  "short-line-then-full": { lines: ([first, ...rest]) => [first.slice(0, 10), first.slice(10), ...rest] },
  "header-proc-type-clear": { headers: ["Proc-Type: 4,MIC-CLEAR", ""] },
  "header-proc-type-mic-only": { headers: ["Proc-Type: 4,MIC-ONLY", ""] },
  "header-proc-type-encrypted-only": { headers: ["Proc-Type: 4,ENCRYPTED", ""] },
  "header-proc-type-no-blank-line": { headers: ["Proc-Type: 4,MIC-CLEAR"] },
  "header-proc-type-version-3": { headers: ["Proc-Type: 3,ENCRYPTED", ""] },
  "header-dek-info-only": { headers: ["DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF", ""] },
  "header-unknown-cipher": { headers: ["Proc-Type: 4,ENCRYPTED", "DEK-Info: ROT-13,0011", ""] },
  "header-unknown": { headers: ["X-Comment: made by hand", ""] },
  "header-unknown-no-blank-line": { headers: ["X-Comment: made by hand"] },
  "header-localkeyid": { headers: ["localKeyID: 01 02 03", "friendlyName: edge", ""] },
  "header-folded": { headers: ["X-Comment: made", " by hand", ""] },
  "header-without-value": { headers: ["X-Comment:", ""] },
  "header-very-long": { headers: [`X-Comment: ${"long ".repeat(100)}`, ""] },
  "padding-missing": { text: (text) => text.replace(/=+$/, "") },
  "padding-extra": { text: (text) => `${text}=` },
  "padding-four-extra": { text: (text) => `${text}====` },
  "padding-on-own-line": { lines: (lines) => splitPadding(lines) },
  "padding-in-the-middle": { lines: (lines) => [`${lines[0].slice(0, -2)}==`, ...lines.slice(1)] },
  "character-star": { lines: (lines) => [`*${lines[0].slice(1)}`, ...lines.slice(1)] },
  "character-dash": { lines: (lines) => [lines[0], `-${lines[1].slice(1)}`, ...lines.slice(2)] },
  "character-underscore": { lines: (lines) => [lines[0], `ab_${lines[1].slice(3)}`, ...lines.slice(2)] },
  "character-nul": { lines: (lines) => [lines[0], `ab\0${lines[1].slice(3)}`, ...lines.slice(2)] },
  "character-nul-at-line-end": { lines: (lines) => [`${lines[0]}\0`, ...lines.slice(1)] },
  "character-high": { lines: (lines) => [lines[0], `ab\xe9${lines[1].slice(3)}`, ...lines.slice(2)] },
  "character-nbsp-at-line-end": { lines: (lines) => lines.map((line) => `${line}\xa0`) },
  "characters-too-few-by-one": { text: (text) => text.slice(0, 100) + text.slice(101) },
  "base64url": { text: (text) => text.replaceAll("+", "-").replaceAll("/", "_") },
  "nothing-inside": { lines: () => [] },
  "one-character-inside": { lines: () => ["A"] },
  "last-line-missing": { lines: (lines) => lines.slice(0, -1) },
  "first-line-missing": { lines: (lines) => lines.slice(1) },
  "lines-swapped": { lines: ([first, second, ...rest]) => [second, first, ...rest] },
  "comment-inside": { lines: ([first, ...rest]) => [first, "# comment", ...rest] },
  "comment-before-end": { lines: (lines) => [...lines, "# comment"] },
  "end-of-other-label": { endLabel: "OTHER THING" },
  "end-lower-case": { endLabel: "certificate" },
  "end-label-missing": { endLabel: "" },
};

function splitPadding(lines: string[]): string[] {
  const last = lines.at(-1)!;
  const bare = last.replace(/=+$/, "");
  return bare === last ? lines : [...lines.slice(0, -1), bare, last.slice(bare.length)];
}

const utf16 = (text: string, little: boolean) =>
  Uint8Array.from(
    [0xfeff, ...latin1(text)].flatMap((unit) => little ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]),
  );

/** Ways to change the whole text of a file with one sound block in it. */
const changed: Record<string, (block: string, label: string, der: Uint8Array) => string | Uint8Array> = {
  "bom-utf-8": (block) => "\xef\xbb\xbf" + block,
  "bom-utf-8-and-blank-line": (block) => "\xef\xbb\xbf\n" + block,
  "utf-16-le": (block) => utf16(block, true),
  "utf-16-be": (block) => utf16(block, false),
  "text-before": (block) => "Subject: somebody\nIssuer: somebody else\n" + block,
  "text-after": (block) => block + "That was it.\n",
  "text-before-on-same-line": (block) => "Here: " + block,
  "text-after-on-same-line": (block) => block.trimEnd() + " the end\n",
  "space-before-begin": (block) => " " + block,
  "spaces-after-begin": (block) => block.replace("-----\n", "-----   \n"),
  "text-after-begin": (block) => block.replace("-----\n", "----- text\n"),
  "space-before-end": (block) => block.replace("-----END", " -----END"),
  "spaces-after-end": (block) => block.replace(/\n$/, "   \n"),
  "blank-lines-before": (block) => "\n\n\n" + block,
  "blank-lines-after": (block) => block + "\n\n\n",
  "nul-before": (block) => "\0" + block,
  "nul-line-before": (block) => "\0\n" + block,
  "nul-after": (block) => block + "\0",
  "control-z-after": (block) => block + "\x1a",
  "garbage-line-before": (block) => "\xff\xfe\xfd garbage\n" + block,
  "long-line-before": (block) => "x".repeat(4000) + "\n" + block,
  "line-of-254-before": (block) => "x".repeat(254) + "\n" + block,
  "line-of-253-before": (block) => "x".repeat(253) + "\n" + block,
  "begin-at-254-of-a-line": (block) => "x".repeat(254) + block,
  "begin-at-253-of-a-line": (block) => "x".repeat(253) + block,
  "unfinished-begin-before": (block) => "-----BEGIN \n" + block,
  "dashes-before": (block) => "----------\n" + block,
  "begin-twice": (block) => block.split("\n")[0] + "\n" + block,
  "begin-four-dashes": (block) => block.replace("-----BEGIN", "----BEGIN"),
  "begin-six-dashes": (block) => block.replace("-----BEGIN", "------BEGIN"),
  "begin-closing-four-dashes": (block) => block.replace("-----\n", "----\n"),
  "begin-closing-six-dashes": (block) => block.replace("-----\n", "------\n"),
  "begin-lower-case": (block) => block.replace("BEGIN", "begin"),
  "begin-two-spaces": (block) => block.replace("BEGIN ", "BEGIN  "),
  "begin-tab": (block) => block.replace("BEGIN ", "BEGIN\t"),
  "begin-indented": (block) => block.split("\n").map((line) => line && `  ${line}`).join("\n"),
  "label-trailing-space": (block, label) => block.replaceAll(`${label}-----`, `${label} -----`),
  "end-four-dashes": (block) => block.replace("-----END", "----END"),
  "end-closing-four-dashes": (block) => block.replace(/-----\n$/, "----\n"),
  "end-missing": (block) => block.replace(/-----END[^]*$/, ""),
  "end-cut-after-dashes": (block) => block.replace(/-----END[^]*$/, "-----"),
  "end-on-last-line": (block) => block.replace("\n-----END", "-----END"),
  "end-before-begin": (block, label) => `-----END ${label}-----\n` + block,
  "half-a-block-before": (block) => block.slice(0, 200) + "\n" + block,
  "half-a-block-after": (block) => block + block.slice(0, 200),
  "only-base64": (_, __, der) => der.toBase64(),
  "escaped-newlines": (block) => block.replaceAll("\n", "\\n"),
  "quoted": (block) => `"${block}"`,
  "base64-of-pem": (block) => latin1(block).toBase64(),
  "html": (block) => `<pre>${block}</pre>`,
  "der": (_, __, der) => der,
  "unknown-block-before": (block) => pem("SOMETHING ELSE", noise("thing", 90)) + block,
  "unknown-block-after": (block) => block + pem("SOMETHING ELSE", noise("thing", 90)),
  "broken-unknown-block-before": (block) =>
    "-----BEGIN SOMETHING-----\n$$$$\n-----END SOMETHING-----\n" + block,
  "broken-unknown-block-after": (block) =>
    block + "-----BEGIN SOMETHING-----\n$$$$\n-----END SOMETHING-----\n",
  "unended-unknown-block-before": (block) => "-----BEGIN SOMETHING-----\nAAAA\n" + block,
  "dh-parameters-after": (block) => block + pem("DH PARAMETERS", noise("dh", 140)),
  "der-trailing-byte": (_, label, der) => pem(label, join(der, Uint8Array.of(0))),
  "der-trailing-bytes": (_, label, der) => pem(label, join(der, noise("tail", 40))),
  "der-twice": (_, label, der) => pem(label, join(der, der)),
  "der-in-octet-string": (_, label, der) =>
    pem(label, join(hex("0482"), hex(der.byteLength.toString(16).padStart(4, "0")), der)),
};

const certificateDer = () => certificate();
// Longer than an EC key, so that there are long lines, and of a length that needs padding.
const keyDer = () => rsaKey(rsa("1024")).pkcs8;
const rsaPair = (key: Raw) => pair(pem("CERTIFICATE", certificate({ spki: rsaKey(rsa("1024")).spki })), key);

type Table = Record<string, () => PairBytes>;

const table = (
  wrap: (text: string | Uint8Array) => PairBytes,
  label: string,
  der: () => Uint8Array,
): Table => ({
  ...Object.fromEntries(
    Object.entries(written).map(([what, options]) => [what, () => wrap(pem(label, der(), options))]),
  ),
  ...Object.fromEntries(
    Object.entries(changed).map((
      [what, change],
    ) => [what, () => wrap(change(pem(label, der()), label, der()))]),
  ),
});

/** PEM as people and programs write it, for the certificate and for the key. */
export const pemKinds: Kind[] = [
  ...group("pem-certificate", table(chainPair, "CERTIFICATE", certificateDer)),
  ...group("pem-key", table(rsaPair, "PRIVATE KEY", keyDer)),
];
