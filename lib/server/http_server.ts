import type { Metrics } from "../outputs/mod.ts";

/** What the HTTP side shows; all of it is asked for at each request. */
export interface HttpViews {
  readonly metrics: Metrics;
  /** Whether everything needed to answer is loaded. */
  readonly ready: () => boolean;
  /** The body of `/v1/status`. */
  readonly status: () => unknown;
}

/**
 * Answers one HTTP request: `/metrics`, `/healthz` (alive), `/readyz` (first full load done), `/v1/status`.
 *
 * @param request The request; only GET and HEAD are served.
 * @param views What there is to show.
 */
export async function answerHttp(request: Request, views: HttpViews): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return text("only GET is served here\n", 405, { allow: "GET, HEAD" });
  }
  switch (new URL(request.url).pathname) {
    case "/metrics": {
      const { body, contentType } = await views.metrics.render(request.headers.get("accept") ?? "");
      return new Response(body, { headers: { "content-type": contentType } });
    }
    case "/healthz":
      return text("alive\n", 200);
    case "/readyz":
      return views.ready() ? text("ready\n", 200) : text("still loading\n", 503);
    case "/v1/status":
      return Response.json(views.status(), { headers: { "cache-control": "no-store" } });
    default:
      return text("paths: /metrics /healthz /readyz /v1/status\n", 404);
  }
}

function text(body: string, status: number, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
}

/**
 * Serves HTTP until stopped.
 *
 * @param address Host and port; port 0 takes a free one.
 * @param views What there is to show.
 * @returns The port in use, and how to stop.
 * @throws Deno.errors.AddrInUse where somebody else listens.
 */
export function serveHttp(
  address: { host: string; port: number },
  views: HttpViews,
): { port: number; stop: () => Promise<void> } {
  const server = Deno.serve({
    hostname: address.host,
    port: address.port,
    onListen: () => {},
    onError: () => text("something went wrong inside certgate; the log has the line\n", 500),
  }, (request) => answerHttp(request, views));
  return { port: server.addr.port, stop: () => server.shutdown() };
}
