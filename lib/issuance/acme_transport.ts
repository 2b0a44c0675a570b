import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { wordsOf } from "../host/mod.ts";
import { AcmeFailure } from "./acme_failure.ts";

/** What a server answered. */
export interface AcmeAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What was read of JSON, else the text. */
  readonly data: unknown;
}

/** One request. */
export interface AcmeAsk {
  readonly method: "GET" | "HEAD" | "POST";
  /** A signed body, as JSON. */
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** The way to a server. */
export interface AcmeTransport {
  /** @throws {AcmeFailure} if there is no answer. */
  ask(url: string, ask: AcmeAsk): Promise<AcmeAnswer>;
  close(): void;
}

// No answer of the protocol takes longer; what does is a connection that nobody reads from.
const REQUEST_MS = 30_000;
// Chains and orders with a hundred names are some tens of kilobytes.
const MOST_BYTES = 1024 * 1024;
const JOSE = "application/jose+json";
// Required by RFC 8555, 6.1.
const AGENT = "certgate";

/** Where requests go: with authorities of one's own, or through a function of tests. */
export interface TransportOptions {
  /** PEM of the authorities that are trusted; `null` leaves it to the runtime. */
  readonly authorities: string | null;
  readonly fetch?: typeof fetch;
}

/**
 * Opens the way to a server. Not `fetch` by default: that would go through the proxy that the environment names, and
 * could not trust another authority for one server only. Redirections are not followed.
 */
export function openAcmeTransport(options: TransportOptions): AcmeTransport {
  if (options.fetch !== undefined) return overFetch(options.fetch);
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ca: options.authorities ?? undefined });
  return {
    ask: (url, ask) => limited(url, ask, (signal) => overHttps(url, { ...ask, signal }, agent)),
    close: () => agent.destroy(),
  };
}

/** Bounds one request in time, and gives its failure words. */
async function limited(
  url: string,
  { signal }: AcmeAsk,
  run: (signal: AbortSignal) => Promise<AcmeAnswer>,
): Promise<AcmeAnswer> {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(), REQUEST_MS);
  try {
    signal.throwIfAborted();
    return await run(AbortSignal.any([signal, own.signal]));
  } catch (error) {
    const server = hostOf(url);
    if (signal.aborted) throw new AcmeFailure("late", `Cannot wait for "${server}": no time left`);
    if (own.signal.aborted) {
      throw new AcmeFailure("late", `Cannot wait for "${server}": no answer in ${REQUEST_MS / 1000} s`);
    }
    throw new AcmeFailure("unreachable", `Cannot ask "${server}": ${reasonOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

function overHttps(url: string, { method, body, signal }: AcmeAsk, agent: Agent): Promise<AcmeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<AcmeAnswer>();
  const length = body === undefined ? {} : { "content-length": `${Buffer.byteLength(body)}` };
  const headers = { "content-type": JOSE, "user-agent": AGENT, ...length };
  const request = httpsRequest(url, { method, headers, agent }, (response) => {
    readAll(response)
      .then((text) => resolve(toAnswer(response.statusCode!, plainHeaders(response.headers), text)))
      .catch(fail);
  });
  const fail = (error: unknown) => {
    reject(error);
    request.destroy();
  };
  const stop = () => fail(new Error("stopped"));
  signal.addEventListener("abort", stop, { once: true });
  request.on("error", fail);
  request.end(body);
  return promise.finally(() => signal.removeEventListener("abort", stop));
}

async function readAll(response: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response) {
    size += part.length;
    if (size > MOST_BYTES) throw new Error(`its answer has more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function plainHeaders(headers: IncomingMessage["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map((
      [name, value],
    ) => [name, Array.isArray(value) ? value.join(", ") : value ?? ""]),
  );
}

function overFetch(fetcher: typeof fetch): AcmeTransport {
  const run = async (url: string, { method, body, signal }: AcmeAsk) => {
    const headers = { "content-type": JOSE, "user-agent": AGENT };
    const response = await fetcher(url, { method, body, headers, signal, redirect: "manual" });
    return toAnswer(response.status, Object.fromEntries(response.headers), await response.text());
  };
  return {
    ask: (url, ask) => limited(url, ask, (signal) => run(url, { ...ask, signal })),
    close: () => {},
  };
}

function toAnswer(status: number, headers: Record<string, string>, text: string): AcmeAnswer {
  if (!/^application\/(problem\+)?json\b/.test(headers["content-type"] ?? "")) {
    return { status, headers, data: text };
  }
  try {
    return { status, headers, data: JSON.parse(text) };
  } catch {
    throw new Error("its answer is no JSON");
  }
}

/** Host and port of an address, for messages: paths of a server are long and say nothing. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

const UNTRUSTED = /CERT|VERIFY|SELF_SIGNED|ALTNAME/;

function reasonOf(error: unknown): string {
  const { code = "" } = error as { code?: string };
  if (code === "ECONNREFUSED") return "nobody listens there";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its name is not known here";
  if (code === "ECONNRESET") return "it ended the connection";
  return UNTRUSTED.test(code) ? `its certificate is not trusted: ${wordsOf(error)}` : wordsOf(error);
}
