import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { intentOf, IssuanceScene } from "../fakes/issuance_scene.ts";
import { tempRoot } from "../fakes/pair_files.ts";
import { makeSelfSigned } from "../../lib/pki/mod.ts";
import { openIssuer } from "../../lib/issuance/open_issuer.ts";

/** As many as a host has at the most. */
const MANY = 500;

Deno.test("openIssuance() asks a real authority once for each of 500 hostnames, several at a time", async () => {
  using root = tempRoot();
  await using scene = new IssuanceScene();
  const { now } = scene.time;
  const made = await makeSelfSigned({ commonName: "Example CA", now: now - 1000, days: 3650, isCa: true });
  const [certificate, key] = ["ca.crt", "ca.key"].map((name) => join(root.path, name));
  await Deno.writeFile(certificate, made.certificate);
  await Deno.writeFile(key, made.key.open(), { mode: 0o600 });
  const config = { name: "test", kind: "ClusterIssuer", group: "cert-manager.io", ca: { certificate, key } };
  const challenges = { present: () => Promise.resolve(null), withdraw() {} };
  const issuer = openIssuer(config, { log: scene.log, clock: () => now, stateDir: root.path, challenges });
  scene.answer = (request, signal) => issuer.issue(request, signal);
  await scene.open();
  const intents = Array.from({ length: MANY }, (_, at) => intentOf(`host-${at}`));
  await scene.use(...intents);
  assert.equal(new Set(scene.asked).size, MANY);
  assert.equal(scene.asked.length, MANY);
  assert.ok(scene.mostAtOnce > 1 && scene.mostAtOnce <= 4, `${scene.mostAtOnce}`);
  await scene.restart();
  await scene.use(...intents);
  assert.equal(scene.asked.length, MANY, "none twice");
  const { pairs } = scene.issuance.status();
  assert.ok(pairs.every(({ state }) => state === "Issued"));
  // They do not all come to their end on one day.
  assert.ok(new Set(pairs.map(({ renewAt }) => renewAt)).size > MANY / 2);
  const { issuer: by } = new X509Certificate((await scene.served("host-499"))!.chain as never);
  assert.equal(by, "CN=Example CA");
});
