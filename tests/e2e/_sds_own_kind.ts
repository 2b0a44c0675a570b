import assert from "node:assert/strict";
import { everyServed, expectNothingRefused, hosts, promised } from "./_expect.ts";
import { expectNoFailure } from "./_gate.ts";
import { atRest, translations } from "./_sds.ts";
import type { SdsScene } from "./_sds_scene.ts";
import {
  type EnvoyAdmin,
  gateway,
  Load,
  NAMESPACE,
  route,
  secretMembers,
  secretName,
} from "./harness/mod.ts";

const WITHIN = 5000;

/** Envoy Gateway cannot see what is in these, and so takes HTTP/2 from listeners that share a port. */
export async function ownKind(scene: SdsScene): Promise<void> {
  const { bed, certgate } = scene;
  const own = hosts("own", 3);
  const pairs = await bed.issue(own);
  for (const pair of pairs) {
    await bed.volume(`real-${pair.host}`).put(secretMembers(pair));
  }
  const secrets = own.map((host) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: secretName(host), namespace: NAMESPACE },
    type: "gateway.envoyproxy.io/sds",
    data: {
      url: btoa(`unix://${bed.directory}/sds.sock`),
      secretName: btoa(`${NAMESPACE}/${secretName(`real-${host}`)}`),
    },
  }));
  await bed.resources.put("40-own", [...secrets, gateway("own", scene.otherPort, own), route("own")]);
  await everyServed(bed, scene.otherPort, pairs, promised(4 * WITHIN));
  const envoy = await scene.edge.envoy("default/own");
  const trust = bed.authority.pem;
  const load = bed.keep(Load.start({ port: scene.otherPort, hosts: own, trust, wide: 2, http2: 2 }));
  const before = await atRest(envoy, certgate);
  const renewed = await bed.issue(own);
  for (const pair of renewed) await bed.volume(`real-${pair.host}`).put(secretMembers(pair));
  await everyServed(bed, scene.otherPort, renewed, promised(WITHIN));
  assert.deepEqual(await translations(envoy, certgate), before);
  await expectNothingRefused(envoy, renewed, pairs);
  await expectNoFailure(load, 20);
  const http2 = await http2Connections(envoy);
  assert.ok(http2 >= own.length, "HTTP/2 is spoken");
  await bed.resources.remove("40-own");
  for (const host of own) await bed.volume(`real-${host}`).remove();
}

async function http2Connections(envoy: EnvoyAdmin): Promise<number> {
  const stats = await envoy.stats("^http\\.https-.*\\.downstream_cx_http2_total$");
  return Object.values(stats).reduce((all, value) => all + value, 0);
}
