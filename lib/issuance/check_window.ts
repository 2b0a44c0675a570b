import type { SetTimer } from "../host/mod.ts";
import type { Intent } from "../issuers/mod.ts";
import type { Log } from "../model/mod.ts";
import { withLimit } from "./ask_issuer.ts";
import type { Book } from "./book.ts";
import type { IssuedPair, OpenIssuer } from "./issued_pair.ts";
import { unitOf } from "./schedule.ts";
import { readStored } from "./store.ts";

/** Milliseconds that an issuer may take to say when it wants a certificate renewed. */
const LIMIT = 30_000;
/** It is asked again after this where it does not say when, and within these bounds where it does (RFC 9773, 4.3). */
const USUAL = 6 * 3_600_000;
const [SHORTEST, LONGEST] = [60_000, 86_400_000];

/** When the issuer is asked for its window again; `null` if it has none. */
export function windowDue(
  { intent, issuer, stored, digest, record }: IssuedPair,
  now: number,
): number | null {
  if (intent === null || !issuer?.issuer.renewalWindow || stored?.origin?.digest !== digest) return null;
  // A time that no answer can have led to is from a clock that was wrong.
  return record.checkAt > now + 2 * LONGEST ? now : record.checkAt;
}

/** Asks when the issuer wants the pair renewed, and writes it down. An issuer that does not answer has said nothing new. */
export async function checkWindow(
  pair: IssuedPair & { readonly intent: Intent; readonly issuer: OpenIssuer },
  { book, output, log, now, setTimer, signal }: {
    readonly book: Book;
    readonly output: string;
    readonly log: Log;
    readonly now: () => number;
    readonly setTimer: SetTimer;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { issuer } = pair.issuer;
  const serial = pair.stored?.serial ?? "";
  const chain = (await readStored(output, pair.intent).catch(() => null))?.chain;
  const window = chain === undefined ? null : await withLimit(
    LIMIT,
    { setTimer, signal, otherwise: null },
    (ended) => issuer.renewalWindow!(chain, ended),
  );
  if (signal.aborted) return;
  const wait = Math.min(Math.max(window?.retryAfter || USUAL, SHORTEST), LONGEST);
  const known = pair.record.window?.serial === serial ? pair.record.window : null;
  const isNew = window !== null && (known?.start !== window.start || known.end !== window.end);
  pair.record = {
    ...pair.record,
    window: window === null ? known : { serial, start: window.start, end: window.end },
    checkAt: now() + wait * (1 + unitOf(pair.key, "window") / 10),
  };
  if (isNew) {
    log.debug("an issuer has said when it wants a certificate renewed", {
      key: pair.key,
      start: new Date(window.start).toISOString(),
      end: new Date(window.end).toISOString(),
    });
  }
  await book.write(pair.record).catch((error) => {
    log.warn("when a certificate is to be renewed cannot be written down", { key: pair.key, error });
  });
}
