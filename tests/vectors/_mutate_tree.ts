import { join, joinAll, length } from "./_der.ts";
import { flip, mutateBytes, pick, type Random, type Way } from "./_mutate_bytes.ts";

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

/** Changes one member of the tree that DER is, and puts all lengths right. */
export const mutateTree: Way = (bytes, random, spare, done) => {
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
  return joinAll(top.map(write));
};

function copyOf(node: Node): Node {
  return { ...node, members: node.members?.map(copyOf) ?? null };
}

function somewhere(node: Node | null, random: Random): Node | null {
  while (node?.members?.length && random(3) > 0) node = pick(random, node.members);
  return node && copyOf(node);
}

function contentOf(node: Node): Uint8Array {
  return node.members ? joinAll([node.prefix, ...node.members.map(write)]) : node.content;
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
