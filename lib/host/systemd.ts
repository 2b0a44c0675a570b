import { join } from "node:path";
import type { Log } from "../model/mod.ts";
import { type DatagramSender, openDatagramSender } from "./_datagram.ts";
import { plainLine } from "./_plain_line.ts";

/**
 * What a service tells the service manager that started it (sd_notify(3)). Where there is none, every method does
 * nothing. None of them throws or waits: the manager is told as soon as it listens, in the order of the calls.
 */
export interface Systemd {
  /** Whether anybody is told. */
  readonly active: boolean;
  /** Milliseconds within which the manager wants to hear {@linkcode Systemd.alive}; `null` if it does not watch. */
  readonly watchdog: number | null;
  /** Everything is loaded, for the first time or anew. */
  ready(): void;
  /** The configuration is being read again; {@linkcode Systemd.ready} has to follow, whatever comes of it. */
  reloading(): void;
  /** The service ends by itself from here on. */
  stopping(): void;
  /** One line in plain words for `systemctl status`. Told only if it is another one than before. */
  status(text: string): void;
  /** Why the service ends with an error, as errno(3). */
  failed(errno: number): void;
  /** Starting takes longer; the manager is to be patient for this many milliseconds from now. */
  extendTimeout(milliseconds: number): void;
  /** The service works. */
  alive(): void;
  /** Sends what is left, for a second at most, and gives the socket back. */
  close(): Promise<void>;
}

/** What {@linkcode openSystemd} needs. */
export interface SystemdParts {
  /** Where a socket may stand if the manager names no runtime directory; without both nothing is told. */
  readonly directory?: string;
  readonly log: Pick<Log, "warn">;
  /** Default the process's own. */
  readonly pid?: number;
}

/** Longest status, in characters: a line that a person reads, far below what the manager takes (4,096 bytes). */
const LONGEST_STATUS = 240;
/** Messages that wait for a manager that does not read; the kernel holds more before it comes to that. */
const LONGEST_QUEUE = 32;
const CLOSING_PATIENCE = 1000;

/**
 * Opens the way to the service manager.
 *
 * @param env Reads a variable of the environment: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`, `RUNTIME_DIRECTORY`.
 * @returns Something that does nothing if no manager wants to be told, or if it cannot be; the log says so then.
 */
export async function openSystemd(
  env: (name: string) => string | undefined,
  { directory, log, pid = Deno.pid }: SystemdParts,
): Promise<Systemd> {
  const socket = env("NOTIFY_SOCKET");
  if (!socket) return NOBODY;
  try {
    const own = env("RUNTIME_DIRECTORY")?.split(":")[0] || directory;
    if (!/^[@/]./.test(socket)) throw new Error(`"${socket}" is no path of a Unix socket`);
    if (own === undefined) throw new Error("there is no directory for a socket of its own");
    const from = join(own, "notify.sock");
    // In the name of an abstract socket the first byte is zero.
    const to = socket.replace(/^@/, "\0");
    return new Manager(await openDatagramSender(from), { from, to, watchdog: watchdogOf(env, pid), log });
  } catch (error) {
    log.warn("the service manager cannot be told how certgate is", { socket, error });
    return NOBODY;
  }
}

/** The variables may come from a manager that watches another process, a shell that this one was started by. */
function watchdogOf(env: (name: string) => string | undefined, pid: number): number | null {
  const microseconds = Number(env("WATCHDOG_USEC"));
  const watched = env("WATCHDOG_PID");
  if (!(microseconds > 0) || (watched && watched !== String(pid))) return null;
  return microseconds / 1000;
}

class Manager implements Systemd {
  readonly active = true;
  readonly watchdog: number | null;
  readonly #sender: DatagramSender;
  readonly #from: string;
  readonly #to: string;
  readonly #log: Pick<Log, "warn">;
  readonly #queue: string[] = [];
  #status = "";
  #sending: Promise<void> | null = null;
  #refused = false;

  constructor(sender: DatagramSender, { from, to, watchdog, log }: {
    from: string;
    to: string;
    watchdog: number | null;
    log: Pick<Log, "warn">;
  }) {
    this.#sender = sender;
    this.#from = from;
    this.#to = to;
    this.#log = log;
    this.watchdog = watchdog;
  }

  ready(): void {
    this.#tell("READY=1");
  }

  reloading(): void {
    this.#tell(["RELOADING=1", ...monotonicTime()].join("\n"));
  }

  stopping(): void {
    this.#tell("STOPPING=1");
  }

  status(text: string): void {
    const line = plainLine(text, LONGEST_STATUS);
    if (line === this.#status) return;
    this.#status = line;
    this.#tell(`STATUS=${line}`);
  }

  failed(errno: number): void {
    this.#tell(`ERRNO=${errno}`);
  }

  extendTimeout(milliseconds: number): void {
    this.#tell(`EXTEND_TIMEOUT_USEC=${Math.round(milliseconds * 1000)}`);
  }

  alive(): void {
    this.#tell("WATCHDOG=1");
  }

  async close(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, CLOSING_PATIENCE));
    await Promise.race([this.#sending, late]);
    clearTimeout(timer);
    this.#queue.length = 0;
    this.#sender.close();
    await Deno.remove(this.#from).catch(() => {});
  }

  #tell(message: string): void {
    if (this.#queue.length >= LONGEST_QUEUE) {
      // A sign of life that comes late is none, and a status that has changed since is not true any more.
      this.#queue.splice(Math.max(0, this.#queue.findIndex((old) => /^(WATCHDOG|STATUS)=/.test(old))), 1);
    }
    this.#queue.push(message);
    this.#sending ??= this.#send().finally(() => this.#sending = null);
  }

  async #send(): Promise<void> {
    const encoder = new TextEncoder();
    for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift()) {
      try {
        await this.#sender.send(encoder.encode(`${message}\n`), { transport: "unixpacket", path: this.#to });
        this.#refused = false;
      } catch (error) {
        if (!this.#refused) this.#log.warn("the service manager does not take a message", { error });
        this.#refused = true;
      }
    }
  }
}

/**
 * When a reload began, for a unit with `Type=notify-reload` (systemd 253 and newer), which takes a message only if it is
 * not older than its own signal. The runtime shows CLOCK_MONOTONIC to nobody; the uptime of sysinfo(2) is the same clock
 * with the time in suspend added, in whole seconds and rounded up, so it is never too old and at most a second ahead.
 */
function monotonicTime(): string[] {
  try {
    return [`MONOTONIC_USEC=${Deno.osUptime() * 1_000_000}`];
  } catch {
    // Not permitted; the older types of unit do not ask for it.
    return [];
  }
}

const nothing = () => {};
const NOBODY: Systemd = {
  active: false,
  watchdog: null,
  ready: nothing,
  reloading: nothing,
  stopping: nothing,
  status: nothing,
  failed: nothing,
  extendTimeout: nothing,
  alive: nothing,
  close: () => Promise.resolve(),
};
