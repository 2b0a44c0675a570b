import { KeyMaterial, type PairBytes } from "../../lib/model/mod.ts";
import { join, latin1, length } from "./_der.ts";

/** A source of numbers that gives the same ones for the same seed. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  (below: number): number;
}

/** xorshift128, seeded through a multiplicative hash. */
export function randomFrom(seed: number): Random {
  const state = new Uint32Array(4).map((_, at) =>
    Math.imul(seed + at * 0x9e3779b9 | 1, 0x85ebca6b) ^ (seed >>> at)
  );
  return (below) => {
    let t = state[3];
    t ^= t << 11;
    t ^= t >>> 8;
    state.copyWithin(1, 0, 3);
    state[0] = t ^ state[0] ^ (state[0] >>> 19);
    return state[0] % below;
  };
}

/** A mutated pair, and what was done to it in words. */
export interface Mutant {
  readonly pair: PairBytes;
  readonly what: string;
}

const pick = <T>(random: Random, all: readonly T[]): T => all[random(all.length)];

/**
 * Changes one to three things in one file of a pair: in its text, in the DER of one of its blocks, or in the order and
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

type Way = (bytes: Uint8Array, random: Random, spare: readonly Uint8Array[], done: string[]) => Uint8Array;

const splice = (bytes: Uint8Array, at: number, remove: number, insert: Uint8Array = new Uint8Array()) =>
  join(bytes.subarray(0, at), insert, bytes.subarray(at + remove));

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

function flip(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = bytes.slice();
  if (at < copy.byteLength) copy[at] ^= 1 << bit;
  return copy;
}

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

const mutateBytes: Way = (bytes, random, _spare, done) => {
  const at = random(bytes.byteLength || 1);
  const value = pick(random, [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    0x7f,
    0x80,
    0x81,
    0x30,
    0x31,
    0xff,
    0x0c,
    0x17,
    0x18,
    0xa0,
    0xa3,
    random(256),
  ]);
  const size = 1 + random(8);
  const [what, changed] = pick<readonly [string, () => Uint8Array]>(random, [
    [`bit of byte ${at} turned`, () => flip(bytes, at, random(8))],
    [`byte ${at} made ${value}`, () => splice(bytes, at, 1, Uint8Array.of(value))],
    [`byte ${value} put at ${at}`, () => splice(bytes, at, 0, Uint8Array.of(value))],
    [`${size} bytes removed at ${at}`, () => splice(bytes, at, size)],
    [`cut at ${at}`, () => bytes.slice(0, at)],
    [`byte ${value} put at the end`, () => join(bytes, Uint8Array.of(value))],
  ]);
  done.push(what);
  return changed();
};

/** A TLV with its members, if it has any that can be read. */
interface Node {
  tag: number;
  /** What stands for the length, if not the shortest form. */
  length?: "long" | "indefinite";
  content: Uint8Array;
  members: Node[] | null;
  /** Bytes of a BIT or OCTET STRING before the members inside of it. */
  prefix: Uint8Array;
}

const mutateTree: Way = (bytes, random, spare, done) => {
  const tree = parse(bytes);
  if (!tree) return mutateBytes(bytes, random, spare, done);
  const places: { list: Node[]; at: number; path: string }[] = [];
  const walk = (list: Node[], path: string) =>
    list.forEach((node, at) => {
      places.push({ list, at, path: `${path}/${at}` });
      if (node.members) walk(node.members, `${path}/${at}`);
    });
  const top = [tree];
  walk(top, "");
  const { list, at, path } = pick(random, places);
  const node = list[at];
  const other = pick(random, places);
  const bytesOf = (size: number) => Uint8Array.from({ length: size }, () => random(256));
  const [what, change] = pick<readonly [string, () => unknown]>(random, [
    [`removed`, () => list.splice(at, 1)],
    [`doubled`, () => list.splice(at, 0, node)],
    [`swapped with its neighbour`, () => list.splice(at, 2, ...list.slice(at, at + 2).reverse())],
    [`replaced by ${other.path}`, () => list[at] = copyOf(other.list[other.at])],
    [`followed by ${other.path}`, () => list.splice(at + 1, 0, copyOf(other.list[other.at]))],
    [
      `replaced by one of another pair`,
      () => list[at] = somewhere(parse(pick(random, spare)), random) ?? node,
    ],
    [
      `retagged`,
      () =>
        node.tag = pick(random, [
          1,
          2,
          3,
          4,
          5,
          6,
          10,
          12,
          19,
          22,
          23,
          24,
          28,
          30,
          48,
          49,
          0x80,
          0x82,
          0xa0,
          0xa1,
          0xa3,
          random(256),
        ]),
    ],
    [`with a long length`, () => node.length = "long"],
    [`with an indefinite length`, () => node.length = "indefinite"],
    [`emptied`, () => (node.content = new Uint8Array(), node.members = null, node.prefix = new Uint8Array())],
    [
      `wrapped`,
      () =>
        list[at] = {
          tag: pick(random, [48, 49, 0xa0, 0xa3, 4]),
          content: new Uint8Array(),
          members: [node],
          prefix: new Uint8Array(),
        },
    ],
    [`unwrapped`, () => node.members && list.splice(at, 1, ...node.members)],
    [`filled with noise`, () => (node.content = bytesOf(1 + random(40)), node.members = null)],
    [
      `lengthened`,
      () => (node.content = join(contentOf(node), bytesOf(1 + random(3))),
        node.members = null,
        node.prefix = new Uint8Array()),
    ],
    [
      `shortened`,
      () => (node.content = contentOf(node).slice(0, -1),
        node.members = null,
        node.prefix = new Uint8Array()),
    ],
    [
      `with a zero in front`,
      () => (node.content = join(Uint8Array.of(0), contentOf(node)),
        node.members = null,
        node.prefix = new Uint8Array()),
    ],
    [
      `with a bit turned`,
      () => (node.content = flip(contentOf(node), random(contentOf(node).byteLength || 1), random(8)),
        node.members = null,
        node.prefix = new Uint8Array()),
    ],
  ]);
  change();
  done.push(`member ${path} ${what}`);
  return join(...top.map(write));
};

const DER_WAYS: readonly Way[] = [mutateBytes, mutateTree, mutateTree];

function copyOf(node: Node): Node {
  return { ...node, members: node.members?.map(copyOf) ?? null };
}

function somewhere(node: Node | null, random: Random): Node | null {
  while (node?.members?.length && random(3) > 0) node = pick(random, node.members);
  return node && copyOf(node);
}

function contentOf(node: Node): Uint8Array {
  return node.members ? join(node.prefix, ...node.members.map(write)) : node.content;
}

function write(node: Node): Uint8Array {
  const content = contentOf(node);
  if (node.length === "indefinite") return join(Uint8Array.of(node.tag, 0x80), content, Uint8Array.of(0, 0));
  const size = node.length === "long"
    ? Uint8Array.of(0x83, content.byteLength >> 16, content.byteLength >> 8, content.byteLength)
    : length(content.byteLength);
  return join(Uint8Array.of(node.tag), size, content);
}

function parse(bytes: Uint8Array): Node | null {
  const all = parseAll(bytes);
  return all?.length === 1 ? all[0] : null;
}

function parseAll(bytes: Uint8Array): Node[] | null {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    let size = bytes[at + 1];
    let start = at + 2;
    if (size > 0x80 && size < 0x84) {
      start += size & 0x7f;
      size = bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
    }
    if (size === undefined || size === 0x80 || start + size > bytes.byteLength) return null;
    const content = bytes.slice(start, start + size);
    nodes.push(node(bytes[at], content));
    at = start + size;
  }
  return nodes;
}

function node(tag: number, content: Uint8Array): Node {
  const prefix = tag === 3 ? content.slice(0, 1) : new Uint8Array();
  const mayHold = tag & 0x20 || ((tag === 3 || tag === 4) && content[prefix.byteLength] === 0x30);
  const members = mayHold ? parseAll(content.subarray(prefix.byteLength)) : null;
  return { tag, content, members, prefix };
}
