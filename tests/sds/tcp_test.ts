import assert from "node:assert/strict";
import { makeAuthority } from "../../lib/pki/mod.ts";
import { HookCredentials, type RefusedClient } from "../../lib/server/mod.ts";
import { until } from "../fakes/sds_scene.ts";
import { makePair, withEveryEnvoy } from "./_bed.ts";

const HOST = "a.test";
const HOUR = 3_600_000;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

withEveryEnvoy("on a port serves only whoever shows a certificate", { hosts: [HOST] }, async (bed) => {
  const dates = { notBefore: Date.now() - HOUR, end: Date.now() + HOUR, key: "ecdsa" } as const;
  const authority = await makeAuthority({ commonName: "authority", ...dates });
  const own = await authority.issue({ commonName: "certgate", names: ["certgate.test"], ...dates });
  const client = await authority.issue({ commonName: "envoy", names: ["envoy.test"], ...dates });
  const refused: RefusedClient[] = [];
  const pair = await makePair(HOST);
  bed.put(HOST, pair);
  await bed.openTcp({
    credentials: new HookCredentials({ ...own, clientCa: authority.certificate }),
    guard: {
      judge: (chain, verified) =>
        chain.length > 0 && verified ? null : { refusal: "no_certificate", detail: "" },
      refused: (one) => refused.push(one),
    },
  });
  const ca = text(authority.certificate);
  await bed.startEnvoy({ ca, certificate: "", key: "" });
  await until("it was turned away", () => refused.length > 0);
  assert.equal(await bed.envoy.served(HOST), null);
  assert.deepEqual(bed.server.status().clients, []);
  await bed.stopEnvoy();
  await bed.startEnvoy({ ca, certificate: text(client.certificate), key: text(client.key.open()) });
  await bed.untilServed(HOST, pair);
  assert.deepEqual(bed.server.status().clients.map(({ streams }) => streams), [1]);
}).forEach((test) => Deno.test(test));
