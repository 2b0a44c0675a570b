import { join } from "node:path";
import type { TrustedTime } from "../health/mod.ts";
import type { SetTimer } from "../host/mod.ts";
import type { Intent } from "../issuers/mod.ts";
import type { IssuanceStatus, Log, ObjectKey } from "../model/mod.ts";
import type { Config } from "../resources/mod.ts";
import { openBook } from "./book.ts";
import type { PairJudge } from "./check_answer.ts";
import { Engine } from "./engine.ts";
import type { FaultPoint } from "./fault_point.ts";
import type { IssuanceMetrics } from "./issuance_metrics.ts";
import type { ChallengePresenter } from "./issuer.ts";
import { IssuerPace } from "./issuer_pace.ts";
import { openIssuer } from "./open_issuer.ts";
import { type KeyMaker, USUAL_KEYS } from "./prepare_asking.ts";

/** Keeps pairs issued that somebody wants. */
export interface Issuance {
  /**
   * Says what is wanted from now on, in place of what was wanted before. Returns at once.
   *
   * - A pair whose intent is another one is issued again; the one that is there is served until then.
   * - A pair that nobody asks for any more is neither renewed nor removed: who took the annotation away may still need it.
   *   It is served until the operator removes its directory; status says so.
   */
  use(intents: readonly Intent[]): void;
  /** How all pairs and issuers stand; whoever knows the objects adds their conditions. */
  status(): Omit<IssuanceStatus, "objects">;
  /** What is waited for, in plain words, by wanted pair of which there is nothing yet. */
  pending(): ReadonlyMap<ObjectKey, string>;
  /** Resolves once nothing is under way and nothing is due; a back-off is not waited for. */
  settled(): Promise<void>;
  /** Ends what is under way. What was cut off is gone on with at the next start, and is nobody's failure. */
  stop(): Promise<void>;
}

/** What issuance is made of. */
export interface IssuanceOptions {
  readonly config: Pick<Config, "issuers" | "issuance">;
  /** The state directory; everything is below `issuance` in it. */
  readonly stateDir: string;
  readonly log: Log;
  readonly metrics: IssuanceMetrics;
  /** The time that is believed. While there is doubt about it nothing is asked for. */
  readonly time: () => TrustedTime;
  /** The last word on a pair before it is stored. */
  readonly judge: PairJudge;
  /** Where proofs over plain HTTP are answered. */
  readonly challenges: ChallengePresenter;
  /** Called whenever status may have changed. */
  readonly onChange?: () => void;
  /** Default `setTimeout`. */
  readonly setTimer?: SetTimer;
  /** A clock that never jumps, in milliseconds. Default `performance.now`. */
  readonly monotonic?: () => number;
  /** For tests. */
  readonly openIssuer?: typeof openIssuer;
  /** For tests. */
  readonly keys?: KeyMaker;
  /** For tests. */
  readonly at?: FaultPoint;
}

/**
 * Opens the state of issuance, with everything that is remembered of attempts; nobody is asked before
 * {@linkcode Issuance.use} is called.
 *
 * - No pair is asked for twice at a time, nor while what was answered is not in its place.
 * - Attempts, back-off, the order under way and its key outlive the end of the process at any moment.
 * - A pair is replaced only by one that was checked and judged, in one step.
 * - Nothing is asked for while the clock is in doubt: every renewal would be due, or none.
 * - An issuer that is down is asked by one pair at a time, so that the others keep their attempts.
 *
 * @throws {TypeError} If the configuration has no `issuance.output`.
 */
export async function openIssuance(options: IssuanceOptions): Promise<Issuance> {
  const { config, stateDir, log, time, at = () => {} } = options;
  const { output } = config.issuance;
  if (output === undefined) throw new TypeError(`Cannot issue certificates: "issuance.output" is not set`);
  const directory = join(stateDir, "issuance");
  const open = options.openIssuer ?? openIssuer;
  const { challenges } = options;
  const book = await openBook(join(directory, "pairs"), log, at);
  const issuers = config.issuers.map((one) => ({
    config: one,
    issuer: open(one, { log, clock: () => time().now, stateDir: directory, challenges }),
    pace: new IssuerPace(config.issuance.retryAfter),
  }));
  const engine = new Engine({
    ...options,
    keys: options.keys ?? USUAL_KEYS,
    setTimer: options.setTimer ?? systemTimer,
    monotonic: options.monotonic ?? (() => performance.now()),
    onChange: options.onChange ?? (() => {}),
    at,
    book,
    issuers,
    output,
    wishes: config.issuance,
  });
  await engine.open();
  return engine;
}

const systemTimer: SetTimer = (ring, milliseconds) => {
  const timer = setTimeout(ring, milliseconds);
  return () => clearTimeout(timer);
};
