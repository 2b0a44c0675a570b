import type { JsonObject } from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";
import { asObjects } from "./_json.ts";

/**
 * Whether labels satisfy a Kubernetes label selector. An empty selector takes everything; an operator that is not known takes
 * nothing.
 */
export function selects(selector: JsonObject, labels: JsonObject): boolean {
  const exact = Object.entries(asObject(selector.matchLabels));
  return exact.every(([label, value]) => labels[label] === value) &&
    asObjects(selector.matchExpressions).every((one) => satisfies(one, labels));
}

function satisfies(expression: JsonObject, labels: JsonObject): boolean {
  const value = labels[asText(expression.key)];
  const isNamed = Array.isArray(expression.values) && value !== undefined &&
    expression.values.includes(value);
  switch (expression.operator) {
    case "In":
      return isNamed;
    case "NotIn":
      return !isNamed;
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}

/** Which namespaces a `namespaces` member of the Gateway API lets in. */
export interface NamespaceRule {
  /** The `namespaces` object: `from` and `selector`. */
  readonly namespaces: JsonObject;
  /** What `from` is where it is not written. */
  readonly otherwise: "None" | "Same";
  /** The namespace that `Same` means. */
  readonly home: string;
  /** Labels of a namespace. */
  readonly labelsOf: (namespace: string) => JsonObject;
}

/** Whether something of a namespace is let in. */
export function letsIn(rule: NamespaceRule, namespace: string): boolean {
  switch (asText(rule.namespaces.from) || rule.otherwise) {
    case "All":
      return true;
    case "Same":
      return namespace === rule.home;
    case "Selector":
      return selects(asObject(rule.namespaces.selector), rule.labelsOf(namespace));
    default:
      return false;
  }
}
