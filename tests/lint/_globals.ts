type Node = Deno.lint.Node;

/**
 * Calls `see` for every identifier that is a use of something (not a property name, key, label or declaration) and whose
 * name the file declares nowhere itself.
 *
 * Scopes are not followed: a name that is declared anywhere in the file counts as the file's own everywhere in it.
 */
export function visitGlobals(
  context: Deno.lint.RuleContext,
  see: (node: Deno.lint.Identifier) => void,
): Deno.lint.LintVisitor {
  const uses: Deno.lint.Identifier[] = [];
  const declared = new Set<string>();
  return {
    Identifier(node) {
      const [grand, parent] = context.sourceCode.getAncestors(node).slice(-2);
      if (parent === undefined) return;
      if (declares(parent, node) || takesApart(grand, parent, node)) declared.add(node.name);
      else if (!isNameOnly(parent, node)) uses.push(node);
    },
    "Program:exit"() {
      for (const node of uses) if (!declared.has(node.name)) see(node);
    },
  };
}

/** A node by its place in the text: the visitor hands out a new object for the same node each time. */
type Ranged = { readonly range: readonly [number, number] };
const same = (a: Ranged | null | undefined, b: Ranged) =>
  a?.range[0] === b.range[0] && a.range[1] === b.range[1];

function declares(parent: Node, node: Deno.lint.Identifier): boolean {
  switch (parent.type) {
    case "VariableDeclarator":
      return same(parent.id, node);
    case "FunctionDeclaration":
    case "FunctionExpression":
      return same(parent.id, node) || parent.params.some((param) => same(param, node));
    case "ArrowFunctionExpression":
      return parent.params.some((param) => same(param, node));
    case "ClassDeclaration":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSEnumDeclaration":
      return same(parent.id, node);
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return same(parent.local, node);
    case "CatchClause":
      return same(parent.param, node);
    case "ArrayPattern":
    case "RestElement":
      return true;
    case "AssignmentPattern":
      return same(parent.left, node);
    default:
      return false;
  }
}

/** `const { key: node } = …` */
function takesApart(grand: Node, parent: Node, node: Deno.lint.Identifier): boolean {
  return parent.type === "Property" && grand.type === "ObjectPattern" && same(parent.value, node);
}

function isNameOnly(parent: Node, node: Deno.lint.Identifier): boolean {
  switch (parent.type) {
    case "MemberExpression":
      return !parent.computed && same(parent.property, node) && !same(parent.object, node);
    case "Property":
      return !parent.computed && !parent.shorthand && same(parent.key, node);
    case "MethodDefinition":
    case "PropertyDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
      return !parent.computed && same(parent.key, node);
    case "TSQualifiedName":
      return same(parent.right, node);
    case "ImportSpecifier":
    case "ExportSpecifier":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "TSNamedTupleMember":
    case "TSEnumMember":
    case "TSTypeParameter":
    case "MetaProperty":
      return true;
    // A parameter's name in a type, as in `(fetch: string) => void`.
    case "TSFunctionType":
      return parent.params.some((param) => same(param, node));
    default:
      return false;
  }
}
