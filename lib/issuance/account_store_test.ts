import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { join } from "node:path";
import { type AccountName, openAccountStore } from "./account_store.ts";
import type { AcmeFailure } from "./acme_failure.ts";

const NAME: AccountName = { server: "https://acme.example/dir", email: "", externalKeyId: "" };

async function inState(body: (state: string) => Promise<void>): Promise<void> {
  const state = await Deno.makeTempDir();
  try {
    await body(state);
  } finally {
    await Deno.remove(state, { recursive: true });
  }
}

/** The one folder of accounts. */
function folderOf(state: string): string {
  const [entry, ...others] = [...Deno.readDirSync(join(state, "accounts"))];
  assert.equal(others.length, 0);
  return join(state, "accounts", entry.name);
}

Deno.test("openAccountStore() makes one key for ever, P-256, for its owner only", () =>
  inState(async (state) => {
    const store = openAccountStore(state, NAME);
    // Two issuers of one configuration may have one account.
    const keys = await Promise.all([store.key(), store.key(), openAccountStore(state, NAME).key()]);
    const again = await openAccountStore(state, NAME).key();
    assert.deepEqual(keys.map((key) => key.open()), Array(3).fill(again.open()));
    const key = createPrivateKey(new TextDecoder().decode(again.open()));
    assert.deepEqual([key.asymmetricKeyType, key.asymmetricKeyDetails?.namedCurve], ["ec", "prime256v1"]);
    const folder = folderOf(state);
    assert.equal(Deno.statSync(folder).mode! & 0o777, 0o700);
    assert.equal(Deno.statSync(join(folder, "key.pem")).mode! & 0o777, 0o600);
    assert.match(folder, /accounts\/[0-9a-f]{32}$/);
  }));

Deno.test("openAccountStore() keeps accounts apart by server, contact and external account", () =>
  inState(async (state) => {
    const names = [NAME, { ...NAME, email: "a@example.com" }, { ...NAME, externalKeyId: "../../x" }];
    await Promise.all(names.map((name) => openAccountStore(state, name).key()));
    assert.equal([...Deno.readDirSync(join(state, "accounts"))].length, 3);
  }));

Deno.test("openAccountStore() keeps the address of the account, forgets it, and believes no nonsense", () =>
  inState(async (state) => {
    const store = openAccountStore(state, NAME);
    assert.equal(await store.url(), null);
    await store.keep("https://acme.example/account/1");
    assert.equal(await openAccountStore(state, NAME).url(), "https://acme.example/account/1");
    const path = join(folderOf(state), "account.json");
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    await store.keep(null);
    assert.equal(await store.url(), null);
    for (const text of ["", "{", "null", '{"url":7}', '{"url":"x"}']) {
      await Deno.writeTextFile(path, text);
      assert.equal(await store.url(), null, text);
    }
  }));

Deno.test("openAccountStore() never replaces a key that is there", () =>
  inState(async (state) => {
    await openAccountStore(state, NAME).key();
    const path = join(folderOf(state), "key.pem");
    await Deno.remove(path);
    await Deno.mkdir(path);
    const store = openAccountStore(state, NAME);
    const failed = await store.key().then(() => null, (error: AcmeFailure) => error);
    assert.equal(failed?.failure.kind, "broken");
    assert.match(failed!.message, /^Cannot read the account key ".*key\.pem": /);
    await Deno.remove(path);
    assert.ok((await store.key()).length > 0);
  }));
