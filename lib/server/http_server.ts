import { createHash } from "node:crypto";
import type { GateStatus } from "../model/mod.ts";
import type { Metrics } from "../outputs/mod.ts";
import type { AgentStatus } from "./agent_status.ts";
import type { ProgrammedSet } from "./programmed_set.ts";
import { STATUS_PAGE_STYLE } from "./_page_style.ts";
import { renderStatusPage } from "./status_page.ts";

/** What the HTTP side shows; all of it is asked for at each request. */
export interface HttpViews {
  readonly metrics: Metrics;
  /** Whether everything needed to answer is loaded. */
  readonly ready: () => boolean;
  /** The body of `/v1/status` without the gate. */
  readonly status: () => Omit<AgentStatus, "gate">;
  /** What the gate knows; `null` while it is off. */
  readonly gate: () => GateStatus | null;
  /** What the latest answer changed; `null` while `debug.programmedSet` is off. Default off. */
  readonly programmedSet?: () => ProgrammedSet | null;
}

/**
 * Answers one HTTP request: `/` (the status page), `/metrics`, `/healthz` (alive), `/readyz` (first full load done),
 * `/v1/status`, and `/debug/programmed-set` where it is switched on.
 *
 * @param request The request; only GET and HEAD are served.
 * @param views What there is to show.
 */
export async function answerHttp(request: Request, views: HttpViews): Promise<Response> {
  const { pathname } = new URL(request.url);
  const programmed = pathname === PROGRAMMED_SET ? views.programmedSet?.() ?? null : null;
  if (!PATHS.includes(pathname) && programmed === null) return text(`paths: ${PATHS.join(" ")}\n`, 404);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return text("only GET is served here\n", 405, { allow: "GET, HEAD" });
  }
  if (programmed !== null) return Response.json(programmed, { headers: NOT_KEPT });
  switch (pathname) {
    case "/":
      return new Response(renderStatusPage(statusOf(views)), { headers: PAGE_HEADERS });
    case "/metrics": {
      const { body, contentType } = await views.metrics.render(request.headers.get("accept") ?? "");
      return new Response(body, { headers: { "content-type": contentType } });
    }
    case "/healthz":
      return text("alive\n", 200);
    case "/readyz":
      return views.ready() ? text("ready\n", 200) : text("still loading\n", 503);
    default:
      return Response.json(statusOf(views), { headers: NOT_KEPT });
  }
}

// Not among those that are listed: it is for comparing with the network-services-operator, and off in production.
const PROGRAMMED_SET = "/debug/programmed-set";
const PATHS = ["/", "/metrics", "/healthz", "/readyz", "/v1/status"];

const NOT_KEPT = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

// Nothing is fetched and nothing runs; the one style is named by its hash. Names in the page come from outside.
const STYLE_HASH = createHash("sha256").update(STATUS_PAGE_STYLE).digest("base64");
const PAGE_HEADERS = {
  ...NOT_KEPT,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; ` +
    "form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

function statusOf({ status, gate }: HttpViews): AgentStatus {
  return { ...status(), gate: gate() };
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
