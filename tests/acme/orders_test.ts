import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { type Bed, forever, leafOf, onBed, wanted } from "./_bed.ts";
import { pebbleIsMissing } from "../e2e/harness/pebble.ts";

const ignore = pebbleIsMissing;

const count = async (bed: Bed, text: string) => (await bed.pebble.output()).split(text).length - 1;

Deno.test({
  name: "openAcmeIssuer() gets certificates over HTTP although one number in five is refused",
  ignore,
  fn: () =>
    onBed({ nonceReject: 20 }, async (bed) => {
      const issuer = bed.open({ email: "ops@example.com" });
      const names = [["www.example.com", "shop.example.com"], ["api.example.com"], ["old.example.com"]];
      const results = await Promise.all(names.map(async (each) => issuer.issue(await wanted(each), forever)));
      assert.equal(leafOf(results[0]).subjectAltName, "DNS:www.example.com, DNS:shop.example.com");
      assert.equal(leafOf(results[1]).subjectAltName, "DNS:api.example.com");
      leafOf(results[2]);
      // The chain has its issuer behind it.
      assert.ok(results[0].ok);
      assert.equal(new TextDecoder().decode(results[0].chain).split("BEGIN CERTIFICATE").length, 3);
      assert.deepEqual(bed.board.list(), []);
      // It says nothing of numbers that it refuses; what was repeated shows in the count of requests.
      assert.equal(await count(bed, "There are now 3 orders in the db"), 1);
      await checkAccount(bed);
    }),
});

/** Three at once make one account, and its files are for nobody else. */
async function checkAccount(bed: Bed): Promise<void> {
  const accounts = [...Deno.readDirSync(join(bed.stateDir, "accounts"))];
  assert.equal(accounts.length, 1);
  const folder = join(bed.stateDir, "accounts", accounts[0].name);
  const modes = [...Deno.readDirSync(folder)].map((
    { name },
  ) => [name, Deno.statSync(join(folder, name)).mode! & 0o777]);
  assert.deepEqual(modes.sort(), [["account.json", 0o600], ["key.pem", 0o600]]);
  assert.equal(Deno.statSync(folder).mode! & 0o777, 0o700);
  const { url, email } = JSON.parse(await Deno.readTextFile(join(folder, "account.json")));
  assert.equal(email, "ops@example.com");
  assert.match(url, /^https:\/\/localhost:\d+\/my-account\//);
  assert.equal(
    bed.log.sentences("info").filter((line) => line === "registered with an acme server").length,
    1,
  );
}

Deno.test({
  name:
    "openAcmeIssuer() takes the profile and the chain that are configured, and says which profiles there are",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const root = new X509Certificate(await bed.pebble.manage("roots/1"));
      const preferredChain = /CN=(.*)/.exec(root.subject)![1];
      const issuer = bed.open({ profile: "shortlived", preferredChain });
      const result = await issuer.issue(await wanted(["www.example.com"]), forever);
      const leaf = leafOf(result);
      assert.equal(Math.round((+leaf.validToDate - +leaf.validFromDate) / 86_400_000), 6);
      assert.ok(result.ok);
      const [, behind] = new TextDecoder().decode(result.chain).split(/(?=-----BEGIN CERTIFICATE)/);
      assert.ok(new X509Certificate(behind).verify(root.publicKey));
      const unknown = await bed.open({ profile: "classic" }).issue(
        await wanted(["www.example.com"]),
        forever,
      );
      assert.ok(!unknown.ok);
      assert.equal(unknown.kind, "broken");
      assert.match(
        unknown.message,
        /^Cannot ask "localhost:\d+" for the profile "classic": it has default, shortlived$/,
      );
    }),
});

Deno.test({
  name: "openAcmeIssuer() says what the server did not like, and leaves nothing in its place",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const issuer = bed.open();
      bed.answers = "wrong";
      const wrong = await issuer.issue(await wanted(["www.example.com"]), forever);
      assert.ok(!wrong.ok);
      assert.equal(wrong.kind, "challenge");
      assert.match(wrong.message, /^Cannot prove control over "www\.example\.com": .*something else/);
      assert.deepEqual(bed.board.list(), []);
      const blocked = await issuer.issue(await wanted(["blocked.example"]), forever);
      assert.ok(!blocked.ok);
      assert.equal(blocked.kind, "refused");
      assert.match(blocked.message, /rejectedIdentifier/);
    }),
});
