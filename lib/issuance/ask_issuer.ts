import type { SetTimer } from "../host/mod.ts";
import { failure } from "./failure.ts";
import type { Issuer, IssuerConfig, IssueRequest, IssueResult } from "./issuer.ts";

/** What the engine adds to the time that an issuer may take by itself. */
const GRACE = 30_000;
/** Issuers without a time of their own. */
const USUAL = 60_000;
/** An issuer that does not end when it is told to is left behind after this. */
const DEAF = 10_000;

/**
 * Asks an issuer, and comes back with an answer whatever it does: an issuer that takes too long is late, also where it
 * does not end when it is told to, and one that throws is broken.
 *
 * @param signal Ends it from outside.
 */
export async function askIssuer(
  issuer: Issuer,
  request: IssueRequest,
  { config, setTimer, signal }: {
    readonly config: IssuerConfig;
    readonly setTimer: SetTimer;
    readonly signal: AbortSignal;
  },
): Promise<IssueResult> {
  const limit = (config.acme?.timeout ?? config.exec?.timeout ?? USUAL) + GRACE;
  const late = failure("late", `There was no answer within ${Math.round(limit / 1000)} seconds`);
  return await withLimit(limit, { setTimer, signal, otherwise: late }, (ended) => {
    return issuer.issue(request, ended).catch((error) => failure("broken", (error as Error).message));
  });
}

/** Runs something that ends when its signal says so, and at the latest some seconds after that without it. */
export async function withLimit<T>(
  milliseconds: number,
  parts: { readonly setTimer: SetTimer; readonly signal: AbortSignal; readonly otherwise: T },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { setTimer, signal, otherwise } = parts;
  if (signal.aborted) return otherwise;
  const own = new AbortController();
  const both = AbortSignal.any([signal, own.signal]);
  const cancels: (() => void)[] = [];
  try {
    return await new Promise<T>((resolve) => {
      both.addEventListener("abort", () => cancels.push(setTimer(() => resolve(otherwise), DEAF)));
      cancels.push(setTimer(() => own.abort(), milliseconds));
      void run(both).then(resolve, () => resolve(otherwise));
    });
  } finally {
    for (const cancel of cancels) cancel();
  }
}
