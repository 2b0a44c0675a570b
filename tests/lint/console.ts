import { visitGlobals } from "./_globals.ts";
import { placeOf } from "./place.ts";

/** Inside `lib/` only commands write to the terminal; everything else has the log. */
export const console: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (place === null || place.part === null || place.part === "cli" || place.isTest) return {};
    return visitGlobals(context, (node) => {
      if (node.name === "console") context.report({ node, message: `Only "lib/cli" may use the console` });
    });
  },
};
