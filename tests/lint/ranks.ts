import { dirname } from "node:path/posix";
import { doorOf, type Place, placeOf, targetOf } from "./place.ts";
import { visitImports } from "./_imports.ts";

/**
 * Who may import whom:
 *
 * - A folder of `lib/` imports folders of a lower rank, and only through their `mod.ts`.
 * - `_name.ts` is imported from inside its own folder only, by tests too.
 * - Product code (`lib/`, `main.ts`, `mod.ts`) never imports `tests/`; nothing imports `main.ts`.
 * - Generated protobuf code is known to `lib/xds` only.
 * - Libraries come from npm: no `jsr:`, no `http(s):`.
 *
 * Test files (`*_test.ts` and all of `tests/`) are freer: ranks and doors do not bind them, the rest does.
 */
export const ranks: Deno.lint.Rule = {
  create(context) {
    const from = placeOf(context.filename);
    if (from === null) return {};
    return visitImports(({ node, specifier }) => {
      const message = /^(jsr|https?):/.test(specifier)
        ? `Libraries come from npm, not from "${specifier}"`
        : complaint(from, targetOf(context.filename, specifier));
      if (message !== null) context.report({ node, message });
    });
  },
};

function complaint(from: Place, to: Place | null): string | null {
  if (to === null) return null;
  if (isPrivate(to) && !isWithin(from, dirname(to.path))) {
    return `"${to.path}" is private to "${dirname(to.path)}"`;
  }
  if (from.isTest) return null;
  if (to.path.startsWith("tests/")) return `Product code may not import tests: "${to.path}"`;
  if (to.path === "main.ts") return `Nothing imports "main.ts"`;
  if (from.part === null) return null;
  if (to.path === "mod.ts") return `"lib" may not import the library surface "mod.ts"`;
  if (to.path.startsWith("proto/")) {
    return from.part === "xds" ? null : `Only "lib/xds" knows protobuf: "${to.path}"`;
  }
  return to.part === null || to.part === from.part ? null : rankComplaint(from, to);
}

function rankComplaint(from: Place, to: Place): string | null {
  for (const { part, rank } of [from, to]) {
    if (rank === undefined) return `"lib/${part}" has no rank: give it one in tests/lint/place.ts`;
  }
  if (to.rank! >= from.rank!) {
    return `"lib/${from.part}" (rank ${from.rank}) may not import "lib/${to.part}" (rank ${to.rank})`;
  }
  const door = doorOf(to.part!);
  return to.path === door ? null : `Import "${door}", the only door, instead of "${to.path}"`;
}

function isPrivate(place: Place): boolean {
  return /(^|\/)_[^/]*\.ts$/.test(place.path);
}

function isWithin(place: Place, folder: string): boolean {
  return folder === "." || place.path.startsWith(`${folder}/`);
}
