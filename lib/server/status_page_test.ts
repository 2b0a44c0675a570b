import assert from "node:assert/strict";
import { sampleControlPlane } from "../../tests/fakes/control_plane_status.ts";
import { sampleStatus } from "../../tests/fakes/gate_status.ts";
import { sampleName, samplePlain, sampleSds } from "../../tests/fakes/sds_status.ts";
import type { GateStatus } from "../model/mod.ts";
import { renderStatusPage } from "./status_page.ts";

const page = (gate: GateStatus | null, more = {}) =>
  renderStatusPage({ version: "1.2.3", ready: true, envoy: null, snapshots: [], gate, ...more });

Deno.test("renderStatusPage() shows hosts that do not serve first, with what to do", () => {
  const html = page(sampleStatus([{ hostname: "a.test" }, { hostname: "b.test", cause: "expired" }]));
  assert.match(html, /<title>⚠ 1 of 2 hosts serve; converged – certgate<\/title>/);
  assert(html.indexOf("<b>b.test</b>") < html.indexOf("<b>a.test</b>"));
  assert.match(
    html,
    /HTTPS for b\.test is off\. <small>\(what was seen\)<\/small><\/p><p>What to do: renew it/,
  );
  assert.match(html, /valid until 2030-08-01 12:00 UTC/);
});

Deno.test("renderStatusPage() names what ends next, the earliest first", () => {
  const status = sampleStatus([{ hostname: "late.test" }, { hostname: "soon.test" }]);
  const [late, soon] = status.listeners;
  const sooner = { ...soon, secrets: [{ ...soon.secrets[0], notAfter: Date.parse("2030-06-02T00:00:00Z") }] };
  const html = page({ ...status, listeners: [late, sooner] });
  const ends = html.slice(html.indexOf("What ends next"));
  assert(ends.indexOf("soon.test") < ends.indexOf("late.test"));
});

Deno.test("renderStatusPage() lets no value out of its place", () => {
  const hostile = `<img src=x onerror=alert(1)>"'&\u202e\x1b`;
  const deep = (value: unknown): unknown => {
    if (typeof value === "string") return `${hostile}${value}`;
    if (Array.isArray(value)) return value.map(deep);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, deep(member)]));
  };
  const status = sampleStatus([{ hostname: "a.test" }, { hostname: "b.test", cause: "expired" }], {
    clock: "odd",
    resources: {
      directory: "/r",
      files: 1,
      objects: 1,
      findings: [{ place: "f:1:1", message: "Unknown kind", hint: "leave it out" }],
    },
  });
  const snapshots = [{
    gateways: [{ namespace: hostile, name: hostile, revision: hostile }],
    listeners: [hostile],
    answeredAt: hostile,
    refused: { at: hostile, message: hostile },
    failures: [{
      hook: hostile,
      mutation: hostile,
      action: "open",
      message: hostile,
      place: hostile,
      targets: 2,
    }],
    withheld: [{
      hostname: hostile,
      listener: hostile,
      secret: hostile,
      reason: "Expired",
      cause: hostile,
      message: hostile,
      detail: hostile,
    }],
  }];
  for (const html of [page(deep(status) as GateStatus), page(null, { snapshots, version: hostile })]) {
    assert(!html.includes("<img"));
    // deno-lint-ignore no-control-regex -- these are what must not be there
    assert.doesNotMatch(html, /[\u202e\x1b]/);
    assert(html.includes("&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;\\u202e\\u001b"));
    // Every tag is one of the page's own.
    const own = new Set(
      "html head meta title style body header h1 p main section h2 small ul li b span code footer a"
        .split(" "),
    );
    for (const [, tag] of html.matchAll(/<\/?([a-z0-9]+)/g)) assert(own.has(tag), tag);
    assert.doesNotMatch(html, /<[^>]*\son\w+=/);
  }
});

Deno.test("renderStatusPage() shows what the hook withholds while the gate is off", () => {
  assert.match(page(null), /The hook withholds nothing/);
});

Deno.test("renderStatusPage() tells of the certificates of Envoy Gateway only where somebody has to know", () => {
  const heading = "Certificates of Envoy Gateway itself";
  const shown = (changes: Parameters<typeof sampleControlPlane>[0]) =>
    page(sampleStatus([{ hostname: "a.test" }]), { controlPlane: sampleControlPlane(changes) });
  assert(!shown({}).includes(heading));
  const html = shown({ problem: "<envoy>/tls.key is missing" });
  assert(html.includes(heading) && html.includes("&#60;envoy&#62;/tls.key is missing"));
});

Deno.test("renderStatusPage() shows the pairs of a plain Envoy, who is connected, and what was refused", () => {
  const plain = samplePlain([
    { hostname: "a.test" },
    { hostname: "b.test", cause: "expired" },
    { hostname: "c.test", cause: "proxy_refuses", held: true },
  ]);
  const refused = { version: "ab", message: "<b>KEY_VALUES_MISMATCH", at: "2030-06-01T12:00:00Z" };
  const names = [sampleName("default/a.test-tls"), sampleName("default/c.test-tls", { refused })];
  const clients = [{ node: "<i>edge", cluster: "edge", streams: 2 }];
  const html = page(plain, { sds: sampleSds(plain, { names, clients }) });
  assert.match(html, /<title>⚠ 2 of 3 pairs are served; converged/);
  assert.match(html, /Pairs that are not served <small>1<[^]*default\/b\.test-tls/);
  assert(html.includes("Envoy refused the new certificate: &#60;b&#62;KEY_VALUES_MISMATCH; the earlier one"));
  assert(html.includes("taken by 1 of 1 · a.test"));
  assert(html.includes("<b>&#60;i&#62;edge</b>"));
  assert.match(html, /2 names · 2 asked for · 2 taken/);
});
