import type { HttpChallenge } from "../model/mod.ts";
import { pause } from "./acme_pause.ts";
import { look } from "./challenge_board_look.ts";
import type { ChallengePresenter } from "./issuer.ts";

/** The proofs over HTTP that are to be answered at the moment. Issuers put them there, whoever publishes reads them. */
export interface ChallengeBoard extends ChallengePresenter {
  /** In the order in which they came; a new array at each change. */
  list(): readonly HttpChallenge[];
  /** Calls `listener` after each change of the list; what comes back ends that. */
  onChange(listener: () => void): () => void;
  /** Says why a proof cannot be answered; whoever waits for it gets these words at once. */
  refuse(challenge: HttpChallenge, why: string): void;
}

/** How a board finds out whether a proof is answered. */
export interface ChallengeBoardOptions {
  /** Where the answer for a hostname is asked for, `host:port`; by default the name itself, on port 80. */
  readonly address?: (hostname: string) => string;
  /** Milliseconds that publishing may take; default a minute. */
  readonly timeout?: number;
}

interface Entry {
  readonly challenge: HttpChallenge;
  /** Two orders of an account may share a proof; the last one takes it down. */
  holders: number;
  /** Aborted with the words that whoever waits gets. */
  readonly refusal: AbortController;
}

const PUBLISHED_IN = 60_000;
const FIRST_LOOK = 50;
const LONGEST_PAUSE = 2000;
const PATH = "/.well-known/acme-challenge/";

/** Makes an empty board. */
export function openChallengeBoard(options: ChallengeBoardOptions = {}): ChallengeBoard {
  const entries = new Map<string, Entry>();
  const listeners = new Set<() => void>();
  const changed = () => [...listeners].forEach((listener) => listener());
  const withdraw = (challenge: HttpChallenge) => {
    const entry = entries.get(keyOf(challenge));
    if (entry === undefined || --entry.holders > 0) return;
    entries.delete(keyOf(challenge));
    changed();
  };
  return {
    list: () => [...entries.values()].map(({ challenge }) => challenge),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    refuse(challenge, why) {
      entries.get(keyOf(challenge))?.refusal.abort(why);
    },
    async present(challenge, signal) {
      const known = entries.get(keyOf(challenge));
      const entry = known ?? { challenge, holders: 0, refusal: new AbortController() };
      entry.holders++;
      entries.set(keyOf(challenge), entry);
      if (known === undefined) changed();
      return await seen(entry, options, signal);
    },
    withdraw,
  };
}

const keyOf = ({ hostname, token }: HttpChallenge) => `${hostname} ${token}`;

/** Asks for the answer until it is there, as the server that checks it will. */
async function seen(
  { challenge, refusal }: Entry,
  { address, timeout = PUBLISHED_IN }: ChallengeBoardOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const { hostname, token, keyAuthorization } = challenge;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeout);
  const until = AbortSignal.any([signal, late.signal, refusal.signal]);
  const path = `${PATH}${token}`;
  let latest = "nobody was asked yet";
  try {
    for (let wait = FIRST_LOOK; !until.aborted; wait = Math.min(wait * 1.5, LONGEST_PAUSE)) {
      const found = await look({ address: address?.(hostname) ?? hostname, hostname, path }, until);
      if (found.text?.trim() === keyAuthorization) return null;
      if (!until.aborted) latest = found.text === null ? found.why : "it answers with something else";
      await pause(wait, until);
    }
    if (refusal.signal.aborted) return refusal.signal.reason as string;
    return `http://${hostname}${path}: ${signal.aborted ? "no time left" : latest}`;
  } finally {
    clearTimeout(timer);
  }
}
