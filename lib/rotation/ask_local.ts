import { request } from "node:http";
import { connect } from "node:net";

/** What a request came to. */
export type HttpAnswer =
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "nobody" }
  /** No answer in time. */
  | { readonly kind: "silent"; readonly detail: string }
  | { readonly kind: "broken"; readonly detail: string };

/** How to ask. */
export interface HttpQuestion {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for everything. */
  readonly timeoutMs: number;
}

/** Asks for a status, and for nothing behind it. Not `fetch`: that would go through the proxy that the environment names. */
export function askHttp(url: string, { method, headers, timeoutMs }: HttpQuestion): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const asked = request(url, { method, headers: { ...headers, "content-length": "0" }, agent: false });
    const finish = (answer: HttpAnswer) => {
      clearTimeout(timer);
      resolve(answer);
      asked.destroy();
    };
    const timer = setTimeout(
      () => finish({ kind: "silent", detail: `no answer within ${timeoutMs} ms` }),
      timeoutMs,
    );
    asked.on("response", (response) => finish({ kind: "answered", status: response.statusCode ?? 0 }));
    asked.on("error", (error: Error & { code?: string }) => {
      if (error.code === "ECONNREFUSED") finish({ kind: "nobody" });
      else finish({ kind: "broken", detail: error.message });
    });
    asked.end();
  });
}

/** Whether somebody accepts connections. */
export function connects(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<"open" | "closed" | "silent"> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answer: "open" | "closed" | "silent") => {
      clearTimeout(timer);
      resolve(answer);
      socket.destroy();
    };
    const timer = setTimeout(() => finish("silent"), timeoutMs);
    socket.once("connect", () => finish("open"));
    socket.on("error", () => finish("closed"));
  });
}
