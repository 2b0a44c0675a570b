/** Whether one name of the first list may be one of the second; `*.` stands for one label, as in certificates. */
export function overlap(first: readonly string[], second: readonly string[]): boolean {
  return first.some((one) => second.some((other) => matches(one, other) || matches(other, one)));
}

function matches(name: string, pattern: string): boolean {
  const [own, wanted] = [name.toLowerCase(), pattern.toLowerCase()];
  if (own === wanted) return true;
  if (!wanted.startsWith("*.")) return false;
  const dot = own.indexOf(".");
  return dot > 0 && !own.startsWith("*") && own.slice(dot) === wanted.slice(1);
}
