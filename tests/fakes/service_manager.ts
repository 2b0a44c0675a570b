/** Stands in for systemd: hears what a service says over a socket of its own (sd_notify(3)). */
export class FakeServiceManager {
  /** Everything heard so far, a line each, with the time on a clock that never jumps. */
  readonly heard: { readonly line: string; readonly at: number }[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #reading: Promise<void>;
  #wake = () => {};

  /** @param socket A path, or `@` and a name for an abstract socket. */
  constructor(readonly socket: string) {
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path: socket.replace(/^@/, "\0") });
    this.#reading = this.#read();
  }

  /** The lines so far; those of a variable only, if it is named. */
  lines(variable?: string): string[] {
    const lines = this.heard.map(({ line }) => line);
    return variable === undefined ? lines : lines.filter((line) => line.startsWith(`${variable}=`));
  }

  /** Waits until this line has been heard `times` times in all. */
  async hears(wanted: RegExp, times = 1, patience = 30_000): Promise<void> {
    const limit = performance.now() + patience;
    while (this.lines().filter((line) => wanted.test(line)).length < times) {
      const left = limit - performance.now();
      if (left <= 0) throw new Error(`Did not hear ${wanted} ${times} times:\n${this.lines().join("\n")}`);
      const timer = setTimeout(() => this.#wake(), left);
      await new Promise<void>((resolve) => this.#wake = resolve);
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.#reading;
    if (this.socket.startsWith("/")) await Deno.remove(this.socket);
  }

  async #read(): Promise<void> {
    for await (const [bytes] of this.#socket) {
      const at = performance.now();
      for (const line of new TextDecoder().decode(bytes).trimEnd().split("\n")) this.heard.push({ line, at });
      this.#wake();
    }
  }
}
