import type { IntentFinding, IntentPlan, ObjectOutcome } from "./issuers/mod.ts";
import type { BareCondition, IssuedPairStatus, ObjectKey } from "./model/mod.ts";
import { keyOf } from "./agent_names.ts";

/** The condition of one object about its intents. */
export interface IntentCondition {
  /** `Gateway ns/name` and the like. */
  readonly object: string;
  readonly condition: BareCondition;
}

/** More than a few sentences are nothing that anybody reads. */
const MOST_MESSAGES = 3;

/**
 * The condition `IssuersResolved` of every Gateway and ListenerSet that asks for certificates. It is about what was asked;
 * how the certificates are is the matter of `CertificatesReady`.
 *
 * - False with the reason of the first thing that is wrong with the object or a listener, or `NoIssuer` where nobody on this
 *   host issues for it.
 * - What is only advice, and Secrets that are not issued because they come from elsewhere, stand in the message.
 *
 * @param plan What was planned.
 * @param pairs What is issued, or waited for.
 * @param taken Where Secrets come from for which nothing is issued.
 */
export function intentConditions(
  { objects, findings }: Pick<IntentPlan, "objects" | "findings">,
  pairs: readonly IssuedPairStatus[],
  taken: ReadonlyMap<ObjectKey, string>,
): IntentCondition[] {
  const said = Map.groupBy(findings, ({ object }) => titleOf(object));
  const lost = Map.groupBy(pairs.filter(({ state }) => state === "NoIssuer"), ({ owner }) => owner);
  return objects.filter(({ state }) => ASKING.has(state)).map((outcome) => {
    const object = titleOf(outcome);
    const mine = said.get(object) ?? [];
    const wrong = mine.filter(({ severity, reason }) => severity === "bad" || reason === "NotAllowed");
    const homeless = lost.get(object) ?? [];
    const elsewhere = outcome.secrets.flatMap((name) => {
      const key = keyOf({ namespace: outcome.namespace, name });
      const where = taken.get(key);
      return where === undefined
        ? []
        : [`Nothing is issued for Secret "${key}": the pair of that name comes from "${where}"`];
    });
    const bad = wrong[0]?.reason ?? (homeless.length > 0 ? "NoIssuer" : null);
    const holds = bad === null;
    const advice = mine.filter(({ severity }) => severity === "warning");
    const messages = wrong.length > 0
      ? wrong.map(wordsOf)
      : holds
      ? [...elsewhere, ...advice.map(wordsOf)]
      : homeless.map(({ message }) => message);
    return {
      object,
      condition: {
        type: "IssuersResolved",
        status: holds ? "True" : "False",
        reason: bad ?? "IssuersResolved",
        message: shorten([...new Set(messages)]),
      },
    };
  });
}

const ASKING: ReadonlySet<ObjectOutcome["state"]> = new Set(["planned", "bad", "refused"]);

const titleOf = ({ kind, namespace, name }: Pick<ObjectOutcome, "kind" | "namespace" | "name">): string =>
  `${kind} ${namespace}/${name}`;

const wordsOf = ({ message, hint }: IntentFinding): string => hint === "" ? message : `${message} (${hint})`;

function shorten(messages: readonly string[]): string {
  const more = messages.length - MOST_MESSAGES;
  const shown = messages.slice(0, MOST_MESSAGES).map((one) => `${one}.`).join(" ");
  return more > 0 ? `${shown} There is more of that kind: ${more}.` : shown;
}
