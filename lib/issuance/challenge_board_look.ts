import { get, type IncomingMessage } from "node:http";

/** What is asked for. */
export interface Look {
  /** `host` or `host:port` that is connected to. */
  readonly address: string;
  /** Name that is asked for there. */
  readonly hostname: string;
  readonly path: string;
}

/** What came back: the body, or why there is none. */
export type Found = { readonly text: string } | { readonly text: null; readonly why: string };

// A proxy that has no route yet answers at once; one that is not there does not answer.
const LOOK_MS = 5000;
// A key authorization has some ninety characters.
const MOST_BYTES = 4096;

/** Fetches once over plain HTTP, not through a proxy that the environment names. Never rejects. */
export function look({ address, hostname, path }: Look, signal: AbortSignal): Promise<Found> {
  const { promise, resolve } = Promise.withResolvers<Found>();
  const request = get(
    `http://${address}${path}`,
    { agent: false, headers: { host: hostname } },
    (response) => {
      if (response.statusCode !== 200) return fail(`it answers with HTTP status ${response.statusCode}`);
      readAll(response).then((text) => resolve({ text }), (error: Error) => fail(error.message));
    },
  );
  const fail = (why: string) => {
    resolve({ text: null, why });
    request.destroy();
  };
  const stop = () => fail("no time left");
  const timer = setTimeout(() => fail("no answer in time"), LOOK_MS);
  signal.addEventListener("abort", stop, { once: true });
  request.on("error", (error: Error & { code?: string }) => fail(wordsOfCode(error)));
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  });
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

function wordsOfCode({ code, message }: Error & { code?: string }): string {
  if (code === "ECONNREFUSED") return "nobody listens there";
  return code === "ENOTFOUND" || code === "EAI_AGAIN" ? "its name is not known here" : message;
}
