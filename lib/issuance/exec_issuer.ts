import { ISSUE_PROGRAM, mayRun, plainLine } from "../host/mod.ts";
import { failure } from "./failure.ts";
import type { IssueFailure, Issuer, IssuerConfig, IssueRequest, IssuerParts } from "./issuer.ts";
import { type BoundedRun, runBounded } from "./run_bounded.ts";
import { takeAnswer } from "./take_answer.ts";
import { validityOf } from "./validity.ts";

/** A chain has some kilobytes. */
const MOST_BYTES = 1024 * 1024;
/** What of its words is shown. */
const MOST_WORDS = 300;
/** `EX_TEMPFAIL` of sysexits.h: it may pass. */
const TEMPORARY = 75;
/** A program that wants more than a month of rest has written something else than seconds. */
const LONGEST_PAUSE = 31 * 86_400;

/**
 * A program of the operator. It reads the certificate request (PEM) from its standard input and writes the chain (PEM) to
 * its standard output. There is no shell, the key never leaves certgate, and the environment is small and holds no secret.
 *
 * Exit code 0 is an answer; 75 is a failure that may pass, about which the first line on standard error may say
 * `retry-after: SECONDS`; everything else is a refusal, about which its last line on standard error is shown.
 */
export function openExecIssuer(
  config: NonNullable<IssuerConfig["exec"]>,
  { name, clock }: { readonly name: string } & Pick<IssuerParts, "clock">,
): Issuer {
  const [program] = config.command;
  const shown = plainLine(program, 200);
  return {
    type: "exec",
    async issue(request, signal) {
      if (!await mayRun(program)) return failure("broken", `Cannot run "${shown}": ${EXEC_HINT}`);
      const run = await runBounded(config.command, {
        stdin: request.request,
        env: environmentOf(name, request, clock()),
        timeoutMs: config.timeout,
        signal,
        most: MOST_BYTES,
      });
      const failed = failureOf(run, {
        shown,
        timeout: config.timeout,
        aborted: signal.aborted,
        now: clock(),
      });
      return failed ?? await takeAnswer(run.stdout, request);
    },
  };
}

/** What to do about a program that this binary may not run. */
const EXEC_HINT =
  `this binary may run ${ISSUE_PROGRAM}: make it a program of yours, or a symbolic link to one, and give it arguments`;

function environmentOf(
  issuer: string,
  request: IssueRequest,
  now: number,
): Record<string, string> {
  const { intent } = request;
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
    CERTGATE_ISSUER: issuer,
    CERTGATE_NAMESPACE: intent.namespace,
    CERTGATE_SECRET: intent.name,
    CERTGATE_NAMES: [...intent.dnsNames, ...intent.ipAddresses].join(","),
    CERTGATE_NOT_AFTER: new Date(validityOf(request, now).end).toISOString(),
  };
}

function failureOf(
  run: BoundedRun,
  { shown, timeout, aborted, now }: { shown: string; timeout: number; aborted: boolean; now: number },
): IssueFailure | null {
  switch (run.end) {
    case "failed":
      return failure("broken", `Cannot run "${shown}": ${plainLine(run.error, MOST_WORDS)}`);
    case "tooMuch":
      return failure("badAnswer", `Cannot use what "${shown}" says: more than ${MOST_BYTES} bytes`);
    case "stopped":
      return failure(
        "late",
        aborted
          ? `Cannot wait for "${shown}": no time left`
          : `Cannot wait for "${shown}": no answer in ${timeout} ms`,
      );
  }
  if (run.code === 0) return null;
  const words = harmless(run.lastLine);
  if (run.code !== TEMPORARY) {
    return failure("refused", `"${shown}" ended with code ${run.code}${words && `: ${words}`}`);
  }
  const seconds = pauseOf(run.firstLine);
  const said = pauseOf(run.lastLine) === null ? words : "";
  return failure(
    seconds === null ? "unreachable" : "rateLimited",
    `"${shown}" could not issue it now${said && `: ${said}`}`,
    seconds === null ? null : now + seconds * 1000,
  );
}

/** Seconds of a line `retry-after: SECONDS`; `null` if it is none, or one that cannot be meant. */
function pauseOf(line: string): number | null {
  const seconds = Number(/^retry-after: *(\d{1,9})$/i.exec(line.trim())?.[1] ?? NaN);
  return seconds <= LONGEST_PAUSE ? seconds : null;
}

/** A line for people: what could be a piece of a key is left out, whoever has printed it. */
function harmless(line: string): string {
  return plainLine(line.replace(/[A-Za-z0-9+/=_-]{40,}/g, "…"), MOST_WORDS);
}
