import { visitGlobals } from "./_globals.ts";
import { placeOf } from "./place.ts";

/** Only `main.ts` ends the process; everything else returns a result, so that it can be tested and cleaned up after. */
export const exit: Deno.lint.Rule = {
  create(context) {
    if (placeOf(context.filename)?.path === "main.ts") return {};
    return visitGlobals(context, (node) => {
      if (node.name !== "Deno" && node.name !== "process") return;
      const parent = context.sourceCode.getAncestors(node).at(-1);
      if (parent?.type !== "MemberExpression" || parent.object.range[0] !== node.range[0]) return;
      const { property } = parent;
      const name = property.type === "Identifier"
        ? property.name
        : property.type === "Literal"
        ? property.value
        : "";
      if (name === "exit") {
        context.report({ node: parent, message: `Only "main.ts" may call ${node.name}.exit` });
      }
    });
  },
};
