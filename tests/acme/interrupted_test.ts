import assert from "node:assert/strict";
import { readProgress } from "../../lib/issuance/acme_progress.ts";
import type { IssueRequest } from "../../lib/issuance/mod.ts";
import { type Bed, failureOf, forever, leafOf, onBed, wanted } from "./_bed.ts";
import { pebbleIsMissing } from "../e2e/harness/pebble.ts";

const ignore = pebbleIsMissing;
const ordersOf = async (bed: Bed) => (await bed.pebble.output()).split("POST /order-plz ->").length - 1;

/** Runs an attempt that ends as soon as progress was handed out for the nth time; gives what was handed out. */
async function cutOff(bed: Bed, request: IssueRequest, at: number): Promise<string> {
  const stop = new AbortController();
  const handed: string[] = [];
  const onProgress = (progress: string) => {
    handed.push(progress);
    if (handed.length === at) stop.abort();
    return Promise.resolve();
  };
  const result = await bed.open().issue({ ...request, onProgress }, stop.signal);
  const failed = failureOf(result);
  assert.equal(failed.kind, "late", failed.message);
  assert.equal(handed.length, at);
  return handed.at(-1)!;
}

for (const [at, moment] of [[1, "was made"], [2, "was proven"]] as const) {
  Deno.test({
    name: `openAcmeIssuer() goes on with an order that ${moment} before a restart, and makes no second one`,
    ignore,
    fn: () =>
      onBed({}, async (bed) => {
        const request = await wanted(["www.example.com"]);
        const progress = await cutOff(bed, request, at);
        assert.deepEqual(bed.board.list(), []);
        assert.equal(await ordersOf(bed), 1);
        leafOf(await bed.open().issue({ ...request, progress }, forever));
        assert.equal(await ordersOf(bed), 1);
        assert.ok(bed.log.sentences("info").includes("goes on with the order of an earlier attempt"));
      }),
  });
}

Deno.test({
  name:
    "openAcmeIssuer() makes another order for other names, for another request, and after one that failed",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const request = await wanted(["www.example.com"]);
      const handed: string[] = [];
      const onProgress = (progress: string) => Promise.resolve(void handed.push(progress));
      const first = await bed.open().issue({ ...request, onProgress }, forever);
      const progress = handed.at(-1)!;
      // The certificate of a finalized order is there for whoever comes back with the same request.
      const again = await bed.open().issue({ ...request, progress }, forever);
      assert.equal(leafOf(again).serialNumber, leafOf(first).serialNumber);
      assert.equal(await ordersOf(bed), 1);
      leafOf(await bed.open().issue({ ...await wanted(["www.example.com"]), progress }, forever));
      assert.equal(await ordersOf(bed), 2);
      leafOf(await bed.open().issue({ ...await wanted(["api.example.com"]), progress }, forever));
      assert.equal(await ordersOf(bed), 3);
      await afterFailure(bed, request);
    }),
});

async function afterFailure(bed: Bed, request: IssueRequest): Promise<void> {
  const handed: string[] = [];
  const onProgress = (progress: string) => Promise.resolve(void handed.push(progress));
  bed.answers = "wrong";
  assert.equal(failureOf(await bed.open().issue({ ...request, onProgress }, forever)).kind, "challenge");
  bed.answers = "right";
  const result = await bed.open().issue({ ...request, progress: handed.at(-1)!, onProgress }, forever);
  leafOf(result);
  const orders = new Set(handed.map((text) => readProgress(text)!.order));
  assert.equal(orders.size, 2);
  assert.equal(await ordersOf(bed), 5);
}
