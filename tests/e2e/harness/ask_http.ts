import { request } from "node:http";

/** What a request without TLS got. */
export interface HttpAnswer {
  /** 0 if there was no answer. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Makes one real HTTP request to a port on loopback, on a connection of its own. */
export function askHttp(port: number, host: string, path = "/"): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const fail = (error: Error) => resolve({ status: 0, contentType: "", body: error.message });
    const question = request(
      { host: "127.0.0.1", port, path, headers: { host }, agent: false, timeout: 5000 },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (piece: string) => body += piece);
        response.on("error", fail);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers["content-type"] ?? "",
            body,
          }));
      },
    );
    question.on("timeout", () => question.destroy(new Error("no answer in time")));
    question.on("error", fail);
    question.end();
  });
}
