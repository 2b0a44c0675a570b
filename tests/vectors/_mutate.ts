import { KeyMaterial, type PairBytes } from "../../lib/model/mod.ts";
import { join, latin1 } from "./_der.ts";
import { flip, mutateBytes, pick, type Random, splice, type Way } from "./_mutate_bytes.ts";
import { mutateTree } from "./_mutate_tree.ts";

export { randomFrom } from "./_mutate_bytes.ts";

/** A mutated pair, and what was done to it in words. */
export interface Mutant {
  readonly pair: PairBytes;
  readonly what: string;
}

/**
 * Changes one thing, sometimes two, in one file of a pair: in its text, in the DER of one of its blocks, or in the order and
 * number of the DER's members (with all lengths put right, so that the change is what is read and not the lengths).
 *
 * @param spare Blocks of other pairs, for members that come from elsewhere.
 */
export function mutate(pair: PairBytes, random: Random, spare: readonly Uint8Array[]): Mutant {
  const file = pick(
    random,
    pair.staple ? ["certificate", "key", "staple"] : ["certificate", "certificate", "key"],
  );
  let bytes = file === "key" ? pair.key!.open() : file === "staple" ? pair.staple! : pair.certificate!;
  const done: string[] = [];
  // One change mostly: two at a time rarely leave anything that Envoy still takes.
  for (let times = random(4) === 0 ? 2 : 1; times > 0; times--) {
    const way = file === "staple"
      ? pick(random, DER_WAYS)
      : pick(random, [mutateText, mutateBlock, mutateBlock, mutateBlock]);
    bytes = way(bytes, random, spare, done);
  }
  return {
    what: `${file}: ${done.join(", ")}`,
    pair: {
      certificate: file === "certificate" ? bytes : pair.certificate,
      key: file === "key" ? new KeyMaterial(bytes) : pair.key,
      ...(pair.staple ? { staple: file === "staple" ? bytes : pair.staple } : {}),
    },
  };
}

const MORSELS = [
  "\n",
  "\r",
  "\r\n",
  "\n\n",
  " ",
  "\t",
  "\0",
  "=",
  "==",
  "-",
  "-----",
  ":",
  "A",
  "A: b\n",
  "\n\n\n",
]
  .concat([
    "-----BEGIN CERTIFICATE-----\n",
    "-----END CERTIFICATE-----\n",
    "\xff",
    "\v",
    "\f",
    "+/",
    "AAAA",
    "#x\n",
    "\x80",
  ])
  .concat([
    "-----BEGIN X-----\n",
    "Proc-Type: 4,ENCRYPTED\n\n",
    "\xef\xbb\xbf",
    ",",
    "_",
    "----",
    " \n",
    "\t\n",
  ]);

const mutateText: Way = (bytes, random, _spare, done) => {
  const at = random(bytes.byteLength + 1);
  const lineStart = bytes.lastIndexOf(10, Math.max(0, at - 1)) + 1;
  const lineEnd = bytes.indexOf(10, lineStart) + 1 || bytes.byteLength;
  const line = bytes.slice(lineStart, lineEnd);
  const morsel = pick(random, MORSELS);
  const [what, changed] = pick<readonly [string, () => Uint8Array]>(random, [
    [`character ${at} removed`, () => splice(bytes, at, 1)],
    [`${JSON.stringify(morsel)} put at ${at}`, () => splice(bytes, at, 0, latin1(morsel))],
    [`${JSON.stringify(morsel)} put over ${at}`, () => splice(bytes, at, morsel.length, latin1(morsel))],
    [
      `${JSON.stringify(morsel)} put before the line at ${lineStart}`,
      () => splice(bytes, lineStart, 0, latin1(morsel)),
    ],
    [
      `${JSON.stringify(morsel)} put at the end of the line at ${lineStart}`,
      () => splice(bytes, Math.max(0, lineEnd - 1), 0, latin1(morsel)),
    ],
    [`line at ${lineStart} removed`, () => splice(bytes, lineStart, line.byteLength)],
    [`line at ${lineStart} doubled`, () => splice(bytes, lineStart, 0, line)],
    [`line at ${lineStart} moved to the end`, () => join(splice(bytes, lineStart, line.byteLength), line)],
    [`line end at ${lineEnd} removed`, () => splice(bytes, lineEnd - 1, 1)],
    [`cut at ${at}`, () => bytes.slice(0, at)],
    [`beginning cut to ${at}`, () => bytes.slice(at)],
    [`bit of character ${at} turned`, () => flip(bytes, at, random(8))],
    [`${at} characters put in front again`, () => join(bytes.subarray(0, at), bytes)],
  ]);
  done.push(what);
  return changed();
};

/** Changes the DER inside of one block and leaves the text as OpenSSL would write it. */
const mutateBlock: Way = (bytes, random, spare, done) => {
  const text = new TextDecoder("latin1").decode(bytes);
  const blocks = [...text.matchAll(/-----BEGIN [^\n]*-----\r?\n([A-Za-z0-9+/=\r\n]+)\r?\n-----END/g)];
  if (blocks.length === 0) return mutateText(bytes, random, spare, done);
  const block = pick(random, blocks);
  let der: Uint8Array;
  try {
    der = Uint8Array.fromBase64(block[1].replace(/\s/g, ""));
  } catch {
    return mutateText(bytes, random, spare, done);
  }
  const changed = pick(random, DER_WAYS)(der, random, spare, done).toBase64().replace(
    /(.{64})(?=.)/g,
    "$1\n",
  );
  const start = block.index + block[0].indexOf(block[1], block[0].indexOf("\n"));
  return latin1(text.slice(0, start) + changed + text.slice(start + block[1].length));
};

const DER_WAYS: readonly Way[] = [mutateBytes, mutateTree, mutateTree];
