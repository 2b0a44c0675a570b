import { type ClientHttp2Session, connect } from "node:http2";
import type { LookupFunction } from "node:net";
import type { Answer, Question } from "./probe.ts";

/**
 * A client that speaks HTTP/2 and uses its connection again: one that the server no longer wants requests on, as GOAWAY
 * says, is replaced without a word. A request that gets no answer is a failure.
 */
export class KeptHttp2 {
  readonly #question: Question;
  #session: ClientHttp2Session | null = null;
  /** How many connections were made. */
  connections = 0;

  constructor(question: Question) {
    this.#question = question;
  }

  /** Makes one request. The serial number of the certificate is not told, so it is empty. */
  ask(): Promise<Answer> {
    const { host, patience = 5000 } = this.#question;
    return new Promise((resolve) => {
      const session = this.#session ??= this.#open();
      let status = 0;
      let body = "";
      const refuse = (message: string) => {
        this.#leave(session);
        resolve({ kind: "refused", message, serial: null });
      };
      const request = session.request({ ":path": "/", ":authority": host });
      const timer = setTimeout(() => {
        refuse("no answer in time");
        request.close();
      }, patience);
      request.setEncoding("utf8");
      request.on("response", (head) => status = Number(head[":status"]));
      request.on("data", (piece: string) => body += piece);
      request.on("error", (error: Error) => refuse(error.message));
      request.on("close", () => {
        clearTimeout(timer);
        if (status === 0) refuse("the stream ended without an answer");
        else resolve({ kind: "answered", status, serial: "", body });
      });
      request.end();
    });
  }

  close(): void {
    this.#session?.destroy();
  }

  #open(): ClientHttp2Session {
    this.connections++;
    const { host, port, trust, own } = this.#question;
    const lookup: LookupFunction = (_name, options, answer) =>
      options.all ? answer(null, [{ address: "127.0.0.1", family: 4 }]) : answer(null, "127.0.0.1", 4);
    const options = { ca: trust, servername: host, lookup, cert: own?.certificate, key: own?.key };
    const session = connect(`https://${host}:${port}`, options);
    session.on("error", () => this.#leave(session));
    session.on("goaway", () => this.#leave(session));
    session.on("close", () => this.#leave(session));
    return session;
  }

  /** What is under way on it may end; nothing else begins. */
  #leave(session: ClientHttp2Session): void {
    if (this.#session === session) this.#session = null;
    session.close();
  }
}
