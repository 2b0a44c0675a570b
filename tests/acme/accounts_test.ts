import assert from "node:assert/strict";
import { join } from "node:path";
import { type Bed, failureOf, forever, leafOf, onBed, wanted } from "./_bed.ts";
import { type Pebble, pebbleIsMissing, startPebble } from "../e2e/harness/pebble.ts";

const ignore = pebbleIsMissing;
const SECRET = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

async function keyFile(bed: Bed, text: string): Promise<string> {
  await Deno.mkdir(bed.stateDir, { recursive: true });
  const path = join(bed.stateDir, "mac");
  await Deno.writeTextFile(path, text, { mode: 0o600 });
  return path;
}

Deno.test({
  name: "openAcmeIssuer() binds its account to an external one, and never says the key of that",
  ignore,
  fn: () =>
    onBed({ externalAccounts: { "kid-1": SECRET } }, async (bed) => {
      const request = await wanted(["www.example.com"]);
      const without = failureOf(await bed.open().issue(request, forever));
      assert.equal(without.kind, "broken");
      assert.match(without.message, /^Cannot register with "localhost:\d+": it wants an externalAccount$/);
      const wrong = { keyId: "kid-1", keyFile: await keyFile(bed, `${SECRET.replace("zWN", "aaa")}\n`) };
      const refused = failureOf(await bed.open({ externalAccount: wrong }).issue(request, forever));
      assert.ok(["broken", "refused"].includes(refused.kind), refused.message);
      const right = { keyId: "kid-1", keyFile: await keyFile(bed, `${SECRET}\n`) };
      leafOf(await bed.open({ externalAccount: right }).issue(request, forever));
      const broken = { keyId: "kid-2", keyFile: await keyFile(bed, "not a key at all!") };
      const unreadable = failureOf(await bed.open({ externalAccount: broken }).issue(request, forever));
      assert.match(unreadable.message, /^Cannot use the key file ".*mac": it is not base64url$/);
      const said = JSON.stringify([without, refused, unreadable, bed.log.lines]);
      assert.ok(!said.includes("DZM6eQGHWpSRTPal5e") && !said.includes("not a key"));
    }),
});

Deno.test({
  name: "openAcmeIssuer() registers its key once more where the server lost its accounts",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const { ports, caBundle } = bed.pebble;
      const bundle = join(bed.stateDir, "ca.pem");
      await Deno.mkdir(bed.stateDir, { recursive: true });
      await Deno.copyFile(caBundle, bundle);
      const issuer = bed.open({ caBundle: bundle });
      const request = await wanted(["www.example.com"]);
      const handed: string[] = [];
      const onProgress = (progress: string) => Promise.resolve(void handed.push(progress));
      const previous = await issuer.issue({ ...request, onProgress }, forever);
      leafOf(previous);
      const before = await accountFiles(bed);
      await bed.pebble[Symbol.asyncDispose]();
      const down = failureOf(await issuer.issue(request, forever));
      assert.equal(down.kind, "unreachable");
      assert.match(down.message, /^Cannot ask "localhost:\d+": nobody listens there$/);
      await using other: Pebble = await startPebble(join(bed.stateDir, "other"), { ports });
      const untrusted = failureOf(await issuer.issue(request, forever));
      assert.equal(untrusted.kind, "unreachable");
      assert.match(untrusted.message, /its certificate is not trusted/);
      // The authority is another one too, and the file is read again.
      await Deno.copyFile(other.caBundle, bundle);
      assert.ok(previous.ok);
      const renewal = { ...request, previous: previous.chain, progress: handed.at(-1)! };
      leafOf(await issuer.issue(renewal, forever));
      const after = await accountFiles(bed);
      assert.equal(after["key.pem"], before["key.pem"]);
      assert.notEqual(after["account.json"], before["account.json"]);
    }),
});

async function accountFiles(bed: Bed): Promise<Record<string, string>> {
  const accounts = join(bed.stateDir, "accounts");
  const [{ name }] = [...Deno.readDirSync(accounts)];
  const folder = join(accounts, name);
  const files = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  assert.deepEqual(files, ["account.json", "key.pem"]);
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(join(folder, file))));
  return Object.fromEntries(files.map((file, at) => [file, texts[at]]));
}
