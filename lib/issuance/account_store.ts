import { generateKeyPair } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensurePrivateDirectory, wordsOf, writeAtomic } from "../host/mod.ts";
import { KeyMaterial } from "../model/mod.ts";
import { AcmeFailure } from "./acme_failure.ts";

/** Who an account belongs to: another one of these is another account. */
export interface AccountName {
  /** URL of the directory. */
  readonly server: string;
  /** Contact; empty for none. */
  readonly email: string;
  /** Identifier of the external account; empty for none. */
  readonly externalKeyId: string;
}

/** Keeps accounts: the key, made once, and the URL that the server knows it by. Files are 0600 in directories 0700. */
export interface AccountStore {
  /** The key of the account. @throws {AcmeFailure} if it cannot be read or kept. */
  key(): Promise<KeyMaterial>;
  /** URL of the account; `null` before the server has given one. */
  url(): Promise<string | null>;
  /** Keeps what the server has given; `null` forgets it. @throws {AcmeFailure} */
  keep(url: string | null): Promise<void>;
}

const KEY = "key.pem";
const ACCOUNT = "account.json";

/**
 * Opens the files of an account.
 *
 * A key that is there and cannot be read is never replaced by a new one: that would be another account, without the
 * rights and limits of this one.
 *
 * @param stateDir Directory of issuance.
 */
export function openAccountStore(stateDir: string, name: AccountName): AccountStore {
  const folder = digest(name).then((digest) => join(stateDir, "accounts", digest));
  let known: KeyMaterial | null = null;
  return {
    key: async () => known ??= await readOrMakeKeyOnce(await folder),
    url: async () => await readUrl(join(await folder, ACCOUNT)),
    async keep(url) {
      const text = JSON.stringify({ ...name, url }, null, 2);
      await write(await folder, ACCOUNT, `${text}\n`);
    },
  };
}

/** Names the directory: no part of a name from outside becomes part of a path. */
async function digest({ server, email, externalKeyId }: AccountName): Promise<string> {
  const text = JSON.stringify([server, email, externalKeyId]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex().slice(0, 32);
}

/** Two issuers may have one account: the second one must not put another key over that of the first. */
const making = new Map<string, Promise<KeyMaterial>>();

async function readOrMakeKeyOnce(folder: string): Promise<KeyMaterial> {
  const mine = making.get(folder) ?? readOrMakeKey(folder);
  making.set(folder, mine);
  try {
    return await mine;
  } finally {
    making.delete(folder);
  }
}

async function readOrMakeKey(folder: string): Promise<KeyMaterial> {
  const path = join(folder, KEY);
  try {
    return new KeyMaterial(await Deno.readFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new AcmeFailure("broken", `Cannot read the account key "${path}": ${wordsOf(error)}`);
    }
  }
  const { privateKey } = await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
  const text = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  await write(folder, KEY, text);
  return new KeyMaterial(new TextEncoder().encode(text));
}

async function readUrl(path: string): Promise<string | null> {
  try {
    const { url } = JSON.parse(await Deno.readTextFile(path));
    return typeof url === "string" && URL.canParse(url) ? url : null;
  } catch {
    // The server knows the account by its key and says the URL again.
    return null;
  }
}

async function write(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  try {
    const problem = await ensurePrivateDirectory(folder);
    if (problem !== undefined) throw new AcmeFailure("broken", problem);
    await writeAtomic(path, text, 0o600);
  } catch (error) {
    if (error instanceof AcmeFailure) throw error;
    throw new AcmeFailure("broken", `Cannot write "${path}": ${wordsOf(error)}`);
  }
}
