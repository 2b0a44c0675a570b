import type { ObjectName, PairStatus, SdsStatus } from "../model/mod.ts";
import { keyOf, type Mark, type Step, worst } from "./explain_step.ts";
import { printable } from "./printable.ts";
import { timeText } from "./status_report.ts";

/**
 * What Envoys have of pairs that they ask certgate for.
 *
 * @param pairs Those of a listener, or the one of a hostname.
 * @param plain Whether there is no Gateway: then nothing else can say whether Envoy has it.
 * @returns `null` where none is delivered so.
 */
export function sdsStep(
  pairs: readonly PairStatus[],
  { sds, plain }: { readonly sds?: SdsStatus | null; readonly plain: boolean },
): Step | null {
  const own = pairs.filter(({ delivery }) => delivery === "sds");
  if (own.length === 0) return null;
  const name = "sds";
  if (sds === null || sds === undefined) {
    return { name, mark: "unknown", evidence: ["nothing is known of who asks for it"] };
  }
  if (sds.message !== "") return { name, mark: "failed", evidence: [`nobody can ask: ${sds.message}`] };
  const { clients, listen } = sds;
  const who = clients.length === 0
    ? "no Envoy is connected"
    : `connected: ${
      clients.slice(0, SHOWN).map(({ node, cluster }) => `${node || "?"} of ${cluster || "?"}`).join(", ")
    }${clients.length > SHOWN ? ` and ${clients.length - SHOWN} more` : ""}`;
  const found = own.map((pair) => nameStep(pair, sds, plain));
  return {
    name,
    mark: worst(found.map(({ mark }) => mark)),
    evidence: [`${listen}: ${who}`, ...found.flatMap(({ evidence }) => evidence)],
  };
}

/** Envoys that are named; of more the number is enough. */
const SHOWN = 3;

function nameStep(
  pair: ObjectName & Pick<PairStatus, "serving">,
  { names, unknown }: SdsStatus,
  plain: boolean,
): { readonly mark: Mark; readonly evidence: readonly string[] } {
  const key = keyOf(pair);
  const known = names.find((one) => one.name === key);
  if (known === undefined) {
    const asked = unknown.includes(key) ? "an Envoy asks for it" : "nobody asks for it";
    return { mark: "failed", evidence: [`${key}: there is nothing to hand out, ${asked}`] };
  }
  const { subscribers, accepted, version, refused } = known;
  const past = refused === null ? [] : [
    `${key}: version ${refused.version} was refused at ${timeText(refused.at)}: ${
      printable(refused.message)
    }`,
  ];
  if (subscribers === 0) {
    return { mark: plain ? "failed" : "attention", evidence: [`${key}: nobody asks for it`, ...past] };
  }
  const evidence = [`${key}: version ${version} is taken by ${accepted} of ${subscribers}`, ...past];
  return { mark: accepted < subscribers ? "attention" : "ok", evidence };
}
