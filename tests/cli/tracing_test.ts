import assert from "node:assert/strict";
import { join } from "node:path";
import { startWith } from "./_program.ts";
import { HookClient } from "../fakes/hook_client.ts";
import { OtlpReceiver, type ReceivedSpan } from "../fakes/otlp_receiver.ts";

const CAPTURE = new URL("../fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url);
const CALL = "envoygateway.extension.EnvoyGatewayExtension/PostTranslateModify";

interface Played {
  readonly answer: Uint8Array;
  readonly code: number;
  readonly lines: readonly Record<string, unknown>[];
}

/** `certgate run` from its start over one call to its end, in a directory that it may find as it left it. */
async function play(
  dir: string,
  variables: Record<string, string>,
  more: readonly string[] = [],
): Promise<Played> {
  const config = join(dir, "config.yaml");
  const settings = [
    `hook: { listen: "unix://${dir}/hook.sock" }`,
    `http: { listen: "127.0.0.1:0" }`,
    `stateDir: ${dir}/state`,
    `envoy: { path: none, admin: none }`,
    ...more,
  ];
  await Deno.writeTextFile(config, settings.join("\n"));
  const stream = (await Deno.open(CAPTURE)).readable.pipeThrough(new DecompressionStream("gzip"));
  const request = new Uint8Array(await new Response(stream).arrayBuffer());
  const program = startWith({ OTEL_SERVICE_NAME: "certgate", ...variables }, "run", "--config", config);
  const first = await program.line("certgate is ready");
  const client = new HookClient(`unix:${dir}/hook.sock`);
  const answer = await client.call("PostTranslateModify", request);
  client.close();
  program.signal("SIGTERM");
  const { code, stderr } = await program.end();
  const lines = stderr.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  return { answer, code, lines: [first, ...lines] };
}

const collector = (url: string) => ({
  OTEL_DENO: "true",
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
});

Deno.test("run sends the spans of a call to the collector, with the names that lost their HTTPS", async () => {
  await using receiver = new OtlpReceiver();
  const dir = await Deno.makeTempDir();
  const { code, lines } = await play(dir, collector(receiver.url));
  assert.equal(code, 0);
  const one = (name: string): ReceivedSpan => {
    const found = receiver.spans.filter((span) => span.name === name);
    assert.equal(found.length, 1, `${found.length} spans ${name}`);
    return found[0];
  };
  const [call, handler, build, mutate, prune] = [CALL, "handler", "index_build", "mutate", "tls.prune"].map(
    one,
  );
  const parents = [[handler, call], [build, handler], [mutate, handler], [prune, mutate]];
  for (const [child, parent] of parents) {
    assert.equal(child.parentSpanId, parent.spanId, `${child.name} below ${parent.name}`);
    assert.equal(child.traceId, call.traceId);
  }
  assert.equal(call.kind, 2, "the side that answers");
  assert.deepEqual(handler.attributes, { "xds.clusters": 1, "xds.listeners": 3, "xds.route_configs": 42 });
  const said = lines.find((line) => line.msg === "pruned invalid TLS chains")!;
  assert((said.dropped_hostnames as string[]).includes("m-staple.example.com"));
  assert.deepEqual(prune.attributes, {
    "tls.pruned_chains": said.pruned_chains,
    "tls.pruned_secrets": said.pruned_secrets,
    "tls.listeners_left_intact": said.listeners_left_intact,
    "tls.dropped_names": said.dropped_hostnames,
  });
  for (const body of receiver.bodies) assert(!body.includes("PRIVATE KEY"));
  await Deno.remove(dir, { recursive: true });
});

const RESOURCES = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: eg
  listeners:
    - { name: http, port: 80, protocol: HTTP }
    - name: https
      port: 443
      protocol: HTTPS
      hostname: bad.example.com
      tls: { certificateRefs: [{ name: bad }] }
`;

Deno.test("run sends a span of each pass of the gate, with the names that are without HTTPS", async () => {
  await using receiver = new OtlpReceiver();
  const dir = await Deno.makeTempDir();
  for (const folder of ["resources", "output", "pairs/bad"]) {
    await Deno.mkdir(join(dir, folder), { recursive: true });
  }
  await Deno.writeTextFile(join(dir, "resources/edge.yaml"), RESOURCES);
  for (const file of ["tls.crt", "tls.key"]) {
    await Deno.writeTextFile(join(dir, "pairs/bad", file), "no pair\n");
  }
  const { lines } = await play(dir, collector(receiver.url), [
    `gate: { resources: ${dir}/resources, output: ${dir}/output }`,
    `sources: [{ path: "${dir}/pairs/*" }]`,
    `watch: { settle: 0 }`,
  ]);
  assert(lines.some(({ hostname }) => hostname === "bad.example.com"));
  const passes = receiver.spans.filter(({ name }) => name === "gate.reconcile");
  assert.deepEqual(passes[0].attributes, {
    "gate.gateways": 1,
    "gate.listeners_managed": 1,
    "gate.listeners_withheld": 1,
    "gate.withheld_names": ["bad.example.com"],
  });
  const written = receiver.spans.filter(({ name }) => name === "gate.publish");
  assert.deepEqual(written[0].attributes, { "gate.published": true });
  await Deno.remove(dir, { recursive: true });
});

Deno.test("run answers the same, and says the same, with a dead collector and with none", async () => {
  let dead: string;
  {
    await using receiver = new OtlpReceiver();
    dead = receiver.url;
  }
  await using receiver = new OtlpReceiver();
  const dir = await Deno.makeTempDir();
  const without = await play(dir, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  assert.deepEqual(receiver.bodies, [], "nothing is sent where it was not asked for");
  const withDead = await play(dir, collector(dead));
  assert.equal(withDead.code, 0);
  assert.deepEqual(withDead.answer, without.answer);
  const said = ({ lines }: Played) => lines.map(({ msg }) => msg);
  assert.deepEqual(said(withDead), said(without));
  await Deno.remove(dir, { recursive: true });
});
