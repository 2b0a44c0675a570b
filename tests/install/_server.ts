import { join } from "node:path";

/** A server on the loopback, as a download site is one for the script. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
}

/**
 * Serves a folder.
 *
 * @param answer Answers in place of the folder, or returns `null` to leave it to it.
 */
export function serve(folder: string, answer: (path: string) => Response | null = () => null): Server {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname);
    asked.push(path);
    const own = answer(path);
    if (own !== null) return own;
    try {
      return new Response(await Deno.readFile(join(folder, path)));
    } catch {
      return new Response("not here\n", { status: 404 });
    }
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
