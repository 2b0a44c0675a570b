import { connect, type TLSSocket } from "node:tls";
import { Hopeless, until } from "./wait.ts";
import { wholeAnswer } from "./whole_answer.ts";

/** What a real TLS request for a host got. */
export type Answer =
  | {
    readonly kind: "answered";
    readonly status: number;
    /** Serial number of the presented certificate, lower-case hex, no leading zeros. */
    readonly serial: string;
    readonly body: string;
  }
  | {
    /** The port does not take connections. */
    readonly kind: "closed";
  }
  | {
    /** A connection was made, and no trusted session or no answer came of it. */
    readonly kind: "refused";
    readonly message: string;
    /** Serial number of the certificate that was presented all the same, or `null`. */
    readonly serial: string | null;
  };

/** Where and as whom to ask. */
export interface Question {
  readonly port: number;
  /** Sent as SNI and Host, and the name that the certificate has to cover. */
  readonly host: string;
  /** PEM of the trusted root. */
  readonly trust: string;
  /** Milliseconds; default 5000. */
  readonly patience?: number;
  /** PEM of what the client shows of itself; default is nothing. */
  readonly own?: { readonly certificate: string; readonly key: string };
}

/**
 * Makes one real HTTPS request to a loopback port, on a connection of its own.
 *
 * The chain is checked against the trusted root and the name against the certificate, as a browser would; nothing
 * is sent to a server that fails the check, but the certificate that it presented is in the answer.
 */
export function probe(question: Question): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = openTls(question);
    let serial: string | null = null;
    let text = "";
    const finish = (answer: Answer) => {
      clearTimeout(timer);
      resolve(answer);
      socket.destroy();
    };
    const refuse = (message: string) => finish({ kind: "refused", message, serial });
    const timer = setTimeout(() => refuse("no answer in time"), question.patience ?? 5000);
    socket.on("error", (error: Error & { code?: string }) => {
      if (error.code === "ECONNREFUSED") finish({ kind: "closed" });
      else refuse(error.message || String(error.code));
    });
    socket.on("secureConnect", () => {
      serial = serialOf(socket);
      if (!socket.authorized) return refuse(String(socket.authorizationError));
      socket.write(`GET / HTTP/1.1\r\nHost: ${question.host}\r\nConnection: close\r\n\r\n`);
    });
    socket.on("data", (chunk: Uint8Array) => {
      text += new TextDecoder().decode(chunk);
      // While a filter chain drains, Envoy may answer and then leave the connection open for a while.
      const answer = /\r\ncontent-length: /i.test(text) ? wholeAnswer(text, serial ?? "") : null;
      if (answer !== null) finish(answer);
    });
    socket.on("close", () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
      if (status === undefined || serial === null) return refuse("connection ended without an answer");
      finish({ kind: "answered", status: Number(status), serial, body: text.split("\r\n\r\n", 2)[1] ?? "" });
    });
  });
}

/** Opens a TLS connection for a question; the caller looks at `authorized` before it sends anything. */
export function openTls(question: Question): TLSSocket {
  return connect({
    host: "127.0.0.1",
    port: question.port,
    servername: question.host,
    ca: question.trust,
    ALPNProtocols: ["http/1.1"],
    cert: question.own?.certificate,
    key: question.own?.key,
    rejectUnauthorized: false,
  });
}

/** Serial number of the certificate that the other side presented, lower-case hex, no leading zeros. */
export function serialOf(socket: TLSSocket): string | null {
  const serial = socket.getPeerCertificate()?.serialNumber;
  return serial ? serial.toLowerCase().replace(/^0+(?=.)/, "") : null;
}

/** A response on one TLS connection that goes on for as long as the connection lives. */
export class Ticks {
  readonly #socket: TLSSocket;
  #count = 0;
  #ended: string | null = null;
  /** How the connection ended, once it has. */
  readonly ended: Promise<string>;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.ended = new Promise((resolve) => socket.on("close", () => resolve(this.#ended ?? "")));
    socket.on("data", () => this.#count++);
    socket.on("error", (error: Error) => this.#ended ??= error.message);
    socket.prependListener("close", () => this.#ended ??= "the connection was closed");
  }

  /** Opens the connection and waits for the first piece. */
  static async open(question: Question): Promise<Ticks> {
    const socket = openTls(question);
    const ticks = new Ticks(socket);
    socket.on("secureConnect", () => socket.write(`GET /ticks HTTP/1.1\r\nHost: ${question.host}\r\n\r\n`));
    await ticks.more(1);
    return ticks;
  }

  /**
   * Waits for so many more pieces; the backend sends ten a second.
   *
   * @throws {Error} if the connection ends or goes quiet.
   */
  async more(pieces: number): Promise<void> {
    const goal = this.#count + pieces;
    await until(`${pieces} more pieces came on the open stream`, () => {
      if (this.#ended === null) return this.#count >= goal;
      throw new Hopeless(this.#ended);
    }, { within: 1000 * pieces + 5000 });
  }

  stop(): Promise<void> {
    this.#socket.destroy();
    return Promise.resolve();
  }
}
