import assert from "node:assert/strict";
import { type Bed, failureOf, forever, leafOf, onBed, wanted } from "./_bed.ts";
import { pebbleIsMissing } from "../e2e/harness/pebble.ts";

const ignore = pebbleIsMissing;
const HOUR = 3_600_000;

async function tell(bed: Bed, chain: Uint8Array, answer: string): Promise<void> {
  await bed.pebble.manage("set-renewal-info/", {
    certificate: new TextDecoder().decode(chain).split(/(?<=-----END CERTIFICATE-----\n)/)[0],
    ariResponse: answer,
  });
}

Deno.test({
  name: "renewalWindow() is what the server says, and nothing where it says nonsense",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const issuer = bed.open();
      const result = await issuer.issue(await wanted(["www.example.com"]), forever);
      const leaf = leafOf(result);
      assert.ok(result.ok);
      const { chain } = result;
      const usual = await issuer.renewalWindow!(chain, forever);
      assert.ok(usual !== null);
      assert.equal(usual.retryAfter, 6 * HOUR);
      assert.ok(
        +leaf.validFromDate < usual.start && usual.start < usual.end && usual.end < +leaf.validToDate,
      );
      const window = { start: "2026-01-02T03:04:05Z", end: "2026-01-03T03:04:05.5Z" };
      await tell(bed, chain, JSON.stringify({ suggestedWindow: window }));
      const told = { start: Date.UTC(2026, 0, 2, 3, 4, 5), end: Date.UTC(2026, 0, 3, 3, 4, 5, 500) };
      assert.deepEqual(await issuer.renewalWindow!(chain, forever), { ...told, retryAfter: 6 * HOUR });
      const turned = { suggestedWindow: { start: window.end, end: window.start } };
      for (
        const nonsense of [
          "{",
          "[]",
          '"x"',
          "{}",
          JSON.stringify(turned),
          '{"suggestedWindow":{"start":1,"end":2}}',
        ]
      ) {
        await tell(bed, chain, nonsense);
        assert.equal(await issuer.renewalWindow!(chain, forever), null, nonsense);
      }
      assert.equal(await bed.open({ renewalInfo: false }).renewalWindow!(chain, forever), null);
      assert.equal(await issuer.renewalWindow!(new TextEncoder().encode("no certificate"), forever), null);
      assert.equal(await issuer.renewalWindow!(chain, AbortSignal.abort()), null);
    }),
});

Deno.test({
  name: "openAcmeIssuer() says which certificate is replaced, and does without where that is not taken",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const issuer = bed.open();
      const first = await issuer.issue(await wanted(["www.example.com"]), forever);
      assert.ok(first.ok);
      const count = async (text: string) => (await bed.pebble.output()).split(text).length - 1;
      const orders = () => count("POST /order-plz ->");
      leafOf(await issuer.issue({ ...await wanted(["www.example.com"]), previous: first.chain }, forever));
      assert.equal(await count("has been marked as replaced in the DB"), 1);
      assert.equal(await orders(), 2);
      // The second one hears that it is replaced already, and asks without saying so.
      leafOf(await issuer.issue({ ...await wanted(["www.example.com"]), previous: first.chain }, forever));
      assert.equal(await orders(), 4);
      // What is no certificate is no obstacle either.
      const previous = new TextEncoder().encode("no certificate");
      leafOf(await issuer.issue({ ...await wanted(["www.example.com"]), previous }, forever));
      const stopped = await issuer.issue(await wanted(["www.example.com"]), AbortSignal.abort());
      assert.equal(failureOf(stopped).kind, "late");
    }),
});
