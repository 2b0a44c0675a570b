import type { TLSSocket } from "node:tls";
import { type Answer, openTls, type Question, serialOf } from "./probe.ts";
import { wholeAnswer } from "./whole_answer.ts";

/**
 * A client that uses its connection again, as browsers do: a connection that the server has closed while nothing was
 * asked is replaced without a word, one that ends under a request is a failure.
 */
export class KeptConnection {
  readonly #question: Question;
  #socket: TLSSocket | null = null;

  constructor(question: Question) {
    this.#question = question;
  }

  /** Makes one request. */
  async ask(): Promise<Answer> {
    if (this.#socket === null || this.#socket.destroyed || this.#socket.readableEnded) {
      const opened = await this.#open();
      if (typeof opened !== "string") this.#socket = opened;
      else return opened === "ECONNREFUSED" ? { kind: "closed" } : refused(opened, null);
    }
    return await this.#request(this.#socket);
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Promise<TLSSocket | string> {
    return new Promise((resolve) => {
      const socket = openTls(this.#question);
      const fail = (message: string) => {
        clearTimeout(timer);
        socket.destroy();
        resolve(message);
      };
      const timer = setTimeout(() => fail("no session in time"), this.#question.patience ?? 5000);
      socket.on("error", (error: Error & { code?: string }) => fail(error.code ?? error.message));
      socket.once("secureConnect", () => {
        if (!socket.authorized) return fail(String(socket.authorizationError));
        clearTimeout(timer);
        resolve(socket);
      });
    });
  }

  #request(socket: TLSSocket): Promise<Answer> {
    return new Promise((resolve) => {
      let text = "";
      const finish = (answer: Answer) => {
        clearTimeout(timer);
        socket.off("data", read).off("close", ended);
        if (answer.kind !== "answered") socket.destroy();
        resolve(answer);
      };
      const read = (chunk: Uint8Array) => {
        text += new TextDecoder().decode(chunk);
        const answer = wholeAnswer(text, serialOf(socket) ?? "");
        if (answer === null) return;
        if (/\r\nconnection: close\r\n/i.test(text)) socket.destroy();
        finish(answer);
      };
      const ended = () => finish(refused("the connection ended under a request", serialOf(socket)));
      const timer = setTimeout(
        () => finish(refused("no answer in time", null)),
        this.#question.patience ?? 5000,
      );
      socket.on("data", read).on("close", ended);
      socket.write(`GET / HTTP/1.1\r\nHost: ${this.#question.host}\r\n\r\n`);
    });
  }
}

function refused(message: string, serial: string | null): Answer {
  return { kind: "refused", message, serial };
}
