import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeLog } from "../tests/fakes/fake_log.ts";
import { fakeMetrics } from "../tests/fakes/fake_metrics.ts";
import { HookTls } from "./agent_hook_tls.ts";
import { makeAuthority } from "./pki/mod.ts";
import { configSchema } from "./resources/mod.ts";

const DAY = 86_400_000;
const NOW = Date.now();

type Files = Partial<Record<"tls.crt" | "tls.key" | "ca.crt", Uint8Array | null>>;

/** Opens TLS over the files of a directory; some of them changed, or away. */
async function open(changes: Files, runtime?: string) {
  const dir = await Deno.makeTempDir();
  const wanted = { commonName: "one", notBefore: NOW - 9 * DAY, end: NOW + 9 * DAY, key: "ecdsa" } as const;
  const ca = await makeAuthority(wanted);
  const pair = await ca.issue({ ...wanted, commonName: "localhost", names: ["localhost"] });
  const files = {
    "tls.crt": pair.certificate,
    "tls.key": pair.key.open(),
    "ca.crt": ca.certificate,
    ...changes,
  };
  for (const [name, bytes] of Object.entries(files)) {
    if (bytes !== null) await Deno.writeFile(join(dir, name), bytes);
  }
  const config = configSchema.parse({
    watch: { pollInterval: 100, settle: 100, absenceGrace: 100, staleGrace: 100 },
    hook: {
      listen: "tcp://0.0.0.0:0",
      tls: {
        certificate: join(dir, "tls.crt"),
        key: join(dir, "tls.key"),
        clientCa: join(dir, "ca.crt"),
      },
    },
  });
  const log = new FakeLog();
  const parts = { config, log, metrics: fakeMetrics(), clock: Date.now, runtime };
  const opened = await HookTls.open("hook", config.hook.tls!, parts);
  return {
    opened,
    log,
    dir,
    async [Symbol.asyncDispose]() {
      if (opened instanceof HookTls) await opened.stop();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

Deno.test("HookTls opens with what is in its files, and shows it", async () => {
  await using bed = await open({});
  assert(bed.opened instanceof HookTls);
  const { identity, trust, refused } = bed.opened.status();
  assert.deepEqual(identity.certificate.names, ["localhost"]);
  assert.equal(trust.authorities.length, 1);
  assert.deepEqual([identity.problem, trust.problem, identity.expired, identity.expiresSoon], [
    "",
    "",
    false,
    false,
  ]);
  assert.deepEqual(new Set(Object.values(refused)), new Set([0]));
});

for (const version of ["2.7.11", "2.7.13"]) {
  Deno.test(`HookTls does not open on Deno ${version}, which lets clients in without a certificate`, async () => {
    await using bed = await open({}, version);
    assert(!(bed.opened instanceof HookTls));
    assert.match(bed.opened.message, /^Cannot use hook\.tls: Deno 2\.7\.1\d lets clients in/);
    assert.match(bed.opened.hint, /Deno 2\.7\.14 or newer/);
  });
}

const other = await (await makeAuthority({
  commonName: "other",
  notBefore: NOW - DAY,
  end: NOW + DAY,
  key: "ecdsa",
})).issue({ commonName: "x", notBefore: NOW - DAY, end: NOW + DAY, key: "ecdsa" });
const expired = (await makeAuthority({
  commonName: "old",
  notBefore: NOW - 9 * DAY,
  end: NOW - DAY,
  key: "ecdsa",
})).certificate;

const WRONG: readonly [what: string, files: Files, message: RegExp][] = [
  ["without its key", { "tls.key": null }, /hook\.tls\.certificate: ".*tls\.key" does not exist/],
  ["with the key of another", { "tls.key": other.key.open() }, /certificate: the key belongs to another/],
  ["with a damaged certificate", { "tls.crt": new Uint8Array(9) }, /hook\.tls\.certificate: /],
  [
    "without an authority",
    { "ca.crt": new Uint8Array() },
    /hook\.tls\.clientCa: there is no certificate in it/,
  ],
  ["with expired authorities", { "ca.crt": expired }, /clientCa: every certificate in it has expired/],
];

for (const [what, files, message] of WRONG) {
  Deno.test(`HookTls does not open ${what}`, async () => {
    await using bed = await open(files);
    assert(!(bed.opened instanceof HookTls));
    assert.match(bed.opened.message, message);
  });
}

Deno.test("HookTls opens with what can be read of a damaged bundle, and says so", async () => {
  const ca = await makeAuthority({ commonName: "a", notBefore: NOW - DAY, end: NOW + DAY, key: "ecdsa" });
  const bytes = new Uint8Array([...ca.certificate, ...ca.certificate.slice(0, 200)]);
  await using bed = await open({ "ca.crt": bytes });
  assert(bed.opened instanceof HookTls);
  assert.equal(bed.opened.status().trust.authorities.length, 1);
  assert.notEqual(bed.opened.status().trust.problem, "");
  assert.deepEqual(bed.log.sentences("error"), ["a part of the TLS files cannot be used"]);
  await bed.opened.look();
  assert.equal(bed.log.sentences("error").length, 1, "said once");
});
