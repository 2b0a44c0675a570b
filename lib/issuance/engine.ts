import { Alarm } from "../host/mod.ts";
import type { Intent } from "../issuers/mod.ts";
import type { ObjectKey } from "../model/mod.ts";
import { checkWindow, windowDue } from "./check_window.ts";
import type { Book } from "./book.ts";
import { issuerTitle, issuerType } from "./find_issuer.ts";
import type { FaultPoint } from "./fault_point.ts";
import type { Issuance, IssuanceOptions } from "./issuance.ts";
import { showPairs } from "./issuance_metrics.ts";
import { issuanceStatus, pendingOf, stateOf, type StatusView } from "./issuance_status.ts";
import { type Due, dueOf, type IssuedPair, isUsable, type OpenIssuer } from "./issued_pair.ts";
import { type IssueOutcome, runIssue } from "./run_issue.ts";
import { tellOutcome } from "./tell_outcome.ts";
import { Wanted } from "./wanted.ts";

/** {@linkcode IssuanceOptions} with everything in its place. */
export interface EngineParts extends Omit<IssuanceOptions, "config" | "openIssuer" | "stateDir"> {
  readonly keys: NonNullable<IssuanceOptions["keys"]>;
  readonly setTimer: NonNullable<IssuanceOptions["setTimer"]>;
  readonly monotonic: () => number;
  readonly onChange: () => void;
  readonly at: FaultPoint;
  readonly book: Book;
  readonly issuers: readonly OpenIssuer[];
  readonly output: string;
  readonly wishes: IssuanceOptions["config"]["issuance"];
}

type Askable = IssuedPair & { readonly intent: Intent; readonly issuer: OpenIssuer };

/** Whether somebody has put another pair in a place is looked at this often, beside whenever wishes come. */
const REFRESH = 300_000;
/** A clock in doubt is looked at this often. */
const DOUBT_REST = 10_000;
/** Issuers are asked for windows by so many pairs at a time, beside those that are issued. */
const CHECKS = 2;
/** While much is under way numbers are shown this often. */
const SHOW_EVERY = 1_000;

/** Decides what is done next, and sees to it that it is done once. */
export class Engine implements Issuance {
  readonly #parts: EngineParts;
  readonly #wanted: Wanted;
  readonly #alarm: Alarm;
  #issuing = 0;
  #checking = 0;
  #refreshAt = Infinity;
  #shownAt = -Infinity;
  #stopped = false;
  /** Whether it is known what is wanted: wishes have come, and what is on disk for them has been read. */
  #knows = false;
  #waiting: (() => void)[] = [];

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#wanted = new Wanted({ ...parts, time: () => this.#now(), onSettled: () => this.#read() });
    const { setTimer, monotonic } = parts;
    const onJump = () => this.#turn();
    this.#alarm = new Alarm({ clock: () => this.#now(), monotonic, setTimer, onJump });
  }

  /** Reads what is remembered. */
  async open(): Promise<void> {
    await this.#wanted.open();
    this.#show();
  }

  use(intents: readonly Intent[]): void {
    if (this.#stopped) return;
    this.#refreshAt = this.#now() + REFRESH;
    this.#wanted.use(intents);
  }

  status(): ReturnType<Issuance["status"]> {
    const { output, issuers } = this.#parts;
    return issuanceStatus(output, { pairs: this.#pairs(), issuers }, this.#view());
  }

  pending(): ReadonlyMap<ObjectKey, string> {
    const pending = pendingOf(this.#pairs(), this.#view());
    for (const key of this.#wanted.unread()) pending.set(key, "It has not been asked for yet");
    return pending;
  }

  settled(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#turn();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#alarm.close();
    for (const pair of this.#pairs()) pair.abort?.abort();
    await this.#wanted.settled();
    await Promise.all(this.#pairs().map(({ ending }) => ending));
    await Promise.all(this.#parts.issuers.map(({ issuer }) => issuer.close?.()));
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #now(): number {
    return this.#parts.time().now;
  }

  #pairs(): IssuedPair[] {
    return [...this.#wanted.pairs.values()];
  }

  #view(): StatusView {
    return { ...this.#parts.time(), wishes: this.#parts.wishes, knows: this.#knows };
  }

  /** Takes note that what is on disk has been read. */
  #read(): void {
    const first = !this.#knows && this.#refreshAt !== Infinity;
    if (first) this.#knows = true;
    this.#turn();
    if (first) this.#parts.onChange();
  }

  /** Begins what is due, and sets the alarm for what comes next. */
  #turn(): void {
    if (this.#stopped || this.#wanted.isBusy) return;
    const { now, doubt } = this.#parts.time();
    let next = doubt === "" ? this.#refreshAt : now + DOUBT_REST;
    if (doubt === "") {
      // After a clock was set back waits begin anew, and are not as much longer as it was wrong.
      if (now >= this.#refreshAt || this.#refreshAt > now + REFRESH && this.#refreshAt < Infinity) {
        this.#refreshAt = now + REFRESH;
        this.#wanted.refresh();
        return;
      }
      next = Math.min(next, this.#beginIssuing(now), this.#beginChecking(now));
    }
    this.#alarm.set(Number.isFinite(next) ? next : null, () => this.#turn());
    this.#show();
    if (this.#issuing + this.#checking > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** @returns When the next pair is due that was not begun with. */
  #beginIssuing(now: number): number {
    const { wishes } = this.#parts;
    const due: { pair: Askable; due: Due }[] = [];
    let next = Infinity;
    for (const pair of this.#wanted.pairs.values()) {
      const found = pair.busy === null ? dueOf(pair, now, wishes) : null;
      if (found === null) continue;
      if (found.at <= now) due.push({ pair: pair as Askable, due: found });
      else next = Math.min(next, found.at);
    }
    // Hostnames without HTTPS first, then what ends first.
    const urgency = ({ pair }: { pair: IssuedPair }) =>
      isUsable(pair, now) ? pair.stored!.summary.notAfter : -Infinity;
    due.sort((a, b) => urgency(a) < urgency(b) ? -1 : urgency(a) > urgency(b) ? 1 : 0);
    for (const one of due) {
      if (this.#issuing >= wishes.concurrency) break;
      const free = one.pair.record.asking?.answer ? -Infinity : one.pair.issuer.pace.freeAt(now);
      if (free > now) next = Math.min(next, free);
      else this.#begin(one.pair, one.due);
    }
    return next;
  }

  #beginChecking(now: number): number {
    let next = Infinity;
    for (const pair of this.#wanted.pairs.values()) {
      const at = pair.busy === null ? windowDue(pair, now) : null;
      if (at === null) continue;
      if (at > now) next = Math.min(next, at);
      else if (this.#checking < CHECKS) {
        this.#checking++;
        this.#hold(pair, "checking", async (signal) => {
          const work = { ...this.#parts, now: () => this.#now(), signal };
          await checkWindow(pair as Askable, work).finally(() => this.#checking--);
        });
      }
    }
    return next;
  }

  #begin(pair: Askable, { why }: Due): void {
    const { metrics, monotonic } = this.#parts;
    const { pace, config } = pair.issuer;
    const asks = !pair.record.asking?.answer;
    const begun = monotonic();
    if (asks) pace.begin();
    this.#issuing++;
    metrics.set("certgate_issuance_order_in_flight", this.#issuing);
    this.#hold(pair, "issuing", async (signal) => {
      let outcome: IssueOutcome = { kind: "unwritten" };
      try {
        outcome = await runIssue(pair, why, { ...this.#parts, now: () => this.#now(), signal });
      } finally {
        this.#issuing--;
        metrics.set("certgate_issuance_order_in_flight", this.#issuing);
        if (asks) pace.end(outcome.kind === "failed" ? outcome.failure.kind : null, this.#now());
      }
      if (asks && (outcome.kind === "issued" || outcome.kind === "failed")) {
        const type = issuerType(config);
        metrics.observe("certgate_issuance_duration_seconds", (monotonic() - begun) / 1000, { type });
      }
      tellOutcome(pair, outcome, this.#parts);
    });
  }

  /** Keeps a pair for one thing at a time, whatever becomes of it. */
  #hold(pair: IssuedPair, busy: "issuing" | "checking", run: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    pair.busy = busy;
    pair.abort = abort;
    pair.ending = run(abort.signal).catch((error) => {
      pair.trouble = (error as Error).message;
      pair.restUntil = this.#now() + DOUBT_REST;
      this.#parts.log.error("issuing a certificate has failed in a way that nobody thought of", {
        key: pair.key,
        error,
      });
    }).finally(() => {
      pair.busy = pair.abort = pair.ending = null;
      this.#turn();
      this.#parts.onChange();
    });
    if (busy === "issuing") this.#parts.onChange();
  }

  #show(): void {
    const now = this.#parts.monotonic();
    if (this.#issuing > 0 && now - this.#shownAt < SHOW_EVERY) return;
    this.#shownAt = now;
    const { metrics, issuers, wishes } = this.#parts;
    const view = this.#view();
    showPairs(metrics, this.#pairs(), {
      now: view.now,
      wishes,
      titles: issuers.map(({ config }) => issuerTitle(config)),
      stateOf: (pair) => stateOf(pair, view),
    });
  }
}
