import { get, type IncomingMessage } from "node:http";

/** Limits of one request. */
export interface GetLimits {
  /** Milliseconds for everything. */
  readonly timeoutMs: number;
  /** Most bytes of the answer. */
  readonly maxBytes: number;
}

/** Asks an address for a path and gives the text of the answer. Rejects with an Error that has words for people. */
export type HttpGet = (address: string, path: string, limits: GetLimits) => Promise<string>;

/** How a request failed, as far as it matters here. */
export class NobodyListens extends Error {}

/**
 * Asks an HTTP server on this host. Not `fetch`: that would go through the proxy that the environment names.
 *
 * @param address `host:port`.
 */
export const httpGet: HttpGet = (address, path, { timeoutMs, maxBytes }) => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const request = get(`http://${address}${path}`, { agent: false }, (response) => {
    if (response.statusCode !== 200) fail(new Error(`it answered with HTTP status ${response.statusCode}`));
    else readAll(response, maxBytes).then(resolve, fail);
  });
  const fail = (error: Error & { code?: string }) => {
    const nobody = error.code === "ECONNREFUSED" || error.code === "ENOENT";
    reject(nobody ? new NobodyListens("nobody listens there") : error);
    request.destroy();
  };
  request.on("error", fail);
  const timer = setTimeout(() => fail(new Error("no answer in time")), timeoutMs);
  return promise.finally(() => clearTimeout(timer));
};

async function readAll(response: IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response) {
    size += part.length;
    if (size > maxBytes) throw new Error(`its answer has more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
