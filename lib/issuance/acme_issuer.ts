import { plainLine } from "../host/mod.ts";
import { AcmeFailure } from "./acme_failure.ts";
import { obtain } from "./acme_order.ts";
import { type AcmeConfig, openAcmeServer } from "./acme_server.ts";
import { hostOf } from "./acme_transport.ts";
import { brokenIssuer, failure } from "./failure.ts";
import type { Issuer, IssuerConfig, IssueRequest, IssueResult, IssuerParts } from "./issuer.ts";
import { askRenewalInfo } from "./renewal_info.ts";
import { takeAnswer } from "./take_answer.ts";

// When to renew is asked beside everything else, and is no reason to wait long.
const RENEWAL_INFO_MS = 15_000;

/**
 * Opens an issuer that speaks ACME (RFC 8555).
 *
 * - An account has one key for ever, made at the first need, and files that only their owner can read.
 * - What an attempt got to is handed out before it matters, and an order that can still come to the certificate of the
 *   same request is gone on with.
 * - Nothing stays in its place that proved control, also if the attempt is stopped.
 * - Nothing is loaded, read or asked before the first certificate.
 */
export function openAcmeIssuer(config: IssuerConfig, parts: IssuerParts): Issuer {
  const { acme } = config;
  if (acme === undefined) return brokenIssuer("acme", `Cannot use issuer "${config.name}": it has no acme`);
  const server = openAcmeServer(acme, parts);
  const attempt = async (request: IssueRequest, signal: AbortSignal, again = true): Promise<string> => {
    const visit = await server.visit(signal);
    try {
      return await obtain({ ...visit, config: acme, parts, request, signal });
    } catch (error) {
      if (!again || !(error instanceof AcmeFailure) || error.problem !== "accountDoesNotExist") throw error;
      // A server that lost its accounts, or an account that was taken away: the key is registered once more.
      await server.forget(visit.account);
      return await attempt(request, signal, false);
    }
  };
  return {
    type: "acme",
    issue: (request, signal) =>
      bounded(acme.timeout, signal, async (until) => {
        try {
          return await check(await attempt(request, until), request);
        } catch (error) {
          return toResult(error, acme, {
            timeout: acme.timeout,
            stopped: signal.aborted,
            late: until.aborted,
          });
        }
      }),
    renewalWindow: (leaf, signal) =>
      acme.renewalInfo
        ? bounded(
          RENEWAL_INFO_MS,
          signal,
          (until) => askRenewalInfo(leaf, { server, clock: parts.clock, signal: until }),
        )
        : Promise.resolve(null),
    close() {
      server.close();
      return Promise.resolve();
    },
  };
}

/** Runs something with the caller's signal and a limit of its own. */
async function bounded<T>(
  milliseconds: number,
  signal: AbortSignal,
  run: (until: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), milliseconds);
  try {
    return await run(AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What comes back is a chain for the key and the names that were asked for. The authority of the web is not for `ca.crt`:
 * who reads that would trust everybody.
 */
async function check(text: string, request: IssueRequest): Promise<IssueResult> {
  const result = await takeAnswer(new TextEncoder().encode(text), request);
  return result.ok ? { ...result, ca: null } : result;
}

function toResult(
  error: unknown,
  { server }: AcmeConfig,
  { timeout, stopped, late }: { timeout: number; stopped: boolean; late: boolean },
): IssueResult {
  if (error instanceof AcmeFailure && !(late && !stopped)) return error.failure;
  if (stopped) return failure("late", `Cannot wait for "${hostOf(server)}": the attempt was stopped`);
  if (late) {
    // Where it was is worth more than that it was stopped there.
    const where = error instanceof AcmeFailure ? `; ${error.message}` : "";
    return failure("late", `Cannot get a certificate of "${hostOf(server)}" in ${timeout} ms${where}`);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return failure("broken", `Cannot get a certificate of "${hostOf(server)}": ${plainLine(reason, 300)}`);
}
