import assert from "node:assert/strict";
import { scene } from "../../tests/fakes/policy_scene.ts";
import { ads, byName, chain, cluster, pairSecret, request, requestBytes } from "../../tests/golden/build.ts";
import { sdsView } from "../../tests/golden/stand_ins.ts";
import type { SdsView } from "../model/mod.ts";
import { makePlaceholder } from "../pki/mod.ts";
import { readSnapshot } from "../xds/mod.ts";
import { HookError } from "./hook_error.ts";
import { snapshotMaterials } from "./snapshot_materials.ts";

const PLACEHOLDER = new TextDecoder().decode(makePlaceholder({ names: ["a.example.com"] }).certificate);

const snapshot = () =>
  requestBytes(request({
    clusters: [cluster("backend")],
    secrets: [pairSecret("ns/a", PLACEHOLDER)],
    listeners: [{ name: "tcp", filterChains: [chain("a.example.com", byName("ns/a"))] }],
  }));

const view = sdsView({
  cluster: { kind: "unix", path: "/run/sds.sock" },
  pairs: { "ns/a": ["a.example.com"] },
});
const holds = (bytes: Uint8Array, words: string) => Buffer.from(bytes).includes(words);

Deno.test("makeHookHandlers() asks certgate for what it has, and looks at the view anew at each call", async () => {
  let now: SdsView | null = view;
  const { handlers, reports } = scene({}, { objects: "", sds: () => now });
  const asked = await handlers.PostTranslateModify(snapshot());
  assert.ok(holds(asked, "certgate_sds"));
  assert.ok(!holds(asked, "BEGIN CERTIFICATE"));
  assert.deepEqual(reports.status().flatMap(({ withheld }) => withheld), []);
  now = null;
  const withheld = await handlers.PostTranslateModify(snapshot());
  assert.ok(!holds(withheld, "certgate_sds"));
  assert.ok(!holds(withheld, "BEGIN CERTIFICATE"));
  const [row] = reports.status().flatMap(({ withheld }) => withheld);
  assert.deepEqual([row.hostname, row.reason, row.cause], ["a.example.com", "Missing", "pair_missing"]);
});

Deno.test("makeHookHandlers() refuses a call rather than let a placeholder out when planning fails", async () => {
  const broken: SdsView = {
    ...view,
    has() {
      throw new Error("the view is broken");
    },
  };
  const { handlers } = scene({}, { objects: "", sds: () => broken });
  await assert.rejects(handlers.PostTranslateModify(snapshot()), HookError);
  const other = requestBytes(request({ secrets: [pairSecret("ns/b", "good")] }));
  // Where there is no placeholder nobody looks at the view.
  assert.ok(holds(await handlers.PostTranslateModify(other), "ns/b"));
});

Deno.test("makeHookHandlers() leaves references alone in the small hooks, which bring no secret", async () => {
  const { handlers } = scene({}, { objects: "", sds: () => view });
  const wrapped = readSnapshot(snapshot());
  const [listener] = wrapped.resources("listeners");
  const size = listener.length < 128
    ? [listener.length]
    : [listener.length % 128 + 128, listener.length >> 7];
  const answer = await handlers.PostHTTPListenerModify(Uint8Array.of(10, ...size, ...listener));
  assert.ok(holds(answer, ads("ns/a").name));
  assert.ok(!holds(answer, "certgate_sds"));
});

Deno.test("snapshotMaterials() leaves out what only stands in for something", () => {
  const bytes = requestBytes(
    request({ secrets: [pairSecret("ns/a", PLACEHOLDER), pairSecret("ns/b", "good")] }),
  );
  assert.equal(snapshotMaterials(readSnapshot(bytes)).length, 1);
});

Deno.test("makeHookHandlers() knows a placeholder by its name where the snapshot comes without its secrets", async () => {
  const blind = (clusters: readonly string[]) =>
    requestBytes(request({
      clusters: clusters.map((name) => cluster(name)),
      listeners: [{
        name: "tcp",
        filterChains: [chain("a.example.com", byName("ns/a")), chain("b.example.com", byName("ns/b"))],
      }],
    }));
  const direct: SdsView = { ...view, isDirect: (name) => name === "ns/a" };
  const { handlers } = scene({}, { objects: "", sds: () => direct });
  assert.ok(holds(await handlers.PostTranslateModify(blind(["backend"])), "certgate_sds"));
  // Where no cluster can be added nothing is asked of it.
  assert.ok(!holds(await handlers.PostTranslateModify(blind([])), "certgate_sds"));
  const unknown = scene({}, { objects: "", sds: () => ({ ...direct, isDirect: () => false }) });
  assert.ok(!holds(await unknown.handlers.PostTranslateModify(blind(["backend"])), "certgate_sds"));
});
