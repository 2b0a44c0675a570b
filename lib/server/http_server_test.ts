import assert from "node:assert/strict";
import { sampleStatus } from "../../tests/fakes/gate_status.ts";
import type { GateStatus } from "../model/mod.ts";
import { openMetrics } from "../outputs/mod.ts";
import { answerHttp, type HttpViews, serveHttp } from "./http_server.ts";

const views = (ready: boolean, gate: GateStatus | null): HttpViews => ({
  metrics: openMetrics("0", () => ({ rss: 1, cpuSeconds: 1, startSeconds: 1 })),
  ready: () => ready,
  status: () => ({ version: "1.2.3", ready, envoy: null, snapshots: [] }),
  gate: () => gate,
});

interface Asked {
  ready?: boolean;
  gate?: GateStatus;
  method?: string;
}

const get = (path: string, { ready = true, gate, method }: Asked = {}) =>
  answerHttp(new Request(`http://localhost${path}`, { method }), views(ready, gate ?? null));

Deno.test("answerHttp() is alive before it is ready", async () => {
  assert.equal((await get("/healthz", { ready: false })).status, 200);
  assert.equal((await get("/readyz", { ready: false })).status, 503);
  assert.equal((await get("/readyz", { ready: true })).status, 200);
});

Deno.test("answerHttp() shows metrics, and names its paths for any other", async () => {
  assert.match(await (await get("/metrics")).text(), /^certgate_ready 0$/m);
  const unknown = await get("/favicon.ico", { method: "POST" });
  assert.equal(unknown.status, 404);
  assert.match(await unknown.text(), /\/metrics/);
});

Deno.test("answerHttp() shows the status with the gate, null while it is off", async () => {
  const response = await get("/v1/status");
  const off = { version: "1.2.3", ready: true, envoy: null, snapshots: [], gate: null };
  assert.deepEqual(await response.json(), off);
  assert.equal(response.headers.get("cache-control"), "no-store");
  const gate = sampleStatus([{ hostname: "a.test" }]);
  assert.deepEqual((await (await get("/v1/status", { gate })).json()).gate, gate);
});

Deno.test("answerHttp() shows the status page, which may fetch and run nothing", async () => {
  const response = await get("/", { gate: sampleStatus([{ hostname: "a.test" }]) });
  assert.match(await response.text(), /<b>a\.test<\/b> <span class="word">serving<\/span>/);
  assert.match(response.headers.get("content-security-policy")!, /default-src 'none'; style-src 'sha256-/);
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(response.headers.get("cache-control"), "no-store");
});

Deno.test("answerHttp() answers 405 to anything but GET and HEAD, on every path", async () => {
  for (const path of ["/", "/metrics", "/healthz", "/readyz", "/v1/status"]) {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const response = await get(path, { method });
      assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"], path);
    }
  }
});

Deno.test("serveHttp() takes a free port, answers HEAD without a body, and gives the port back", async () => {
  const { port, stop } = serveHttp({ host: "127.0.0.1", port: 0 }, views(true, null));
  const response = await fetch(`http://127.0.0.1:${port}/healthz`);
  assert.equal(await response.text(), "alive\n");
  const head = await fetch(`http://127.0.0.1:${port}/`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), "");
  await stop();
});
