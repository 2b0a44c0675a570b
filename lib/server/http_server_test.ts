import assert from "node:assert/strict";
import { openMetrics } from "../outputs/mod.ts";
import { answerHttp, type HttpViews, serveHttp } from "./http_server.ts";

const views = (ready: boolean): HttpViews => ({
  metrics: openMetrics("0", () => ({ rss: 1, cpuSeconds: 1, startSeconds: 1 })),
  ready: () => ready,
  status: () => ({ snapshots: [] }),
});

const get = (path: string, ready = true, init?: RequestInit) =>
  answerHttp(new Request(`http://localhost${path}`, init), views(ready));

Deno.test("answerHttp() is alive before it is ready", async () => {
  assert.equal((await get("/healthz", false)).status, 200);
  assert.equal((await get("/readyz", false)).status, 503);
  assert.equal((await get("/readyz", true)).status, 200);
});

Deno.test("answerHttp() shows metrics and status, and names its paths for any other", async () => {
  assert.match(await (await get("/metrics")).text(), /^certgate_ready 0$/m);
  assert.deepEqual(await (await get("/v1/status")).json(), { snapshots: [] });
  const unknown = await get("/favicon.ico");
  assert.equal(unknown.status, 404);
  assert.match(await unknown.text(), /\/metrics/);
  assert.equal((await get("/metrics", true, { method: "POST" })).status, 405);
});

Deno.test("serveHttp() takes a free port and gives it back", async () => {
  const { port, stop } = serveHttp({ host: "127.0.0.1", port: 0 }, views(true));
  const response = await fetch(`http://127.0.0.1:${port}/healthz`);
  assert.equal(await response.text(), "alive\n");
  await stop();
});
