const WORDS = new Set(["and", "or", "unless", "bool", "offset", "inf", "nan", "start", "end"]);

/**
 * The metrics that a PromQL expression reads: every name that is neither a function, a keyword, a label, a range nor a
 * part of a text.
 */
export function metricNames(expr: string): string[] {
  const bare = expr
    .replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, "")
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, " ")
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*(\([^)]*\))?/g, " ");
  const names = [...bare.matchAll(/(?<![\w.:])[a-zA-Z_:][\w:]*(?!\w)(\s*\()?/g)]
    .filter(([name, call]) => call === undefined && !WORDS.has(name.toLowerCase()))
    .map(([name]) => name);
  return [...new Set(names)];
}

/** The labels that an expression asks for between braces. */
export function matchedLabels(expr: string): string[] {
  return [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner]) =>
    [...inner.matchAll(/(\w+)\s*(=~|!~|!=|=)/g)].map(([, label]) => label)
  );
}

/** A histogram has three metrics of its family; everything else has one. */
export function familyOf(metric: string, families: ReadonlySet<string>): string | undefined {
  return [metric, metric.replace(/_(bucket|sum|count)$/, "")].find((name) => families.has(name));
}
