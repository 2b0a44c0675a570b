import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { stringify } from "yaml";
import { FakeAgent } from "../../tests/fakes/fake_agent.ts";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { type SampleListener, sampleStatus } from "../../tests/fakes/gate_status.ts";
import type { TlsProbe } from "../host/mod.ts";
import type { CertificateFacts, GateStatus } from "../model/mod.ts";
import { makeSelfSigned, readFacts } from "../pki/mod.ts";
import { parseConfig } from "../resources/mod.ts";
import { explain } from "./explain.ts";

const good = await makeSelfSigned({ names: ["a.test"], now: Date.parse("2030-05-01T12:00:00Z"), days: 92 });
const renewed = await makeSelfSigned({
  names: ["a.test"],
  now: Date.parse("2030-06-01T12:00:00Z"),
  days: 92,
});
const leafOf = (pair: typeof good) => readFacts(pair).certificates[0];
const leaf = leafOf(good);

/** A directory with a pair, what is published of it, and the status that goes with both. */
interface Host {
  readonly dir: string;
  readonly sample: SampleListener;
  status(...more: SampleListener[]): GateStatus;
}

async function onHost(use: (host: Host) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await writePair(dir, good);
    await publish(dir, good);
    const sample = { hostname: "a.test", path: dir, serial: leaf.serial, fingerprint: leaf.fingerprint };
    const file = join(dir, "certgate.yaml");
    const output = { file, revision: "whole-1", publishedAt: "2030-06-01T12:00:00Z", message: "" };
    await use({ dir, sample, status: (...samples) => sampleStatus(samples, { output }) });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function writePair(dir: string, pair: typeof good): Promise<void> {
  await Deno.writeFile(join(dir, "tls.crt"), pair.certificate);
  await Deno.writeFile(join(dir, "tls.key"), pair.key.open());
}

async function publish(dir: string, pair: typeof good): Promise<void> {
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: "default", name: "a.test-tls" },
    data: { "tls.crt": Buffer.from(pair.certificate).toString("base64") },
  };
  const other = { kind: "Gateway", metadata: { namespace: "default", name: "eg" } };
  await Deno.writeTextFile(join(dir, "certgate.yaml"), `${stringify(other)}---\n${stringify(secret)}`);
}

function presents({ serial, fingerprint, names, subject, notBefore, notAfter }: CertificateFacts): TlsProbe {
  return { kind: "presented", serial, fingerprint, names, subject, notBefore, notAfter, protocol: "TLSv1.3" };
}

const defaults = parseConfig("", "none");
const config = defaults.ok ? defaults.config : assert.fail();

async function ask(
  gate: GateStatus | null,
  probe: TlsProbe,
  host = "a.test",
  snapshots: unknown[] = [ANSWERED],
) {
  await using agent = new FakeAgent(gate);
  agent.body = { ...(agent.body as object), snapshots } as never;
  const terminal = new FakeTerminal();
  const asked: [number, string][] = [];
  const probing = (port: number, servername: string) => {
    asked.push([port, servername]);
    return Promise.resolve(probe);
  };
  const code = await explain(host, config, { output: "table", url: agent.url }, terminal, probing);
  return { code, out: terminal.stdout, err: terminal.stderr, asked };
}

const ANSWERED = {
  gateways: [{ namespace: "default", name: "eg", revision: "rev-2" }],
  listeners: ["default/eg/https"],
  answeredAt: "2030-06-01T12:00:01Z",
  withheld: [],
};

const marks = (out: string) =>
  Object.fromEntries([...out.matchAll(/^ ?\d+ {2}(\w+) +(\w+) /gm)].map(([, mark, name]) => [name, mark]));

Deno.test("explain says that a call has been refused since the latest answer", async () => {
  await onHost(async ({ sample, status }) => {
    const refused = {
      at: "2030-06-01T12:02:00Z",
      message: "Cannot apply wafRoute: a domain would stand twice",
    };
    const { out } = await ask(status(sample), presents(leaf), "a.test", [{ ...ANSWERED, refused }]);
    assert.equal(marks(out).hook, "failed");
    assert.match(out, /a call was refused at .*: Cannot apply wafRoute: a domain would stand twice/);
  });
});

Deno.test("explain follows a host that is served through ten steps, each with its evidence", async () => {
  await onHost(async ({ dir, sample, status }) => {
    const { code, out, err, asked } = await ask(status(sample), presents(leaf));
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(asked, [[8443, "a.test"]]);
    const lines = out.trimEnd().split("\n");
    assert.equal(lines[0], 'a.test, listener "https-a" of default/eg, port 8443');
    const names = "resource secret files verdict held published gateway hook envoy handshake".split(" ");
    assert.deepEqual(marks(out), Object.fromEntries(names.map((name) => [name, "ok"])));
    assert.match(
      out,
      / 1 {2}ok +resource +\/etc\/gateway\/gateway\.yaml:10:5: listener "https-a" of Gateway default\/eg/,
    );
    assert.match(
      out,
      new RegExp(` 2 {2}ok +secret +default/a\\.test-tls from ${dir} \\(source "/pairs/\\*"\\)`),
    );
    assert.match(
      out,
      new RegExp(` 3 {2}ok +files +default/a\\.test-tls: serial ${leaf.serial}, for a\\.test`),
    );
    assert.match(out, new RegExp(`default/a\\.test-tls: serial ${leaf.serial} is in the file`));
    assert.match(
      out,
      new RegExp(`10 {2}ok +handshake +127\\.0\\.0\\.1:8443 shows serial ${leaf.serial} for a\\.test`),
    );
    assert.equal(
      lines.at(-1),
      "a.test is served with a certificate that is valid until 2030-08-01 12:00:00Z.",
    );
  });
});

Deno.test("explain says what keeps a host from being served, and what to do", async () => {
  await onHost(async ({ sample, status }) => {
    const gate = status({ ...sample, cause: "expired", message: "HTTPS for a.test is stopped." });
    const { code, out } = await ask(gate, { kind: "refused", detail: "the server closed the connection" });
    assert.equal(code, 1);
    const { resource, files, verdict, held, published, envoy, handshake } = marks(out);
    assert.deepEqual([resource, files, verdict, held, published, envoy, handshake], [
      "ok",
      "ok",
      "failed",
      "failed",
      "failed",
      "failed",
      "failed",
    ]);
    assert.match(out, /withhold, Expired \(expired\): its last day has passed; what was seen/);
    assert.match(out, /^a\.test is not served\. HTTPS for a\.test is stopped\. What to do: renew it.*\.$/m);
  });
});

Deno.test("explain sees files that certgate has not seen yet, and that a user may not read them", async () => {
  await onHost(async ({ dir, sample, status }) => {
    await writePair(dir, renewed);
    const newer = await ask(status(sample), presents(leaf));
    assert.equal(marks(newer.out).files, "attention");
    assert.match(newer.out, new RegExp(`certgate has seen serial ${leaf.serial} so far`));
    // A directory in the place of the key is the failure to read that root has as well.
    await Deno.remove(join(dir, "tls.key"));
    await Deno.mkdir(join(dir, "tls.key"));
    const closed = await ask(status(sample), presents(leaf));
    assert.equal(marks(closed.out).files, "unknown");
    assert.match(closed.out, /this user cannot read what certgate can/);
  });
});

Deno.test("explain sees that something else is published, loaded or shown than should be", async () => {
  await onHost(async ({ dir, sample, status }) => {
    await publish(dir, renewed);
    const gate = status(sample);
    const { code, out } = await ask(
      { ...gate, envoys: [{ ...gate.envoys[0], serials: ["01"] }] },
      presents(leafOf(renewed)),
    );
    assert.equal(code, 1);
    assert.deepEqual([marks(out).published, marks(out).envoy, marks(out).handshake], [
      "failed",
      "failed",
      "failed",
    ]);
    assert.match(
      out,
      new RegExp(`serial ${leafOf(renewed).serial} is in the file, serial ${leaf.serial} should be`),
    );
    assert.match(out, new RegExp(`serial ${leaf.serial} is not loaded`));
    assert.match(out, /^a\.test is not served\. The step "published" says why: .*$/m);
  });
});

Deno.test("explain does not take an Envoy for serving that is still being started", async () => {
  await onHost(async ({ sample, status }) => {
    const gate = status(sample);
    const envoys = [{ ...gate.envoys[0], state: "INITIALIZING" }];
    const { code, out } = await ask({ ...gate, envoys }, { kind: "unreachable", detail: "nobody is there" });
    assert.equal(code, 1);
    assert.equal(marks(out).envoy, "failed");
    assert.match(out, /it is INITIALIZING, and listens on nothing before it is LIVE/);
  });
});

Deno.test("explain says how far a host on its way has come", async () => {
  await onHost(async ({ sample, status }) => {
    const gate = status({ ...sample, delivery: "waiting" });
    const { code, out } = await ask(gate, { kind: "refused", detail: "closed" });
    assert.equal(code, 1);
    assert.equal(marks(out).gateway, "attention");
    assert.match(out, /has shown revision rev-1 to the hook, rev-2 is published/);
    assert.match(
      out,
      /^a\.test is not served\. Envoy Gateway has not shown the latest version to the hook yet\.$/m,
    );
  });
});

Deno.test("explain names the earlier certificate that is held", async () => {
  await onHost(async ({ sample, status }) => {
    const { code, out } = await ask(status({ ...sample, cause: "key_mismatch", held: true }), presents(leaf));
    assert.equal(code, 0);
    assert.equal(marks(out).held, "attention");
    assert.match(
      out,
      /^a\.test is served .*The certificate that arrived last cannot be used .*What to do: put the key/m,
    );
  });
});

Deno.test("explain shows what the hook withholds", async () => {
  await onHost(async ({ sample, status }) => {
    const hit = {
      hostname: "a.test",
      listener: "default/eg/https-a",
      secret: "default/a.test-tls",
      reason: "Unsupported",
      cause: "must_staple",
      message: "The proxy cannot use it.",
      detail: "",
      by: "hook",
    };
    const snapshots = [{ ...ANSWERED, withheld: [hit] }];
    const refused: TlsProbe = { kind: "refused", detail: "closed" };
    const { out } = await ask(status(sample), refused, "a.test", snapshots);
    assert.equal(marks(out).hook, "failed");
    const dark = status({ ...sample, cause: "expired" });
    const both = await ask(dark, refused, "a.test", [{ ...ANSWERED, withheld: [{ ...hit, by: "gate" }] }]);
    assert.equal(marks(both.out).hook, "ok");
    const off = await ask(null, refused, "a.test", snapshots);
    assert.deepEqual([off.code, marks(off.out)], [1, { gate: "unknown", hook: "failed" }]);
    assert.match(off.out, /^a\.test is not served\. The proxy cannot use it\.$/m);
    assert.equal((await ask(null, refused, "b.test", snapshots)).code, 0);
  });
});

Deno.test("explain names a pair of the same name in another namespace", async () => {
  const gate = sampleStatus([{ hostname: "a.test", cause: "secret_missing" }]);
  const pairs = [{ ...gate.pairs[0], namespace: "elsewhere" }];
  const { out } = await ask({ ...gate, pairs }, { kind: "unreachable", detail: "nobody listens there" });
  assert.equal(marks(out).secret, "failed");
  assert.match(out, /there is elsewhere\/a\.test-tls, from \/pairs\/a\.test-tls: another namespace/);
});

Deno.test("explain takes the wildcard that takes the host, and asks Envoy for the host itself", async () => {
  await onHost(async ({ sample, status }) => {
    const gate = status({ ...sample, hostname: "*.test", name: "wild" }, { hostname: "*", name: "all" });
    const { out, asked } = await ask(gate, presents(leaf), "X.test.");
    assert.deepEqual(asked, [[8443, "x.test"]]);
    assert.match(out, /^\*\.test, listener "wild" of default\/eg, port 8443$/m);
    assert.match(out, /"\*", listener "all" of default\/eg, would take it too$/m);
  });
});

Deno.test("explain answers a host that nobody has with the closest names, and 1", async () => {
  const gate = sampleStatus([{ hostname: "a.test" }]);
  const { code, err, out } = await ask(gate, presents(leaf), "b.test");
  assert.deepEqual([code, out], [1, ""]);
  assert.equal(
    err,
    'error: Cannot explain "b.test": no listener has this hostname\nhint: did you mean "a.test"?\n',
  );
  const wrong = await ask(gate, presents(leaf), "https://a.test/");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /it is not a hostname\nhint: give the name alone/);
});
