import { until } from "./wait.ts";

/** What a program is started with. */
export interface StartOptions {
  readonly args: readonly string[];
  /** File that gets standard output and standard error. */
  readonly log: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it is started; default is where we are. */
  readonly cwd?: string;
}

/** A program that this test run started, known by its process id. */
export class Program {
  readonly #child: Deno.ChildProcess;
  #ended = false;

  constructor(readonly path: string, readonly options: StartOptions) {
    // The shell only points both outputs at the file and becomes the program; the process id stays.
    this.#child = new Deno.Command("/bin/sh", {
      args: ["-c", 'exec "$0" "$@" >>"$LOG" 2>&1', path, ...options.args],
      env: { ...options.env, LOG: options.log },
      cwd: options.cwd,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#child.status.then(() => this.#ended = true);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** Everything the program has written so far. */
  async output(): Promise<string> {
    return await Deno.readTextFile(this.options.log).catch(() => "");
  }

  /** Waits for the end by itself and returns the exit code. */
  async exitCode(): Promise<number> {
    return (await this.#child.status).code;
  }

  /** Ends the program with a signal and waits until it is gone; with SIGKILL after `patience` milliseconds. */
  async stop(signal: Deno.Signal = "SIGTERM", patience = 15_000): Promise<void> {
    this.signal(signal);
    await until(`"${this.path}" has ended`, () => this.#ended, { within: patience, every: 20 })
      .catch(() => this.signal("SIGKILL"));
    await this.#child.status;
  }

  /** Sends a signal, unless the program has ended. */
  signal(signal: Deno.Signal): void {
    if (this.#ended) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It may end between the question and the signal.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
