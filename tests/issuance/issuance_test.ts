import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { verdictOf } from "../../lib/health/mod.ts";
import { DAY, HOUR, intentOf, IssuanceScene } from "../fakes/issuance_scene.ts";
import { failure } from "../../lib/issuance/failure.ts";

const refuse = () => Promise.resolve(failure("unreachable", "nobody is there"));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("openIssuance() issues what is wanted, once, for owners' eyes only", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  await scene.use(intentOf("a"));
  const pair = await scene.served("a");
  assert.deepEqual(new X509Certificate(pair!.chain as never).subjectAltName, "DNS:a.example.com");
  assert.deepEqual([scene.status().state, scene.status().attempts, scene.status().message], [
    "Issued",
    0,
    "",
  ]);
  assert.equal(scene.issuance.pending().size, 0);
  await scene.use(intentOf("a"));
  await scene.advance(DAY);
  await scene.restart();
  await scene.use(intentOf("a"));
  assert.deepEqual(scene.asked, ["a"]);
  for (const directory of [join(scene.output, "default", "a"), join(scene.stateDir, "issuance", "pairs")]) {
    for await (const { name } of Deno.readDir(directory)) {
      const { mode, isDirectory } = await Deno.stat(join(directory, name));
      assert.equal(mode! & 0o777, isDirectory ? 0o700 : 0o600, name);
    }
  }
});

Deno.test("openIssuance() renews by itself when it is time, with a new key", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  await scene.use(intentOf("a"));
  const before = await scene.served("a");
  const renewAt = Date.parse(scene.status().renewAt!);
  const life = 90 * DAY;
  assert.ok(renewAt <= scene.time.now + life * 0.67 && renewAt >= scene.time.now + life * 0.649);
  await scene.advance(renewAt - scene.time.now - 1000);
  assert.deepEqual(scene.asked, ["a"]);
  const second = Promise.withResolvers<void>();
  const order = scene.answer;
  scene.answer = (request, signal) => {
    second.resolve();
    return order(request, signal);
  };
  // Nobody asks for it: the alarm rings.
  scene.time.advance(10_000);
  await second.promise;
  await scene.issuance.settled();
  const after = await scene.served("a");
  assert.notEqual(text(after!.key.open()), text(before!.key.open()));
  assert.deepEqual(scene.requests[1].previous, before!.chain);
  assert.equal(await scene.metrics.sample('certgate_issuance_pairs{state="Issued"}'), 1);
});

Deno.test("openIssuance() keeps the key with the rotation policy Never, unless another one is wanted", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  const never = { rotationPolicy: "Never", algorithm: "ECDSA" };
  await scene.use(intentOf("a", { privateKey: never }));
  const before = await scene.served("a");
  await scene.advance(62 * DAY);
  const after = await scene.served("a");
  assert.equal(scene.asked.length, 2);
  assert.notDeepEqual(after!.chain, before!.chain);
  assert.equal(text(after!.key.open()), text(before!.key.open()));
  await scene.use(intentOf("a", { privateKey: { ...never, size: 384 } }));
  assert.notEqual(text((await scene.served("a"))!.key.open()), text(before!.key.open()));
});

Deno.test("openIssuance() pauses when its attempts are used up, across restarts, and obeys retryAt", async () => {
  await using scene = new IssuanceScene();
  scene.answer = refuse;
  await scene.open();
  const intent = intentOf("a");
  await scene.use(intent);
  assert.deepEqual([scene.asked.length, scene.status().state, scene.status().failure], [
    1,
    "Retrying",
    "unreachable",
  ]);
  await scene.advance(59_000);
  await scene.restart();
  await scene.use(intent);
  assert.equal(scene.asked.length, 1, "the back-off outlives a restart");
  await scene.advance(10_000);
  assert.equal(scene.asked.length, 2);
  await scene.restart();
  await scene.use(intent);
  await scene.advance(110_000);
  assert.equal(scene.asked.length, 2, "it is doubled");
  await scene.advance(30_000);
  assert.deepEqual([scene.asked.length, scene.status().state, scene.status().attempts], [3, "Exhausted", 3]);
  await scene.restart();
  await scene.use(intent);
  await scene.advance(23 * HOUR);
  assert.deepEqual([scene.asked.length, scene.status().state], [3, "Exhausted"]);
  assert.match(
    scene.issuance.pending().get("default/a")!,
    /^nobody is there; the next attempt is at 2026-11-22T/,
  );
  const until = scene.time.now + 30 * HOUR;
  scene.answer = () => Promise.resolve(failure("rateLimited", "too many", until));
  await scene.advance(4 * HOUR);
  assert.deepEqual([scene.asked.length, scene.status().state], [4, "Retrying"]);
  await scene.advance(25 * HOUR);
  assert.equal(scene.asked.length, 4, "the issuer has said when");
  scene.answer = (request) => scene.order(request);
  await scene.advance(2 * HOUR);
  assert.deepEqual([scene.asked.length, scene.status().state, scene.status().attempts], [5, "Issued", 0]);
});

Deno.test("openIssuance() never replaces a pair by a bad answer", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  await scene.use(intentOf("a"));
  const before = await scene.served("a");
  const answers: [RegExp, typeof scene.answer][] = [
    [
      /certificate/i,
      () => Promise.resolve({ ok: true, chain: new TextEncoder().encode("no PEM"), ca: null }),
    ],
    [/belong|match/i, () => Promise.resolve({ ok: true, chain: before!.chain, ca: null })],
    [/last day has passed/, (request) => scene.sign(request, 500)],
  ];
  for (const [why, answer] of answers) {
    scene.answer = answer;
    await scene.advance(scene.asked.length === 1 ? 62 * DAY : DAY + 3 * HOUR);
    assert.equal(scene.status().failure, "badAnswer");
    assert.match(scene.status().message, why);
    assert.deepEqual((await scene.served("a"))!.chain, before!.chain);
  }
  scene.answer = (request) => scene.order(request);
  scene.verdict = () => verdictOf("withhold", "key_mismatch", "Envoy says no");
  await scene.advance(DAY + 3 * HOUR);
  assert.match(scene.status().message, /Envoy says no/);
  assert.deepEqual((await scene.served("a"))!.chain, before!.chain);
  const failures = 'certgate_issuance_failures_total{issuer="ClusterIssuer/test",kind="badAnswer"}';
  assert.equal(await scene.metrics.sample(failures), 4);
});

Deno.test("openIssuance() issues only that pair again whose intent is another one", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  const [a, b] = [intentOf("a"), intentOf("b")];
  await scene.use(a, b);
  const before = await scene.served("a");
  scene.asked.splice(0);
  // Who asks, and when to renew, is nothing that a certificate is made of.
  await scene.use(
    { ...a, labels: { team: "x" }, renewBefore: { text: "240h0m0s", milliseconds: 10 * DAY } },
    b,
  );
  assert.deepEqual(scene.asked, []);
  const changed = intentOf("a", { dnsNames: ["a.example.com", "www.example.com"] });
  const gate = Promise.withResolvers<void>();
  scene.answer = async (request) => {
    await gate.promise;
    return await scene.order(request);
  };
  scene.issuance.use([changed, b]);
  while (scene.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual((await scene.served("a"))!.chain, before!.chain, "the old one goes on until then");
  assert.equal(scene.status().state, "Issuing");
  gate.resolve();
  await scene.issuance.settled();
  assert.deepEqual(scene.asked, ["a"]);
  const { subjectAltName } = new X509Certificate((await scene.served("a"))!.chain as never);
  assert.equal(subjectAltName, "DNS:a.example.com, DNS:www.example.com");
});

Deno.test("openIssuance() says of no pair that nobody asks for it before it is known what is asked for", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  await scene.use(intentOf("a"));
  await scene.restart();
  assert.equal(scene.status().message, "");
  await scene.use(intentOf("a"));
  assert.deepEqual([scene.status().state, scene.status().message], ["Issued", ""]);
});

Deno.test("openIssuance() neither renews nor removes what nobody asks for any more", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  await scene.use(intentOf("a"));
  await scene.use();
  await scene.advance(80 * DAY);
  await scene.restart();
  await scene.use();
  assert.deepEqual([scene.asked, (await scene.served("a")) !== null], [["a"], true]);
  assert.match(scene.status().message, /^Nobody asks for it any more/);
  assert.equal(scene.status().issuer, "ClusterIssuer/test");
  await scene.use(intentOf("a"));
  assert.equal(scene.asked.length, 2, "it is wanted again, and due");
  await scene.use();
  await Deno.remove(join(scene.output, "default", "a"), { recursive: true });
  await scene.use();
  assert.equal(scene.status(), undefined);
});

Deno.test("openIssuance() asks for nothing while the clock is in doubt", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  scene.time.doubt = "The clock of this host says 1970-01-01 00:00 UTC, which is before this release";
  await scene.use(intentOf("a"));
  assert.deepEqual([scene.asked.length, scene.status().state], [0, "Waiting"]);
  assert.match(scene.issuance.pending().get("default/a")!, /^The clock of this host.*nothing is asked for/);
  scene.time.doubt = "";
  await scene.advance(10_000);
  assert.deepEqual([scene.asked.length, scene.status().state], [1, "Issued"]);
});

Deno.test("openIssuance() says when nobody issues for a reference", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  await scene.use(intentOf("a", { issuerRef: { name: "other", kind: "Issuer", group: "cert-manager.io" } }));
  assert.deepEqual([scene.asked.length, scene.status().state, scene.status().issuer], [
    0,
    "NoIssuer",
    "default/Issuer/other",
  ]);
});

Deno.test("openIssuance() lets a window that is over count once", async () => {
  await using scene = new IssuanceScene();
  const window = { start: scene.time.now - 20 * DAY, end: scene.time.now - 19 * DAY, retryAfter: 6 * HOUR };
  scene.window = () => Promise.resolve(window);
  await scene.open();
  await scene.use(intentOf("a"));
  for (let hours = 0; hours < 20 * 24; hours += 7) await scene.advance(7 * HOUR);
  await scene.restart();
  await scene.use(intentOf("a"));
  for (let hours = 0; hours < 5 * 24; hours += 7) await scene.advance(7 * HOUR);
  assert.equal(scene.asked.length, 2);
});

Deno.test("openIssuance() lets a window that moves along with the clock count once in a third of a lifetime", async () => {
  await using scene = new IssuanceScene();
  scene.window = () => {
    const { now } = scene.time;
    return Promise.resolve({ start: now - 2 * HOUR, end: now - HOUR, retryAfter: 1000 });
  };
  await scene.open();
  await scene.use(intentOf("a"));
  for (let hours = 0; hours < 65 * 24; hours += 6) await scene.advance(6 * HOUR);
  assert.ok(scene.asked.length >= 3 && scene.asked.length <= 4, `${scene.asked.length}`);
});

Deno.test("openIssuance() renews in the window of the issuer, before or after its own time", async () => {
  for (const day of [20, 75]) {
    await using scene = new IssuanceScene();
    const { now } = scene.time;
    const window = { start: now + day * DAY, end: now + (day + 1) * DAY, retryAfter: 6 * HOUR };
    scene.window = () => Promise.resolve(window);
    await scene.open();
    await scene.use(intentOf("a"));
    const renewAt = scene.status().renewAt!;
    assert.ok(Date.parse(renewAt) >= window.start - 1000 && Date.parse(renewAt) <= window.end, renewAt);
    await scene.restart();
    await scene.use(intentOf("a"));
    assert.equal(scene.status().renewAt, renewAt, "the same moment after a restart");
    await scene.advance((day - 1) * DAY);
    assert.equal(scene.asked.length, 1);
    await scene.advance(2 * DAY);
    assert.equal(scene.asked.length, 2);
  }
});

Deno.test("openIssuance() comes to rest where something takes away again what was issued", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  for (let time = 0; time < 6; time++) {
    await scene.use(intentOf("a"));
    await Deno.remove(join(scene.output, "default", "a"), { recursive: true }).catch(() => {});
  }
  await scene.use(intentOf("a"));
  assert.deepEqual([scene.asked.length, scene.status().state], [3, "Exhausted"]);
  await scene.advance(25 * HOUR);
  assert.equal(scene.asked.length, 4);
});

Deno.test("openIssuance() keeps at a full disk what was issued, and asks nobody meanwhile", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  const full = { is: false };
  // The record of the attempt is written, then there is no space left.
  scene.answer = (request) => {
    full.is = true;
    return scene.sign(request);
  };
  scene.onStep = () => {
    if (full.is) throw new Error("No space left on device (os error 28)");
  };
  await scene.use(intentOf("a"));
  assert.equal(scene.status().state, "Retrying");
  assert.match(scene.status().message, /cannot be stored, that is tried again: No space left/);
  for (let minutes = 0; minutes < 30; minutes++) await scene.advance(60_000);
  assert.deepEqual([scene.asked.length, await scene.served("a")], [1, null]);
  full.is = false;
  await scene.advance(60_000);
  assert.deepEqual([scene.asked.length, scene.status().state], [1, "Issued"]);
  assert.notEqual(await scene.served("a"), null);
  // A disk that is full before: nobody is asked, since the attempt could not be remembered.
  full.is = true;
  await scene.use(intentOf("a"), intentOf("b"));
  assert.deepEqual([scene.asked.length, scene.status("b").state], [1, "Retrying"]);
});

Deno.test("openIssuance() waits with a certificate that is not valid yet", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  scene.answer = async (request) => {
    scene.time.now += 10 * 60_000;
    const signed = await scene.sign(request);
    scene.time.now -= 10 * 60_000;
    return signed;
  };
  await scene.use(intentOf("a"));
  assert.deepEqual([await scene.served("a"), scene.status().state], [null, "Retrying"]);
  await scene.advance(11 * 60_000);
  assert.deepEqual([scene.asked.length, scene.status().state], [1, "Issued"]);
});

Deno.test("openIssuance() asks for so many pairs at a time, and an issuer that is down with one alone", async () => {
  await using scene = new IssuanceScene();
  scene.answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return failure("unreachable", "nobody is there");
  };
  await scene.open();
  const intents = Array.from({ length: 40 }, (_, at) => intentOf(`host${at}`));
  await scene.use(...intents);
  assert.ok(scene.mostAtOnce > 1 && scene.mostAtOnce <= 4, `${scene.mostAtOnce}`);
  assert.ok(scene.asked.length < 8, `${scene.asked.length} have asked`);
  for (let minutes = 0; minutes < 10; minutes++) await scene.advance(60_000);
  assert.ok(scene.asked.length < 16, `${scene.asked.length} have asked`);
  scene.answer = (request) => scene.order(request);
  await scene.advance(2 * HOUR);
  const states = new Set(scene.issuance.status().pairs.map(({ state }) => state));
  assert.deepEqual([...states], ["Issued"]);
  assert.equal(Math.max(...scene.signed.values()), 1);
});

Deno.test("openIssuance() stops in the middle of an order, and goes on with it", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  scene.answer = async (request, signal) => {
    await request.onProgress!("order 7");
    return await new Promise((resolve) => {
      const end = () => resolve(failure("late", "it was ended"));
      if (signal.aborted) end();
      else signal.addEventListener("abort", end);
    });
  };
  scene.issuance.use([intentOf("a")]);
  const record = async () => {
    const directory = join(scene.stateDir, "issuance", "pairs");
    for await (const { name } of Deno.readDir(directory)) {
      return await Deno.readTextFile(join(directory, name)).catch(() => "");
    }
    return "";
  };
  while (!(await record()).includes("order 7")) await new Promise((resolve) => setTimeout(resolve, 5));
  await scene.restart();
  scene.answer = (request) => scene.order(request);
  await scene.use(intentOf("a"));
  assert.equal(scene.requests[1].progress, "order 7");
  assert.deepEqual(scene.requests[1].request, scene.requests[0].request, "the same key and request");
  assert.deepEqual([scene.status().state, scene.status().attempts], ["Issued", 0]);
});

Deno.test("openIssuance() gives up an issuer that does not end", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  scene.answer = () => new Promise(() => {});
  scene.issuance.use([intentOf("a")]);
  while (scene.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  scene.time.advance(91_000);
  await scene.advance(11_000);
  assert.deepEqual([scene.status().state, scene.status().failure], ["Retrying", "late"]);
});

Deno.test("openIssuance() waits no longer because the clock was set back", async () => {
  await using scene = new IssuanceScene();
  scene.answer = refuse;
  await scene.open();
  await scene.use(intentOf("a"));
  scene.time.now -= 3 * DAY;
  await scene.advance(5000);
  assert.equal(scene.asked.length, 1);
  scene.answer = (request) => scene.order(request);
  await scene.advance(70_000);
  assert.deepEqual([scene.asked.length, scene.status().state], [2, "Issued"]);
});

Deno.test("openIssuance() asks nobody for what cannot be asked for or stored", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  await scene.use(intentOf("../a"), intentOf("b", { dnsNames: [] }));
  assert.deepEqual(scene.asked, []);
  assert.match(scene.status("../a").message, /^Cannot store the pair/);
  assert.match(scene.status("b").message, /^Cannot make a certificate request: it has no name/);
  assert.equal(scene.status("b").failure, "refused");
});
