import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { freePort, onBed, until } from "./harness/mod.ts";
import { everyServed, hosts } from "./_expect.ts";
import { createTree, overwrite, probePeer, readTree, type TreeReading } from "../../lib/rotation/mod.ts";
import { KeyMaterial } from "../../lib/model/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const XDS = { host: "127.0.0.1", port: 18000 };

/** What Envoy Gateway answers to whom a tree's Envoy is, and whether it shows the leaf of that tree. */
async function knock({ files, leaves }: TreeReading): Promise<{ accepts: boolean; shows: boolean }> {
  const certificate = files.get("envoy/tls.crt") as Uint8Array;
  const key = new KeyMaterial((files.get("envoy/tls.key") as KeyMaterial).open());
  const probe = await probePeer({ ...XDS, pair: { certificate, key } });
  if (probe.kind !== "answered") throw new Error(probe.detail);
  return { accepts: probe.accepts, shows: probe.presents === leaves["envoy-gateway"]?.fingerprint };
}

function options(configHome: string) {
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return { configHome, clock: () => Date.now(), sleep, force: true };
}

Deno.test({
  name:
    "certgen: Envoy Gateway and Envoy start on a generated tree, and go on with the next one while they run",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const home = `${bed.directory}/config`;
      await Deno.remove(`${home}/certs`, { recursive: true });
      assert.equal((await createTree(options(home))).outcome, "created");
      const first = await readTree(home);
      const port = freePort();
      const pairs = await bed.issue(hosts("c", 3));
      await bed.putGateway("edge", port, pairs);
      const edge = await bed.startEdge("none");
      await edge.envoy("default/edge");
      await everyServed(bed, port, pairs);
      assert.deepEqual(await knock(first), { accepts: true, shows: true });
      // Envoy Gateway has written its documents through the links, and made nothing else anew.
      const started = await readTree(home);
      for (const [path, content] of first.files) assert.deepEqual(started.files.get(path), content, path);

      assert.equal((await overwrite({ ...options(home), key: "rsa" })).outcome, "rotated");
      const second = await readTree(home);
      assert.deepEqual(await knock(second), { accepts: true, shows: true });
      assert.equal((await knock(first)).accepts, true, "the leaf before is still let in");

      assert.equal((await overwrite(options(home))).outcome, "rotated");
      assert.equal((await knock(first)).accepts, false, "two rotations later it is not");
      const added = await bed.issue(["after.example.com"]);
      await bed.putGateway("edge", port, [...pairs, ...added]);
      await everyServed(bed, port, [...pairs, ...added]);
    }),
});

Deno.test({
  name: "certgen: a tree that Envoy Gateway made is taken over while it is in use",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const home = `${bed.directory}/config`;
      const port = freePort();
      const pairs = await bed.issue(hosts("t", 2));
      await bed.putGateway("edge", port, pairs);
      const edge = await bed.startEdge("none");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, pairs);
      const before = await readTree(home);
      assert.deepEqual(await knock(before), { accepts: true, shows: true });
      assert.equal((await overwrite(options(home))).outcome, "rotated");
      const after = await readTree(home);
      assert.equal(after.trust.length, 2);
      assert.deepEqual(await knock(after), { accepts: true, shows: true });
      const serial = new X509Certificate(after.files.get("envoy/tls.crt") as never).serialNumber
        .toLowerCase();
      await until("Envoy holds its new certificate", async () => {
        return (await envoy.serials()).has(serial);
      }, { within: 20_000 });
    }),
});
