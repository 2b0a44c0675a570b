import type { IssuanceStatus, ObjectName } from "../model/mod.ts";
import { keyOf, type Mark, type Step } from "./explain_step.ts";
import { timeText } from "./status_report.ts";

/** How a pair stands that is issued on this host; `null` for one that comes from elsewhere. */
export function issuedStep(
  secret: ObjectName,
  status: IssuanceStatus | null | undefined,
): Omit<Step, "name"> | null {
  const key = keyOf(secret);
  const pair = status?.pairs.find((pair) => keyOf(pair) === key);
  if (pair === undefined) return null;
  const { state, issuer, owner, attempts, nextAttempt, renewAt, message } = pair;
  const evidence = [`${key}: ${state}, by ${issuer} for ${owner}`];
  if (message !== "") evidence.push(message);
  if (attempts > 0) evidence.push(`${attempts} failed ${attempts === 1 ? "attempt" : "attempts"}`);
  if (nextAttempt !== null) evidence.push(`the next attempt is at ${timeText(nextAttempt)}`);
  if (renewAt !== null) evidence.push(`it is renewed at ${timeText(renewAt)}`);
  return { mark: markOf(pair), evidence };
}

function markOf({ state, notAfter }: IssuanceStatus["pairs"][number]): Mark {
  if (state === "Issued") return "ok";
  // What is there is served meanwhile; whether it can be is the matter of the next steps.
  if (notAfter !== null) return "attention";
  return state === "Waiting" || state === "Issuing" ? "attention" : "failed";
}
