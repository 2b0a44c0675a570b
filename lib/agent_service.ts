import type { Agent } from "./agent.ts";
import type { Systemd } from "./host/mod.ts";
import { statusLine } from "./agent_status_line.ts";

/** How a start failed, as errno(3): the manager shows it beside the status. */
const ERRNO = { busy: 16, usage: 22, failed: 5 } as const;

/** Milliseconds between looks at the status. */
const STATUS_INTERVAL = 2000;
/** While it loads, the manager is asked every so often for so much more time, in milliseconds, and not for ever. */
const LOADING = { every: 5000, more: 30_000, most: 300_000 };
/** The manager hears this many signs of life within the time it allows, so that one or two may fail. */
const FEEDS = 4;

/** What {@linkcode Service} may be told for a test. */
export interface ServiceOptions {
  /** Milliseconds between looks at the status. */
  readonly statusInterval?: number;
}

/**
 * The agent as a service of systemd: what it is doing goes out in the words of sd_notify(3).
 *
 * - READY=1 only when everything is loaded and answers.
 * - WATCHDOG=1 only after that, and only while the hook answers its own probe.
 * - RELOADING=1 is always followed by READY=1.
 */
export class Service {
  readonly #systemd: Systemd;
  readonly #statusInterval: number;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #agent: Agent | null = null;
  /** What the latest line was made of. */
  #shown: readonly unknown[] = [];

  /** Says that it loads, and asks for time until it is said that it serves. */
  constructor(systemd: Systemd, { statusInterval = STATUS_INTERVAL }: ServiceOptions = {}) {
    this.#systemd = systemd;
    this.#statusInterval = statusInterval;
    if (!systemd.active) return;
    systemd.status("loading certificates and resources");
    const begun = performance.now();
    this.#every(LOADING.every, () => {
      if (performance.now() - begun < LOADING.most) systemd.extendTimeout(LOADING.more);
    });
  }

  /** Everything is loaded: from here on the manager hears how the agent is. */
  serves(agent: Agent): void {
    if (!this.#systemd.active) return;
    this.#clear();
    this.#agent = agent;
    this.#showStatus();
    this.#systemd.ready();
    this.#every(this.#statusInterval, () => this.#showStatus());
    const { watchdog } = this.#systemd;
    if (watchdog !== null) this.#feed(agent, watchdog / FEEDS);
  }

  /** Why it could not start. */
  failed(kind: keyof typeof ERRNO, message: string): void {
    this.#systemd.status(message);
    this.#systemd.failed(ERRNO[kind]);
  }

  /** Reads the configuration anew: the work is done in between the two messages that the manager waits for. */
  async reload(work: () => Promise<void>): Promise<void> {
    this.#systemd.reloading();
    try {
      await work();
    } finally {
      this.#showStatus();
      this.#systemd.ready();
    }
  }

  /** The agent ends. */
  stops(): void {
    this.#clear();
    this.#systemd.status("finishing the calls under way");
    this.#systemd.stopping();
  }

  /** Says no more. */
  async close(): Promise<void> {
    this.#clear();
    await this.#systemd.close();
  }

  /** One probe at a time: the next is due a while after the last one was, not after it ended. */
  #feed(agent: Agent, interval: number): void {
    let busy = false;
    const probe = async () => {
      if (busy) return;
      busy = true;
      const works = await agent.probe(interval).catch(() => false);
      busy = false;
      if (works && this.#agent !== null) this.#systemd.alive();
    };
    void probe();
    this.#every(interval, () => void probe());
  }

  #showStatus(): void {
    if (this.#agent === null || !this.#systemd.active) return;
    const status = this.#agent.status();
    const refused = this.#agent.refused();
    // Making a line of thousands of hosts takes time; these are other ones whenever one of them may be.
    const { gate, snapshots } = status;
    const seen = [
      refused,
      gate?.listeners,
      gate?.converged,
      ...snapshots.map(({ answeredAt }) => answeredAt),
    ];
    if (seen.length === this.#shown.length && seen.every((value, i) => value === this.#shown[i])) return;
    this.#shown = seen;
    this.#systemd.status(statusLine(status, refused));
  }

  #every(interval: number, work: () => void): void {
    this.#timers.push(setInterval(work, interval));
  }

  #clear(): void {
    this.#agent = null;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }
}
