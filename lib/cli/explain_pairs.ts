import { CAUSES, type PairStatus, type SecretStatus } from "../model/mod.ts";
import type { FreshPair } from "./explain_evidence.ts";
import { keyOf, moment, type Step, type StepInput, worst } from "./explain_step.ts";
import { issuedStep } from "./explain_issued.ts";
import { originText } from "./status_report.ts";

/** From the name of the Secret to what would be served of it. */
export function pairSteps({ listener, status, evidence }: StepInput): Step[] {
  const rows = listener.secrets.map((secret) => ({
    secret,
    pair: status.gate.pairs.find((pair) => keyOf(pair) === keyOf(secret)),
    fresh: evidence.fresh.get(keyOf(secret)),
  }));
  const join = (name: string, steps: readonly Omit<Step, "name">[]): Step => ({
    name,
    mark: worst(steps.map(({ mark }) => mark)),
    evidence: steps.flatMap((step) => step.evidence),
  });
  const issued = rows.flatMap(({ secret }) => issuedStep(secret, status.issuance) ?? []);
  return [
    ...issued.length > 0 ? [join("issued", issued)] : [],
    join("secret", rows.map(({ secret, pair }) => secretStep(secret, pair, status.gate.pairs))),
    join("files", rows.map(({ secret, pair, fresh }) => filesStep(keyOf(secret), pair, fresh))),
    join("verdict", rows.map(({ secret, pair }) => verdictStep(secret, pair))),
    join("held", rows.map(({ secret }) => heldStep(secret))),
  ];
}

function secretStep(
  secret: SecretStatus,
  pair: PairStatus | undefined,
  pairs: readonly PairStatus[],
): Omit<Step, "name"> {
  if (pair === undefined) {
    const elsewhere = pairs.filter(({ name }) => name === secret.name)
      .map((other) => `there is ${keyOf(other)}, from ${originText(other)}: another namespace`);
    const evidence = [`${keyOf(secret)}: no source and no file has a pair of this name`, ...elsewhere];
    return { mark: "failed", evidence };
  }
  const from = pair.origin.kind === "source"
    ? ` (source "${pair.origin.source}")`
    : " (a Secret among the resources)";
  return { mark: "ok", evidence: [`${keyOf(secret)} from ${originText(pair)}${from}`] };
}

function filesStep(
  key: string,
  pair: PairStatus | undefined,
  fresh: FreshPair | undefined,
): Omit<Step, "name"> {
  if (pair === undefined || fresh === undefined) {
    return { mark: "unknown", evidence: [`${key}: nothing to read`] };
  }
  const { facts, problem, hint } = fresh;
  const [leaf] = facts.certificates;
  if (problem !== null && problem.cause === "file_unreadable" && pair.current !== null) {
    const words = `${key}: this user cannot read what certgate can: ${problem.detail}`;
    return { mark: "unknown", evidence: hint ? [words, "run explain as root to see the files"] : [words] };
  }
  const found = problem ?? facts.problem;
  const evidence: string[] = [];
  if (leaf !== undefined) {
    evidence.push(
      `${key}: serial ${leaf.serial}, for ${leaf.names.join(", ") || "no name"}`,
      `${key}: valid from ${moment(leaf.notBefore)} to ${
        moment(leaf.notAfter)
      }, fingerprint ${leaf.fingerprint}`,
    );
  }
  if (found !== null) {
    evidence.push(`${key}: ${CAUSES[found.cause].why}${found.detail ? ` (${found.detail})` : ""}`);
  }
  const believed = pair.current?.fingerprint ?? null;
  if ((leaf?.fingerprint ?? null) !== believed) {
    const other = believed === null ? "no certificate" : `serial ${pair.current!.serial}`;
    evidence.push(`${key}: certgate has seen ${other} so far; it looks again within seconds`);
    return { mark: "attention", evidence };
  }
  return { mark: found === null ? "ok" : "failed", evidence };
}

function verdictStep(secret: SecretStatus, pair: PairStatus | undefined): Omit<Step, "name"> {
  const { action, reason, cause, detail } = secret.verdict;
  const words = `${keyOf(secret)}: ${action}, ${reason} (${cause}): ${CAUSES[cause].why}`;
  const evidence = [detail ? `${words}; ${detail}` : words];
  if (pair?.hint) evidence.push(pair.hint);
  for (const { message } of secret.warnings) evidence.push(message);
  const mark = action === "withhold" ? "failed" : secret.warnings.length > 0 ? "attention" : "ok";
  return { mark, evidence };
}

function heldStep(secret: SecretStatus): Omit<Step, "name"> {
  const key = keyOf(secret);
  if (secret.serving === "held") {
    const until = secret.notAfter === null ? "" : ` until ${moment(secret.notAfter)}`;
    return {
      mark: "attention",
      evidence: [`${key}: the earlier certificate ${secret.serial} is served${until}`],
    };
  }
  if (secret.serving === "current") {
    return { mark: "ok", evidence: [`${key}: nothing is held, nothing has to be`] };
  }
  return { mark: "failed", evidence: [`${key}: there is no earlier certificate that could stand in`] };
}
