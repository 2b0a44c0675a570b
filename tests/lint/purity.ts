import { visitGlobals } from "./_globals.ts";
import { type Import, visitImports } from "./_imports.ts";
import { LAST_PURE_RANK, placeOf } from "./place.ts";

/** Names of the runtime through which time, chance or the outside comes in. */
const GLOBALS = new Set([
  ...["Deno", "process", "navigator", "location", "localStorage", "sessionStorage", "caches"],
  ...["fetch", "WebSocket", "WebSocketStream", "EventSource", "XMLHttpRequest", "Worker", "BroadcastChannel"],
  ...[
    "performance",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "clearTimeout",
    "clearInterval",
    "Temporal",
  ],
  ...["alert", "confirm", "prompt", "require"],
]);

/** Members of allowed globals that ask the clock or chance. `crypto.subtle` stays: making a key is what it is for. */
const MEMBERS = new Set([
  "Date.now",
  "Math.random",
  "crypto.getRandomValues",
  "crypto.randomUUID",
  "AbortSignal.timeout",
]);

/**
 * What pure ranks may import from Node: functions of their arguments. The names taken from node:crypto are looked at
 * as well.
 */
const NODE_MODULES = new Set(["node:crypto", "node:buffer"]);
const CHANCE = new Set([
  ...["randomBytes", "randomFill", "randomFillSync", "randomInt", "randomUUID", "getRandomValues", "default"],
]);

/** Libraries without clock, chance and I/O of their own, apart from making keys and serial numbers (@peculiar/x509). */
const LIBRARIES =
  /^(@bufbuild\/protobuf|@marcbachmann\/cel-js|@peculiar\/[a-z0-9-]+|fastest-levenshtein|reflect-metadata|yaml|zod)(\/|$)/;

/**
 * Ranks 0 to 4 are pure: no Deno, no clock, no chance, no timer, no network, no file. Time is an argument.
 *
 * Test files are free. The type check of tests/lint/pure.json, in which there is no `Deno`, is the other half.
 */
export const purity: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (place === null || place.isTest || place.rank == null || place.rank > LAST_PURE_RANK) return {};
    const rank = place.rank;
    const report = (node: Deno.lint.Node, what: string) =>
      context.report({
        node,
        message: `Ranks 0 to ${LAST_PURE_RANK} are pure (this is ${rank}): no ${what}`,
      });
    return {
      ...visitImports((found) => {
        const what = impureImport(found);
        if (what !== null) report(found.node, what);
      }),
      ...visitGlobals(context, (node) => {
        const what = impureUse(node, context);
        if (what !== null) report(node, what);
      }),
    };
  },
};

function impureImport({ specifier, typeOnly, names }: Import): string | null {
  if (typeOnly || /^\.\.?\//.test(specifier)) return null;
  if (!specifier.startsWith("node:")) return LIBRARIES.test(specifier) ? null : `import of "${specifier}"`;
  if (!NODE_MODULES.has(specifier)) return `import of "${specifier}"`;
  const chance = names.find((name) => CHANCE.has(name));
  return chance === undefined ? null : `"${chance}" of "${specifier}"`;
}

function impureUse(node: Deno.lint.Identifier, context: Deno.lint.RuleContext): string | null {
  const [grand, parent] = context.sourceCode.getAncestors(node).slice(-2);
  const member = memberOf(node, parent);
  if (node.name === "globalThis") {
    if (member === null) return "globalThis as a whole";
    if (GLOBALS.has(member)) return `globalThis.${member}`;
    const inner = grand && memberOfRange(parent, grand);
    return inner != null && MEMBERS.has(`${member}.${inner}`) ? `globalThis.${member}.${inner}` : null;
  }
  if (GLOBALS.has(node.name)) return node.name;
  if (member !== null && MEMBERS.has(`${node.name}.${member}`)) return `${node.name}.${member}`;
  if (node.name !== "Date") return null;
  if (parent?.type === "CallExpression" && parent.callee.range[0] === node.range[0]) {
    return "Date() without an argument";
  }
  return parent?.type === "NewExpression" && parent.arguments.length === 0
    ? "new Date() without an argument"
    : null;
}

function memberOf(node: Deno.lint.Identifier, parent: Deno.lint.Node | undefined): string | null {
  return parent === undefined ? null : memberOfRange(node, parent);
}

/** `x` of `object.x` or `object["x"]`, where `object` is the given node. */
function memberOfRange(object: Deno.lint.Node, parent: Deno.lint.Node): string | null {
  if (parent.type !== "MemberExpression") return null;
  if (parent.object.range[0] !== object.range[0] || parent.object.range[1] !== object.range[1]) return null;
  const { property } = parent;
  if (!parent.computed) return property.type === "Identifier" ? property.name : null;
  return property.type === "Literal" && typeof property.value === "string" ? property.value : null;
}
