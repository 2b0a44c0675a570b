/** A module that another one names: by import, re-export or `import()`. */
export interface Import {
  readonly node: Deno.lint.Node;
  readonly specifier: string;
  /** Types vanish before the program runs. */
  readonly typeOnly: boolean;
  /** Names taken from the module as they are called there; empty for a whole-module import. */
  readonly names: readonly string[];
}

type Visitor = Deno.lint.LintVisitor;

/** Calls `see` for every module that the file names with a plain string. */
export function visitImports(see: (found: Import) => void): Visitor {
  return {
    ImportDeclaration(node) {
      const names = node.specifiers.flatMap((each) =>
        each.type === "ImportSpecifier" ? [nameOf(each.imported)] : []
      );
      const typeOnly = node.importKind === "type" || onlyTypes(node.specifiers);
      see({ node, specifier: node.source.value, typeOnly, names });
    },
    ExportNamedDeclaration(node) {
      if (!node.source) return;
      const names = node.specifiers.map((each) => nameOf(each.local));
      see({ node, specifier: node.source.value, typeOnly: node.exportKind === "type", names });
    },
    ExportAllDeclaration(node) {
      see({ node, specifier: node.source.value, typeOnly: node.exportKind === "type", names: [] });
    },
    ImportExpression(node) {
      if (node.source.type === "Literal" && typeof node.source.value === "string") {
        see({ node, specifier: node.source.value, typeOnly: false, names: [] });
      }
    },
  };
}

function onlyTypes(specifiers: Deno.lint.ImportDeclaration["specifiers"]): boolean {
  return specifiers.length > 0 &&
    specifiers.every((each) => each.type === "ImportSpecifier" && each.importKind === "type");
}

function nameOf(node: Deno.lint.Identifier | Deno.lint.StringLiteral): string {
  return node.type === "Identifier" ? node.name : node.value;
}
