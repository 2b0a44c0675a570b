import assert from "node:assert/strict";
import { join } from "node:path";
import { stringify } from "yaml";
import { FakeAgent } from "../../tests/fakes/fake_agent.ts";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { type SampleListener, sampleStatus } from "../../tests/fakes/gate_status.ts";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { sampleName, samplePlain, sampleSds } from "../../tests/fakes/sds_status.ts";
import type { TlsProbe } from "../host/mod.ts";
import type { GateStatus, SdsStatus } from "../model/mod.ts";
import { makePlaceholder, makeSelfSigned, readFacts } from "../pki/mod.ts";
import { parseConfig } from "../resources/mod.ts";
import { explain } from "./explain.ts";

const pair = await makeSelfSigned({ names: ["a.test"], now: Date.parse("2030-05-01T12:00:00Z"), days: 92 });
const [leaf] = readFacts(pair).certificates;
const KEY = "default/a.test-tls";

/** Runs something with a directory that has the pair, and what a status says of it. */
function onHost(use: (sample: SampleListener, directory: string) => Promise<void>): Promise<void> {
  return inDirectory(async (directory) => {
    await Deno.writeFile(join(directory, "tls.crt"), pair.certificate);
    await Deno.writeFile(join(directory, "tls.key"), pair.key.open());
    const { serial, fingerprint } = leaf;
    await use({ hostname: "a.test", path: directory, serial, fingerprint }, directory);
  });
}

const shown: TlsProbe = { kind: "presented", protocol: "TLSv1.3", ...leaf };
const nobody: TlsProbe = { kind: "unreachable", detail: "nobody listens there" };

async function ask(
  gate: GateStatus,
  sds: SdsStatus,
  { host = "a.test", probe = shown, port }: { host?: string; probe?: TlsProbe; port?: number } = {},
) {
  await using agent = new FakeAgent(gate);
  assert(typeof agent.body === "object");
  agent.body = { ...agent.body, sds };
  const terminal = new FakeTerminal();
  const asked: [number, string][] = [];
  const defaults = parseConfig("", "none");
  assert(defaults.ok);
  const options = { output: "table", url: agent.url, port } as const;
  const code = await explain(host, defaults.config, options, terminal, (port, name) => {
    asked.push([port, name]);
    return Promise.resolve(probe);
  });
  return { code, out: terminal.stdout, err: terminal.stderr, asked };
}

const marks = (out: string) =>
  Object.fromEntries([...out.matchAll(/^ ?\d+ {2}(\w+) +(\w+) /gm)].map(([, mark, name]) => [name, mark]));

Deno.test("explain follows a host of a plain Envoy from its pair to what Envoy has taken and shows", async () => {
  await onHost(async (sample) => {
    const plain = samplePlain([sample]);
    const { code, out, err, asked } = await ask(plain, sampleSds(plain), { port: 8443 });
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(asked, [[8443, "a.test"]]);
    const names = ["secret", "files", "verdict", "held", "sds", "handshake"];
    assert.deepEqual(marks(out), Object.fromEntries(names.map((name) => [name, "ok"])));
    assert.match(out, /^a\.test, pair default\/a\.test-tls, port 8443\n/);
    assert.match(out, /sds +unix:\/\/\/run\/certgate\/sds\.sock: connected: edge-1 of edge$/m);
    assert.match(out, /default\/a\.test-tls: version 0123456789abcdef is taken by 1 of 1$/m);
    assert.match(out, /^a\.test is served with a certificate that is valid until 2030-08-01 12:00:00Z\.$/m);
  });
});

Deno.test("explain says that no plain Envoy asks, and what one refused", async () => {
  await onHost(async (sample) => {
    const plain = samplePlain([sample]);
    const names = [sampleName(KEY, { subscribers: 0, accepted: 0 })];
    const alone = await ask(plain, sampleSds(plain, { clients: [], names }), { probe: nobody });
    assert.deepEqual([alone.code, marks(alone.out).sds, marks(alone.out).handshake], [
      1,
      "failed",
      "unknown",
    ]);
    assert.match(alone.out, /nobody listens at 127\.0\.0\.1:443; --port says where Envoy does$/m);
    const there = await ask(plain, sampleSds(plain), { probe: nobody, port: 8443 });
    assert.deepEqual([there.code, marks(there.out).handshake], [1, "failed"]);
    assert.match(alone.out, /sds\.sock: no Envoy is connected\n +default\/a\.test-tls: nobody asks for it$/m);
    const held = samplePlain([{ ...sample, cause: "proxy_refuses", held: true }]);
    const refused = { version: "ab", message: "KEY_VALUES_MISMATCH", at: "2030-06-01T12:00:00Z" };
    const { code, out } = await ask(held, sampleSds(held, { names: [sampleName(KEY, { refused })] }));
    assert.equal(code, 0);
    assert.match(out, /version ab was refused at 2030-06-01 12:00:00Z: KEY_VALUES_MISMATCH$/m);
    assert.match(
      out,
      /^a\.test is served .*Envoy refused the new certificate: KEY_VALUES_MISMATCH; the earlier/m,
    );
    const bad = samplePlain([{ ...sample, cause: "expired" }]);
    const dark = await ask(bad, sampleSds(bad, { unknown: [KEY] }), { probe: nobody });
    assert.deepEqual([dark.code, marks(dark.out).sds], [1, "failed"]);
    assert.match(dark.out, /there is nothing to hand out, an Envoy asks for it$/m);
  });
});

Deno.test("explain finds the pair of a plain Envoy by its wildcard, and names the closest otherwise", async () => {
  const plain = samplePlain([{ hostname: "*.w.test" }, { hostname: "b.test" }]);
  const found = await ask(plain, sampleSds(plain), { host: "x.w.test", probe: nobody });
  assert.match(found.out, /^\*\.w\.test, pair default\/any\.w\.test-tls, port 443\n/);
  const { code, out, err } = await ask(plain, sampleSds(plain), { host: "c.test" });
  assert.deepEqual([code, out], [1, ""]);
  assert.equal(
    err,
    'error: Cannot explain "c.test": no pair has this hostname\nhint: did you mean "b.test"?\n',
  );
});

Deno.test("explain of a listener says that a placeholder is published, and what Envoy has taken", async () => {
  await onHost(async (sample, directory) => {
    const file = join(directory, "certgate.yaml");
    const placeholder = makePlaceholder({ names: ["a.test"] });
    await Deno.writeTextFile(
      file,
      stringify({
        kind: "Secret",
        metadata: { namespace: "default", name: "a.test-tls" },
        data: { "tls.crt": btoa(String.fromCharCode(...placeholder.certificate)) },
      }),
    );
    const output = { file, revision: "whole-1", publishedAt: "2030-06-01T12:00:00Z", message: "" };
    const gate = sampleStatus([sample], { output });
    const direct = { ...gate, pairs: gate.pairs.map((one) => ({ ...one, delivery: "sds" as const })) };
    const { code, out } = await ask(direct, sampleSds(direct));
    assert.equal(code, 0, out);
    assert.deepEqual([marks(out).published, marks(out).sds, marks(out).envoy], ["ok", "ok", "ok"]);
    assert.match(out, /a placeholder is in the file, Envoy asks certgate for the pair$/m);
    const late = sampleSds(direct, { names: [sampleName(KEY, { subscribers: 2 })] });
    assert.equal(marks((await ask(direct, late)).out).sds, "attention");
    const shut = sampleSds(direct, { message: "the address is in use" });
    assert.equal(marks((await ask(direct, shut)).out).sds, "failed");
    assert.equal(marks((await ask(gate, late)).out).sds, undefined, "nothing of it is delivered so");
  });
});
