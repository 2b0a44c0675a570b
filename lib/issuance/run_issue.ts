import type { SetTimer } from "../host/mod.ts";
import type { Intent } from "../issuers/mod.ts";
import { KeyMaterial, type Log } from "../model/mod.ts";
import { askIssuer } from "./ask_issuer.ts";
import type { Book } from "./book.ts";
import { failure } from "./failure.ts";
import type { FaultPoint } from "./fault_point.ts";
import { issuerTitle } from "./find_issuer.ts";
import type { IssuedPair, OpenIssuer, ScheduleWishes } from "./issued_pair.ts";
import type { IssueFailure, IssueRequest, IssueResult } from "./issuer.ts";
import type { Asking, DueReason, PairRecord } from "./pair_record.ts";
import { type KeyMaker, prepareAsking } from "./prepare_asking.ts";
import { nextAttempt, unitOf } from "./schedule.ts";
import { pairDirectory, readStored } from "./store.ts";
import { storeAnswer, type StoreAnswerParts } from "./store_answer.ts";

/** What an attempt needs of its surroundings. */
export interface RunIssueParts extends StoreAnswerParts {
  readonly book: Book;
  readonly log: Log;
  readonly now: () => number;
  readonly setTimer: SetTimer;
  readonly at: FaultPoint;
  readonly output: string;
  readonly wishes: ScheduleWishes;
  readonly keys: KeyMaker;
}

/** How an attempt ended. */
export type IssueOutcome =
  | { readonly kind: "issued" }
  | { readonly kind: "failed"; readonly failure: IssueFailure }
  /** What the issuer answered is there, but not in its place yet; it is not asked again meanwhile. */
  | { readonly kind: "kept" }
  /** The disk did not take what has to be remembered first, so nobody was asked. */
  | { readonly kind: "unwritten" }
  /** It was ended from outside; that is nobody's failure. */
  | { readonly kind: "cut" };

/** A disk that refused is tried again after this. */
const DISK_REST = 10_000;
const LONGEST_MESSAGE = 500;

/**
 * One attempt for a pair: it is written down, the issuer is asked, its answer is written down, checked and stored.
 *
 * - It counts as failed from before the issuer is asked until it has not, so that a crash in it is an attempt too.
 * - The key, the request and what the issuer says of its progress are kept until the pair is stored, so that after a crash
 *   or a failure that may pass the same order is gone on with. After a failure that is about what was asked, or about the
 *   answer, the next attempt makes them anew.
 * - From the moment the answer is written down nobody is asked again for it. Where the disk takes neither it nor the
 *   pair, it waits in memory.
 * - The pair before is in its place until the new one has been checked and is stored.
 *
 * Changes the pair that it is given; of everything else it changes book and store only.
 */
export async function runIssue(
  pair: AskablePair,
  why: DueReason,
  { signal, ...parts }: RunIssueParts & { readonly signal: AbortSignal },
): Promise<IssueOutcome> {
  if (pair.record.asking?.answer) return await finish(pair, parts);
  const before = pair.record;
  const { asking, previous, problem } = await prepare(pair, why, parts);
  const record = attemptBegun(pair, asking, parts);
  try {
    await parts.book.write(record);
  } catch (error) {
    return rest(pair, parts, `The attempt cannot be written down: ${(error as Error).message}`);
  }
  pair.record = record;
  pair.trouble = "";
  if (asking === null) return await fail(pair, failure("refused", problem), parts);
  const result = await ask(pair, { asking, previous }, { ...parts, signal });
  if (signal.aborted && !result.ok) return await cut(pair, before, parts);
  if (!result.ok) return await fail(pair, result, parts);
  const answer = { chain: decode(result.chain), ca: result.ca === null ? null : decode(result.ca) };
  pair.record = { ...pair.record, asking: { ...pair.record.asking!, answer } };
  // A disk that does not take it may still take the pair itself, and memory has it in any case.
  await keep(pair, parts);
  return await finish(pair, parts);
}

type AskablePair = IssuedPair & { readonly intent: Intent; readonly issuer: OpenIssuer };

function attemptBegun(
  pair: AskablePair,
  asking: Asking | null,
  parts: Pick<RunIssueParts, "now" | "wishes">,
): PairRecord {
  const { intent, issuer, digest, record } = pair;
  const attempts = record.attempts + 1;
  return {
    ...record,
    digest,
    about: {
      issuer: issuerTitle(issuer.config),
      owner: `${intent.owner.kind} ${intent.owner.namespace}/${intent.owner.name}`,
      dnsNames: [...intent.dnsNames],
    },
    attempts,
    asking,
    ...waitAfter(pair, attempts, { retryAt: null, now: parts.now(), wishes: parts.wishes }),
  };
}

async function ask(
  pair: AskablePair,
  { asking, previous }: { readonly asking: Asking; readonly previous: Uint8Array | null },
  { book, now, setTimer, signal }: RunIssueParts & { readonly signal: AbortSignal },
): Promise<IssueResult> {
  const { intent, issuer } = pair;
  let ended = false;
  const request: IssueRequest = {
    intent,
    request: encode(asking.request),
    key: new KeyMaterial(encode(asking.key)),
    previous,
    notAfterWanted: intent.duration === null ? null : now() + intent.duration.milliseconds,
    progress: asking.progress,
    onProgress: async (progress) => {
      // One that was left behind must not change what the next one has written down.
      if (ended || signal.aborted) throw new Error("the attempt has ended");
      pair.record = { ...pair.record, asking: { ...pair.record.asking!, progress } };
      await book.write(pair.record);
    },
  };
  const result = await askIssuer(issuer.issuer, request, { config: issuer.config, setTimer, signal });
  ended = true;
  return result;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What is to be asked, and the chain that is there; `asking` is `null` if the intent cannot be asked for. */
async function prepare(
  { key, intent, record, digest }: IssuedPair & { readonly intent: Intent },
  why: DueReason,
  { output, keys, log, now }: Omit<RunIssueParts, "signal">,
): Promise<{ asking: Asking | null; previous: Uint8Array | null; problem: string }> {
  try {
    pairDirectory(output, intent);
  } catch (error) {
    return { asking: null, previous: null, problem: (error as Error).message };
  }
  const stored = await readStored(output, intent).catch((error) => {
    log.warn("an issued pair cannot be read, it is issued as if it were not there", { key, error });
    return null;
  });
  const previous = stored?.chain ?? null;
  const usual = { previous, problem: "" };
  if (record.asking !== null && record.digest === digest) {
    return { ...usual, asking: { ...record.asking, underway: true, why } };
  }
  const made = await prepareAsking(intent, { why, stored, keys, begun: now() });
  return typeof made === "string" ? { previous, asking: null, problem: made } : { ...usual, asking: made };
}

function waitAfter(
  { key, digest }: IssuedPair,
  attempts: number,
  { now, wishes, retryAt }: { now: number; wishes: ScheduleWishes; retryAt: number | null },
): { since: number; next: number } {
  const unit = unitOf(key, digest, String(attempts));
  return { since: now, next: nextAttempt(attempts, now, { ...wishes, unit, retryAt }) };
}

async function fail(
  pair: IssuedPair,
  failed: IssueFailure,
  parts: Omit<RunIssueParts, "signal">,
): Promise<IssueOutcome> {
  const { record } = pair;
  const { kind, retryAt } = failed;
  const message = failed.message.slice(0, LONGEST_MESSAGE);
  const again = kind === "refused" || kind === "badAnswer" || kind === "broken";
  pair.record = {
    ...record,
    failure: { kind, message },
    asking: again ? null : atRest(record.asking),
    ...waitAfter(pair, record.attempts, { retryAt, now: parts.now(), wishes: parts.wishes }),
  };
  await keep(pair, parts);
  return { kind: "failed", failure: { ...failed, message } };
}

/** The attempt did not count: what was asked stays, so that it is gone on with. */
async function cut(
  pair: IssuedPair,
  before: PairRecord,
  parts: Omit<RunIssueParts, "signal">,
): Promise<IssueOutcome> {
  const { attempts, next } = before;
  const since = next === null ? pair.record.since : before.since;
  pair.record = { ...pair.record, attempts, since, next, asking: atRest(pair.record.asking) };
  await keep(pair, parts);
  return { kind: "cut" };
}

const atRest = (asking: Asking | null): Asking | null => asking && { ...asking, underway: false };

async function finish(pair: IssuedPair, parts: Omit<RunIssueParts, "signal">): Promise<IssueOutcome> {
  const ended = await storeAnswer(pair as IssuedPair & { intent: Intent }, parts);
  if (ended.kind === "bad") return await fail(pair, failure("badAnswer", ended.why), parts);
  if (ended.kind === "later") {
    pair.trouble = ended.why;
    pair.restUntil = ended.at;
    return { kind: "kept" };
  }
  if (ended.kind === "unwritten") {
    rest(pair, parts, ended.why);
    return { kind: "kept" };
  }
  pair.trouble = "";
  pair.restUntil = -Infinity;
  await keep(pair, parts);
  return { kind: "issued" };
}

/** Writes the record down where that is good to have, but nothing depends on it. */
async function keep(pair: IssuedPair, { book, log }: Pick<RunIssueParts, "book" | "log">): Promise<void> {
  try {
    await book.write(pair.record);
  } catch (error) {
    log.warn("what became of an attempt to issue cannot be written down", { key: pair.key, error });
  }
}

function rest(pair: IssuedPair, { now }: Pick<RunIssueParts, "now">, why: string): IssueOutcome {
  pair.trouble = why;
  pair.restUntil = now() + DISK_REST;
  return { kind: "unwritten" };
}
