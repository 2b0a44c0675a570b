import type { ControlPlaneStatus } from "../model/mod.ts";
import type { Trouble } from "./_troubles.ts";
import { dateText } from "./_date_text.ts";

/**
 * What a person should know of the certificates of the control plane: one that is near its end, a rotation that is under way,
 * waits or has failed. Nothing while all is well. No host is dark because of any of it.
 *
 * @param status Of the agent; not there where they are not watched.
 */
export function listControlPlaneTroubles(status: ControlPlaneStatus | undefined): Trouble[] {
  if (status === undefined) return [];
  const { configHome: subject, failure, problem, underWay, held } = status;
  const trouble = (
    level: Trouble["level"],
    message: string,
    hint = "",
  ) => [{ about: "control plane" as const, level, subject, message, hint }];
  return [
    ...endTrouble(status).flatMap(({ level, message, hint }) => trouble(level, message, hint)),
    ...(problem === "" ? [] : trouble(
      "failed",
      `The certificates of Envoy Gateway are not whole: ${problem}`,
      `certgate certgen --config-home ${subject} --overwrite makes all of them anew`,
    )),
    ...(failure === null ? [] : trouble(
      "failed",
      `The rotation has failed${failure.tries > 1 ? ` ${failure.tries} times` : ""}: ${failure.message}`,
      failure.hint,
    )),
    ...(underWay === null ? [] : trouble(
      "attention",
      `A rotation is under way (${underWay.mode}), ${STEPS[underWay.phase]}`,
      underWay.own
        ? ""
        : `certgate certgen --config-home ${subject} --staged goes on with it, unless it runs`,
    )),
    ...(held === "" || failure !== null ? [] : trouble("attention", `A rotation is due and waits: ${held}`)),
  ];
}

const STEPS = {
  trust: "both authorities are made known",
  leaves: "the new certificates go out",
  dependents: "who does not read anew is restarted",
};

function endTrouble({ authority, nearEnd, expired, automatic, configHome }: ControlPlaneStatus) {
  if (authority === null || !nearEnd) return [];
  const end = dateText(Date.parse(authority.notAfter));
  const hint = automatic
    ? "it should have been replaced by now; see what else is said here"
    : `set rotation.automatic, or run certgate certgen --config-home ${configHome} --staged`;
  return expired
    ? [{ level: "failed" as const, message: `The authority of Envoy Gateway has ended on ${end}`, hint }]
    : [{ level: "attention" as const, message: `The authority of Envoy Gateway ends on ${end}`, hint }];
}
