import { wordsOf } from "../host/mod.ts";
import { KeyMaterial } from "../model/mod.ts";
import { type AccountStore, openAccountStore } from "./account_store.ts";
import {
  type AcmeBinding,
  type AcmeClient,
  type AcmeClientParts,
  type AcmeDirectory,
  openAcmeClient,
} from "./acme_client.ts";
import { AcmeFailure } from "./acme_failure.ts";
import { toFailure } from "./acme_problem.ts";
import { systemAuthorities } from "./acme_authorities.ts";
import { type AcmeTransport, hostOf, openAcmeTransport } from "./acme_transport.ts";
import type { IssuerConfig, IssuerParts } from "./issuer.ts";

/** The section `acme` of an issuer. */
export type AcmeConfig = NonNullable<IssuerConfig["acme"]>;

/** What one attempt works with. */
export interface AcmeVisit {
  readonly client: AcmeClient;
  readonly directory: AcmeDirectory;
  /** URL of the account. */
  readonly account: string;
}

/** A server with the account of this host on it. Each method throws {@linkcode AcmeFailure}. */
export interface AcmeServer {
  readonly directory: (signal: AbortSignal) => Promise<AcmeDirectory>;
  readonly transport: () => Promise<AcmeTransport>;
  /** Makes ready for one attempt; the account is registered first if need be. */
  readonly visit: (signal: AbortSignal) => Promise<AcmeVisit>;
  /** Forgets an account that the server does not know any more; the key stays. */
  readonly forget: (account: string) => Promise<void>;
  readonly close: () => void;
}

// A directory says where things are; that changes once in years.
const DIRECTORY_AGE = 3_600_000;

/** Opens a server. Nothing is read or asked before it is used. */
export function openAcmeServer(config: AcmeConfig, parts: IssuerParts): AcmeServer {
  const { server, email = "", externalAccount } = config;
  const store = openAccountStore(parts.stateDir, {
    server,
    email,
    externalKeyId: externalAccount?.keyId ?? "",
  });
  const transport = keepTransport(config, parts);
  const nonces: string[] = [];
  const directory = keepDirectory(server, transport.get, parts.clock);
  const alone = oneAtATime();
  const clientParts = async (
    signal: AbortSignal,
  ): Promise<Omit<AcmeClientParts, "accountUrl" | "binding">> => ({
    server,
    directory: await directory(signal),
    transport: await transport.get(),
    key: await store.key(),
    nonces,
    clock: parts.clock,
    signal,
  });
  return {
    directory,
    transport: transport.get,
    close: transport.close,
    async visit(signal) {
      const common = await clientParts(signal);
      const account = await alone(async () =>
        await store.url() ?? await register(config, { ...common, store, log: parts.log })
      );
      const client = await openAcmeClient({ ...common, accountUrl: account, binding: null });
      return { client, directory: common.directory, account };
    },
    forget: (account) =>
      alone(async () => {
        if (await store.url() === account) await store.keep(null);
      }),
  };
}

type Registering = Omit<AcmeClientParts, "accountUrl" | "binding"> & {
  readonly store: AccountStore;
  readonly log: IssuerParts["log"];
};

async function register(config: AcmeConfig, { store, log, ...parts }: Registering): Promise<string> {
  const { server, email } = config;
  const binding = await readBinding(config);
  if (binding === null && parts.directory.meta?.externalAccountRequired === true) {
    throw new AcmeFailure("broken", `Cannot register with "${hostOf(server)}": it wants an externalAccount`);
  }
  const client = await openAcmeClient({ ...parts, accountUrl: null, binding });
  const account = await client.register(email === undefined ? [] : [`mailto:${email}`]);
  await store.keep(account);
  log.info("registered with an acme server", { server: hostOf(server), account });
  return account;
}

async function readBinding({ externalAccount }: AcmeConfig): Promise<AcmeBinding | null> {
  if (externalAccount === undefined) return null;
  const { keyId, keyFile } = externalAccount;
  const text = (await readText(keyFile)).trim();
  // Whoever copied it from somewhere else may have got the other alphabet, or the padding.
  if (!/^[A-Za-z0-9_+/-]+={0,2}$/.test(text)) {
    throw new AcmeFailure("broken", `Cannot use the key file "${keyFile}": it is not base64url`);
  }
  return { keyId, key: new KeyMaterial(new TextEncoder().encode(text)) };
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new AcmeFailure("broken", `Cannot read "${path}": ${wordsOf(error)}`);
  }
}

/** One way to the server for all attempts, made anew when the bundle of authorities changes. */
function keepTransport({ caBundle }: AcmeConfig, { fetch }: IssuerParts) {
  let open: { readonly own: string | null; readonly transport: AcmeTransport } | null = null;
  // Attempts may be under way on those that came before.
  const all: AcmeTransport[] = [];
  const alone = oneAtATime();
  return {
    get: () =>
      alone(async () => {
        const own = caBundle === undefined ? null : await readText(caBundle);
        if (open !== null && open.own === own) return open.transport;
        const authorities = [await systemAuthorities(), own].filter((text) => text !== null).join("\n") ||
          null;
        open = { own, transport: openAcmeTransport({ authorities, fetch }) };
        all.push(open.transport);
        return open.transport;
      }),
    close() {
      all.splice(0).forEach((transport) => transport.close());
      open = null;
    },
  };
}

function keepDirectory(server: string, transport: () => Promise<AcmeTransport>, clock: () => number) {
  let known: { readonly at: number; readonly directory: AcmeDirectory } | null = null;
  return async (signal: AbortSignal): Promise<AcmeDirectory> => {
    const age = known === null ? Infinity : clock() - known.at;
    if (known !== null && age >= 0 && age < DIRECTORY_AGE) return known.directory;
    const answer = await (await transport()).ask(server, { method: "GET", signal });
    if (answer.status !== 200) throw toFailure(answer, hostOf(server), clock());
    known = { at: clock(), directory: checkDirectory(answer.data, server) };
    return known.directory;
  };
}

function checkDirectory(data: unknown, server: string): AcmeDirectory {
  const directory = data as AcmeDirectory;
  const needed = ["newNonce", "newAccount", "newOrder"] as const;
  if (typeof data === "object" && data !== null && needed.every((name) => URL.canParse(directory[name]))) {
    return directory;
  }
  throw new AcmeFailure("badAnswer", `Cannot use "${server}": it is not the directory of an ACME server`);
}

/** Runs one after another: two attempts at once would register twice. */
function oneAtATime() {
  let latest: Promise<unknown> = Promise.resolve();
  return <T>(run: () => Promise<T>): Promise<T> => {
    const mine = latest.then(run, run);
    latest = mine.catch(() => {});
    return mine;
  };
}
