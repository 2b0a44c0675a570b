/** The rule of an HTTPRoute for which Envoy Gateway made a cluster. */
export interface RuleOfCluster {
  readonly namespace: string;
  readonly name: string;
  readonly index: number;
}

/**
 * The rule that `httproute/NAMESPACE/NAME/rule/INDEX` names; `null` for every other name, also for those of single backends.
 * The number is read as Go's `Atoi` reads it: a sign and leading zeros are fine.
 */
export function ruleOfCluster(name: string): RuleOfCluster | null {
  if (!name.startsWith("httproute/")) return null;
  const parts = name.split("/");
  if (parts.length !== 5 || parts[3] !== "rule" || !/^[+-]?\d+$/.test(parts[4])) return null;
  const index = Number(parts[4]);
  // -0 is 0 for Go.
  return { namespace: parts[1], name: parts[2], index: index === 0 ? 0 : index };
}
